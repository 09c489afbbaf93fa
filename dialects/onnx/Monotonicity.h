//===- Monotonicity.h - Certificates of pointwise operations ----*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_MONOTONICITY_H
#define QCOMPILE_DIALECTS_ONNX_MONOTONICITY_H

#include "mlir/IR/Operation.h"

namespace qcompile::onnx {

/// Whether element i of the result depends only on element i of the operands (broadcast by numpy rules), and,
/// for batch norm, on the parameters of its channel.
bool isPointwise(mlir::Operation *op);

/// Whether a pointwise operation is monotone, in either direction, in any one operand when the others are
/// constant: its steps are correctly rounded monotone functions, and rounding is monotone.
bool isMonotone(mlir::Operation *op);

/// Whether a pointwise operation gives codes for any float, as Quant does.
bool isQuantizer(mlir::Operation *op);

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_MONOTONICITY_H
