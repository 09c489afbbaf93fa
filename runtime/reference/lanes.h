// A tensor as lanes along one of its axes.
#ifndef QCOMPILE_RUNTIME_REFERENCE_LANES_H_
#define QCOMPILE_RUNTIME_REFERENCE_LANES_H_

#include <cstdint>

#include "absl/types/span.h"
#include "runtime/core/tensor.h"

namespace qcompile::runtime {

// outer x extent x inner around the axis.
struct Lanes {
  int64_t outer;
  int64_t extent;
  int64_t inner;

  // Calls f(first element of the lane, distance between elements) for every lane in order.
  template <typename F>
  void ForEach(F f) const {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i) f(o * extent * inner + i, inner);
    }
  }
};

inline Lanes LanesAlong(const Shape& shape, int64_t axis) {
  const auto dims = absl::MakeConstSpan(shape);
  const auto d = static_cast<size_t>(axis);
  return {NumElements(dims.subspan(0, d)), shape[d], NumElements(dims.subspan(d + 1))};
}

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_LANES_H_
