// Random codes and index arithmetic for the tests of qnn operations.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_QNN_TESTING_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_QNN_TESTING_H_

#include <random>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {

using Index = std::vector<int64_t>;

// Codes of a type, drawn with a generator whose sequence the standard fixes.
inline Value RandomCodes(std::mt19937 &random, DataType type, const Shape &shape) {
  std::vector<int64_t> codes(static_cast<size_t>(NumElements(shape)));
  const uint64_t range = static_cast<uint64_t>(type.MaxValue()) - static_cast<uint64_t>(type.MinValue()) + 1;
  for (int64_t &code : codes) {
    const uint64_t bits = (uint64_t{random()} << 32) | random();
    code = static_cast<int64_t>(static_cast<uint64_t>(type.MinValue()) + (range == 0 ? bits : bits % range));
    if (type.kind == TypeKind::kBipolar)
      code = bits % 2 == 0 ? -1 : 1;
  }
  return Integers(type, shape, codes);
}

// Calls f(index) for every index of the shape, in row-major order.
template <typename F> void ForEachIndex(const Shape &shape, F f) {
  Index index(shape.size(), 0);
  for (int64_t n = NumElements(shape); n > 0; --n) {
    f(index);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

inline int64_t At(const Value &value, const Index &index) {
  int64_t position = 0;
  for (size_t d = 0; d < index.size(); ++d)
    position = position * value.tensor.shape()[d] + index[d];
  return value.tensor.IntegerAt(position);
}

// Moves the channels from dimension 1 to the end, in a shape or an index.
inline Index ChannelsLast(Index index) {
  std::rotate(index.begin() + 1, index.begin() + 2, index.end());
  return index;
}
inline Value ChannelsLast(const Value &value) {
  std::vector<int64_t> codes(static_cast<size_t>(value.tensor.size()));
  const Shape shape = ChannelsLast(value.tensor.shape());
  ForEachIndex(value.tensor.shape(), [&](const Index &index) {
    const Index moved = ChannelsLast(index);
    int64_t position = 0;
    for (size_t d = 0; d < moved.size(); ++d)
      position = position * shape[d] + moved[d];
    codes[static_cast<size_t>(position)] = At(value, index);
  });
  return Integers(value.tensor.type(), shape, codes);
}

} // namespace qcompile::runtime::testing

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_REFERENCE_QNN_TESTING_H_
