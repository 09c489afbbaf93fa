//===- HeldConstant.h - Constants of the onnx dialect -----------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_HELDCONSTANT_H
#define QCOMPILE_DIALECTS_ONNX_HELDCONSTANT_H

#include "dialects/data/DataDialect.h"
#include "mlir/IR/Builders.h"

namespace qcompile {

/// Whether an operation of any dialect holds a constant.
bool isConstantOperation(mlir::Operation *op);

/// The tensor that a constant operation of the `onnx` dialect holds as one attribute, or null.
data::ConstantAttr getHeldConstant(mlir::Operation *op);

/// A constant operation that holds `value`.
mlir::Operation *makeHeldConstant(mlir::OpBuilder &builder, mlir::Location loc, data::ConstantAttr value);
/// The same with one name for its node, its tensor and its data.
mlir::Value makeNamedConstant(mlir::OpBuilder &builder, llvm::StringRef name, const runtime::Tensor &tensor);

} // namespace qcompile

#endif // QCOMPILE_DIALECTS_ONNX_HELDCONSTANT_H
