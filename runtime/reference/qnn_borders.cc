// qnn.quantize and qnn.dequantize, the borders with float islands. Check numbers are those of
// docs/Qnn.md.
#include <cmath>
#include <optional>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/exact_sum.h"
#include "runtime/reference/qnn_support.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// quantize_c4: the rank of x, each dimension 1 or that of x.
absl::Status CheckParameter(const Tensor& parameter, const Tensor& x, absl::string_view what) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(parameter, what));
  if (parameter.rank() == x.rank() && BroadcastsTo(parameter.shape(), x.shape())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, " of rank ", x.rank(), " that broadcasts to ",
                   ShapeToString(x.shape()), ", found shape ", ShapeToString(parameter.shape())));
}

absl::Status CheckQuantizeParameters(const Tensor& scale, const Tensor& zero_point) {
  for (float s : scale.Floats()) {  // quantize_c2
    if (!(s > 0) || !std::isfinite(s)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected scales to be finite and positive, found ", NumberToString(s)));
    }
  }
  for (float z : zero_point.Floats()) {
    if (!std::isfinite(z)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected zero points to be finite, found ", NumberToString(z)));
    }
  }
  return absl::OkStatus();
}

Results Quantize(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the quantized operand"));  // quantize_c1
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor scale, TensorAttribute(attributes, "scale"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor zero_point, TensorAttribute(attributes, "zero_point"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t high, IntAttribute(attributes, "high", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string rounding,
                            StringAttribute(attributes, "rounding", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const RoundingMode mode, ParseRoundingMode(rounding));
  QCOMPILE_RETURN_IF_ERROR(CheckParameter(scale, x, "scales"));
  QCOMPILE_RETURN_IF_ERROR(CheckParameter(zero_point, x, "zero points"));
  QCOMPILE_RETURN_IF_ERROR(CheckQuantizeParameters(scale, zero_point));
  if (low > high || !type.Contains(low) || !type.Contains(high)) {  // quantize_c3
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ordered bounds of type ", type.ToString(), ", found ", low, " and ", high));
  }
  const BroadcastIndex scale_index(scale.shape(), x.shape());
  const BroadcastIndex zero_index(zero_point.shape(), x.shape());
  std::vector<int64_t> codes(static_cast<size_t>(x.size()));
  for (int64_t i = 0; i < x.size(); ++i) {
    const float quotient = x.Floats()[i] / scale.Floats()[scale_index(i)];
    const float shifted = quotient + zero_point.Floats()[zero_index(i)];
    codes[static_cast<size_t>(i)] = RoundAndClamp(shifted, mode, low, high);
  }
  return Single(Tensor::FromIntegers(type, x.shape(), codes));
}

struct DequantizeParameters {
  Tensor scale, zero_point, bias;
  int64_t divisor = 1;
  PerAxis scale_at, zero_at, bias_at;
};

absl::StatusOr<DequantizeParameters> ReadDequantize(const Attributes& attributes, const Tensor& x) {
  DequantizeParameters p;
  QCOMPILE_ASSIGN_OR_RETURN(p.scale, TensorAttribute(attributes, "scale"));
  QCOMPILE_ASSIGN_OR_RETURN(p.zero_point, TensorAttribute(attributes, "zero_point"));
  p.bias = Tensor::FromDoubles({}, {0.0});
  const bool has_bias = attributes.values().count("bias") != 0;
  if (has_bias) {
    QCOMPILE_ASSIGN_OR_RETURN(p.bias, TensorAttribute(attributes, "bias"));
  }
  QCOMPILE_ASSIGN_OR_RETURN(p.divisor, IntAttribute(attributes, "divisor", 1));
  const int64_t highest = has_bias ? 1 : int64_t{1} << 31;
  if (p.divisor < 1 || p.divisor > highest) {  // dequantize_c4
    return absl::InvalidArgumentError(
        absl::StrCat("expected a divisor from 1 to ", highest, ", found ", p.divisor));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.scale, DataType::Float64(), "scales"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.zero_point, DataType::Int64(), "zero points"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.bias, DataType::Float64(), "biases"));
  for (double s : p.scale.Data<double>()) {  // dequantize_c2
    if (s == 0 || !std::isfinite(s)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected scales to be finite and not zero, found ", NumberToString(s)));
    }
  }
  for (double b : p.bias.Data<double>()) {
    if (!std::isfinite(b)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected biases to be finite, found ", NumberToString(b)));
    }
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  const Shape& shape = x.shape();
  QCOMPILE_ASSIGN_OR_RETURN(p.scale_at, PerAxis::Create(p.scale.size(), shape, axis, "scales"));
  QCOMPILE_ASSIGN_OR_RETURN(p.zero_at,
                            PerAxis::Create(p.zero_point.size(), shape, axis, "zero points"));
  QCOMPILE_ASSIGN_OR_RETURN(p.bias_at, PerAxis::Create(p.bias.size(), shape, axis, "biases"));
  return p;
}

// code * scale rounded once to float32, where the product in double is far enough from the middle
// of two floats to say which: it is off by at most 2^-53 of itself.
std::optional<float> RoundProduct(int64_t code, double scale) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (code < -kExact || code > kExact) return std::nullopt;
  const double product = static_cast<double>(code) * scale;
  const double magnitude = std::fabs(product);
  // Halves of small products are no longer exact.
  if (!(magnitude > 1e-30 && magnitude < 1e30)) return std::nullopt;
  const auto low = static_cast<float>(product * (1 - 0x1p-51));
  const auto high = static_cast<float>(product * (1 + 0x1p-51));
  return low == high ? std::optional<float>(low) : std::nullopt;
}

Results Dequantize(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the dequantized operand"));  // dequantize_c1
  QCOMPILE_ASSIGN_OR_RETURN(const DequantizeParameters p, ReadDequantize(attributes, x));
  Tensor result(DataType::Float32(), x.shape());
  absl::Span<float> out = result.MutableData<float>();
  ExactSum sum;
  for (int64_t i = 0; i < x.size(); ++i) {
    const double scale = p.scale.Data<double>()[p.scale_at(i)];
    const int64_t code = x.IntegerAt(i), zero_point = p.zero_point.IntegerAt(p.zero_at(i));
    const double bias = p.bias.Data<double>()[p.bias_at(i)];
    if (zero_point == 0 && bias == 0 && p.divisor == 1) {
      if (const std::optional<float> product = RoundProduct(code, scale)) {
        out[i] = *product;
        continue;
      }
    }
    sum.Clear();
    // Two products: the difference of two 64-bit integers might not fit 64 bits.
    sum.Add(ExactProduct(code).Times(scale));
    sum.Add(ExactProduct(zero_point).Times(scale).Negate());
    sum.Add(bias);
    out[i] = sum.RoundQuotientToFloat(p.divisor);
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterQnnBorders(ReferenceTable& table) {
  table["qnn.dequantize"] = Dequantize;
  table["qnn.quantize"] = Quantize;
}

}  // namespace qcompile::runtime
