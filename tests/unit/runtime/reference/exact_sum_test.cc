#include "runtime/reference/exact_sum.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace qcompile::runtime {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

float RoundOne(double value) {
  ExactSum sum;
  sum.Add(value);
  return sum.RoundToFloat();
}

// Rounds an integer to float32, ties to even, by comparing the rest with half of the last place.
float RoundWide(__int128 value) {
  const bool negative = value < 0;
  unsigned __int128 magnitude = negative ? -static_cast<unsigned __int128>(value) : value;
  int shift = 0;
  while (magnitude >> shift >= (1u << 24))
    ++shift;
  auto mantissa = static_cast<uint64_t>(magnitude >> shift);
  const unsigned __int128 rest = magnitude - (static_cast<unsigned __int128>(mantissa) << shift);
  if (shift > 0) {
    const unsigned __int128 half = static_cast<unsigned __int128>(1) << (shift - 1);
    if (rest > half || (rest == half && mantissa % 2 == 1))
      ++mantissa;
  }
  const float result = std::ldexp(static_cast<float>(mantissa), shift);
  return negative ? -result : result;
}

TEST(ExactSum, EmptySumIsPositiveZero) { EXPECT_EQ(std::bit_cast<uint32_t>(ExactSum().RoundToFloat()), 0u); }

TEST(ExactSum, CancellationGivesPositiveZero) {
  ExactSum sum;
  sum.Add(-1e30);
  sum.Add(1e-300);
  sum.Add(1e30);
  sum.Add(-1e-300);
  EXPECT_EQ(std::bit_cast<uint32_t>(sum.RoundToFloat()), 0u);
}

TEST(ExactSum, KeepsWhatFloatsWouldLose) {
  ExactSum sum;
  sum.Add(1e38);
  sum.Add(1.5);
  sum.Add(-1e38);
  EXPECT_EQ(sum.RoundToFloat(), 1.5f);
}

TEST(ExactSum, TiesGoToEven) {
  // 2^24 + 1 lies halfway between 2^24 and 2^24 + 2, 2^24 + 3 between 2^24 + 2 and 2^24 + 4.
  EXPECT_EQ(RoundOne(16777217), 16777216.0f);
  EXPECT_EQ(RoundOne(16777219), 16777220.0f);
  EXPECT_EQ(RoundOne(-16777217), -16777216.0f);
}

TEST(ExactSum, TheSmallestRestBreaksATie) {
  for (double rest : {0x1p-1074, -0x1p-1074}) {
    ExactSum sum;
    sum.Add(16777217);
    sum.Add(rest);
    EXPECT_EQ(sum.RoundToFloat(), rest > 0 ? 16777218.0f : 16777216.0f);
  }
}

TEST(ExactSum, Subnormals) {
  EXPECT_EQ(RoundOne(0x1p-149), 0x1p-149f);
  EXPECT_EQ(RoundOne(0x1p-150), 0.0f);        // tie to even
  EXPECT_EQ(RoundOne(0x1.8p-149), 0x1p-148f); // tie to even
  EXPECT_EQ(RoundOne(0x1.000002p-150), 0x1p-149f);
  EXPECT_EQ(RoundOne(0x1p-151), 0.0f);
  EXPECT_EQ(std::bit_cast<uint32_t>(RoundOne(-0x1p-160)), 0u);
  // The largest subnormal and half a place more: up to the smallest normal number.
  EXPECT_EQ(RoundOne(0x1p-126 - 0x1p-150), 0x1p-126f);
}

TEST(ExactSum, OverflowGivesInfinity) {
  const double largest = std::numeric_limits<float>::max();
  EXPECT_EQ(RoundOne(largest), std::numeric_limits<float>::max());
  // Half a place above the largest float rounds to infinity, less does not.
  EXPECT_EQ(RoundOne(largest + 0x1p103), kInfinity);
  EXPECT_EQ(RoundOne(largest + 0x1.fffffp102), std::numeric_limits<float>::max());
  EXPECT_EQ(RoundOne(-1e300), -kInfinity);
}

