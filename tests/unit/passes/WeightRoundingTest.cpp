//===- WeightRoundingTest.cpp - Grids and their values for a layer --------===//
#include "passes/quantize-model/WeightRounding.h"

#include <cmath>
#include <random>

#include "tests/unit/passes/RandomMatrices.h"
#include "gtest/gtest.h"

namespace qcompile::quantization {
namespace {

using compression::draw;
using compression::drawMatrix;
using compression::drawMoments;

double getError(const Matrix &w, const Matrix &q, const Matrix &h) { return ((w - q) * h).cwiseProduct(w - q).sum(); }

TEST(WeightRoundingTest, ValuesLieOnTheGrid) {
  std::mt19937 random(1);
  for (int bits : {2, 3, 4, 8})
    for (bool affine : {false, true})
      for (bool perChannel : {false, true})
        for (RangeKind kind : {RangeKind::MinMax, RangeKind::Percentile, RangeKind::Mse})
          for (int groups : {0, 1, 2})
            for (double unit : {0.0, 1.0}) {
              WeightProblem problem;
              problem.target = drawMatrix(random, 6, 10);
              for (int g = 0; g < groups; ++g)
                problem.moments.push_back(drawMoments(random, 10));
              WeightOptions options;
              options.bits = bits;
              options.affine = affine;
              options.perChannel = perChannel;
              options.range = {kind, 95, unit};
              QuantizedWeights out = quantizeWeights(problem, options);
              EXPECT_TRUE(out.grid.contains(out.values));
              EXPECT_EQ(out.grid.scale.size(), perChannel ? 6u : 1u);
              EXPECT_EQ(out.grid.isSigned, !affine);
              for (int64_t z : out.grid.zeroPoint) {
                EXPECT_GE(z, out.grid.low());
                EXPECT_LE(z, out.grid.high());
              }
            }
}

TEST(WeightRoundingTest, RoundsAloneWithoutMoments) {
  WeightProblem problem;
  problem.target = Matrix(2, 3);
  problem.target << 0.7, -0.35, 0.1, 7, 3.4, -1.6;
  WeightOptions options;
  options.bits = 4; // scales 0.1 and 1
  QuantizedWeights out = quantizeWeights(problem, options);
  const double s = float(0.1);
  EXPECT_EQ(out.values(0, 0), double(float(s * 7)));
  EXPECT_EQ(out.values(0, 2), double(float(s * 1)));
  EXPECT_EQ(out.values.row(1), (Eigen::RowVector3d(7, 3, -2)));
}

TEST(WeightRoundingTest, CorrectionLowersTheErrorOfOutputs) {
  std::mt19937 random(2);
  for (int bits : {2, 3, 4})
    for (RangeKind kind : {RangeKind::MinMax, RangeKind::Mse}) {
      WeightProblem problem;
      problem.target = drawMatrix(random, 8, 40);
      const Matrix h = drawMoments(random, 40);
      WeightOptions options;
      options.bits = bits;
      options.range.kind = kind;
      const double alone = getError(problem.target, quantizeWeights(problem, options).values, h);
      problem.moments = {h};
      const Matrix target = problem.target;
      const QuantizedWeights out = quantizeWeights(problem, options);
      EXPECT_LT(getError(target, out.values, h), 0.7 * alone) << bits << " bits";
    }
}

TEST(WeightRoundingTest, GroupsHaveTheirOwnMoments) {
  // Two groups in one problem give what two problems give.
  std::mt19937 random(3);
  const Matrix w = drawMatrix(random, 4, 9), first = drawMoments(random, 9), second = drawMoments(random, 9);
  WeightOptions options;
  options.bits = 3;
  const QuantizedWeights both = quantizeWeights({w, {first, second}, {}, 0}, options);
  EXPECT_EQ(both.values.topRows(2), quantizeWeights({w.topRows(2), {first}, {}, 0}, options).values);
  EXPECT_EQ(both.values.bottomRows(2), quantizeWeights({w.bottomRows(2), {second}, {}, 0}, options).values);
}

TEST(WeightRoundingTest, DualCodesAreTwoCodes) {
  std::mt19937 random(7);
  for (int bits : {2, 3, 4}) {
    WeightProblem problem;
    problem.target = drawMatrix(random, 3, 50);
    WeightOptions options;
    options.bits = bits;
    options.range.kind = RangeKind::Mse;
    const double single = (quantizeWeights(problem, options).values - problem.target).norm();
    options.dual = true;
    const QuantizedWeights out = quantizeWeights(problem, options);
    EXPECT_EQ(out.grid.bits, 2 * bits);
    EXPECT_TRUE(out.grid.contains(out.values));
    EXPECT_LT((out.values - problem.target).norm(), single / 2);
    // Every code is 2^bits t1 + t2 with codes of the signed type: by trying all of them.
    const int64_t half = int64_t{1} << (bits - 1);
    for (int64_t o = 0; o < 3; ++o)
      for (int64_t c = 0; c < 50; ++c) {
        bool found = false;
        for (int64_t t1 = -half; t1 < half; ++t1)
          for (int64_t t2 = -half; t2 < half; ++t2)
            found |= out.grid.quantize(out.values(o, c), o) == (t1 << bits) + t2;
        EXPECT_TRUE(found);
      }
  }
}

TEST(WeightRoundingTest, ZerosStay) {
  std::mt19937 random(4);
  for (bool corrected : {false, true}) {
    WeightProblem problem;
    problem.target = drawMatrix(random, 5, 12);
    problem.zeros = Mask(5, 12);
    for (int64_t i = 0; i < problem.zeros->size(); ++i)
      problem.zeros->data()[i] = i % 3 != 0;
    if (corrected)
      problem.moments = {drawMoments(random, 12)};
    WeightOptions options;
    options.bits = 3;
    options.range.kind = RangeKind::Mse;
    const Mask zeros = *problem.zeros;
    const QuantizedWeights out = quantizeWeights(std::move(problem), options);
    for (int64_t i = 0; i < zeros.size(); ++i)
      if (zeros.data()[i])
        EXPECT_EQ(out.values.data()[i], 0);
  }
}

TEST(WeightRoundingTest, CirculantBlocksStay) {
  // Blocks of 4 in a matrix of 10 x 7: cut at the bottom and at the right.
  std::mt19937 random(5);
  const Matrix generators = drawMatrix(random, 3, 8);
  Matrix w(10, 7);
  auto place = [](int64_t row, int64_t column) { return column / 4 * 4 + ((column % 4 - row % 4) + 4) % 4; };
  for (int64_t o = 0; o < 10; ++o)
    for (int64_t c = 0; c < 7; ++c)
      w(o, c) = generators(o / 4, place(o, c));
  const Matrix h = drawMoments(random, 7);
  for (bool corrected : {false, true})
    for (RangeKind kind : {RangeKind::MinMax, RangeKind::Mse}) {
      WeightProblem problem;
      problem.target = w;
      problem.block = 4;
      if (corrected)
        problem.moments = {h};
      WeightOptions options;
      options.bits = 4;
      options.range.kind = kind;
      const QuantizedWeights out = quantizeWeights(std::move(problem), options);
      EXPECT_TRUE(out.grid.contains(out.values));
      for (int64_t o = 0; o < 10; ++o)
        for (int64_t c = 0; c < 7; ++c)
          for (int64_t other = o / 4 * 4; other < std::min<int64_t>(10, o / 4 * 4 + 4); ++other)
            for (int64_t d = c / 4 * 4; d < std::min<int64_t>(7, c / 4 * 4 + 4); ++d)
              if (place(o, c) == place(other, d))
                EXPECT_EQ(out.values(o, c), out.values(other, d));
      for (int64_t o = 0; o < 10; ++o)
        EXPECT_EQ(out.grid.scaleOf(o), out.grid.scaleOf(o / 4 * 4));
      EXPECT_LT((out.values - w).norm(), 0.3 * w.norm());
    }
}

TEST(WeightRoundingTest, GeneratorIsTheLeastSquaresOne) {
  // With 8 bits the grid is fine, so that the result shows the generator: of all circulant matrices, by brute force
  // over small changes, none is nearer in H by more than the grid allows.
  std::mt19937 random(6);
  const Matrix w = drawMatrix(random, 2, 2), h = drawMoments(random, 2);
  WeightOptions options;
  const QuantizedWeights out = quantizeWeights({w, {h}, {}, 2}, options);
  Matrix damped = h;
  compression::dampen(damped, 0.01);
  const double a = out.values(0, 0), b = out.values(0, 1);
  const double least = getError(w, out.values, damped);
  for (double da : {-0.05, 0.0, 0.05})
    for (double db : {-0.05, 0.0, 0.05}) {
      Matrix other(2, 2);
      other << a + da, b + db, b + db, a + da;
      EXPECT_GE(getError(w, other, damped), least * 0.999);
    }
}

} // namespace
} // namespace qcompile::quantization
