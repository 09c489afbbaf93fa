//===- QuantizerRounding.h - Rounding before a quantizer --------*- C++ -*-===//
//
// Formats fix how their quantizers round: QONNX adds the zero point first, QuantizeLinear last, half to even. Another
// rounding is written in front of the quantizer, as standard operations that give scale * (r - zero point), r being the
// code before it is limited. Dividing that by the scale gives r - zero point to within 2^-22 of itself, so that any
// rounding to nearest finds it, with the zero point added before or after, as long as codes have 17 bits at most; codes
// outside of the range stay outside.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_REWRITING_QUANTIZERROUNDING_H
#define QCOMPILE_PASSES_REWRITING_QUANTIZERROUNDING_H

#include "passes/rewriting/OnnxSteps.h"
#include "passes/rewriting/Quantizer.h"

namespace qcompile {

/// Whether QuantizeLinear gives its codes for every input: half to even, a zero point last or none. (Without one both
/// compute round(x / scale), one float32 division.)
bool roundsAsQuantizeLinear(const Quantizer &quantizer);

/// Whether it has a zero point that Quant would add too early.
bool addsZeroPointLast(const Quantizer &quantizer);

/// A range as QONNX writes it.
struct QuantWidth {
  int bits;
  bool isSigned, narrow;
};
/// The fewest bits that have all codes of all elements.
QuantWidth getWidth(const Quantizer &quantizer);
/// Whether the codes are all that these bits have, or each element's all that some bits of its own have.
bool hasWidth(const Quantizer &quantizer);

/// Replaces the operation of `steps` by the quantizer, as LinearQuant where it rounds first, else as Quant.
void finishQuantizer(OnnxSteps &steps, const Quantizer &quantizer);
void finishQuant(OnnxSteps &steps, mlir::Value input, const Quantizer &quantizer, QuantWidth width);

/// Whether scale * (code - zero point) is a finite float32 for every code, and codes have at most 17 bits: else the
/// above does not hold.
bool canRoundBefore(const Quantizer &quantizer);

/// Writes it, and returns the value for the quantizer to take.
mlir::Value writeRounding(OnnxSteps &steps, const Quantizer &quantizer);

/// The value rounded to an integer.
mlir::Value writeRound(OnnxSteps &steps, mlir::Value x, runtime::RoundingMode mode);

/// The codes themselves, as floats.
mlir::Value writeCodes(OnnxSteps &steps, const Quantizer &quantizer);

/// scale * (code - zero point), as a quantizer computes it: its value for that code.
runtime::Tensor getValue(const Quantizer &quantizer, int64_t code);

/// Limits a value to those of the codes, for quantizers that have a wider range: what is beyond the last one has its
/// code.
mlir::Value writeLimits(OnnxSteps &steps, const Quantizer &quantizer, mlir::Value value);

/// The quantizer that takes the value before such operations (limits, rounding, or both), and does what they do itself;
/// the same one where there are none.
Quantizer foldRounding(Quantizer quantizer);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_QUANTIZERROUNDING_H