TEST(ExactSum, WholeDocumentedRange) {
  const float smallest = 0x1p-149f;
  ExactSum sum;
  ExactProduct tiny(1);
  for (int i = 0; i < 6; ++i)
    tiny.Times(smallest);
  sum.Add(tiny);
  ExactProduct huge(std::numeric_limits<int64_t>::min());
  for (int i = 0; i < 6; ++i)
    huge.Times(std::numeric_limits<float>::max());
  sum.Add(huge);
  EXPECT_EQ(sum.RoundToFloat(), -kInfinity);
  sum.Add(huge.Negate());
  EXPECT_EQ(sum.RoundToFloat(), 0.0f);
  // Lift what is left into range: (2^-149)^6 + 2^-126 is just above the smallest normal number.
  sum.Add(0x1p-126);
  sum.Add(0x1p-150);
  EXPECT_EQ(sum.RoundToFloat(), 0x1p-126f + 0x1p-149f);
}

TEST(ExactSum, DoublesAndIntegers) {
  // 0.1 (as double) is 0x1.999999999999ap-4; times 10 it is 1 + 2^-54, which a tie test shows.
  ExactSum sum;
  sum.Add(ExactProduct(10).Times(0.1));
  sum.Add(-1);
  EXPECT_EQ(sum.RoundToFloat(), 0x1p-54f);
  // The extremes of a float64 scale.
  ExactSum wide;
  wide.Add(ExactProduct(std::numeric_limits<int64_t>::max()).Times(0x1p-1074));
  wide.Add(ExactProduct(std::numeric_limits<int64_t>::min()).Times(1e308));
  EXPECT_EQ(wide.RoundToFloat(), -kInfinity);
}

TEST(ExactSum, Quotients) {
  auto quotient = [](double value, int64_t divisor) {
    ExactSum sum;
    sum.Add(value);
    return sum.RoundQuotientToFloat(divisor);
  };
  // IEEE division rounds correctly, so float division is the expected value.
  std::mt19937_64 random(1);
  for (int i = 0; i < 10000; ++i) {
    const auto numerator = static_cast<float>(static_cast<int64_t>(random()) >> 40);
    const auto divisor = static_cast<int64_t>(random() % 16777216) + 1;
    ASSERT_EQ(quotient(numerator, divisor), numerator / static_cast<float>(divisor) + 0.0f)
        << numerator << " / " << divisor;
  }
  EXPECT_EQ(quotient(0x1p-149, 2), 0.0f);
  EXPECT_EQ(quotient(0x1.8p-148, 2), 0x1p-148f); // 1.5 places: tie to even
  EXPECT_EQ(quotient(0x1.8p-149 * 4, 3), 0x1p-148f);
}

TEST(ExactSum, AgreesWithWideIntegers) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 5000; ++round) {
    ExactSum sum;
    __int128 expected = 0;
    for (int i = 0; i < 20; ++i) {
      const auto a = static_cast<int64_t>(random()) >> (random() % 60);
      const auto b = static_cast<int64_t>(random()) >> (8 + random() % 54);
      sum.Add(ExactProduct(a).TimesInteger(b));
      expected += static_cast<__int128>(a) * b;
    }
    ASSERT_EQ(sum.RoundToFloat(), RoundWide(expected)) << "round " << round;
  }
}

TEST(ExactSum, FloatFactorsScaleWideIntegers) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5000; ++round) {
    // Scales m * 2^e with 10-bit m and one e for the whole sum: the sum is an integer times 2^e.
    ExactSum sum;
    __int128 expected = 0;
    const int exponent = static_cast<int>(random() % 60) - 70;
    for (int i = 0; i < 20; ++i) {
      const auto scale = static_cast<int64_t>(random() % 1024);
      const auto code = static_cast<int64_t>(random()) >> 20;
      sum.Add(ExactProduct(code).Times(std::ldexp(static_cast<float>(scale), exponent)));
      expected += static_cast<__int128>(code) * scale;
    }
    ASSERT_EQ(sum.RoundToFloat(), std::ldexp(RoundWide(expected), exponent)) << "round " << round;
  }
}

TEST(ExactSum, OrderDoesNotMatter) {
  std::mt19937 random(4);
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(std::ldexp(static_cast<double>(random()) - 2147483648.0, static_cast<int>(random() % 200) - 100));
  }
  ExactSum forwards, backwards;
  for (double v : values)
    forwards.Add(v);
  for (auto it = values.rbegin(); it != values.rend(); ++it)
    backwards.Add(*it);
  EXPECT_EQ(forwards.RoundToFloat(), backwards.RoundToFloat());
}

TEST(ExactSum, ClearForgetsEverything) {
  ExactSum sum;
  sum.Add(-1e300);
  sum.Clear();
  sum.Add(3);
  EXPECT_EQ(sum.RoundToFloat(), 3.0f);
}

} // namespace
} // namespace qcompile::runtime
