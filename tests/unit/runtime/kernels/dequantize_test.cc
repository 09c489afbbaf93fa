// The dequantizer against exact integer arithmetic, rounded once by hand.
#include <cmath>

#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

// value * 2^exponent rounded to the nearest float32, ties to even, from the definition: the unit of
// the last place of the result is 2^max(e - 23, -149), e being the exponent of the leading bit.
float RoundExact(__int128 value, int exponent) {
  if (value == 0)
    return 0.0f;
  const bool negative = value < 0;
  unsigned __int128 magnitude = negative ? -static_cast<unsigned __int128>(value) : value;
  int top = 0;
  while (magnitude >> top > 1)
    ++top;
  const int drop = std::max(top + exponent - 23, -149) - exponent;
  if (drop > 0) {
    if (drop > 127)
      return 0.0f; // less than half of the smallest float
    const unsigned __int128 one = 1;
    const unsigned __int128 rest = magnitude & ((one << drop) - 1);
    const unsigned __int128 half = one << (drop - 1);
    magnitude >>= drop;
    if (rest > half || (rest == half && (magnitude & 1)))
      ++magnitude;
    exponent += drop;
  }
  // At most 25 bits are left where bits were dropped, else at most 24: exact in double.
  const double result = std::ldexp(static_cast<double>(magnitude), exponent);
  return static_cast<float>(negative ? -result : result) + 0.0f;
}

float Dequantized(int tier, double scale, int64_t code, int64_t zero_point, double bias) {
  const DequantizeProblem problem{QCRT_X_INT64,
                                  1,
                                  DataType::Signed(48),
                                  absl::MakeConstSpan(&scale, 1),
                                  absl::MakeConstSpan(&zero_point, 1),
                                  absl::MakeConstSpan(&bias, 1)};
  auto packed = PackDequantize(problem);
  EXPECT_TRUE(packed.ok()) << packed.status();
  Buffer block(*packed);
  float y = NAN;
  (tier < 0 ? qcrt_dequantize_scalar : qcrt_dequantize)(block.As<qcrt_dequantize_block>(), &code, &y, 1);
  return y;
}

// scale = significand * 2^e; bias = b * 2^e: both share an exponent so that the sum is one integer.
void CheckExact(int64_t significand, int64_t distance, __int128 b, int bias_shift, int e) {
  const double scale = std::ldexp(static_cast<double>(significand), e);
  const double bias = std::ldexp(static_cast<double>(b), e + bias_shift);
  const __int128 exact = static_cast<__int128>(significand) * distance + (b << bias_shift);
  const float expected = RoundExact(exact, e);
  ForEachTier([&](int tier) {
    const float y = Dequantized(tier, scale, distance + 5, 5, bias);
    uint32_t found, wanted;
    std::memcpy(&found, &y, 4);
    std::memcpy(&wanted, &expected, 4);
    EXPECT_EQ(found, wanted) << scale << " * " << distance << " + " << bias << " gave " << y << ", expected "
                             << expected;
  });
}

int64_t RandomBits(std::mt19937_64 &random, int bits) {
  const int64_t value = static_cast<int64_t>(random() >> (64 - bits));
  return random() & 1 ? -value : value;
}

TEST(Dequantize, RandomValues) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 20000; ++i) {
    const int shift = static_cast<int>(random() % 60);
    CheckExact(RandomBits(random, 53), RandomBits(random, 1 + random() % 46), RandomBits(random, 53), shift,
               -70 + static_cast<int>(random() % 100));
  }
}

// Exact values next to a midpoint between two floats, closer than a double can tell: the case
// that rounding twice gets wrong.
TEST(Dequantize, NextToMidpoints) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 20000; ++i) {
    const int64_t midpoint = (int64_t{1} << 24) + 2 * (random() >> 41) + 1; // 25 bits, odd
    const int64_t distance = RandomBits(random, 30) | 1;
    const int64_t significand = RandomBits(random, 20) | 1;
    // bias = midpoint * 2^shift dominates; the product decides.
    CheckExact(significand, distance, midpoint, 85, -100);
    CheckExact(significand, distance, -midpoint, 85, -100);
    // At the border of the subnormal floats and inside.
    CheckExact(significand, distance, midpoint, 85, -149 - 85 - 3);
    CheckExact(significand, distance, midpoint >> (random() % 24), 85, -149 - 85 - 1);
  }
}

