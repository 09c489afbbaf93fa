#include "runtime/reference/quantized_floats.h"

#include <cmath>
#include <string>

#include "runtime/reference/rounding.h"

namespace qcompile::runtime {
namespace {

constexpr double kLargestCode = 1 << 20;
// Floats of this size are integers: adding it to a number far below rounds that to an integer, half
// to even.
constexpr float kIntegerGrid = 0x1.8p23f;

std::optional<float> Single(const Tensor& tensor) {
  if (tensor.size() != 1 || !tensor.type().IsFloat()) return std::nullopt;
  return static_cast<float>(tensor.DoubleAt(0));
}

}  // namespace

std::optional<FloatQuantizer> MakeFloatQuantizer(const Attributes& attributes, const Tensor& scale,
                                                 const Tensor& zero_point, const Tensor& bits) {
  const bool is_signed = attributes.Get<int64_t>("signed", 1) != 0;
  const bool narrow = attributes.Get<int64_t>("narrow", 0) != 0;
  const absl::StatusOr<RoundingMode> mode =
      ParseRoundingMode(attributes.Get<std::string>("rounding_mode", "ROUND"));
  if (!mode.ok() || *mode != RoundingMode::kHalfEven) return std::nullopt;
  const std::optional<float> s = Single(scale), z = Single(zero_point), b = Single(bits);
  if (!s || !z || !b) return std::nullopt;
  if (!(*s > 0) || !std::isfinite(*s)) return std::nullopt;
  if (!(std::fabs(*z) <= kLargestCode) || std::trunc(*z) != *z) return std::nullopt;
  if (!(*b >= (is_signed ? 2 : 1) && *b <= 20) || std::trunc(*b) != *b) return std::nullopt;
  FloatQuantizer out{*s, *z, 0, std::ldexp(1.0f, static_cast<int>(*b)) - (narrow ? 2 : 1)};
  if (is_signed) {
    const float half = std::ldexp(1.0f, static_cast<int>(*b) - 1);
    out.low = narrow ? 1 - half : -half;
    out.high = half - 1;
  }
  return out;
}

Tensor QuantizeFloats(const FloatQuantizer& quantizer, const Tensor& x) {
  Tensor result(DataType::Float32(), x.shape());
  const float* in = x.Floats().data();
  float* out = result.MutableData<float>().data();
  const FloatQuantizer q = quantizer;
  for (int64_t i = 0, size = x.size(); i < size; ++i) {
    const float quotient = in[i] / q.scale;
    float code = quotient + q.zero_point;
    code = code >= q.low ? code : q.low;  // also where it is NaN
    code = code <= q.high ? code : q.high;
    code = (code + kIntegerGrid) - kIntegerGrid;
    // Never a negative zero.
    out[i] = (code - q.zero_point) * q.scale + 0.0f;
  }
  return result;
}

}  // namespace qcompile::runtime
