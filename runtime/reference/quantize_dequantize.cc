// QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear: one scale and zero point, one per
// index of an axis, or one per block of it. Integer codes with float32 scales have an exact
// reading; with other types the steps are floats, rounded to the type that the operator names.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/positive_scales.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/quantizer_parameters.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// The result of one step in a float type that is computed with as float32 (or is double).
double RoundTo(DataType type, double value) {
  if (type == DataType::Float64()) return value;
  const auto rounded = static_cast<float>(value);
  if (type == DataType::Float32()) return rounded;
  return DecodeFloat(type, EncodeFloat(type, rounded, Overflow::kInfinity));
}

// a op b as a number of the type: the operands are numbers of it already.
double Divide(DataType type, double a, double b) {
  if (type == DataType::Float64()) return a / b;
  return RoundTo(type, static_cast<float>(a) / static_cast<float>(b));
}
double Multiply(DataType type, double a, double b) {
  if (type == DataType::Float64()) return a * b;
  return RoundTo(type, static_cast<float>(a) * static_cast<float>(b));
}

absl::StatusOr<DataType> TypeAttribute(const Attributes& attributes, absl::string_view name,
                                       DataType otherwise) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t number, IntAttribute(attributes, name, 0));
  if (number == 0) return otherwise;
  return FromOnnxType(number);
}

// Operand 1 and 2 against an operand of shape `shape`.
struct Operators {
  Tensor scale, zero_point;  // broadcast against it
};

absl::StatusOr<Operators> ReadOperators(const Attributes& attributes, Operands operands,
                                        DataType code_type) {
  const Shape& shape = operands[0]->tensor.shape();
  const Tensor& scale = operands[1]->tensor;
  if (!scale.type().IsFloat()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a scale of a float type, found ", scale.type().ToString()));
  }
  Operators result;
  QCOMPILE_ASSIGN_OR_RETURN(result.scale, ArrangeParameter(attributes, scale, shape, "scales"));
  if (const Value* zero_point = OptionalOperand(operands, 2)) {
    QCOMPILE_RETURN_IF_ERROR(CheckType(zero_point->tensor, code_type, "the zero point"));
    QCOMPILE_ASSIGN_OR_RETURN(
        result.zero_point, ArrangeParameter(attributes, zero_point->tensor, shape, "zero points"));
  } else {
    result.zero_point = Tensor(code_type, Shape(shape.size(), 1));
  }
  return result;
}

double NumberAt(const Tensor& tensor, int64_t i) {
  return tensor.type().IsFloat() ? tensor.DoubleAt(i) : static_cast<double>(tensor.IntegerAt(i));
}

Results QuantizeLinear(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor& x = operands[0]->tensor;
  const Value* zero_point = OptionalOperand(operands, 2);
  DataType type = DataType::Unsigned(8);
  if (zero_point != nullptr) type = zero_point->tensor.type();
  QCOMPILE_ASSIGN_OR_RETURN(const DataType named, TypeAttribute(attributes, "output_dtype", type));
  if (zero_point != nullptr && named != type) {
    return absl::InvalidArgumentError(absl::StrCat("expected a zero point of output_dtype ",
                                                   named.ToString(), ", found ", type.ToString()));
  }
  type = named;
  QCOMPILE_ASSIGN_OR_RETURN(const bool saturate, BoolAttribute(attributes, "saturate", true));
  QCOMPILE_ASSIGN_OR_RETURN(const Operators with, ReadOperators(attributes, operands, type));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType precision,
                            TypeAttribute(attributes, "precision", with.scale.type()));
  if (!precision.IsFloat() || type.bits > 32) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a division in a float type and codes of at most 32 bits, found ",
                     precision.ToString(), " and ", type.ToString()));
  }
  const BroadcastIndex scale_index(with.scale.shape(), x.shape());
  const BroadcastIndex zero_index(with.zero_point.shape(), x.shape());
  std::vector<int64_t> codes;
  Tensor floats(type, x.shape());
  for (int64_t i = 0; i < x.size(); ++i) {
    const double value = RoundTo(precision, NumberAt(x, i));
    const double scale = RoundTo(precision, with.scale.DoubleAt(scale_index(i)));
    const double quotient = Divide(precision, value, scale);
    const double zero = NumberAt(with.zero_point, zero_index(i));
    if (type.IsFloat()) {
      const uint32_t code =
          EncodeFloat(type, quotient + zero, saturate ? Overflow::kSaturate : Overflow::kInfinity);
      floats.MutableBytes()[static_cast<size_t>(i)] = static_cast<uint8_t>(code);
      continue;
    }
    // The zero point is added to the integer.
    const double steps = RoundToIntegral(quotient, RoundingMode::kHalfEven);
    codes.push_back(
        RoundAndClamp(steps + zero, RoundingMode::kHalfEven, type.MinValue(), type.MaxValue()));
  }
  if (type.IsFloat()) return Single(absl::StatusOr<Tensor>(std::move(floats)));
  return Single(Tensor::FromIntegers(type, x.shape(), codes));
}

