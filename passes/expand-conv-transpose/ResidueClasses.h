//===- ResidueClasses.h - Outputs that share weights ------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_RESIDUECLASSES_H
#define QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_RESIDUECLASSES_H

#include <cstdint>
#include <vector>

namespace qcompile {

/// The outputs q = stride * t + r of a transposed convolution along one dimension, as a dense convolution: tap a of
/// output t is kernel position `firstTap + a * tapStep` and reads input `start + t + (taps - 1 - a) * dilation`. The
/// flipped kernel is `taps` long.
struct ResidueClass {
  int64_t count = 0; ///< number of outputs
  int64_t taps = 0;  ///< 0: no weight reaches the class
  int64_t firstTap = 0;
  int64_t tapStep = 1;
  int64_t start = 0; ///< the first input that is read; may lie outside of the input
  int64_t dilation = 1;

  /// The number of inputs from the first to the last that are read.
  int64_t inputLength() const { return count + (taps - 1) * dilation; }
  bool isEmpty() const { return taps == 0 || count == 0; }
  /// Whether the outputs of both read the same inputs.
  bool readsLike(const ResidueClass &other) const {
    return count == other.count && taps == other.taps && start == other.start && dilation == other.dilation;
  }
};

/// The classes r = 0 to stride - 1 of the first `outputs` outputs behind `offset` of the full range, where input p adds
/// kernel position i to output p * stride + i * dilation.
std::vector<ResidueClass> getResidueClasses(int64_t kernel, int64_t stride, int64_t dilation, int64_t offset,
                                            int64_t outputs);

} // namespace qcompile

#endif // QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_RESIDUECLASSES_H
