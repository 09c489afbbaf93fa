// QuantizeLinear and DequantizeLinear of integer codes with float32 scales. The zero point is added after rounding, unlike
// that of QONNX's Quant.
#include <cmath>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/quantizer_parameters.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

Tensor ToFloat(const Tensor& integers) {
  Tensor result(DataType::Float32(), integers.shape());
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t i = 0; i < integers.size(); ++i) {
    out[static_cast<size_t>(i)] = static_cast<float>(integers.IntegerAt(i));
  }
  return result;
}

absl::Status CheckScales(const Tensor& scale) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(scale, "the scale"));
  for (float s : scale.Floats()) {
    if (!(s > 0) || !std::isfinite(s)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected the scale to be finite and positive, found ", NumberToString(s)));
    }
  }
  return absl::OkStatus();
}

struct Parameters {
  Tensor scale, zero_point;  // float32, of the rank of x
};

absl::StatusOr<Parameters> ReadParameters(const Attributes& attributes, const Tensor& scale,
                                          const Value* zero_point, const Shape& shape) {
  QCOMPILE_RETURN_IF_ERROR(CheckScales(scale));
  Parameters result;
  QCOMPILE_ASSIGN_OR_RETURN(result.scale, ArrangeParameter(attributes, scale, shape, "scales"));
  result.zero_point = Tensor::ScalarFloat(0).Reshaped(Shape(shape.size(), 1));
  if (zero_point != nullptr) {
    QCOMPILE_ASSIGN_OR_RETURN(
        result.zero_point,
        ArrangeParameter(attributes, ToFloat(zero_point->tensor), shape, "zero points"));
  }
  return result;
}

// clamp(round(x / scale) + zero point): the quotient is a float32, the sum exact.
std::vector<int64_t> Codes(const Tensor& x, const Parameters& parameters, int64_t low,
                           int64_t high) {
  const BroadcastIndex scale_index(parameters.scale.shape(), x.shape());
  const BroadcastIndex zero_index(parameters.zero_point.shape(), x.shape());
  absl::Span<const float> values = x.Floats(), scales = parameters.scale.Floats(),
                          zeros = parameters.zero_point.Floats();
  std::vector<int64_t> codes(values.size());
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    const float quotient = values[i] / scales[scale_index(n)];
    const double steps = RoundToIntegral(quotient, RoundingMode::kHalfEven);
    codes[i] = RoundAndClamp(steps + zeros[zero_index(n)], RoundingMode::kHalfEven, low, high);
  }
  return codes;
}

absl::StatusOr<DataType> FromOnnxType(int64_t number) {
  switch (number) {
    case 2:
      return DataType::Unsigned(8);
    case 3:
      return DataType::Signed(8);
    case 4:
      return DataType::Unsigned(16);
    case 5:
      return DataType::Signed(16);
    case 21:
      return DataType::Unsigned(4);
    case 22:
      return DataType::Signed(4);
    case 25:
      return DataType::Unsigned(2);
    case 26:
      return DataType::Signed(2);
    default:
      return absl::UnimplementedError(
          absl::StrCat("expected codes of an integer type, found ONNX type number ", number));
  }
}

Results QuantizeLinear(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor& given = operands[0]->tensor;
  const Tensor x = given.type() == DataType::Signed(32) ? ToFloat(given) : given;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));
  const Value* zero_point = OptionalOperand(operands, 2);
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t number, IntAttribute(attributes, "output_dtype", 0));
  DataType type = zero_point != nullptr ? zero_point->tensor.type() : DataType::Unsigned(8);
  if (zero_point == nullptr && number != 0) {
    QCOMPILE_ASSIGN_OR_RETURN(type, FromOnnxType(number));
  }
  if (!type.IsInteger() || type.bits > 32) {
    return absl::UnimplementedError(
        absl::StrCat("expected codes of an integer type, found ", type.ToString()));
  }
  QCOMPILE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      ReadParameters(attributes, operands[1]->tensor, zero_point, x.shape()));
  return Single(Tensor::FromIntegers(
      type, x.shape(), Codes(x, parameters, type.MinValue(), type.MaxValue())));
}

Results DequantizeLinear(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor& x = operands[0]->tensor;
  if (!x.type().IsInteger() || x.type().bits > 32) {
    return absl::UnimplementedError(
        absl::StrCat("expected codes of an integer type, found ", x.type().ToString()));
  }
  QCOMPILE_ASSIGN_OR_RETURN(Parameters parameters,
                            ReadParameters(attributes, operands[1]->tensor,
                                           OptionalOperand(operands, 2), x.shape()));
  return std::vector<Value>{
      MakeQuantized({x, std::move(parameters.scale), std::move(parameters.zero_point)})};
}

}  // namespace

void RegisterQuantizeDequantize(ReferenceTable& table) {
  table["onnx.DequantizeLinear"] = DequantizeLinear;
  table["onnx.QuantizeLinear"] = QuantizeLinear;
}

}  // namespace qcompile::runtime