// Whether codes with these scales and zero points have an exact reading.
bool HasReading(const Tensor& x, const Operators& with, DataType result) {
  if (!x.type().IsInteger() || x.type().bits > 32 || result != DataType::Float32() ||
      with.scale.type() != DataType::Float32()) {
    return false;
  }
  for (int64_t i = 0; i < with.zero_point.size(); ++i) {
    // The view holds zero points as float32.
    if (std::abs(with.zero_point.IntegerAt(i)) > (int64_t{1} << 24)) return false;
  }
  for (float scale : with.scale.Floats()) {
    if (!std::isfinite(scale)) return false;
  }
  return true;
}

Results DequantizeLinear(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(Operators with, ReadOperators(attributes, operands, x.type()));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type,
                            TypeAttribute(attributes, "output_dtype", with.scale.type()));
  if (!type.IsFloat()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected output_dtype to be a float type, found ", type.ToString()));
  }
  if (HasReading(x, with, type)) {
    const Tensor zeros =
        Tensor::FromReals(DataType::Float32(), with.zero_point.shape(), ToDoubles(with.zero_point));
    return std::vector<Value>{MakeQuantized(WithPositiveScales({x, std::move(with.scale), zeros}))};
  }
  const BroadcastIndex scale_index(with.scale.shape(), x.shape());
  const BroadcastIndex zero_index(with.zero_point.shape(), x.shape());
  std::vector<double> values(static_cast<size_t>(x.size()));
  for (int64_t i = 0; i < x.size(); ++i) {
    const double difference = NumberAt(x, i) - NumberAt(with.zero_point, zero_index(i));
    const double scale = RoundTo(type, with.scale.DoubleAt(scale_index(i)));
    values[static_cast<size_t>(i)] = Multiply(type, RoundTo(type, difference), scale);
  }
  return Single(absl::StatusOr<Tensor>(Tensor::FromReals(type, x.shape(), values)));
}

// By the function body of ONNX: 8 bits over the range of the operand and zero.
Results DynamicQuantizeLinear(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));
  float lowest = 0, highest = 0;
  for (float value : x.Floats()) {
    if (!std::isfinite(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected finite elements, found ", NumberToString(value)));
    }
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  const float range = highest - lowest;
  const float scale = range / 255.0f;
  const float negated = 0.0f - lowest;
  const float quotient = negated / scale;
  const int64_t zero = scale > 0 ? RoundAndClamp(quotient, RoundingMode::kHalfEven, 0, 255) : 0;
  std::vector<int64_t> codes;
  for (float value : x.Floats()) {
    const float scaled = scale > 0 ? value / scale : 0.0f;
    const double steps = RoundToIntegral(scaled, RoundingMode::kHalfEven);
    codes.push_back(
        RoundAndClamp(steps + static_cast<double>(zero), RoundingMode::kHalfEven, 0, 255));
  }
  const DataType type = DataType::Unsigned(8);
  QCOMPILE_ASSIGN_OR_RETURN(Tensor y, Tensor::FromIntegers(type, x.shape(), codes));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor zero_point, Tensor::FromIntegers(type, {}, {zero}));
  return std::vector<Value>{Value(std::move(y)), Value(Tensor::ScalarFloat(scale)),
                            Value(std::move(zero_point))};
}

}  // namespace

void RegisterQuantizeDequantize(ReferenceTable& table) {
  table["onnx.DequantizeLinear"] = DequantizeLinear;
  table["onnx.DynamicQuantizeLinear"] = DynamicQuantizeLinear;
  table["onnx.QuantizeLinear"] = QuantizeLinear;
}

}  // namespace qcompile::runtime
