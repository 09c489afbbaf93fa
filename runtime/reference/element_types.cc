#include "runtime/reference/element_types.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace qcompile::runtime {

absl::StatusOr<DataType> FromOnnxType(int64_t number) {
  switch (number) {
    case 1:
      return DataType::Float32();
    case 2:
      return DataType::Unsigned(8);
    case 3:
      return DataType::Signed(8);
    case 4:
      return DataType::Unsigned(16);
    case 5:
      return DataType::Signed(16);
    case 6:
      return DataType::Signed(32);
    case 7:
      return DataType::Int64();
    case 9:
      return DataType::Bool();
    case 10:
      return DataType::Float16();
    case 11:
      return DataType::Float64();
    case 12:
      return DataType::Unsigned(32);
    case 13:
      return DataType::Unsigned(64);
    case 16:
      return DataType::BFloat16();
    case 17:
      return DataType{TypeKind::kFloat8E4M3FN, 8};
    case 18:
      return DataType{TypeKind::kFloat8E4M3FNUZ, 8};
    case 19:
      return DataType{TypeKind::kFloat8E5M2, 8};
    case 20:
      return DataType{TypeKind::kFloat8E5M2FNUZ, 8};
    case 21:
      return DataType::Unsigned(4);
    case 22:
      return DataType::Signed(4);
    case 23:
      return DataType{TypeKind::kFloat4E2M1, 4};
    case 24:
      return DataType{TypeKind::kFloat8E8M0, 8};
    case 25:
      return DataType::Unsigned(2);
    case 26:
      return DataType::Signed(2);
    default:
      return absl::UnimplementedError(
          absl::StrCat("expected a float, integer or bool type, found ONNX type number ", number));
  }
}

Tensor ToFloat32(const Tensor& tensor) {
  if (tensor.type() == DataType::Float32()) return tensor;
  Tensor result(DataType::Float32(), tensor.shape());
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t i = 0; i < tensor.size(); ++i) out[i] = static_cast<float>(tensor.DoubleAt(i));
  return result;
}

std::vector<double> ToDoubles(const Tensor& tensor) {
  std::vector<double> values(static_cast<size_t>(tensor.size()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = tensor.DoubleAt(static_cast<int64_t>(i));
  return values;
}

Tensor FromFloat32(const Tensor& tensor, DataType type) {
  if (tensor.type() == type) return tensor;
  return Tensor::FromReals(type, tensor.shape(), ToDoubles(tensor));
}

int64_t WrapToType(int64_t value, DataType type) {
  if (type.kind == TypeKind::kBool || type.kind == TypeKind::kBipolar || type.bits >= 64) {
    return value;
  }
  const int spare = 64 - type.bits;
  const uint64_t shifted = static_cast<uint64_t>(value) << spare;
  return type.kind == TypeKind::kSigned ? static_cast<int64_t>(shifted) >> spare
                                        : static_cast<int64_t>(shifted >> spare);
}

absl::StatusOr<Tensor> WrappedIntegers(DataType type, Shape shape, std::vector<int64_t> values) {
  if (type.bits == 64) {
    // 64-bit containers hold the values as they are; an unsigned one has no smaller bounds.
    Tensor result(type, std::move(shape));
    if (result.size() != static_cast<int64_t>(values.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected ", result.size(), " elements, found ", values.size()));
    }
    if (!values.empty()) {
      std::memcpy(result.MutableBytes().data(), values.data(), values.size() * sizeof(int64_t));
    }
    return result;
  }
  for (int64_t& value : values) value = WrapToType(value, type);
  return Tensor::FromIntegers(type, std::move(shape), values);
}

absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, const std::vector<float>& values) {
  Tensor result = Tensor::FromFloats(std::move(shape), values);
  return FromFloat32(result, type);
}

absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, const std::vector<double>& values) {
  return Tensor::FromReals(type, std::move(shape), values);
}

absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape, std::vector<int64_t> values) {
  return WrappedIntegers(type, std::move(shape), std::move(values));
}

absl::StatusOr<Tensor> FromNumbers(DataType type, Shape shape,
                                   const std::vector<uint64_t>& values) {
  return WrappedIntegers(type, std::move(shape), {values.begin(), values.end()});
}

}  // namespace qcompile::runtime
