// LinearQuant: QuantizeLinear and DequantizeLinear in one. The zero point is added after rounding,
// unlike that of QONNX's Quant, and the codes are any interval of integers.
#include <cmath>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// A parameter in the rank of x.
absl::StatusOr<Tensor> ReadParameter(const Tensor& parameter, const Tensor& x,
                                     absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(parameter, what));
  if (parameter.rank() <= x.rank() &&
      BroadcastsTo(ExtendRank(parameter, x.rank()).shape(), x.shape())) {
    return ExtendRank(parameter, x.rank());
  }
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, " to broadcast to ",
                                                 ShapeToString(x.shape()), ", found shape ",
                                                 ShapeToString(parameter.shape())));
}

absl::Status CheckValues(const Tensor& scale, const Tensor& zero_point) {
  for (float s : scale.Floats()) {
    if (s > 0 && std::isfinite(s)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("expected the scale to be finite and positive, found ", NumberToString(s)));
  }
  for (float z : zero_point.Floats()) {
    if (std::trunc(z) == z && std::fabs(z) <= 0x1p24f) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "expected the zero point to be an integer of at most 24 bits, found ", NumberToString(z)));
  }
  return absl::OkStatus();
}

// The narrowest type that holds both: signed where the lower one is negative.
DataType TypeOf(int64_t low, int64_t high) {
  int bits = 1;
  auto type = [&] { return low < 0 ? DataType::Signed(bits) : DataType::Unsigned(bits); };
  while (!type().Contains(low) || !type().Contains(high)) ++bits;
  return type();
}

Results LinearQuant(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor scale, ReadParameter(operands[1]->tensor, x, "the scale"));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor zero_point,
                            ReadParameter(operands[2]->tensor, x, "the zero point"));
  QCOMPILE_RETURN_IF_ERROR(CheckValues(scale, zero_point));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t high, IntAttribute(attributes, "high", std::nullopt));
  if (low > high || low < INT32_MIN ||
      high > (low < 0 ? int64_t{INT32_MAX} : int64_t{UINT32_MAX})) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ordered bounds of one type of 32 bits, found ", low, " and ", high));
  }
  const BroadcastIndex scale_index(scale.shape(), x.shape());
  const BroadcastIndex zero_index(zero_point.shape(), x.shape());
  std::vector<int64_t> codes(static_cast<size_t>(x.size()));
  for (int64_t i = 0; i < x.size(); ++i) {
    const float quotient = x.Floats()[i] / scale.Floats()[scale_index(i)];
    // The sum is of integers: no rounding is left for the last step.
    const double sum = RoundToIntegral(quotient, RoundingMode::kHalfEven) +
                       static_cast<double>(zero_point.Floats()[zero_index(i)]);
    codes[static_cast<size_t>(i)] = RoundAndClamp(sum, RoundingMode::kHalfEven, low, high);
  }
  QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor,
                            Tensor::FromIntegers(TypeOf(low, high), x.shape(), codes));
  return std::vector<Value>{
      MakeQuantized({std::move(tensor), std::move(scale), std::move(zero_point)})};
}

}  // namespace

void RegisterLinearQuant(ReferenceTable& table) { table["onnx.LinearQuant"] = LinearQuant; }

}  // namespace qcompile::runtime
