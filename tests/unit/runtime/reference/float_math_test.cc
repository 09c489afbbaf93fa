#include "runtime/reference/float_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace qcompile::runtime {
namespace {

// The float nearest to the real value, wherever the double function (accurate to about one unit
// of its last place) can tell: where it lies closer than that to the middle of two floats, the
// argument is skipped.
template <typename Exact, typename Function>
void ExpectCorrectlyRounded(Exact exact, Function function, float low, float high) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> draw(low, high);
  int decided = 0;
  for (int i = 0; i < 200000; ++i) {
    const float x = draw(random);
    const double value = exact(x);
    const auto below = static_cast<float>(value * (1 - 0x1p-51));
    const auto above = static_cast<float>(value * (1 + 0x1p-51));
    if (below != above)
      continue;
    ++decided;
    ASSERT_EQ(function(x), below) << "at " << x;
  }
  EXPECT_GT(decided, 199900);
}

TEST(FloatMath, CorrectlyRounded) {
  ExpectCorrectlyRounded([](double x) { return std::exp(x); }, ExpFloat, -80, 80);
  ExpectCorrectlyRounded([](double x) { return std::tanh(x); }, TanhFloat, -10, 10);
  ExpectCorrectlyRounded([](double x) { return std::erf(x); }, ErfFloat, -4, 4);
  ExpectCorrectlyRounded([](double x) { return std::log(x); }, LogFloat, 1e-3f, 1e6f);
}

TEST(FloatMath, PowersAreCorrectlyRounded) {
  std::mt19937 random(8);
  std::uniform_real_distribution<float> base(0.01f, 20), exponent(-10, 10);
  for (int i = 0; i < 200000; ++i) {
    const float x = base(random), y = exponent(random);
    const double value = std::pow(static_cast<double>(x), static_cast<double>(y));
    const auto below = static_cast<float>(value * (1 - 0x1p-50));
    const auto above = static_cast<float>(value * (1 + 0x1p-50));
    if (below != above)
      continue;
    ASSERT_EQ(PowFloat(x, y), below) << x << " to the power " << y;
  }
}

TEST(FloatMath, SigmoidStepsAndLimits) {
  EXPECT_EQ(SigmoidFloat(0), 0.5f);
  EXPECT_EQ(SigmoidFloat(-200), 0.0f);
  EXPECT_EQ(SigmoidFloat(200), 1.0f);
  EXPECT_EQ(SigmoidFloat(1), 1.0f / (1.0f + ExpFloat(-1)));
  float before = 0;
  for (float x = -30; x < 30; x += 0x1p-8f) {
    EXPECT_GE(SigmoidFloat(x), before);
    before = SigmoidFloat(x);
  }
}

} // namespace
} // namespace qcompile::runtime
