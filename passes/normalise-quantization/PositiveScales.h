//===- PositiveScales.h - Constants of negative scales ----------*- C++ -*-===//
//
// Files give constants scales that are negative, or zero where a channel or block is: quantizers that divide by the
// element of the greatest magnitude do. Their codes have a twin of positive scales
// (runtime/reference/positive_scales.h).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION_POSITIVESCALES_H
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION_POSITIVESCALES_H

#include "passes/normalise-quantization/Parameters.h"

namespace qcompile::normalise {

/// Integer codes with a float32 scale per tensor, per index of an axis or per block, and as many zero points.
struct CodedConstant {
  runtime::Tensor codes, scales, zeroPoints;
};

/// Changes all three where a scale is not positive, and gives the signs of the scales. Empty, and nothing is changed,
/// where none is, or one is not finite.
std::vector<int> makeScalesPositive(CodedConstant &constant, const runtime::Attributes &axis);

/// The same for the constant that is operand `first` of `op`, with its scale and its zero point behind. Int32 codes
/// that have these scales times a positive one, as a bias has, may be operand `bias`.
void makeScalesPositive(mlir::Operation *op, unsigned first, const runtime::Attributes &axis,
                        std::optional<unsigned> bias = std::nullopt);

} // namespace qcompile::normalise

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION_POSITIVESCALES_H
