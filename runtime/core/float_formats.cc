#include "runtime/core/float_formats.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qcompile::runtime {
namespace {

// A format with a sign bit. Codes without the sign ascend with the number up to `max_code`.
struct Format {
  int exponent_bits;
  int mantissa_bits;
  int bias;
  uint32_t max_code;
  bool has_infinity;   // the code after max_code
  uint32_t nan_code;   // -0 in float4e2m1, which has no NaN: so the node tests of ONNX record it
  bool unsigned_zero;  // the sign bit alone is NaN
};

Format FormatOf(DataType type) {
  switch (type.kind) {
    case TypeKind::kBFloat16:
      return {8, 7, 127, 0x7F7F, true, 0x7FC0, false};
    case TypeKind::kFloat8E4M3FN:
      return {4, 3, 7, 0x7E, false, 0x7F, false};
    case TypeKind::kFloat8E4M3FNUZ:
      return {4, 3, 8, 0x7F, false, 0x80, true};
    case TypeKind::kFloat8E5M2:
      return {5, 2, 15, 0x7B, true, 0x7E, false};
    case TypeKind::kFloat8E5M2FNUZ:
      return {5, 2, 16, 0x7F, false, 0x80, true};
    case TypeKind::kFloat4E2M1:
      return {2, 1, 1, 0x7, false, 0x8, false};
    default:
      return {5, 10, 15, 0x7BFF, true, 0x7E00, false};
  }
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Powers of two without sign.
constexpr int kScaleBias = 127;
constexpr uint32_t kScaleMaxCode = 0xFE, kScaleNan = 0xFF;

double RoundMagnitude(double x, FloatRounding rounding) {
  switch (rounding) {
    case FloatRounding::kUp:
      return std::ceil(x);
    case FloatRounding::kDown:
      return std::floor(x);
    case FloatRounding::kHalfAway:
      return std::round(x);
    default:
      return std::nearbyint(x);  // half to even, in the processor's default direction
  }
}

uint32_t EncodeScale(double value, Overflow overflow, FloatRounding rounding) {
  const bool saturate = overflow == Overflow::kSaturate;
  if (std::isnan(value) || value < 0) return kScaleNan;
  if (value == 0) return saturate ? 0 : kScaleNan;
  if (std::isinf(value)) return saturate ? kScaleMaxCode : kScaleNan;
  const int exponent = std::ilogb(value);
  const double mantissa = std::ldexp(value, -exponent);  // in [1, 2)
  const int rounded = exponent + (RoundMagnitude(mantissa, rounding) == 2 ? 1 : 0);
  const int code = rounded + kScaleBias;
  if (code > static_cast<int>(kScaleMaxCode)) return saturate ? kScaleMaxCode : kScaleNan;
  if (code < 0) return saturate ? 0 : kScaleNan;
  return static_cast<uint32_t>(code);
}

}  // namespace

double DecodeFloat(DataType type, uint32_t code) {
  if (type.kind == TypeKind::kFloat8E8M0) {
    return code == kScaleNan ? kNan : std::ldexp(1.0, static_cast<int>(code) - kScaleBias);
  }
  const Format format = FormatOf(type);
  const uint32_t sign_bit = 1u << (format.exponent_bits + format.mantissa_bits);
  const uint32_t magnitude = code & (sign_bit - 1);
  if (format.unsigned_zero && (code & (2 * sign_bit - 1)) == sign_bit) return kNan;
  const double sign = code & sign_bit ? -1 : 1;
  if (magnitude > format.max_code) {
    const bool infinite = format.has_infinity && magnitude == format.max_code + 1;
    return infinite ? sign * std::numeric_limits<double>::infinity() : kNan;
  }
  const int exponent = static_cast<int>(magnitude >> format.mantissa_bits);
  const uint32_t one = 1u << format.mantissa_bits;
  const uint32_t mantissa = magnitude & (one - 1);
  const int shift = std::max(exponent, 1) - format.bias - format.mantissa_bits;
  return sign * std::ldexp(exponent == 0 ? mantissa : mantissa + one, shift);
}

uint32_t EncodeFloat(DataType type, double value, Overflow overflow, FloatRounding rounding) {
  if (type.kind == TypeKind::kFloat8E8M0) return EncodeScale(value, overflow, rounding);
  const Format format = FormatOf(type);
  const uint32_t sign_bit = 1u << (format.exponent_bits + format.mantissa_bits);
  if (std::isnan(value)) return format.nan_code;
  const uint32_t sign = std::signbit(value) ? sign_bit : 0;
  const double magnitude = std::fabs(value);
  uint32_t code = format.max_code + 1;
  const int lowest = 1 - format.bias;
  const int exponent = magnitude == 0 ? lowest : std::max(std::ilogb(magnitude), lowest);
  if (exponent <= (1 << format.exponent_bits)) {
    // The mantissa with its leading one, which a carry may turn into the next power of two.
    const double steps =
        RoundMagnitude(std::ldexp(magnitude, format.mantissa_bits - exponent), rounding);
    code = (static_cast<uint32_t>(exponent + format.bias - 1) << format.mantissa_bits) +
           static_cast<uint32_t>(steps);
  }
  if (code > format.max_code) {
    if (overflow == Overflow::kSaturate || type.kind == TypeKind::kFloat4E2M1) {
      return sign | format.max_code;
    }
    if (format.has_infinity) return sign | (format.max_code + 1);
    return format.unsigned_zero ? format.nan_code : sign | format.nan_code;
  }
  return format.unsigned_zero && code == 0 ? 0 : sign | code;
}

}  // namespace qcompile::runtime
