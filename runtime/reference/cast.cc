// onnx.Cast between the ONNX numeric types.
#include <cmath>

#include "runtime/reference/checks.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

// Numbers of TensorProto.DataType.
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
    case 11:
      return DataType::Float64();
    case 12:
      return DataType::Unsigned(32);
    case 13:
      return DataType::Unsigned(64);
    case 21:
      return DataType::Unsigned(4);
    case 22:
      return DataType::Signed(4);
    case 25:
      return DataType::Unsigned(2);
    case 26:
      return DataType::Signed(2);
    default:
      return absl::UnimplementedError(absl::StrCat(
          "expected a cast to a float, integer or bool type, found ONNX type number ", number));
  }
}

Tensor CastToFloat(const Tensor& x, DataType type) {
  Tensor result(type, x.shape());
  for (int64_t i = 0; i < x.size(); ++i) {
    if (type == DataType::Float64()) {
      result.MutableData<double>()[i] = x.DoubleAt(i);
    } else if (x.type().IsInteger()) {
      // Straight from the integer: through double it would round twice.
      result.MutableData<float>()[i] = static_cast<float>(x.IntegerAt(i));
    } else {
      result.MutableData<float>()[i] = static_cast<float>(x.DoubleAt(i));
    }
  }
  return result;
}

// Towards zero. ONNX leaves values outside the type undefined, so they are refused.
absl::StatusOr<Tensor> CastFloatToInteger(const Tensor& x, DataType type) {
  std::vector<int64_t> values(static_cast<size_t>(x.size()));
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = std::trunc(x.DoubleAt(static_cast<int64_t>(i)));
    if (!(value >= -0x1p63 && value < 0x1p63)) {
      return absl::OutOfRangeError(absl::StrCat("expected a value of type ", type.ToString(),
                                                ", found ", NumberToString(value)));
    }
    values[i] = static_cast<int64_t>(value);
  }
  return Tensor::FromIntegers(type, x.shape(), values);
}

Tensor CastToBool(const Tensor& x) {
  Tensor result(DataType::Bool(), x.shape());
  absl::Span<uint8_t> out = result.MutableData<uint8_t>();
  for (int64_t i = 0; i < x.size(); ++i) out[i] = x.DoubleAt(i) != 0;
  return result;
}

Results Cast(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t to, IntAttribute(attributes, "to", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, FromOnnxType(to));
  const Value& x = *operands[0];
  if (x.tensor.type() == type) return std::vector<Value>{x};
  if (type.IsFloat()) return Single(absl::StatusOr<Tensor>(CastToFloat(x.tensor, type)));
  if (type == DataType::Bool()) return Single(absl::StatusOr<Tensor>(CastToBool(x.tensor)));
  if (x.tensor.type().IsFloat()) return Single(CastFloatToInteger(x.tensor, type));
  return Single(WrappedIntegers(type, x.tensor.shape(), x.tensor.ToIntegers()));
}

}  // namespace

void RegisterCasts(ReferenceTable& table) { table["onnx.Cast"] = Cast; }

}  // namespace qcompile::runtime
