//===- PqCodebooksTest.cpp - Codebooks of product quantization ------------===//
#include <cmath>
#include <random>

#include "passes/product-quantize/Codebooks.h"
#include "passes/product-quantize/Metric.h"
#include "gmock/gmock.h"

using namespace qcompile;
using namespace qcompile::pq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

namespace {

CodeMatrix makeMatrix(int64_t columns, std::vector<int32_t> values) {
  return {int64_t(values.size()) / columns, columns, std::move(values)};
}

/// Sum over the points of the squared distance to the nearest centroid.
double getDistortion(const WeightedPoints &points, const std::vector<double> &centroids) {
  double sum = 0;
  for (int64_t i = 0; i < points.size(); ++i) {
    double best = INFINITY;
    for (size_t c = 0; c < centroids.size(); c += size_t(points.length)) {
      double distance = 0;
      for (int64_t l = 0; l < points.length; ++l)
        distance += std::pow(points.values[size_t(i * points.length + l)] - centroids[c + size_t(l)], 2);
      best = std::min(best, distance);
    }
    sum += best * double(points.counts[size_t(i)]);
  }
  return sum;
}

CodeMatrix makeRandomMatrix(unsigned seed, int64_t rows, int64_t columns) {
  std::mt19937 random(seed);
  std::vector<int32_t> values(size_t(rows * columns));
  for (int32_t &value : values)
    value = int32_t(random() % 200);
  return makeMatrix(columns, std::move(values));
}

} // namespace

TEST(PqCodebooks, PointsAreSortedAndCounted) {
  // Columns 1 and 2 of rows of three, and one column behind the last.
  CodeMatrix matrix = makeMatrix(3, {9, 2, 1, 8, 0, 5, 7, 2, 1});
  WeightedPoints points = collectPoints(matrix, 1, 2);
  EXPECT_THAT(points.values, ElementsAre(0, 5, 2, 1));
  EXPECT_THAT(points.counts, ElementsAre(1, 2));
  points = collectPoints(matrix, 2, 2);
  EXPECT_THAT(points.values, ElementsAre(1, 0, 5, 0));
  EXPECT_THAT(points.counts, ElementsAre(2, 1));
}

// Scalar points 0, 2, 10, 12: the mean 6 splits into 5.94 and 6.06, which get {0, 2} and {10, 12}.
TEST(PqCodebooks, TwoClusters) {
  WeightedPoints points{1, {0, 2, 10, 12}, {1, 1, 1, 1}};
  EXPECT_THAT(designCodebook(points, 2, 2), ElementsAre(1, 11));
  // With weights the mean is 4 and the lower cell (1 * 0 + 3 * 2) / 4.
  points.counts = {1, 3, 1, 1};
  EXPECT_THAT(designCodebook(points, 2, 2), ElementsAre(1.5, 11));
  // Medians: of {0, 2, 2, 2} the lowest that half of them do not exceed.
  EXPECT_THAT(designCodebook(points, 2, 1), ElementsAre(2, 10));
}

// Three wanted of two: only the cell with the larger distortion is split, {0, 8} here.
TEST(PqCodebooks, SplitsTheWorstCell) {
  WeightedPoints points{1, {0, 8, 100, 102}, {1, 1, 1, 1}};
  EXPECT_THAT(designCodebook(points, 3, 2), ElementsAre(0, 101, 8));
}

