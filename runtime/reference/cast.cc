// Cast and CastLike between the ONNX numeric types.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// How a cast to a small float ends.
struct Ending {
  Overflow overflow = Overflow::kInfinity;
  FloatRounding rounding = FloatRounding::kHalfEven;
};

absl::StatusOr<Ending> ReadEnding(const Attributes& attributes, DataType type) {
  Ending ending;
  if (type.bits > 8) return ending;
  QCOMPILE_ASSIGN_OR_RETURN(const bool saturate, BoolAttribute(attributes, "saturate", true));
  if (saturate) ending.overflow = Overflow::kSaturate;
  if (type.kind != TypeKind::kFloat8E8M0) return ending;
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode,
                            StringAttribute(attributes, "round_mode", "up"));
  if (mode != "up" && mode != "down" && mode != "nearest") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected round_mode up, down or nearest, found ", mode));
  }
  ending.rounding = mode == "up"     ? FloatRounding::kUp
                    : mode == "down" ? FloatRounding::kDown
                                     : FloatRounding::kHalfAway;
  return ending;
}

// A double that rounds to any narrow float as the integer does: what does not fit 53 bits becomes
// one odd last bit, so that no second rounding meets a tie that is none.
double SameRounding(const Tensor& x, int64_t i) {
  const bool is_unsigned = x.type() == DataType::Unsigned(64);
  const int64_t value = x.IntegerAt(i);
  const bool negative = !is_unsigned && value < 0;
  uint64_t magnitude = static_cast<uint64_t>(value);
  if (negative) magnitude = ~magnitude + 1;
  if (magnitude >> 53 != 0) {
    const bool sticky = (magnitude & 0x7FF) != 0;
    magnitude = (magnitude >> 11 | (sticky ? 1 : 0)) << 11;
  }
  const auto real = static_cast<double>(magnitude);
  return negative ? -real : real;
}

Tensor CastToFloat32(const Tensor& x) {
  Tensor result(DataType::Float32(), x.shape());
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t i = 0; i < x.size(); ++i) {
    // Straight from the integer: through double it would round twice.
    if (x.type() == DataType::Unsigned(64)) {
      out[i] = static_cast<float>(x.Data<uint64_t>()[i]);
    } else if (x.type().IsInteger()) {
      out[i] = static_cast<float>(x.IntegerAt(i));
    } else {
      out[i] = static_cast<float>(x.DoubleAt(i));
    }
  }
  return result;
}

Tensor CastToNarrow(const Tensor& x, DataType type, Ending ending) {
  Tensor result(type, x.shape());
  uint8_t* out = result.MutableBytes().data();
  for (int64_t i = 0; i < x.size(); ++i) {
    const double value = x.type().IsFloat() ? x.DoubleAt(i) : SameRounding(x, i);
    const uint32_t code = EncodeFloat(type, value, ending.overflow, ending.rounding);
    if (type.bits == 16) {
      reinterpret_cast<uint16_t*>(out)[i] = static_cast<uint16_t>(code);
    } else {
      out[i] = static_cast<uint8_t>(code);
    }
  }
  return result;
}

// Towards zero. ONNX leaves values outside the type undefined, so they are refused, but for types
// below a byte, where its node tests record the low bits.
absl::StatusOr<Tensor> CastFloatToInteger(const Tensor& x, DataType type) {
  std::vector<int64_t> values(static_cast<size_t>(x.size()));
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = std::trunc(x.DoubleAt(static_cast<int64_t>(i)));
    const double limit = type == DataType::Unsigned(64) ? 0x1p64 : 0x1p63;
    if (!(value >= -0x1p63 && value < limit) || (limit == 0x1p64 && value < 0)) {
      return absl::OutOfRangeError(absl::StrCat("expected a value of type ", type.ToString(),
                                                ", found ", NumberToString(value)));
    }
    values[i] = value < 0x1p63 ? static_cast<int64_t>(value)
                               : static_cast<int64_t>(static_cast<uint64_t>(value));
  }
  if (type.bits < 8 || type.bits == 64) return WrappedIntegers(type, x.shape(), std::move(values));
  return Tensor::FromIntegers(type, x.shape(), values);
}

Tensor CastToBool(const Tensor& x) {
  Tensor result(DataType::Bool(), x.shape());
  absl::Span<uint8_t> out = result.MutableData<uint8_t>();
  for (int64_t i = 0; i < x.size(); ++i) out[i] = x.DoubleAt(i) != 0;
  return result;
}

Results CastTo(const Value& x, DataType type, Ending ending) {
  const Tensor& tensor = x.tensor;
  if (tensor.type() == type) return std::vector<Value>{x};
  if (type == DataType::Float32()) return Single(absl::StatusOr<Tensor>(CastToFloat32(tensor)));
  if (type == DataType::Float64()) {
    return Single(absl::StatusOr<Tensor>(Tensor::FromDoubles(tensor.shape(), ToDoubles(tensor))));
  }
  if (type.IsFloat()) return Single(absl::StatusOr<Tensor>(CastToNarrow(tensor, type, ending)));
  if (type == DataType::Bool()) return Single(absl::StatusOr<Tensor>(CastToBool(tensor)));
  if (tensor.type().IsFloat()) return Single(CastFloatToInteger(tensor, type));
  return Single(WrappedIntegers(type, tensor.shape(), tensor.ToIntegers()));
}

Results Cast(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t to, IntAttribute(attributes, "to", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, FromOnnxType(to));
  QCOMPILE_ASSIGN_OR_RETURN(const Ending ending, ReadEnding(attributes, type));
  return CastTo(*operands[0], type, ending);
}

Results CastLike(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const DataType type = operands[1]->tensor.type();
  QCOMPILE_ASSIGN_OR_RETURN(const Ending ending, ReadEnding(attributes, type));
  return CastTo(*operands[0], type, ending);
}

}  // namespace

void RegisterCasts(ReferenceTable& table) {
  table["onnx.Cast"] = Cast;
  table["onnx.CastLike"] = CastLike;
}

}  // namespace qcompile::runtime
