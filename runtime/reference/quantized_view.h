// Exact readings: making them, and carrying them through operations that only move elements.
#ifndef QCOMPILE_RUNTIME_REFERENCE_QUANTIZED_VIEW_H_
#define QCOMPILE_RUNTIME_REFERENCE_QUANTIZED_VIEW_H_

#include <cstdint>
#include <vector>

#include "runtime/core/value.h"
#include "runtime/reference/exact_sum.h"

namespace qcompile::runtime {

// Adds factor * scale * (code - zero_point) to `sum`.
void AddReading(int64_t code, float scale, float zero_point, double factor, ExactSum& sum);
// scale * (code - zero_point) rounded once to float32.
float ReadingToFloat(int64_t code, float scale, float zero_point);
// The value of an exact reading. Scale and zero point have the rank of the codes.
Value MakeQuantized(QuantizedView view);

// An operation that only moves elements: element i of the result, which has shape `shape`, is
// element source[i] of the operand. Without `source` the order stays.
struct Rearrangement {
  Shape shape;
  std::vector<int64_t> source;
  bool keeps_order = false;
};
Tensor Rearrange(const Tensor& tensor, const Rearrangement& how);
// Moves the codes and their scales and zero points together.
QuantizedView Rearrange(const QuantizedView& view, const Rearrangement& how);
Value Rearrange(const Value& value, const Rearrangement& how);

// The tensor under `shape`, repeated along broadcast dimensions.
Tensor BroadcastTensor(const Tensor& tensor, const Shape& shape);
// Makes every dimension 1 along which the elements do not change (never those of an empty tensor).
Tensor Compact(Tensor tensor);
// The same elements under `rank` dimensions, with ones in front.
Tensor ExtendRank(const Tensor& tensor, int64_t rank);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_QUANTIZED_VIEW_H_
