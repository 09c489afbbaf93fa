//===- LinearParameters.h - What QuantizeLinear and DequantizeLinear scale by -*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_LINEARPARAMETERS_H
#define QCOMPILE_PASSES_REWRITING_LINEARPARAMETERS_H

#include "mlir/IR/Operation.h"

namespace qcompile {

/// Whether a QuantizeLinear or DequantizeLinear computes in float32: its scale, its floats and its quotient have no other type.
bool computesInFloat32(mlir::Operation *op);

/// Whether two of QuantizeLinear and DequantizeLinear have the same constant scale and zero point along the same dimension. No zero point
/// is one of 0.
bool haveSameParameters(mlir::Operation *a, mlir::Operation *b);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_LINEARPARAMETERS_H
