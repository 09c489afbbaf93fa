// FloatQuant of QONNX: rounding to a small floating-point format. A float operation, since its
// values do not lie on one grid.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// What the operands say at one element, and what becomes of values beyond the range.
struct FloatFormat {
  double exponent_bits, mantissa_bits, bias, max_value;
};
struct Overflow {
  bool saturate = true, has_infinity = false, has_nan = false;
};

// Largest magnitude of the format, with no code reserved.
double LargestValue(const FloatFormat& format) {
  const double largest_exponent = std::exp2(format.exponent_bits) - 1 - format.bias;
  const double mantissa = 2 - std::exp2(-format.mantissa_bits);
  return std::min(format.max_value, mantissa * std::exp2(largest_exponent));
}

// `x` is divided by the scale already. The exponent is that of the real number, where the peer
// takes a rounded logarithm.
float RoundToFormat(float x, const FloatFormat& format, RoundingMode mode,
                    const Overflow& overflow) {
  if (std::isnan(x)) return x;
  const auto mantissa_bits = static_cast<int>(format.mantissa_bits);
  const int lowest = 1 - static_cast<int>(format.bias) - mantissa_bits;
  const float magnitude = std::fabs(x) + std::numeric_limits<float>::min();
  const int exponent = std::isinf(x) ? 128 : std::ilogb(magnitude);
  const int step = std::max(exponent - mantissa_bits, lowest);
  const double rounded =
      std::ldexp(RoundToIntegral(std::ldexp(static_cast<double>(x), -step), mode), step);
  const double largest = LargestValue(format);
  if (std::fabs(rounded) <= largest) return static_cast<float>(rounded);
  const float sign = rounded < 0 ? -1.0f : 1.0f;
  if (overflow.saturate) return sign * static_cast<float>(largest);
  if (overflow.has_infinity) return sign * std::numeric_limits<float>::infinity();
  return std::numeric_limits<float>::quiet_NaN();
}

absl::StatusOr<Overflow> ReadOverflow(const Attributes& attributes) {
  Overflow result;
  QCOMPILE_ASSIGN_OR_RETURN(result.saturate, BoolAttribute(attributes, "saturation", true));
  QCOMPILE_ASSIGN_OR_RETURN(result.has_infinity, BoolAttribute(attributes, "has_inf", false));
  QCOMPILE_ASSIGN_OR_RETURN(result.has_nan, BoolAttribute(attributes, "has_nan", false));
  if (!result.saturate && !result.has_infinity && !result.has_nan) {
    return absl::InvalidArgumentError(
        "expected infinities or NaN in a format without saturation, found neither");
  }
  return result;
}

absl::Status CheckIntegers(const Tensor& tensor, absl::string_view what, double least,
                           double most) {
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double value = tensor.DoubleAt(i);
    if (value >= least && value <= most && value == std::trunc(value)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", what, " to be an integer from ", NumberToString(least), " to ",
                     NumberToString(most), ", found ", NumberToString(value)));
  }
  return absl::OkStatus();
}

Results FloatQuant(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 6, 6));
  const Tensor &x = operands[0]->tensor, &scale = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckIntegers(operands[2]->tensor, "the exponent width", 1, 8));
  QCOMPILE_RETURN_IF_ERROR(CheckIntegers(operands[3]->tensor, "the mantissa width", 0, 23));
  QCOMPILE_RETURN_IF_ERROR(CheckIntegers(operands[4]->tensor, "the exponent bias", -255, 255));
  QCOMPILE_ASSIGN_OR_RETURN(const Overflow overflow, ReadOverflow(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "rounding_mode", "ROUND"));
  QCOMPILE_ASSIGN_OR_RETURN(const RoundingMode mode, ParseRoundingMode(name));
  Shape shape;
  std::vector<BroadcastIndex> index;
  for (const Value* operand : operands) {
    QCOMPILE_ASSIGN_OR_RETURN(shape, BroadcastShapes(shape, operand->tensor.shape()));
  }
  for (const Value* operand : operands) index.emplace_back(operand->tensor.shape(), shape);
  Tensor result(DataType::Float32(), shape);
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t i = 0; i < result.size(); ++i) {
    auto parameter = [&](size_t k) { return operands[k]->tensor.DoubleAt(index[k](i)); };
    const auto s = static_cast<float>(scale.DoubleAt(index[1](i)));
    if (!(s > 0) || !std::isfinite(s)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected the scale to be finite and positive, found ", NumberToString(s)));
    }
    const float scaled = x.Floats()[index[0](i)] / s;
    const FloatFormat format{parameter(2), parameter(3), parameter(4), parameter(5)};
    out[i] = RoundToFormat(scaled, format, mode, overflow) * s;
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterFloatQuant(ReferenceTable& table) { table["onnx.FloatQuant"] = FloatQuant; }

}  // namespace qcompile::runtime
