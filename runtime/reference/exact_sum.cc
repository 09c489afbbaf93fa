#include "runtime/reference/exact_sum.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace qcompile::runtime {
namespace {

using Wide = unsigned __int128;
constexpr int kMaxAdditions = 1 << 28;

uint64_t AbsoluteValue(int64_t value) {
  return value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
}

}  // namespace

ExactProduct::ExactProduct(int64_t value) {
  words_[0] = 1;
  count_ = 1;
  TimesInteger(value);
}

ExactProduct& ExactProduct::Times(double factor) {
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(factor), &exponent);
  auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  if (mantissa != 0) {
    // A float32 factor has 24 significant bits; dropping the zeros keeps the product short.
    const int zeros = __builtin_ctzll(mantissa);
    mantissa >>= zeros;
    exponent += zeros;
  }
  MultiplyMagnitude(mantissa);
  exponent_ += exponent;
  negative_ ^= std::signbit(factor);
  return *this;
}

ExactProduct& ExactProduct::TimesInteger(int64_t factor) {
  MultiplyMagnitude(AbsoluteValue(factor));
  negative_ ^= factor < 0;
  return *this;
}

void ExactProduct::MultiplyMagnitude(uint64_t factor) {
  if (factor == 0) {
    count_ = 0;
    return;
  }
  Wide carry = 0;
  for (int i = 0; i < count_; ++i) {
    carry += Wide{words_[i]} * factor;
    words_[i] = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
  if (count_ == 0) return;
  for (; carry != 0; carry >>= 32) {
    assert(count_ < kCapacity);
    words_[count_++] = static_cast<uint32_t>(carry);
  }
}

void ExactSum::Add(const ExactProduct& product) {
  if (product.count_ == 0) return;
  const int position = product.exponent_ - kBottom;
  assert(position >= 0 && position / 32 + product.count_ < kDigits);
  const int first = position / 32;
  const int shift = position % 32;
  for (int i = 0; i < product.count_; ++i) {
    const uint64_t word = uint64_t{product.words_[i]} << shift;
    const auto lower = static_cast<int64_t>(word & 0xffffffffu);
    const auto upper = static_cast<int64_t>(word >> 32);
    digits_[first + i] += product.negative_ ? -lower : lower;
    digits_[first + i + 1] += product.negative_ ? -upper : upper;
  }
  low_ = std::min(low_, first);
  high_ = std::max(high_, first + product.count_ + 1);
  if (++additions_ == kMaxAdditions) PropagateCarries();
}

void ExactSum::PropagateCarries() {
  additions_ = 0;
  int64_t carry = 0;
  for (int i = low_; i < kDigits - 1 && (i < high_ || carry != 0); ++i) {
    const int64_t total = digits_[i] + carry;
    // The top touched digit keeps its sign: a borrow must not run up through all digits.
    if (i + 1 >= high_ && total > -(int64_t{1} << 40) && total < (int64_t{1} << 40)) {
      digits_[i] = total;
      high_ = std::max(high_, i + 1);
      return;
    }
    digits_[i] = static_cast<int64_t>(static_cast<uint64_t>(total) & 0xffffffffu);
    carry = total >> 32;
    high_ = std::max(high_, i + 1);
  }
  if (carry != 0) digits_[kDigits - 1] += carry;
}

void ExactSum::Clear() {
  for (int i = low_; i < high_; ++i) digits_[i] = 0;
  low_ = kDigits;
  high_ = 0;
  additions_ = 0;
}

ExactSum::Magnitude ExactSum::Normalized() const {
  Magnitude result;
  result.inexact = false;
  result.negative = false;
  result.low = std::min(low_, high_);
  // The first pass finds the sign, the second (if any) works on the negated digits.
  for (int sign : {1, -1}) {
    int64_t carry = 0;
    int i = result.low;
    for (; i < high_ || (carry != 0 && carry != -1 && i < kDigits); ++i) {
      const int64_t total = (i < high_ ? sign * digits_[i] : 0) + carry;
      result.digits[i] = static_cast<uint32_t>(static_cast<uint64_t>(total));
      carry = total >> 32;
    }
    result.high = i;
    result.negative = sign < 0;
    if (carry == 0) break;
  }
  while (result.high > result.low && result.digits[result.high - 1] == 0) --result.high;
  return result;
}

// Divides in place, down to the lowest bit of the range.
bool ExactSum::Divide(Magnitude& magnitude, uint64_t divisor) {
  for (int i = 0; i < magnitude.low; ++i) magnitude.digits[i] = 0;
  magnitude.low = 0;
  Wide rest = 0;
  for (int i = magnitude.high; i-- > 0;) {
    rest = rest << 32 | magnitude.digits[i];
    magnitude.digits[i] = static_cast<uint32_t>(rest / divisor);
    rest %= divisor;
  }
  while (magnitude.high > 0 && magnitude.digits[magnitude.high - 1] == 0) --magnitude.high;
  return rest != 0;
}

float ExactSum::Round(const Magnitude& magnitude) {
  // What lies below the lowest bit of the range is far below half the smallest float.
  if (magnitude.high <= magnitude.low) return 0.0f;
  const int top = magnitude.high - 1;
  const int leading = 32 * top + 31 - __builtin_clz(magnitude.digits[top]);
  if (leading + kBottom > 127) {
    const float infinity = std::numeric_limits<float>::infinity();
    return magnitude.negative ? -infinity : infinity;
  }
  // Bits are counted from the bottom; `last` is that of the float's last place.
  constexpr int kSubnormalPlace = -149 - kBottom;
  const int last = std::max(leading - 23, kSubnormalPlace);
  auto bit = [&](int i) {
    const int digit = i / 32;
    if (digit < magnitude.low || digit >= magnitude.high) return 0u;
    return magnitude.digits[digit] >> (i % 32) & 1u;
  };
  uint32_t mantissa = 0;
  for (int i = leading; i >= last; --i) mantissa = mantissa << 1 | bit(i);
  bool below = magnitude.inexact;
  const int half = last - 1;
  for (int i = magnitude.low; i < magnitude.high && 32 * i < half && !below; ++i) {
    const int bits = std::min(32, half - 32 * i);
    const uint32_t mask = bits == 32 ? 0xffffffffu : (1u << bits) - 1;
    below = (magnitude.digits[i] & mask) != 0;
  }
  if (bit(half) && (below || mantissa & 1)) ++mantissa;
  if (mantissa == 0) return 0.0f;
  const float value = std::ldexp(static_cast<float>(mantissa), last + kBottom);
  return magnitude.negative ? -value : value;
}

float ExactSum::RoundQuotientToFloat(int64_t divisor) const {
  Magnitude magnitude = Normalized();
  if (divisor != 1) magnitude.inexact = Divide(magnitude, static_cast<uint64_t>(divisor));
  return Round(magnitude);
}

}  // namespace qcompile::runtime
