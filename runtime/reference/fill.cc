#include "runtime/reference/fill.h"

#include <algorithm>
#include <cmath>

#include "runtime/reference/broadcast.h"

namespace qcompile::runtime {
namespace {

// The smallest type of the integers from `low` to `high`, which take at most 48 bits.
DataType SmallestType(int64_t low, int64_t high) {
  int bits = 1;
  if (low >= 0) {
    while (DataType::Unsigned(bits).MaxValue() < high) ++bits;
    return DataType::Unsigned(bits);
  }
  while (DataType::Signed(bits).MinValue() > low || DataType::Signed(bits).MaxValue() < high) {
    ++bits;
  }
  return DataType::Signed(bits);
}

// The codes of the filled elements, or nothing where one lies off its grid.
std::optional<QuantizedView> FillView(const QuantizedView& view, const Filling& filling,
                                      float constant) {
  QuantizedView moved = Rearrange(view, filling.how);
  const Shape& shape = moved.codes.shape();
  const BroadcastIndex scale_index(moved.scale.shape(), shape);
  const BroadcastIndex zero_index(moved.zero_point.shape(), shape);
  std::vector<int64_t> codes = moved.codes.ToIntegers();
  DataType type = moved.codes.type();
  for (size_t i = 0; i < codes.size(); ++i) {
    if (!filling.filled[i]) continue;
    const auto n = static_cast<int64_t>(i);
    const std::optional<int64_t> code = GridCode(constant, moved.scale.Floats()[scale_index(n)],
                                                 moved.zero_point.Floats()[zero_index(n)]);
    if (!code) return std::nullopt;
    codes[i] = *code;
    type = WidenedToHold(type, *code);
  }
  absl::StatusOr<Tensor> tensor = Tensor::FromIntegers(type, shape, codes);
  if (!tensor.ok()) return std::nullopt;
  moved.codes = *std::move(tensor);
  return moved;
}

}  // namespace

std::optional<int64_t> GridCode(float value, float scale, float zero_point) {
  constexpr double kLargest = 1 << 29;  // times 24 bits of a scale: exact in double
  const double steps = static_cast<double>(value) / scale;
  const bool integral = std::fabs(steps) <= kLargest && std::trunc(steps) == steps &&
                        std::fabs(zero_point) <= kLargest && std::trunc(zero_point) == zero_point;
  if (!integral || steps * scale != value) return std::nullopt;
  return static_cast<int64_t>(steps) + static_cast<int64_t>(zero_point);
}

DataType WidenedToHold(DataType type, int64_t value) {
  if (type.Contains(value)) return type;
  return SmallestType(std::min(type.MinValue(), value), std::max(type.MaxValue(), value));
}

DataType CommonCodeType(DataType a, DataType b) {
  if (a == b) return a;
  return SmallestType(std::min(a.MinValue(), b.MinValue()), std::max(a.MaxValue(), b.MaxValue()));
}

Tensor WithType(const Tensor& codes, DataType type) {
  if (codes.type() == type) return codes;
  absl::StatusOr<Tensor> result = Tensor::FromIntegers(type, codes.shape(), codes.ToIntegers());
  return result.ok() ? *std::move(result) : codes;
}

Filling ComposeAxes(const Shape& from, const std::vector<AxisSource>& axes) {
  Filling result;
  const std::vector<int64_t> strides = RowMajorStrides(from);
  const bool any = std::any_of(axes.begin(), axes.end(),
                               [](const AxisSource& axis) { return !axis.filled.empty(); });
  result.how.source.assign(1, 0);
  if (any) result.filled.assign(1, false);
  for (size_t d = 0; d < from.size(); ++d) {
    const AxisSource& axis = axes[d];
    result.how.shape.push_back(static_cast<int64_t>(axis.position.size()));
    std::vector<int64_t> source;
    std::vector<bool> filled;
    source.reserve(result.how.source.size() * axis.position.size());
    for (size_t outer = 0; outer < result.how.source.size(); ++outer) {
      for (size_t i = 0; i < axis.position.size(); ++i) {
        source.push_back(result.how.source[outer] + axis.position[i] * strides[d]);
        if (any) filled.push_back(result.filled[outer] || (!axis.filled.empty() && axis.filled[i]));
      }
    }
    result.how.source = std::move(source);
    result.filled = std::move(filled);
  }
  return result;
}

Value RearrangeAndFill(const Value& value, const Filling& filling, const Tensor& constant) {
  if (filling.filled.empty()) return Rearrange(value, filling.how);
  Value result(Rearrange(value.tensor, filling.how));
  const size_t width = constant.type().ContainerSize();
  absl::Span<uint8_t> out = result.tensor.MutableBytes();
  for (size_t i = 0; i < filling.filled.size(); ++i) {
    if (filling.filled[i]) std::copy_n(constant.bytes().data(), width, out.data() + i * width);
  }
  if (value.quantized) {
    result.quantized = FillView(*value.quantized, filling, constant.Floats()[0]);
  }
  return result;
}

}  // namespace qcompile::runtime
