//===- ConversionUnitTest.cpp - Common units and bounds of sums -----------===//
//
// What the exact integer form stands on: scales as integer multiples of one unit, and bounds that hold for every
// partial sum. Units are checked by their definition, bounds by trying all orders of all inputs.
//
//===----------------------------------------------------------------------===//
#include <cmath>
#include <numeric>
#include <random>

#include "passes/convert-onnx-to-qnn/IntegerForm.h"
#include "gtest/gtest.h"

namespace qcompile::testing {
namespace {

using qnn::Bounds;
using runtime::DataType;
using runtime::Tensor;

/// unit * multiplier == scale without a rounding, and no integer greater than 1 divides all multipliers.
void expectUnit(const std::vector<double> &scales) {
  std::optional<CommonUnit> unit = findCommonUnit(scales);
  ASSERT_TRUE(unit);
  ASSERT_EQ(unit->multipliers.size(), scales.size());
  int64_t divisor = 0;
  for (size_t i = 0; i < scales.size(); ++i) {
    double multiplier = double(unit->multipliers[i]);
    EXPECT_EQ(int64_t(multiplier), unit->multipliers[i]);
    EXPECT_EQ(unit->unit * multiplier, scales[i]);
    EXPECT_EQ(std::fma(unit->unit, multiplier, -scales[i]), 0) << "rounded";
    divisor = std::gcd(divisor, unit->multipliers[i]);
  }
  EXPECT_EQ(divisor, 1) << "a greater unit exists";
  EXPECT_GT(unit->unit, 0);
}

TEST(CommonUnitTest, SmallMultiples) {
  std::optional<CommonUnit> unit = findCommonUnit({0.75, 0.5, 3.0});
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->unit, 0.25);
  EXPECT_EQ(unit->multipliers, (std::vector<int64_t>{3, 2, 12}));
}

TEST(CommonUnitTest, OneScaleIsItsOwnUnit) {
  std::optional<CommonUnit> unit = findCommonUnit({0.1, 0.1});
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->unit, 0.1);
  EXPECT_EQ(unit->multipliers, (std::vector<int64_t>{1, 1}));
}

TEST(CommonUnitTest, OddFactors) {
  // 0.1f * 3 and 0.1f * 5 have the odd part of 0.1f in common.
  double tenth = 0.1f;
  std::optional<CommonUnit> unit = findCommonUnit({tenth * 3, tenth * 5});
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->unit, tenth);
  EXPECT_EQ(unit->multipliers, (std::vector<int64_t>{3, 5}));
}

TEST(CommonUnitTest, SignsStay) {
  std::optional<CommonUnit> unit = findCommonUnit({-0.5, 0.75});
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->unit, 0.25);
  EXPECT_EQ(unit->multipliers, (std::vector<int64_t>{-2, 3}));
}

TEST(CommonUnitTest, RandomScales) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> scales;
    for (size_t n = 1 + random() % 5; scales.size() < n;)
      scales.push_back(std::ldexp(double(float(1 + random() % 1000)), int(random() % 12) - 6));
    expectUnit(scales);
    for (double &scale : scales) // products of two float32 numbers
      scale = double(std::ldexp(1 + float(random() % (1 << 10)) / (1 << 10), -7)) *
              double(1 + float(random() % (1 << 10)) / (1 << 10));
    expectUnit(scales);
  }
}

TEST(CommonUnitTest, LongestMultiples) {
  expectUnit({1.0, std::ldexp(1.0, 39)});
  expectUnit({1.0, std::ldexp(1.0, 40) - 1});
  EXPECT_FALSE(findCommonUnit({1.0, std::ldexp(1.0, 41)}));
  EXPECT_FALSE(findCommonUnit({1.0, std::ldexp(1.0, 41) + 1}));
  // Far apart by their last bits alone.
  EXPECT_FALSE(findCommonUnit({1.0, 1 + std::ldexp(1.0, -41)}));
  expectUnit({1.0, 1 + std::ldexp(1.0, -39)});
  EXPECT_FALSE(findCommonUnit({1.0, 1e-20f}));
  EXPECT_FALSE(findCommonUnit({1e300, 1e-300}));
}

TEST(CommonUnitTest, SmallestNumbers) {
  expectUnit({0x1p-1074, 0x1.8p-1073});
  expectUnit({0x1p-1022, 0x1p-1030});
  expectUnit({std::numeric_limits<double>::max(), std::numeric_limits<double>::max() / 2});
}