TEST(Dequantize, CancellationLeavesTheErrorOfTheProduct) {
  // bias is minus the rounded product: what is left is exactly the rounding error of the product.
  std::mt19937_64 random(14);
  for (int i = 0; i < 5000; ++i) {
    const int64_t significand = (random() >> 11) | (int64_t{1} << 52);
    const int64_t distance = RandomBits(random, 44) | 1;
    const __int128 product = static_cast<__int128>(significand) * distance;
    const double rounded = static_cast<double>(product);
    int shift;
    const double fraction = std::frexp(rounded, &shift);
    const int64_t b = -static_cast<int64_t>(std::ldexp(fraction, 53));
    ASSERT_GE(shift, 53);
    CheckExact(significand, distance, b, shift - 53, -60);
  }
}

// Sign of numerator / divisor - x, exactly; x is a double of few bits and moderate size.
int CompareQuotient(__int128 numerator, int64_t divisor, double x) {
  int exponent;
  __int128 other = static_cast<int64_t>(std::ldexp(std::frexp(x, &exponent), 30));
  exponent -= 30;
  other *= divisor;
  if (exponent >= 0) {
    other <<= exponent;
  } else {
    numerator <<= -exponent;
  }
  return numerator < other ? -1 : numerator > other;
}

float Quotient(int tier, double scale, int64_t code, int64_t divisor) {
  const int64_t zero_point = 0;
  const double bias = 0;
  DequantizeProblem problem{QCRT_X_INT64, 1, DataType::Signed(48), {&scale, 1}, {&zero_point, 1}, {&bias, 1}, divisor};
  Buffer block(*PackDequantize(problem));
  float y = NAN;
  (tier < 0 ? qcrt_dequantize_scalar : qcrt_dequantize)(block.As<qcrt_dequantize_block>(), &code, &y, 1);
  return y;
}

// A quotient lies between the midpoints to the neighbours of its float; on one only if that float is
// the even one.
TEST(Dequantize, QuotientsAreTheNearestFloats) {
  std::mt19937_64 random(15);
  for (int i = 0; i < 20000; ++i) {
    const int64_t divisor = 1 + static_cast<int64_t>(random() >> (33 + random() % 28));
    int64_t significand = RandomBits(random, 1 + random() % 40);
    int64_t code = RandomBits(random, 1 + random() % 24);
    if (i % 2) { // exactly on or just besides a midpoint
      significand = ((int64_t{1} << 24) + 2 * (random() >> 41) + 1) * (random() & 1 ? 1 : -1);
      code = divisor + static_cast<int64_t>(random() % 3) - 1;
    }
    const __int128 numerator = static_cast<__int128>(significand) * code;
    ForEachTier([&](int tier) {
      const float y = Quotient(tier, static_cast<double>(significand), code, divisor);
      if (numerator == 0) {
        EXPECT_EQ(y, 0.0f);
        return;
      }
      uint32_t bits;
      std::memcpy(&bits, &y, 4);
      const double below = (double{y} + std::nextafterf(y, -INFINITY)) / 2;
      const double above = (double{y} + std::nextafterf(y, INFINITY)) / 2;
      const int low = CompareQuotient(numerator, divisor, below);
      const int high = CompareQuotient(numerator, divisor, above);
      EXPECT_TRUE(low > 0 || (low == 0 && bits % 2 == 0)) << significand << " * " << code << " / " << divisor;
      EXPECT_TRUE(high < 0 || (high == 0 && bits % 2 == 0)) << significand << " * " << code << " / " << divisor;
    });
  }
  EXPECT_EQ(Quotient(0, 1e300, 7, 3), INFINITY);
  EXPECT_EQ(Quotient(0, -1e300, 7, 3), -INFINITY);
  EXPECT_EQ(Quotient(0, 1e-300, 7, 3), 0.0f);
  EXPECT_FALSE(std::signbit(Quotient(0, -1e-300, 7, 3)));
  EXPECT_EQ(Quotient(0, 0x1p-149, 3, 2), 0x1p-148f); // a tie of subnormal floats: 1.5 to 2
  EXPECT_EQ(Quotient(0, 0x1p-1074, 5, 2), 0.0f);
}

