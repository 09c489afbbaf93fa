#include "runtime/reference/quantized_view.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/reference/broadcast.h"

namespace qcompile::runtime {
namespace {

template <typename T>
void CopyElements(const Tensor& from, const std::vector<int64_t>& source, Tensor& to) {
  absl::Span<const T> in = from.Data<T>();
  absl::Span<T> out = to.MutableData<T>();
  for (size_t i = 0; i < source.size(); ++i) out[i] = in[source[i]];
}

// A parameter of the reading (scale or zero point) after its codes have moved.
Tensor RearrangeParameter(const Tensor& parameter, const Shape& codes, const Rearrangement& how) {
  if (parameter.size() == 1) return parameter.Reshaped(Shape(how.shape.size(), 1));
  return Compact(Rearrange(BroadcastTensor(parameter, codes), how));
}

// Whether the elements are the same at every index of dimension `d`.
bool IsConstantAlong(const Tensor& tensor, size_t d) {
  const Shape& shape = tensor.shape();
  const int64_t outer = NumElements(absl::MakeConstSpan(shape).subspan(0, d));
  const int64_t inner = NumElements(absl::MakeConstSpan(shape).subspan(d + 1));
  const size_t block = static_cast<size_t>(inner) * tensor.type().ContainerSize();
  const uint8_t* data = tensor.bytes().data();
  for (int64_t o = 0; o < outer; ++o) {
    const uint8_t* first = data + static_cast<size_t>(o * shape[d]) * block;
    for (int64_t i = 1; i < shape[d]; ++i) {
      if (std::memcmp(first, first + static_cast<size_t>(i) * block, block) != 0) return false;
    }
  }
  return true;
}

}  // namespace

void AddReading(int64_t code, float scale, float zero_point, double factor, ExactSum& sum) {
  sum.Add(ExactProduct(code).Times(scale).Times(factor));
  if (zero_point != 0) sum.Add(ExactProduct(-1).Times(zero_point).Times(scale).Times(factor));
}

float ReadingToFloat(int64_t code, float scale, float zero_point) {
  constexpr double kExact = 1 << 24;
  const double difference = static_cast<double>(code) - static_cast<double>(zero_point);
  // An integer of up to 24 bits is a float32, and then the product is the only rounding.
  const bool exact = std::fabs(zero_point) < kExact && std::fabs(difference) <= kExact &&
                     std::trunc(zero_point) == zero_point;
  if (exact) return difference == 0 ? 0.0f : static_cast<float>(difference) * scale + 0.0f;
  ExactSum sum;
  AddReading(code, scale, zero_point, 1, sum);
  return sum.RoundToFloat();
}

Value MakeQuantized(QuantizedView view) {
  const Shape& shape = view.codes.shape();
  Tensor tensor(DataType::Float32(), shape);
  absl::Span<float> out = tensor.MutableData<float>();
  const BroadcastIndex scale_index(view.scale.shape(), shape);
  const BroadcastIndex zero_index(view.zero_point.shape(), shape);
  absl::Span<const float> scales = view.scale.Floats();
  absl::Span<const float> zeros = view.zero_point.Floats();
  for (int64_t i = 0; i < tensor.size(); ++i) {
    out[i] = ReadingToFloat(view.codes.IntegerAt(i), scales[scale_index(i)], zeros[zero_index(i)]);
  }
  Value value(std::move(tensor));
  value.quantized = std::move(view);
  return value;
}

Tensor Rearrange(const Tensor& tensor, const Rearrangement& how) {
  if (how.keeps_order) return tensor.Reshaped(how.shape);
  Tensor result(tensor.type(), how.shape);
  switch (tensor.type().ContainerSize()) {
    case 1:
      CopyElements<uint8_t>(tensor, how.source, result);
      break;
    case 2:
      CopyElements<uint16_t>(tensor, how.source, result);
      break;
    case 4:
      CopyElements<uint32_t>(tensor, how.source, result);
      break;
    default:
      CopyElements<uint64_t>(tensor, how.source, result);
  }
  return result;
}

QuantizedView Rearrange(const QuantizedView& view, const Rearrangement& how) {
  const Shape& shape = view.codes.shape();
  return {Rearrange(view.codes, how), RearrangeParameter(view.scale, shape, how),
          RearrangeParameter(view.zero_point, shape, how)};
}

Value Rearrange(const Value& value, const Rearrangement& how) {
  Value result(Rearrange(value.tensor, how));
  if (value.quantized) result.quantized = Rearrange(*value.quantized, how);
  return result;
}

Tensor BroadcastTensor(const Tensor& tensor, const Shape& shape) {
  if (tensor.shape() == shape) return tensor;
  const BroadcastIndex index(tensor.shape(), shape);
  Rearrangement how{shape, std::vector<int64_t>(static_cast<size_t>(NumElements(shape)))};
  for (size_t i = 0; i < how.source.size(); ++i) how.source[i] = index(static_cast<int64_t>(i));
  return Rearrange(tensor, how);
}

Tensor Compact(Tensor tensor) {
  if (tensor.size() == 0) return tensor;
  for (size_t d = 0; d < tensor.shape().size(); ++d) {
    if (tensor.shape()[d] == 1 || !IsConstantAlong(tensor, d)) continue;
    Rearrangement how{tensor.shape(), {}};
    how.shape[d] = 1;
    how.source = StridedIndices(how.shape, RowMajorStrides(tensor.shape()), 0);
    tensor = Rearrange(tensor, how);
  }
  return tensor;
}

Tensor ExtendRank(const Tensor& tensor, int64_t rank) {
  Shape shape(static_cast<size_t>(rank - tensor.rank()), 1);
  shape.insert(shape.end(), tensor.shape().begin(), tensor.shape().end());
  return tensor.Reshaped(std::move(shape));
}

}  // namespace qcompile::runtime
