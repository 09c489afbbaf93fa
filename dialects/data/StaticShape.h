//===- StaticShape.h - Tensors of known extents -----------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DATA_STATICSHAPE_H
#define QCOMPILE_DIALECTS_DATA_STATICSHAPE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace qcompile::data {

/// Whether a type is that of a tensor whose rank and extents are all known.
inline bool isStatic(mlir::Type type) {
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  return tensor && tensor.hasStaticShape();
}
inline bool isStatic(mlir::Value value) { return isStatic(value.getType()); }

inline bool hasStaticOperands(mlir::Operation *op) {
  return llvm::all_of(op->getOperandTypes(), [](mlir::Type type) { return isStatic(type); });
}
inline bool hasStaticResults(mlir::Operation *op) {
  return llvm::all_of(op->getResultTypes(), [](mlir::Type type) { return isStatic(type); });
}

} // namespace qcompile::data

#endif // QCOMPILE_DIALECTS_DATA_STATICSHAPE_H
