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

#endif  // QCOMPILE_RUNTIME_KERNELS_SCALED_ROUNDING_H_
