//===- ElementTypes.h - Changing the element types of codes -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_ELEMENTTYPES_H
#define QCOMPILE_PASSES_REWRITING_ELEMENTTYPES_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile {

/// The ranked tensor type of a value of the integer form.
inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// The runtime's element type of a value of codes.
runtime::DataType getDataType(mlir::Value value);

/// Changes the element type of one value, and of nothing else.
void setElementType(mlir::Value value, mlir::Type elementType);

/// The narrowest element type that holds `bounds`.
mlir::Type getNarrowestType(mlir::MLIRContext *context, qnn::Bounds bounds);

/// Whether every value of the element type `part` is one of `whole`.
bool holdsType(mlir::Type whole, mlir::Type part);

/// The narrowest type that holds every partial sum of an accumulator; null where no bounds are known.
mlir::Type getNarrowestAccumulator(mlir::Operation *op);

/// Whether the result has the element type of the (first) operand, whatever that is.
bool hasElementTypeOfOperand(mlir::Operation *op);

/// The element type that the operands of an operation that selects, moves or pads codes imply for its first result:
/// that of the operand, or one that holds all of several operands and the pad values. Null for other operations.
mlir::Type inferElementType(mlir::Operation *op);

/// The values whose element type may not change: those that something other than an operation of `qnn` uses (it may
/// be part of a signature), or an operation that fixes it, also behind operations that pass the element type on.
llvm::DenseSet<mlir::Value> findPinnedValues(mlir::func::FuncOp function);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_ELEMENTTYPES_H