TEST(MultiplyExactlyTest, RefusesWhatIsRounded) {
  EXPECT_EQ(multiplyExactly(0.1f, 0.3f), double(0.1f) * double(0.3f)); // 24 bits each
  EXPECT_EQ(multiplyExactly(0, 0.3), 0);
  EXPECT_FALSE(multiplyExactly(0.1, 0.3));
  EXPECT_FALSE(multiplyExactly(1e200, 1e200));
  EXPECT_FALSE(multiplyExactly(0x1p-500, 0x1.8p-500)); // so small that underflow may hide what is lost
  EXPECT_FALSE(multiplyExactly(0x1p-600, 0x1.8p-600)); // nothing is left of it
}

/// The extremes that a partial sum of `weights[i] * x[i]` reaches, for any x and any order: greedily, since every term
/// may be left out.
Bounds tryAll(const std::vector<int64_t> &weights, Bounds input) {
  Bounds out;
  int64_t values[] = {input.low, input.high};
  for (int64_t choice = 0; choice < int64_t(std::pow(3, weights.size())); ++choice) {
    int64_t sum = 0, rest = choice;
    for (int64_t weight : weights) {
      if (rest % 3 != 0) // 0: the term is not yet part of the sum
        sum += weight * values[rest % 3 - 1];
      rest /= 3;
    }
    out = qnn::unite(out, {sum, sum});
  }
  return out;
}

Tensor makeWeights(const runtime::Shape &shape, const std::vector<int64_t> &values) {
  return *Tensor::FromIntegers(DataType::Signed(8), shape, values);
}

TEST(ConvolutionBoundsTest, OutputsAreTheFirstDimension) {
  std::mt19937 random(2);
  for (int i = 0; i < 200; ++i) {
    int64_t outputs = 1 + random() % 3, channels = 1 + random() % 2, taps = 1 + random() % 3;
    std::vector<int64_t> values(outputs * channels * taps);
    for (int64_t &value : values)
      value = int64_t(random() % 9) - 4;
    int64_t low = int64_t(random() % 9) - 6;
    Bounds input{low, low + int64_t(random() % 7)};
    auto bounds = qnn::getDotProductBounds(input, makeWeights({outputs, channels, taps}, values), /*axis=*/0);
    ASSERT_TRUE(bounds);
    ASSERT_EQ(bounds->size(), size_t(outputs));
    for (int64_t o = 0; o < outputs; ++o) {
      auto begin = values.begin() + o * channels * taps;
      EXPECT_EQ((*bounds)[o], tryAll({begin, begin + channels * taps}, input)) << o;
    }
  }
}

TEST(ConvolutionBoundsTest, OutputsOfATransposedOneByGroups) {
  // Weights [4 inputs, 2 outputs per group, 2 taps], 2 groups: inputs 0 and 1 add to outputs 0 and 1, 2 and 3 to 2
  // and 3.
  std::vector<int64_t> values = {1, -2, 3, 4, 5, 6, -7, 8, 1, 1, -1, -1, 2, 0, 0, 0};
  auto outputOf = [](int64_t i) { return i / 8 * 2 + i / 2 % 2; };
  auto bounds = qnn::getDotProductBounds({-1, 3}, makeWeights({4, 2, 2}, values), 4, outputOf);
  ASSERT_TRUE(bounds);
  EXPECT_EQ((*bounds)[0], tryAll({1, -2, 5, 6}, {-1, 3}));
  EXPECT_EQ((*bounds)[1], tryAll({3, 4, -7, 8}, {-1, 3}));
  EXPECT_EQ((*bounds)[2], tryAll({1, 1, 2, 0}, {-1, 3}));
  EXPECT_EQ((*bounds)[3], tryAll({-1, -1, 0, 0}, {-1, 3}));
}

TEST(ConvolutionBoundsTest, ChannelsWithoutWeightsAreZero) {
  auto bounds = qnn::getDotProductBounds({-8, 7}, makeWeights({2, 1, 2}, {0, 0, 1, 0}), /*axis=*/0);
  ASSERT_TRUE(bounds);
  EXPECT_EQ((*bounds)[0], (Bounds{0, 0}));
  EXPECT_EQ((*bounds)[1], (Bounds{-8, 7}));
}

TEST(ConvolutionBoundsTest, BeyondSixtyTwoBits) {
  int64_t big = int64_t{1} << 31;
  auto weights = *Tensor::FromIntegers(DataType::Signed(33), {1, 1, 1}, {big});
  auto fits = qnn::getDotProductBounds({0, (int64_t{1} << 30) - 1}, weights, /*axis=*/0);
  ASSERT_TRUE(fits);
  EXPECT_EQ((*fits)[0], (Bounds{0, ((int64_t{1} << 30) - 1) * big}));
  EXPECT_FALSE(qnn::getDotProductBounds({0, int64_t{1} << 32}, weights, /*axis=*/0));
}

} // namespace
} // namespace qcompile::testing
