// y = scale * d + bias rounded once to float32: the arithmetic of the dequantizer.
//
// Why one fused multiply-add is not enough. h = fma(scale, d, bias) is the exact value x rounded
// to 53 bits; rounding h again to float32 is wrong where h lies exactly between two floats and x
// does not. Rounding *to odd* first cures this: if x is not a double, take of its two neighbours
// the one whose last bit is 1. A double has at least two bits more than any float32 (2^-149 is far
// above the subnormal doubles), so the odd neighbour is on x's side of every float and of every
// midpoint between floats (these have even last bits), and the second rounding is that of x.
//
// To find the odd neighbour one needs the sign of x - h. With p = scale * d rounded and
// e = fma(scale, d, -p), the product is p + e exactly: d is an integer, so the product is a
// multiple of scale's last bit and e cannot underflow. Then x - h = p + e + bias - h, and the sign
// of a sum of doubles is that of the largest part of a non-overlapping expansion (Shewchuk 1997),
// built by error-free additions.
//
// Overflow: where p overflows but x does not, x is at least 2^970 away from zero (doubles of that
// size are that far apart), so h and y are infinite or far above the floats and no sign is needed.
#ifndef QCOMPILE_RUNTIME_KERNELS_SCALED_ROUNDING_H_
#define QCOMPILE_RUNTIME_KERNELS_SCALED_ROUNDING_H_

#include <stdint.h>
#include <string.h>

// a + b = sum + error exactly (Knuth), for any order of magnitudes.
static inline double ExactSum(double a, double b, double* error) {
  const double sum = a + b;
  const double b_part = sum - a;
  *error = (a - (sum - b_part)) + (b - b_part);
  return sum;
}

// Sign of the exact value scale * d + bias - h, where h is its rounding to double.
static inline int SignOfRest(double scale, double d, double bias, double h) {
  const double product = scale * d;
  const double terms[3] = {__builtin_fma(scale, d, -product), bias, -h};
  double parts[4] = {product, 0, 0, 0};  // non-overlapping, increasing from parts[0]
  int count = 1;
  for (double term : terms) {
    double carry = term;
    for (int i = 0; i < count; ++i) carry = ExactSum(carry, parts[i], &parts[i]);
    parts[count++] = carry;
  }
  for (int i = count - 1; i >= 0; --i) {
    if (parts[i] != 0) return parts[i] > 0 ? 1 : -1;
  }
  return 0;
}

// `d` is an integer below 2^53 in magnitude, `scale` and `bias` are finite.
static inline float RoundScaledExactly(double scale, double d, double bias) {
  double h = __builtin_fma(scale, d, bias);
  const double magnitude = h < 0 ? -h : h;
  if (magnitude != 0 && magnitude < 0x1p129) {
    const int sign = SignOfRest(scale, d, bias, h);
    uint64_t bits;
    memcpy(&bits, &h, sizeof(bits));
    if (sign != 0 && (bits & 1) == 0) {
      // Doubles of one sign are ordered as their bits: step towards the exact value.
      bits += (sign > 0) == (h > 0) ? 1 : -1;
      memcpy(&h, &bits, sizeof(h));
    }
  }
  return static_cast<float>(h) + 0.0f;  // -0 becomes +0
}

// The same, and fast: rounding to odd matters only where h is a midpoint between floats, whose
// last 29 bits are 1 followed by zeros, or where floats are subnormal.
static inline float RoundScaled(double scale, double d, double bias) {
  const double h = __builtin_fma(scale, d, bias);
  uint64_t bits;
  memcpy(&bits, &h, sizeof(bits));
  const double magnitude = h < 0 ? -h : h;
  if ((bits & 0x1fffffff) == 0x10000000 || magnitude < 0x1p-126) {
    return RoundScaledExactly(scale, d, bias);
  }
  return static_cast<float>(h) + 0.0f;
}

// --- Quotients -------------------------------------------------------------------------------
//
// scale * d / divisor has no error-free form in doubles, but it is a quotient of integers times a
// power of two: scale is m * 2^e. So: the product m * |d| in 128 bits, moved to the top, divided by
// 32-bit digits; the quotient's first 53 bits rounded to odd make a double that rounds to the same
// float32 as the exact number (see above).

// The 128-bit number high * 2^64 + low divided by a divisor of at most 32 bits; sets `inexact`
// where something remains.
static inline void DivideWide(uint64_t* high, uint64_t* low, uint64_t divisor, int* inexact) {
  uint64_t digits[4] = {*high >> 32, *high & 0xffffffff, *low >> 32, *low & 0xffffffff};
  uint64_t rest = 0;
  for (int i = 0; i < 4; ++i) {
    const uint64_t part = rest << 32 | digits[i];
    digits[i] = part / divisor;
    rest = part % divisor;
  }
  *high = digits[0] << 32 | digits[1];
  *low = digits[2] << 32 | digits[3];
  *inexact |= rest != 0;
}

// 2^exponent for exponents of normal doubles.
static inline double PowerOfTwo(int exponent) {
  const uint64_t bits = static_cast<uint64_t>(exponent + 1023) << 52;
  double result;
  memcpy(&result, &bits, sizeof(result));
  return result;
}

// scale * d / divisor rounded once to float32. `d` is an integer below 2^53 in magnitude, `scale`
// is finite, the divisor 1 to 2^31.
static inline float RoundQuotient(double scale, double d, int64_t divisor) {
  if (scale == 0 || d == 0) return 0.0f;
  const bool negative = (scale < 0) != (d < 0);
  uint64_t bits;
  memcpy(&bits, &scale, sizeof(bits));
  const int field = static_cast<int>(bits >> 52 & 0x7ff);
  const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  const uint64_t significand = field == 0 ? fraction : fraction | uint64_t{1} << 52;
  int exponent = (field == 0 ? 1 : field) - 1075;
  const unsigned __int128 product =
      static_cast<unsigned __int128>(significand) * static_cast<uint64_t>(d < 0 ? -d : d);
  uint64_t high = static_cast<uint64_t>(product >> 64), low = static_cast<uint64_t>(product);
  // At most 106 bits: moving them to the top loses none.
  while (high >> 63 == 0) {
    high = high << 1 | low >> 63;
    low <<= 1;
    --exponent;
  }
  int inexact = 0;
  DivideWide(&high, &low, static_cast<uint64_t>(divisor), &inexact);
  // At least 96 bits are left: the upper 53 or more of them, the rest as the last bit.
  while (high >> 52 == 0) {
    high = high << 1 | low >> 63;
    low <<= 1;
    --exponent;
  }
  exponent += 64;
  inexact |= low != 0;
  while (high >> 53 != 0) {
    inexact |= static_cast<int>(high & 1);
    high >>= 1;
    ++exponent;
  }
  // Between 2^52 and 2^53: beyond these exponents the float is infinite or zero anyway.
  if (exponent > 200) exponent = 200;
  if (exponent < -300) exponent = -300;
  const double magnitude =
      static_cast<double>(high | static_cast<uint64_t>(inexact)) * PowerOfTwo(exponent);
  return static_cast<float>(negative ? -magnitude : magnitude) + 0.0f;
}

#endif  // QCOMPILE_RUNTIME_KERNELS_SCALED_ROUNDING_H_
