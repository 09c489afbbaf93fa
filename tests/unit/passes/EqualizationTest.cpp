//===- EqualizationTest.cpp - Scales that equalize two ranges -------------===//
#include "passes/equalize-layers/Ranges.h"

#include <cmath>

#include "gtest/gtest.h"

namespace qcompile::equalization {
namespace {

TEST(EqualizationTest, BothSidesGetTheGeometricMean) {
  for (double r1 : {0.01, 1.0, 7.0})
    for (double r2 : {0.5, 3.0, 90.0}) {
      const double s = getEqualizingScale(r1, r2, false);
      EXPECT_NEAR(r1 / s, std::sqrt(r1 * r2), 1e-12 * r2);
      EXPECT_NEAR(r2 * s, std::sqrt(r1 * r2), 1e-12 * r2);
    }
}

TEST(EqualizationTest, PowersOfTwoAreNearestInRatio) {
  EXPECT_EQ(getEqualizingScale(8, 1, true), 4);   // sqrt 8 = 2^1.5; the tie goes to the even exponent
  EXPECT_EQ(getEqualizingScale(9, 1, true), 4);   // 3 = 2^1.58
  EXPECT_EQ(getEqualizingScale(1, 7, true), 0.5); // 2^-1.4
}

TEST(EqualizationTest, DeadAndWildChannelsStay) {
  EXPECT_EQ(getEqualizingScale(0, 1, false), 1);
  EXPECT_EQ(getEqualizingScale(1, 0, false), 1);
  EXPECT_EQ(getEqualizingScale(1e30, 1e-30, false), 1);
}

} // namespace
} // namespace qcompile::equalization