TEST(Dequantize, ZerosAndOverflow) {
  ForEachTier([](int tier) {
    EXPECT_FALSE(std::signbit(Dequantized(tier, -1.0, 5, 5, 0.0)));
    EXPECT_FALSE(std::signbit(Dequantized(tier, 1.0, -3, -3, -0.0)));
    EXPECT_FALSE(std::signbit(Dequantized(tier, -1e-300, 6, 5, 0.0))); // rounds to zero from below
    EXPECT_EQ(Dequantized(tier, 1e300, 7, 5, 0.0), INFINITY);
    EXPECT_EQ(Dequantized(tier, 1e308, -100, 5, 1e308), -INFINITY);
    // The largest float plus half a unit rounds to infinity, a little less does not.
    EXPECT_EQ(Dequantized(tier, 0x1p103, 1, 0, 0x1.fffffep127), INFINITY);
    EXPECT_EQ(Dequantized(tier, 0x1.fffffffffffffp102, 1, 0, 0x1.fffffep127), 0x1.fffffep127f);
    EXPECT_EQ(Dequantized(tier, -0x1p-1074, 1, 0, 0x1.fffffefp127), 0x1.fffffep127f);
  });
}

TEST(Dequantize, RowsAndColumns) {
  std::mt19937_64 random(15);
  for (int64_t n : {1, 10, 64, 70}) {
    std::vector<double> scales, biases;
    std::vector<int64_t> zero_points;
    for (int64_t c = 0; c < n; ++c) {
      scales.push_back(1.0 / static_cast<double>(random() % 1000 + 1));
      biases.push_back(static_cast<double>(c) / 8);
      zero_points.push_back(static_cast<int64_t>(random() % 7) - 3);
    }
    const std::vector<int64_t> codes = RandomCodes(random, DataType::Signed(20), 3 * n);
    for (int32_t operand : {QCRT_X_INT32, QCRT_X_INT64}) {
      auto packed = PackDequantize({operand, n, DataType::Signed(20), scales, zero_points, biases});
      ASSERT_TRUE(packed.ok());
      Buffer block(*packed);
      Buffer input = Encode(operand == QCRT_X_INT32 ? Int32Format() : Int64Format(), codes, n);
      ForEachTier([&](int tier) {
        std::vector<float> y(3 * n);
        (tier < 0 ? qcrt_dequantize_scalar : qcrt_dequantize)(block.As<qcrt_dequantize_block>(), input.As<void>(),
                                                              y.data(), 3);
        for (int64_t i = 0; i < 3 * n; ++i) {
          const int64_t c = i % n;
          EXPECT_EQ(y[i], Dequantized(tier, scales[c], codes[i], zero_points[c], biases[c]));
        }
      });
    }
  }
}

TEST(Dequantize, RefusesDistancesThatDoubleDoesNotHold) {
  const double one = 1.0;
  const int64_t far = int64_t{1} << 60, near = 0;
  auto pack = [&](int bits, const int64_t &zero_point) {
    return PackDequantize({QCRT_X_INT64, 1, DataType::Signed(bits), absl::MakeConstSpan(&one, 1),
                           absl::MakeConstSpan(&zero_point, 1), absl::MakeConstSpan(&one, 1)});
  };
  EXPECT_TRUE(pack(48, near).ok());
  EXPECT_FALSE(pack(48, far).ok());
  EXPECT_FALSE(pack(60, near).ok());
}

} // namespace
} // namespace qcompile::runtime
