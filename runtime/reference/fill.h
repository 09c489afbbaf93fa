// Rearrangements that also fill: padding with a constant.
#ifndef QCOMPILE_RUNTIME_REFERENCE_FILL_H_
#define QCOMPILE_RUNTIME_REFERENCE_FILL_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/core/value.h"
#include "runtime/reference/quantized_view.h"

namespace qcompile::runtime {

// The code of the real number `value` on the grid of one scale and zero point: scale times
// (code - zero point) is `value` exactly. Nothing where it lies off the grid.
std::optional<int64_t> GridCode(float value, float scale, float zero_point);

// The smallest type that holds the values of `type`, and `value` too (bipolar becomes int2 for 0).
DataType WidenedToHold(DataType type, int64_t value);
// The smallest type that holds the values of both.
DataType CommonCodeType(DataType a, DataType b);
// The same integers in a type that holds them.
Tensor WithType(const Tensor& codes, DataType type);

// A result of which some elements are a constant; the others are moved. A filled element has
// the scale and zero point of the operand element that `how.source` gives for it, and the result
// stays quantized where the constant lies on the grid of all of them.
struct Filling {
  Rearrangement how;
  std::vector<bool> filled;
};
// Which operand position stands at every position of one dimension, and which are filled (none
// where the list is empty).
struct AxisSource {
  std::vector<int64_t> position;
  std::vector<bool> filled;
};
// The filling in which every dimension moves for itself. The result's size must have been checked.
Filling ComposeAxes(const Shape& from, const std::vector<AxisSource>& axes);

// The constant is one element of the operand's type; it may be empty where nothing is filled.
Value RearrangeAndFill(const Value& value, const Filling& filling, const Tensor& constant);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_FILL_H_