TEST(PqCodebooks, FewPointsAreTheirOwnCentroids) {
  WeightedPoints points{2, {1, 2, 3, 4}, {5, 1}};
  EXPECT_THAT(designCodebook(points, 2, 2), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(designCodebook(points, 16, 2), ElementsAre(1, 2, 3, 4));
}

// All but one of the points lie at 0, whose centroid cannot be split by a factor.
TEST(PqCodebooks, ZerosDoNotStop) {
  WeightedPoints points{1, {0, 1, 2, 3, 50}, {1000, 1, 1, 1, 1}};
  std::vector<double> four = designCodebook(points, 4, 2);
  EXPECT_EQ(four.size(), 4u);
  EXPECT_LT(getDistortion(points, four), 1.0);
}

TEST(PqCodebooks, MoreCentroidsFitBetterAndRunsAgree) {
  WeightedPoints points = collectPoints(makeRandomMatrix(1, 2000, 4), 0, 4);
  double before = INFINITY;
  for (int64_t count : {1, 2, 3, 4, 8, 16, 64}) {
    std::vector<double> centroids = designCodebook(points, count, 2);
    EXPECT_EQ(int64_t(centroids.size()), 4 * count);
    double distortion = getDistortion(points, centroids);
    EXPECT_LT(distortion, before) << count;
    before = distortion;
    EXPECT_EQ(centroids, designCodebook(points, count, 2));
  }
}

TEST(PqCodebooks, PrototypesAreRoundedCentroids) {
  CodeMatrix matrix = makeMatrix(1, {0, 1, 10, 13});
  CodebookOptions options{.length = 1, .prototypes = 2, .factor = 4};
  CodebookDesign design = designCodebooks(matrix, options);
  EXPECT_THAT(design.centroids, ElementsAre(0.5, 11.5));
  EXPECT_THAT(design.codebooks.values, ElementsAre(2, 46));
  EXPECT_THAT(design.codebooks.offsets, ElementsAre(0, 0));
  EXPECT_EQ(design.codebooks.factor, 4);
}

// Sub-space 1 has one different point: its codebook repeats it.
TEST(PqCodebooks, ShortCodebooksRepeatTheirLast) {
  CodebookOptions options{.length = 1, .prototypes = 2};
  CodebookDesign design = designCodebooks(makeMatrix(2, {0, 7, 5, 7}), options);
  EXPECT_EQ(design.codebooks.prototypes, 2);
  EXPECT_THAT(design.codebooks.values, ElementsAre(0, 5, 7, 7));
}

// A = W W' (plus a little) of W = [[3, 0], [0, 1]] is diag(9, 1): C = diag(3, 1).
TEST(PqMetric, MapsAndUnmaps) {
  Metric metric(2);
  metric.setWeights(std::vector<double>{3, 0, 0, 1}, 0, 2, 2);
  EXPECT_NEAR(metric.factor[0], 3, 1e-3);
  EXPECT_NEAR(metric.factor[3], 1, 1e-3);
  Metric full(2); // A = [[5, 2], [2, 1]] of rows (1, 2) and (0, 1)
  full.setWeights(std::vector<double>{1, 2, 0, 1}, 0, 2, 2);
  WeightedPoints points{2, {3, 4}, {1}};
  full.map(points);
  // |C' x|^2 = x' A x = 5 * 9 + 2 * 2 * 12 + 16 = 109.
  EXPECT_NEAR(points.values[0] * points.values[0] + points.values[1] * points.values[1], 109, 0.02);
  std::vector<double> product(2);
  full.applyTransposed(points.values, product); // A x = (23, 10)
  EXPECT_THAT(product, ElementsAre(DoubleNear(23, 0.01), DoubleNear(10, 0.01)));
  full.unmap(points.values);
  EXPECT_THAT(points.values, ElementsAre(DoubleNear(3, 1e-9), DoubleNear(4, 1e-9)));
}

// Only the first element matters to the output: with weights, rows are told apart by it alone.
TEST(PqMetric, CodebooksFollowTheWeights) {
  CodeMatrix matrix = makeMatrix(2, {0, 0, 0, 200, 20, 0, 20, 200});
  CodebookOptions options{.length = 2, .prototypes = 2};
  CodebookDesign plain = designCodebooks(matrix, options);
  EXPECT_THAT(plain.centroids, ElementsAre(10, 0, 10, 200));
  std::vector<double> weights = {1, 0};
  CodebookDesign weighted = designCodebooks(matrix, options, weights, 1);
  EXPECT_THAT(weighted.centroids,
              ElementsAre(DoubleNear(0, 1e-6), DoubleNear(100, 1e-6), DoubleNear(20, 1e-6), DoubleNear(100, 1e-6)));
  auto positions = encodeRows(weighted.codebooks, matrix);
  EXPECT_THAT(positions[0], ElementsAre(0, 0, 1, 1));
}

// Integer prototypes and offsets order points as the distance of outputs does, up to the rounding of prototypes.
TEST(PqMetric, IntegersKeepTheOrder) {
  CodeMatrix matrix = makeRandomMatrix(3, 500, 6);
  std::mt19937 random(4);
  std::vector<double> weights(6 * 5);
  for (double &w : weights)
    w = double(random() % 2001) / 1000 - 1;
  CodebookOptions options{.length = 3, .prototypes = 8, .prototypeBits = 16};
  CodebookDesign design = designCodebooks(matrix, options, weights, 5);
  auto positions = encodeRows(design.codebooks, matrix);
  for (int64_t r = 0; r < matrix.rows; ++r)
    for (int64_t s = 0; s < 2; ++s) {
      auto distance = [&](int64_t p) {
        double sum = 0;
        for (int64_t m = 0; m < 5; ++m) {
          double y = 0;
          for (int64_t l = 0; l < 3; ++l)
            y += (matrix.values[size_t(r * 6 + s * 3 + l)] - design.centroids[size_t((s * 8 + p) * 3 + l)]) *
                 weights[size_t((s * 3 + l) * 5 + m)];
          sum += y * y;
        }
        return sum;
      };
      double best = INFINITY;
      for (int64_t p = 0; p < 8; ++p)
        best = std::min(best, distance(p));
      EXPECT_LE(distance(positions[size_t(s)][size_t(r)]), 1.02 * best + 1);
    }
}

// Columns 0 and 2 are equal, 1 and 3 too.
TEST(PqMetric, GroupsWhatDependsOnEachOther) {
  CodeMatrix matrix = makeMatrix(4, {1, 9, 1, 9, 8, 2, 8, 2, 3, 3, 3, 3, 5, 0, 5, 0});
  std::vector<double> weights = {1, 1, 1, 1};
  auto order = groupColumns(matrix, 2, weights, 1);
  EXPECT_THAT(order, ElementsAre(1, 3, 0, 2));
}

// One bit, length 2: four patterns, the first digit the most significant. The third column is alone in its sub-space.
TEST(PqCodebooks, EnumeratesPatterns) {
  CodebookOptions options{.length = 2, .prototypes = 4};
  auto codebooks = enumeratePatterns(3, {0, 1}, options);
  ASSERT_TRUE(codebooks);
  EXPECT_THAT(codebooks->values, ElementsAre(0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0));
  EXPECT_FALSE(enumeratePatterns(3, {0, 2}, options)); // nine patterns
  // Bipolar codes are two apart.
  EXPECT_THAT(enumeratePatterns(1, {-1, 1, 2}, options)->values, ElementsAre(-1, 0, -1, 0, 1, 0, 1, 0));
  // Encoding is exact: every row finds itself.
  CodeMatrix rows = makeMatrix(3, {0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0});
  auto positions = encodeRows(*codebooks, rows);
  EXPECT_THAT(positions[0], ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(positions[1], ElementsAre(0, 2, 2, 0));
}
