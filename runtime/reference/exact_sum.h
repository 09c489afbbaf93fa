// Exact sums of products of floats and integers, rounded once.
//
// The exact reading of a linear operation is a sum of dyadic rationals: products of a few float32
// scales, zero points and factors with 64-bit integers, or of one float64 scale with an integer.
// ExactSum holds such a sum as one long fixed-point number (Kulisch's accumulator), so that the
// order of additions cannot matter.
//
// Range: multiples of 2^-1280 below 2^1408 in magnitude. It covers sums of up to 2^60 products
// - of at most six float32 factors and a 64-bit integer: 2^-894 <= |p| < 2^832, and
// - of one float64, one float32 and a 64-bit integer: 2^-1223 <= |p| < 2^1216.
#ifndef QCOMPILE_RUNTIME_REFERENCE_EXACT_SUM_H_
#define QCOMPILE_RUNTIME_REFERENCE_EXACT_SUM_H_

#include <array>
#include <cstdint>

namespace qcompile::runtime {

// An exact product: sign * words * 2^exponent. Factors must be finite, and the product must stay
// in one of the two ranges above.
class ExactProduct {
 public:
  explicit ExactProduct(int64_t value);
  ExactProduct& Times(double factor);
  ExactProduct& TimesInteger(int64_t factor);
  ExactProduct& Negate() {
    negative_ = !negative_;
    return *this;
  }

 private:
  friend class ExactSum;
  void MultiplyMagnitude(uint64_t factor);

  // 320 bits: more than the 208 of six float32 mantissas and an integer.
  static constexpr int kCapacity = 10;
  std::array<uint32_t, kCapacity> words_{};  // least significant first
  int count_ = 0;                            // 0 stands for zero
  int exponent_ = 0;
  bool negative_ = false;
};

class ExactSum {
 public:
  void Add(const ExactProduct& product);
  void Add(double value) { Add(ExactProduct(1).Times(value)); }

  // The nearest float32, ties to even, overflow to infinity; every zero is +0.
  float RoundToFloat() const { return RoundQuotientToFloat(1); }
  // The same for the sum divided by `divisor`, which must be positive.
  float RoundQuotientToFloat(int64_t divisor) const;

  void Clear();

 private:
  static constexpr int kBottom = -1280;  // exponent of the lowest bit
  static constexpr int kDigits = 84;     // up to 2^1408

  // The magnitude in digits of 32 bits.
  struct Magnitude {
    std::array<uint32_t, kDigits> digits;  // valid in [low, high)
    int low;
    int high;
    bool negative;
    // A nonzero rest below the lowest bit.
    bool inexact;
  };
  Magnitude Normalized() const;
  static bool Divide(Magnitude& magnitude, uint64_t divisor);
  static float Round(const Magnitude& magnitude);
  void PropagateCarries();

  // Digit i counts 2^(kBottom + 32 i). Digits are signed and may exceed 32 bits: an addition
  // changes each by less than 2^34, and carries are propagated before one could overflow.
  std::array<int64_t, kDigits> digits_{};
  int low_ = kDigits;  // digits outside [low_, high_) are zero
  int high_ = 0;
  int additions_ = 0;
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_EXACT_SUM_H_
