//===- Formats.h - What normalises which format -----------------*- C++ -*-===//
//
// Operations are visited in order. A function for a format gives true where the operation is one of its own and is
// done: rewritten, left as it is with a reason, or refused with an error.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION_FORMATS_H
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION_FORMATS_H

#include "passes/normalise-quantization/CodedValues.h"

namespace qcompile::normalise {

/// Quant, IntQuant, BipolarQuant of QONNX.
bool normaliseQonnx(mlir::Operation *op, bool &ok);
/// Im2Col and QuantAvgPool2d of QONNX.
bool normaliseQonnxPatches(mlir::Operation *op);
/// QuantizeLinear, Clip of integers, what moves integers, DequantizeLinear.
bool normaliseQdq(mlir::Operation *op, CodedValues &coded, bool &ok);
/// QLinearConv and the like: DequantizeLinear, the operator on floats, a quantizer.
bool normaliseQuantizedOperator(mlir::Operation *op, CodedValues &coded, bool &ok);
/// ConvInteger and MatMulInteger whose sums become floats.
bool normaliseIntegerOperator(mlir::Operation *op, CodedValues &coded, bool &ok);
/// MatMulNBits: a matrix of few bits, quantized in blocks.
bool normaliseMatMulNBits(mlir::Operation *op, bool &ok);

/// Warns where the int32 bias of a layer has another scale than the products that it is added to.
void checkBias(mlir::Operation *op);

} // namespace qcompile::normalise

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION_FORMATS_H
