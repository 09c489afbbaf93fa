#include "runtime/reference/integer_reading.h"

#include <algorithm>
#include <cmath>

namespace qcompile::runtime {
namespace {

// The least s with integral zero_point * 2^s for all of them, or nothing.
std::optional<int> CommonShift(const Tensor& zero_points) {
  constexpr int kMaxShift = 8;
  int shift = 0;
  for (float zero : zero_points.Floats()) {
    if (!(std::fabs(zero) < 0x1p30f)) return std::nullopt;
    while (std::ldexp(zero, shift) != std::trunc(std::ldexp(zero, shift))) {
      if (++shift > kMaxShift) return std::nullopt;
    }
  }
  return shift;
}

}  // namespace

std::optional<IntegerReading> ReadIntegers(const QuantizedView& view) {
  const std::optional<int> shift = CommonShift(view.zero_point);
  if (!shift) return std::nullopt;
  constexpr int64_t kLargest = (int64_t{1} << 31) - 1;
  const BroadcastIndex zero_index(view.zero_point.shape(), view.codes.shape());
  absl::Span<const float> zeros = view.zero_point.Floats();
  IntegerReading result;
  result.shift = *shift;
  result.values.resize(static_cast<size_t>(view.codes.size()));
  for (int64_t i = 0; i < view.codes.size(); ++i) {
    const int64_t code = view.codes.IntegerAt(i);
    if (code > kLargest || code < -kLargest) return std::nullopt;
    const auto zero = static_cast<int64_t>(std::ldexp(zeros[zero_index(i)], *shift));
    const int64_t value = (code << *shift) - zero;
    result.largest = std::max(result.largest, value < 0 ? -value : value);
    if (result.largest > kLargest) return std::nullopt;
    result.values[static_cast<size_t>(i)] = static_cast<int32_t>(value);
  }
  return result;
}

bool IsConstantFrom(const Tensor& parameter, size_t first) {
  if (parameter.size() == 1) return true;
  const Shape& shape = parameter.shape();
  return std::all_of(shape.begin() + static_cast<int64_t>(std::min(first, shape.size())),
                     shape.end(), [](int64_t d) { return d == 1; });
}

void AddProduct(const ReadingElements& a, int64_t i, const ReadingElements& b, int64_t j,
                double factor, ExactSum& sum) {
  const int64_t qa = a.Code(i), qb = b.Code(j);
  const double za = a.ZeroPoint(i), zb = b.ZeroPoint(j);
  ExactProduct scale(1);
  scale.Times(factor).Times(a.Scale(i)).Times(b.Scale(j));
  sum.Add(ExactProduct(scale).TimesInteger(qa).TimesInteger(qb));
  sum.Add(ExactProduct(scale).TimesInteger(qa).Times(zb).Negate());
  sum.Add(ExactProduct(scale).TimesInteger(qb).Times(za).Negate());
  sum.Add(ExactProduct(scale).Times(za).Times(zb));
}

}  // namespace qcompile::runtime
