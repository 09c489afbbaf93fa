// Exact readings as plain integers, and element by element.
#ifndef QCOMPILE_RUNTIME_REFERENCE_INTEGER_READING_H_
#define QCOMPILE_RUNTIME_REFERENCE_INTEGER_READING_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/core/value.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/exact_sum.h"

namespace qcompile::runtime {

// Differences of codes and zero points: element i of the reading is
// scale * values[i] * 2^-shift. Zero points are mostly integers; `shift` is for those like 0.5.
struct IntegerReading {
  std::vector<int32_t> values;
  int shift = 0;
  int64_t largest = 0;  // magnitude
};
// Nothing where a zero point or a difference does not fit.
std::optional<IntegerReading> ReadIntegers(const QuantizedView& view);

// Whether scale or zero point stay the same when any of the dimensions from `first` on changes.
bool IsConstantFrom(const Tensor& parameter, size_t first);

// Code, scale and zero point of every element.
class ReadingElements {
 public:
  // The view must outlive it.
  explicit ReadingElements(const QuantizedView& view)
      : view_(view),
        scale_index_(view.scale.shape(), view.codes.shape()),
        zero_index_(view.zero_point.shape(), view.codes.shape()) {}
  int64_t Code(int64_t i) const { return view_.codes.IntegerAt(i); }
  float Scale(int64_t i) const { return view_.scale.Floats()[scale_index_(i)]; }
  float ZeroPoint(int64_t i) const { return view_.zero_point.Floats()[zero_index_(i)]; }

 private:
  const QuantizedView& view_;
  BroadcastIndex scale_index_, zero_index_;
};

// Adds factor * (reading i of a) * (reading j of b).
void AddProduct(const ReadingElements& a, int64_t i, const ReadingElements& b, int64_t j,
                double factor, ExactSum& sum);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_INTEGER_READING_H_
