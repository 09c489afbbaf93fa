//===- AccumulatorLimitTest.cpp - What fits, and the nearest that does ----===//
#include <cmath>
#include <random>

#include "passes/fit-accumulators/Projection.h"
#include "gtest/gtest.h"

namespace qcompile::fit {
namespace {

TEST(AccumulatorLimitTest, UnsignedInputsBoundEachSideByItself) {
  // 10 bits, inputs 0 to 15: 15 S+ <= 511 and 15 S- <= 512, so both end at 34.
  AccumulatorLimit limit({0, 15}, 10);
  EXPECT_TRUE(limit.holds({34, 34}));
  EXPECT_FALSE(limit.holds({35, 0}));
  EXPECT_FALSE(limit.holds({0, 35}));
  EXPECT_EQ(limit.getRoomAbove({30, 34}), 4);
  EXPECT_EQ(limit.getRoomBelow({34, 34}), 0);
  // 5 bits, inputs 0 to 16: -16 fits, 16 does not.
  EXPECT_TRUE(AccumulatorLimit({0, 16}, 5).holds({0, 1}));
  EXPECT_FALSE(AccumulatorLimit({0, 16}, 5).holds({1, 0}));
}

TEST(AccumulatorLimitTest, SignedInputsBoundBothTogether) {
  // 8 bits, inputs -8 to 7: 7 S+ + 8 S- <= 127 and 8 S+ + 7 S- <= 128.
  AccumulatorLimit limit({-8, 7}, 8);
  EXPECT_TRUE(limit.holds({16, 0}));        // 112, 128
  EXPECT_FALSE(limit.holds({17, 0}));       // 119, 136
  EXPECT_TRUE(limit.holds({0, 15}));        // 120, 105
  EXPECT_FALSE(limit.holds({0, 16}));       // 128
  EXPECT_EQ(limit.getRoomBelow({8, 0}), 8); // (127 - 56) / 8 = 8, (128 - 64) / 7 = 9
  EXPECT_EQ(limit.getBounds({3, 2}), (qnn::Bounds{-38, 37}));
}

TEST(AccumulatorLimitTest, InputsAwayFromZeroCountTheEmptySum) {
  // Inputs 4 to 6: a partial sum may have no term, so the bounds contain 0: 6 S+ <= 31 in 6 bits.
  AccumulatorLimit limit({4, 6}, 6);
  EXPECT_TRUE(limit.holds({5, 5}));
  EXPECT_FALSE(limit.holds({6, 0}));
}

TEST(AccumulatorLimitTest, FewestBitsOfOneProduct) {
  EXPECT_EQ(AccumulatorLimit::getFewestBits({0, 15}), 5);
  EXPECT_EQ(AccumulatorLimit::getFewestBits({0, 255}), 9);
  EXPECT_EQ(AccumulatorLimit::getFewestBits({-128, 127}), 8); // with a weight of 1; -1 makes 128
  EXPECT_EQ(AccumulatorLimit::getFewestBits({-127, 127}), 8);
}

/// The width by the functions that verifiers ask.
int getWidth(qnn::Bounds input, const std::vector<int64_t> &codes) {
  auto tensor = runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {1, int64_t(codes.size())}, codes);
  qnn::Bounds bounds = (*qnn::getDotProductBounds(input, *tensor, 0))[0];
  // As a two's complement number, where the narrowest type may be unsigned.
  return bounds.narrowestType().bits + (bounds.low >= 0);
}

TEST(AccumulatorLimitTest, AgreesWithTheBoundsOfDotProducts) {
  std::mt19937 generator(7);
  auto draw = [&](int64_t low, int64_t high) { return low + int64_t(generator() % uint64_t(high - low + 1)); };
  for (int round = 0; round < 2000; ++round) {
    int64_t low = draw(-20, 10);
    qnn::Bounds input{low, draw(low, 30)};
    std::vector<int64_t> codes(draw(1, 9));
    SignedSums sums;
    for (int64_t &code : codes)
      sums.add(code = draw(-8, 7));
    int width = getWidth(input, codes);
    for (int bits = 2; bits < 14; ++bits) {
      // All-zero sums have one unsigned bit, and fit anything.
      bool expected = width <= bits || (sums.positive == 0 && sums.negative == 0);
      ASSERT_EQ(AccumulatorLimit(input, bits).holds(sums), expected) << round << " " << bits;
    }
  }
}

TEST(AccumulatorLimitTest, RoomIsWhatJustFits) {
  std::mt19937 generator(8);
  for (int round = 0; round < 2000; ++round) {
    int64_t low = -int64_t(generator() % 9);
    AccumulatorLimit limit({low, int64_t(generator() % 9) + 1}, 4 + generator() % 6);
    SignedSums sums{int64_t(generator() % 5), int64_t(generator() % 5)};
    if (!limit.holds(sums))
      continue;
    int64_t above = limit.getRoomAbove(sums), below = limit.getRoomBelow(sums);
    EXPECT_TRUE(limit.holds({sums.positive + above, sums.negative}));
    EXPECT_FALSE(limit.holds({sums.positive + above + 1, sums.negative}));
    EXPECT_TRUE(limit.holds({sums.positive, sums.negative + below}));
    EXPECT_FALSE(limit.holds({sums.positive, sums.negative + below + 1}));
  }
}

TEST(ProjectionTest, OntoASimplex) {
  // (3, 1, 0.5) onto a sum of 2: the largest alone would give threshold 1, which 1 does not exceed.
  EXPECT_DOUBLE_EQ(findMultiplier({3, 1, 0.5}, {1, 1, 1}, 2), 1);
  // (3, 2) onto 2: both stay, (5 - 2) / 2.
  EXPECT_DOUBLE_EQ(findMultiplier({3, 2}, {1, 1}, 2), 1.5);
  EXPECT_EQ(findMultiplier({3, 2}, {1, 1}, 5), 0);
}

TEST(ProjectionTest, UnsignedInputsShrinkTheSideThatIsTooLarge) {
  // 6 bits, inputs 0 to 3: S+ <= 31/3, S- <= 32/3.
  AccumulatorLimit limit({0, 3}, 6);
  Shrinkage shrinkage = projectOntoLimit({8, 4, -5}, limit);
  EXPECT_DOUBLE_EQ(shrinkage.positive, (12 - 31.0 / 3) / 2);
  EXPECT_EQ(shrinkage.negative, 0);
}

/// The largest g . y over the real vectors y that the accumulator holds: at a corner of the bounds on S+ and S-, with
/// each sum on the largest number of its sign.
double getSupport(const std::vector<double> &g, double a, double b, double high, double low) {
  double up = 0, down = 0;
  for (double value : g) {
    up = std::max(up, value);
    down = std::max(down, -value);
  }
  std::vector<std::pair<double, double>> corners;
  auto limit = [](double total, double factor) { return factor > 0 ? total / factor : 1e300; };
  corners.push_back({std::min(limit(high, a), limit(low, b)), 0});
  corners.push_back({0, std::min(limit(high, b), limit(low, a))});
  if (a != b)
    corners.push_back({(a * high - b * low) / (a * a - b * b), (a * low - b * high) / (a * a - b * b)});
  double most = 0;
  for (auto [positive, negative] : corners)
    if (positive >= 0 && negative >= 0)
      most = std::max(most, up * positive + down * negative);
  return most;
}

TEST(ProjectionTest, IsTheNearestPoint) {
  // p is the projection of v onto a convex set exactly if no y of the set has (v - p).(y - p) > 0.
  std::mt19937 generator(9);
  std::uniform_real_distribution<double> uniform(-6, 6);
  int active = 0;
  for (int round = 0; round < 3000; ++round) {
    int64_t low = -int64_t(generator() % 8), high = 1 + int64_t(generator() % 8);
    AccumulatorLimit limit({low, high}, 4 + generator() % 4);
    std::vector<double> values(1 + generator() % 8), rest;
    for (double &value : values)
      value = uniform(generator);
    Shrinkage shrinkage = projectOntoLimit(values, limit);
    double positive = 0, negative = 0, product = 0;
    for (double value : values) {
      double p = shrinkage.apply(value);
      (p > 0 ? positive : negative) += std::abs(p);
      rest.push_back(value - p);
      product += (value - p) * p;
    }
    double a = limit.rise(), b = limit.fall();
    ASSERT_LE(a * positive + b * negative, limit.highest() + 1e-6);
    ASSERT_LE(b * positive + a * negative, limit.lowest() + 1e-6);
    ASSERT_LE(getSupport(rest, a, b, limit.highest(), limit.lowest()), product + 1e-6) << round;
    active += shrinkage.positive > 0 || shrinkage.negative > 0;
  }
  EXPECT_GT(active, 1000);
}

TEST(ProjectionTest, TilesFitAndSoDoesTheirSum) {
  RowLimits limits;
  limits.inner = AccumulatorLimit({0, 3}, 5); // S+ <= 5 per tile
  limits.outer = AccumulatorLimit({0, 3}, 6); // S+ <= 10.33 in all
  limits.tile = 2;
  std::vector<double> values = {4, 3, 6, 0, 5, -1};
  std::vector<Shrinkage> shrinkages = projectOntoLimits(values, limits);
  ASSERT_EQ(shrinkages.size(), 3u);
  double all = 0;
  for (int t = 0; t < 3; ++t) {
    double sum = 0;
    for (int k = 2 * t; k < 2 * t + 2; ++k)
      sum += std::max(shrinkages[t].apply(values[k]), 0.0);
    EXPECT_LE(sum, 5 + 1e-9);
    all += sum;
  }
  EXPECT_NEAR(all, 31.0 / 3, 1e-9);
  EXPECT_EQ(shrinkages[2].apply(-1), -1); // S- has room
}

} // namespace
} // namespace qcompile::fit
