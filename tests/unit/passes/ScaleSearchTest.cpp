//===- ScaleSearchTest.cpp - Scales by extremes, quantiles, least error ---===//
#include "passes/quantize-model/ScaleSearch.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/unit/passes/RandomMatrices.h"
#include "gtest/gtest.h"

namespace qcompile::quantization {
namespace {

using compression::draw;

/// Bell-shaped numbers (sums of uniform ones) with a few outliers.
std::vector<double> drawWeights(std::mt19937 &random, int count) {
  std::vector<double> out(count);
  for (double &v : out) {
    v = draw(random) + draw(random) + draw(random);
    if (random() % 50 == 0)
      v *= 3;
  }
  return out;
}

Codes getCodes(int bits) { return {-(int64_t{1} << (bits - 1)) + 1, (int64_t{1} << (bits - 1)) - 1, false}; }

TEST(ScaleSearchTest, ExtremesOfSymmetricCodes) {
  const std::vector<double> values{-3, 0.5, 1.5};
  // 4 bits without -8: 3 / 7. With -8 the lowest code reaches further: max(1.5 / 7, 3 / 8).
  EXPECT_EQ(findScale({values, {}}, {-7, 7, false}, {}).scale, double(float(3.0 / 7)));
  EXPECT_EQ(findScale({values, {}}, {-8, 7, false}, {}).scale, 0.375);
  EXPECT_EQ(findScale({values, {}}, {-7, 7, false}, {}).zeroPoint, 0);
}

TEST(ScaleSearchTest, ExtremesOfAffineCodes) {
  // [-1, 3] in 15 steps; the code of 0 is round(1 / (4 / 15)) = round(3.75).
  const std::vector<double> values{-1, 2, 3};
  Scale scale = findScale({values, {}}, {0, 15, true}, {});
  EXPECT_EQ(scale.scale, double(float(4.0 / 15)));
  EXPECT_EQ(scale.zeroPoint, 4);
  // The range always contains 0, whatever the sign of the numbers.
  Scale positive = findScale({std::vector<double>{2, 3}, {}}, {0, 15, true}, {});
  EXPECT_EQ(positive.scale, double(float(3.0 / 15)));
  EXPECT_EQ(positive.zeroPoint, 0);
  Scale negative = findScale({std::vector<double>{-3, -2}, {}}, {0, 15, true}, {});
  EXPECT_EQ(negative.zeroPoint, 15);
}

TEST(ScaleSearchTest, PowersOfTwoDoNotClip) {
  RangeOptions options;
  options.unit = 1;
  EXPECT_EQ(findScale({std::vector<double>{-3, 1}, {}}, {-7, 7, false}, options).scale, 0.5); // 3 / 7 = 0.43
  EXPECT_EQ(findScale({std::vector<double>{3.5}, {}}, {-7, 7, false}, options).scale, 0.5);   // exactly 0.5
  options.unit = 0.75; // a multiple of another scale
  EXPECT_EQ(findScale({std::vector<double>{3}, {}}, {-7, 7, false}, options).scale, 0.75);
  EXPECT_EQ(findScale({std::vector<double>{2}, {}}, {-7, 7, false}, options).scale, 0.375);
}

TEST(ScaleSearchTest, PercentileClips) {
  // 0, 1, ..., 100 and their quantile of 90 %, which is 90.
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i)
    values.push_back(i % 2 ? i : -i);
  RangeOptions options{RangeKind::Percentile, 90, 0};
  EXPECT_EQ(findScale({values, {}}, {-3, 3, false}, options).scale, 30);
  options.percentile = 100;
  EXPECT_EQ(findScale({values, {}}, {-4, 4, false}, options).scale, 25);
  // Where nearly all are zero a quantile says nothing: then as the extremes do.
  std::vector<double> sparse(1000, 0);
  sparse[3] = 6;
  options.percentile = 90;
  EXPECT_EQ(findScale({sparse, {}}, {-3, 3, false}, options).scale, 2);
}

TEST(ScaleSearchTest, NothingToScale) {
  for (RangeKind kind : {RangeKind::MinMax, RangeKind::Percentile, RangeKind::Mse})
    for (bool affine : {false, true}) {
      Scale scale = findScale({std::vector<double>(4, 0.0), {}}, {affine ? 0 : -7, 7, affine}, {kind, 99, 0});
      EXPECT_EQ(scale.scale, 1);
      EXPECT_EQ(scale.zeroPoint, 0);
    }
  // Quotients stay finite.
  EXPECT_GT(findScale({std::vector<double>{1e-44}, {}}, {-7, 7, false}, {}).scale, 0);
}

TEST(ScaleSearchTest, TwoLevelsHaveAClosedForm) {
  // Ternary codes: for a threshold at half the scale, the scale is the mean of the magnitudes above it. Here 1, 1, 3,
  // 3: all above, mean 2; error 4. Only the threes: scale 3 (and the ones, below 1.5, become 0): error 2.
  const std::vector<double> values{1, -1, 3, -3};
  RangeOptions options{RangeKind::Mse, 99, 0};
  EXPECT_NEAR(findScale({values, {}}, {-1, 1, false}, options).scale, 3, 1e-6);
  // With the ones counting ten times: scale 3 costs 20, scale 2 costs 22, the weighted mean (20 + 6) / 22 costs least.
  const std::vector<double> importance{10, 10, 1, 1};
  EXPECT_NEAR(findScale({values, importance}, {-1, 1, false}, options).scale, 26.0 / 22, 1e-6);
}

TEST(ScaleSearchTest, ScanFindsNoBetterScale) {
  std::mt19937 random(1);
  for (int bits = 2; bits <= 8; ++bits)
    for (bool weighted : {false, true}) {
      std::vector<double> values = drawWeights(random, 300), importance;
      for (size_t i = 0; weighted && i < values.size(); ++i)
        importance.push_back(1.01 + draw(random));
      const Sample sample{values, importance};
      const Codes codes = getCodes(bits);
      const double largest = std::abs(*std::max_element(values.begin(), values.end(),
                                                        [](double a, double b) { return std::abs(a) < std::abs(b); }));
      double least = INFINITY;
      for (int i = 1; i <= 20000; ++i)
        least = std::min(least, getSquaredError(sample, {1.5 * largest / codes.high * i / 20000, 0}, codes));
      const Scale found = findScale(sample, codes, {RangeKind::Mse, 99, 0});
      // The error has many small dips, of which the scan may meet one that is deeper by a little.
      EXPECT_LE(getSquaredError(sample, found, codes), least * 1.02) << bits << " bits";
      EXPECT_LE(getSquaredError(sample, found, codes), getSquaredError(sample, findScale(sample, codes, {}), codes));
      EXPECT_EQ(found.scale, double(float(found.scale)));
    }
}

TEST(ScaleSearchTest, ScanFindsNoBetterRange) {
  std::mt19937 random(2);
  for (int bits : {2, 3, 4, 8}) {
    std::vector<double> values = drawWeights(random, 200);
    for (double &v : values)
      v = v < 0 ? v / 4 : v;
    const Codes codes{0, (int64_t{1} << bits) - 1, true};
    const Sample sample{values, {}};
    const double low = *std::min_element(values.begin(), values.end()),
                 high = *std::max_element(values.begin(), values.end());
    double least = INFINITY;
    for (int i = 1; i <= 400; ++i)
      for (int64_t zeroPoint = 0; zeroPoint <= codes.high; ++zeroPoint)
        least = std::min(least, getSquaredError(sample, {(high - low) / codes.high * i / 360, zeroPoint}, codes));
    const Scale found = findScale(sample, codes, {RangeKind::Mse, 99, 0});
    EXPECT_LE(getSquaredError(sample, found, codes), least * 1.05) << bits << " bits";
  }
}

TEST(ScaleSearchTest, PowersOfTwoOfLeastError) {
  std::mt19937 random(3);
  for (int bits : {2, 3, 4, 8}) {
    std::vector<double> values = drawWeights(random, 200);
    const Codes codes = getCodes(bits);
    const Scale found = findScale({values, {}}, codes, {RangeKind::Mse, 99, 1});
    for (int exponent = -12; exponent <= 4; ++exponent)
      EXPECT_LE(getSquaredError({values, {}}, found, codes),
                getSquaredError({values, {}}, {std::ldexp(1, exponent), 0}, codes));
    EXPECT_EQ(std::log2(found.scale), std::nearbyint(std::log2(found.scale)));
  }
}

TEST(ScaleSearchTest, ThinsEvenly) {
  std::vector<float> a(10, 1), b(23, 2);
  EXPECT_EQ(thin({a, b}, 100).size(), 33u);
  std::vector<double> some = thin({a, b}, 11); // every third: 0, 3, 6, 9, 12, ..., 30
  EXPECT_EQ(some, (std::vector<double>{1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2}));
}

} // namespace
} // namespace qcompile::quantization
