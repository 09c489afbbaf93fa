#include "runtime/reference/rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace qcompile::runtime {
namespace {

// The literal table of the QONNX project for its quantizer.
TEST(Rounding, PublishedTable) {
  const std::vector<double> inputs = {5.5, 2.5, 1.6, 1.1, 1.0, -1.0, -1.1, -1.6, -2.5, -5.5};
  const std::vector<std::pair<std::string, std::vector<double>>> table = {
      {"ROUND", {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}},
      {"HALF_EVEN", {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}},
      {"CEIL", {6, 3, 2, 2, 1, -1, -1, -1, -2, -5}},
      {"FLOOR", {5, 2, 1, 1, 1, -1, -2, -2, -3, -6}},
      {"UP", {6, 3, 2, 2, 1, -1, -2, -2, -3, -6}},
      {"DOWN", {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}},
      {"ROUND_TO_ZERO", {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}},
      {"HALF_UP", {6, 3, 2, 1, 1, -1, -1, -2, -3, -6}},
      {"HALF_DOWN", {5, 2, 2, 1, 1, -1, -1, -2, -2, -5}},
  };
  for (const auto &[name, expected] : table) {
    const RoundingMode mode = ParseRoundingMode(name).value();
    for (size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(RoundToIntegral(inputs[i], mode), expected[i]) << name << " of " << inputs[i];
    }
  }
}

TEST(Rounding, NamesInAnyCase) {
  EXPECT_EQ(*ParseRoundingMode("round"), RoundingMode::kHalfEven);
  EXPECT_EQ(*ParseRoundingMode("Half_Up"), RoundingMode::kHalfUp);
  EXPECT_EQ(ParseRoundingMode("STOCHASTIC_ROUND").status().message(),
            "expected a rounding mode (ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN), found "
            "'STOCHASTIC_ROUND'");
  for (RoundingMode mode : {RoundingMode::kHalfEven, RoundingMode::kCeil, RoundingMode::kFloor, RoundingMode::kUp,
                            RoundingMode::kDown, RoundingMode::kHalfUp, RoundingMode::kHalfDown}) {
    EXPECT_EQ(*ParseRoundingMode(RoundingModeName(mode)), mode);
  }
}

TEST(Rounding, JustBelowATieIsNoTie) {
  const float below = std::nextafter(0.5f, 0.0f), above = std::nextafter(0.5f, 1.0f);
  EXPECT_EQ(RoundToIntegral(below, RoundingMode::kHalfUp), 0);
  EXPECT_EQ(RoundToIntegral(0.5, RoundingMode::kHalfUp), 1);
  EXPECT_EQ(RoundToIntegral(above, RoundingMode::kHalfDown), 1);
  EXPECT_EQ(RoundToIntegral(0.5, RoundingMode::kHalfDown), 0);
}

TEST(Rounding, EveryModeFixesIntegersAndIsMonotone) {
  for (const char *name : {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"}) {
    const RoundingMode mode = ParseRoundingMode(name).value();
    double before = -100;
    for (int i = -400; i <= 400; ++i) {
      const double rounded = RoundToIntegral(i / 16.0, mode);
      if (i % 16 == 0) {
        EXPECT_EQ(rounded, i / 16) << name;
      }
      EXPECT_GE(rounded, before) << name << " of " << i / 16.0;
      before = rounded;
    }
  }
}

TEST(Rounding, ClampsAndReplacesNaN) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(RoundAndClamp(infinity, RoundingMode::kHalfEven, -8, 7), 7);
  EXPECT_EQ(RoundAndClamp(-infinity, RoundingMode::kHalfEven, -8, 7), -8);
  EXPECT_EQ(RoundAndClamp(std::nan(""), RoundingMode::kHalfEven, -8, 7), -8);
  EXPECT_EQ(RoundAndClamp(7.5, RoundingMode::kHalfEven, -8, 7), 7);
  EXPECT_EQ(RoundAndClamp(6.5, RoundingMode::kHalfEven, -8, 7), 6);
}

} // namespace
} // namespace qcompile::runtime
