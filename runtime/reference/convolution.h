// Convolutions and transposed convolutions, in floats and exactly.
#ifndef QCOMPILE_RUNTIME_REFERENCE_CONVOLUTION_H_
#define QCOMPILE_RUNTIME_REFERENCE_CONVOLUTION_H_

#include <cstdint>

#include "runtime/core/value.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {

// Operand [batch, groups * in, ...], result [batch, groups * out, ...], channels of one group
// counted in `in` and `out`. Weights are [groups * out, in, taps], or [groups * in, out, taps]
// for a transposed convolution.
struct ConvolutionShape {
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t in = 0;
  int64_t out = 0;
  bool transposed = false;

  int64_t WeightRow(int64_t group, int64_t m, int64_t c) const {
    return transposed ? (group * in + c) * out + m : (group * out + m) * in + c;
  }
};

// The shape of a convolution of an operand by weights, which must agree in the attribute `group`.
absl::StatusOr<ConvolutionShape> ReadConvolutionShape(const Attributes& attributes, const Shape& x,
                                                      const Shape& weights, bool transposed);

// Products in ascending order of (channel, tap), multiply then add, each rounded to the type of the
// elements, float32 or float64; the bias, one per channel, is added last. Padding has no products.
// Those of float32 are done as matrix products where these give the same bits: `slow` asks for the
// plain way.
Tensor FloatConvolution(const ConvolutionShape& shape, const Window& window, const Tensor& x,
                        const Tensor& weights, const Tensor* bias, bool slow = false);

// The exact sums with their bias, rounded once. Both operands are quantized; the bias may be.
// Where integer sums cannot give them every product is added exactly: `slow` asks for that way.
Tensor ExactConvolution(const ConvolutionShape& shape, const Window& window, const QuantizedView& x,
                        const QuantizedView& weights, const Value* bias, bool slow = false);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_CONVOLUTION_H_
