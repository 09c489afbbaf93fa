// Random quantized values, the same on every machine.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_RANDOM_VALUES_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_RANDOM_VALUES_H_

#include <random>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/quantized_view.h"
#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {

class RandomValues {
public:
  explicit RandomValues(unsigned seed) : engine(seed) {}

  int64_t integer(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine() % static_cast<uint64_t>(high - low + 1));
  }
  std::vector<int64_t> integers(int64_t count, int64_t low, int64_t high) {
    std::vector<int64_t> values(static_cast<size_t>(count));
    for (int64_t &value : values)
      value = integer(low, high);
    return values;
  }
  // Multiples of 1/8 from 1/8 to 2: sums of their products with codes are exact in double.
  Value dyadicScale(Shape shape) {
    std::vector<float> values;
    for (int64_t v : integers(NumElements(shape), 1, 16))
      values.push_back(static_cast<float>(v) / 8);
    return Floats(std::move(shape), values);
  }
  // Any mantissa.
  Value oddScale(Shape shape) {
    std::vector<float> values;
    for (int64_t v : integers(NumElements(shape), 1, 1 << 23))
      values.push_back(static_cast<float>(v) / 9437184.0f);
    return Floats(std::move(shape), values);
  }
  // Signed 8-bit codes; the value's tensor is what MakeQuantized gives.
  Value quantized(Shape shape, Value scale, Value zeroPoint) {
    const int64_t count = NumElements(shape);
    return MakeQuantized({Integers(DataType::Signed(8), std::move(shape), integers(count, -128, 127)).tensor,
                          scale.tensor, zeroPoint.tensor});
  }
  Value floats(Shape shape, int64_t magnitude) {
    std::vector<float> values;
    for (int64_t v : integers(NumElements(shape), -magnitude, magnitude))
      values.push_back(static_cast<float>(v));
    return Floats(std::move(shape), values);
  }

private:
  std::mt19937_64 engine;
};

// The reading of element i in double: exact for dyadic scales and zero points.
inline double Reading(const Value &value, int64_t i) {
  const QuantizedView &view = *value.quantized;
  const BroadcastIndex scale(view.scale.shape(), view.codes.shape());
  const BroadcastIndex zero(view.zero_point.shape(), view.codes.shape());
  return static_cast<double>(view.scale.Floats()[scale(i)]) *
         (static_cast<double>(view.codes.IntegerAt(i)) - view.zero_point.Floats()[zero(i)]);
}

inline Shape Ones(size_t rank) { return Shape(rank, 1); }

} // namespace qcompile::runtime::testing

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_RANDOM_VALUES_H_
