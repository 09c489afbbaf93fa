//===- PrunerTest.cpp - Which weights of a layer stay ---------------------===//
#include "passes/prune-weights/Pruner.h"

#include <cmath>

#include "PruneTesting.h"

namespace qcompile::compression {
namespace {

PruneProblem makeProblem(Matrix target, std::vector<Matrix> moments = {}) {
  Mask none = Mask::Constant(target.rows(), target.cols(), false);
  return {std::move(target), std::move(moments), std::move(none), nullptr, forRowsInOrder};
}

std::vector<bool> getKept(const Matrix &weights, int64_t row) {
  std::vector<bool> kept(weights.cols());
  for (int64_t j = 0; j < weights.cols(); ++j)
    kept[j] = weights(row, j) != 0;
  return kept;
}

bool holds(const std::vector<bool> &kept, GroupPattern pattern) {
  for (size_t begin = 0; begin < kept.size(); begin += size_t(pattern.m)) {
    auto end = kept.begin() + std::ptrdiff_t(std::min(begin + size_t(pattern.m), kept.size()));
    if (std::count(kept.begin() + std::ptrdiff_t(begin), end, true) > pattern.n)
      return false;
  }
  return true;
}

/// The least loss of one output over all sets that hold the pattern.
double findBestLoss(const Matrix &h, const Row &target, GroupPattern pattern) {
  double best = std::numeric_limits<double>::infinity();
  for (uint64_t bits = 0; bits < (uint64_t(1) << target.size()); ++bits) {
    std::vector<bool> kept(target.size());
    for (int64_t j = 0; j < target.size(); ++j)
      kept[j] = bits >> j & 1;
    if (holds(kept, pattern))
      best = std::min(best, getLeastLoss(h, target, kept));
  }
  return best;
}

// Against the best of all masks. K = 7 leaves a shorter last group.
TEST(PrunerTest, FindsPatternsCloseToTheBest) {
  std::mt19937 random(1);
  int64_t rows = 0, optimal = 0;
  for (GroupPattern pattern : {GroupPattern{1, 4}, GroupPattern{2, 4}, GroupPattern{2, 3}, GroupPattern{3, 5}})
    for (int trial = 0; trial < 5; ++trial) {
      PruneProblem problem = makeProblem(drawMatrix(random, 3, 7), {drawDampedMoments(random, 7)});
      PrunedWeights pruned = pruneToPattern(problem, pattern);
      for (int64_t row = 0; row < 3; ++row, ++rows) {
        const Row target = problem.target.row(row), w = pruned.weights.row(row);
        const std::vector<bool> kept = getKept(pruned.weights, row);
        EXPECT_TRUE(holds(kept, pattern));
        const double loss = getLoss(problem.moments[0], target, w);
        EXPECT_NEAR(loss, getLeastLoss(problem.moments[0], target, kept), 1e-9);
        const double best = findBestLoss(problem.moments[0], target, pattern);
        EXPECT_GE(loss, best - 1e-9);
        optimal += loss < best * (1 + 1e-6);
      }
    }
  EXPECT_GT(optimal, rows / 2);
}

// Inputs that are independent: every weight costs w² h, and the others have nothing to make up for.
TEST(PrunerTest, KeepsTheLargestOfIndependentInputs) {
  Matrix target(1, 6), h = Matrix::Zero(6, 6);
  target << 1, -3, 2, 4, -5, 1;
  h.diagonal() << 100, 1, 1, 1, 1, 49; // w² h: 100 9 4 16 25 49
  Matrix expected(1, 6);
  expected << 1, 0, 0, 0, 0, 1;
  EXPECT_EQ(pruneToPattern(makeProblem(target, {h}), {1, 3}).weights, expected);
  expected << 1, 0, 0, 4, -5, 1;
  EXPECT_EQ(pruneToCount(makeProblem(target, {h}), 1, 4).weights, expected);
  expected << 1, -3, 0, 0, -5, 1; // pairs: 109 20 74
  EXPECT_EQ(pruneToCount(makeProblem(target, {h}), 2, 2).weights, expected);
  // Without moments by magnitude; of equal ones the first.
  expected << 0, -3, 0, 0, -5, 0;
  EXPECT_EQ(pruneToPattern(makeProblem(target), {1, 3}).weights, expected);
  expected << 1, -3, 2, 4, -5, 0;
  EXPECT_EQ(pruneToCount(makeProblem(target), 1, 5).weights, expected);
  expected << 0, 0, 2, 4, -5, 1; // pairs: 10 20 26
  EXPECT_EQ(pruneToCount(makeProblem(target), 2, 2).weights, expected);
}

// Two equal inputs: the one that stays takes over the weight of the other.
TEST(PrunerTest, MovesWeightToEqualInputs) {
  Matrix target(1, 2), h(2, 2);
  target << 3, 2;
  h << 1, 1, 1, 1;
  h.diagonal().array() += 1e-9;
  Matrix weights = pruneToPattern(makeProblem(target, {h}), {1, 2}).weights;
  EXPECT_NEAR(weights(0, 0), 5, 1e-6);
  EXPECT_EQ(weights(0, 1), 0);
}

// The layer's budget goes to the outputs that need it: costs 16 9 4 and 1 1/4 1/9.
TEST(PrunerTest, SharesACountAmongOutputs) {
  Matrix target(2, 3), expected(2, 3);
  target << 4, -3, 2, 1, 0.5, 1.0 / 3;
  for (int64_t keep = 0; keep <= 6; ++keep) {
    expected = target;
    for (int64_t i = keep; i < 6; ++i)
      expected.data()[i] = 0;
    EXPECT_EQ(pruneToCount(makeProblem(target, {Matrix::Identity(3, 3)}), 1, keep).weights, expected);
    EXPECT_EQ(pruneToCount(makeProblem(target), 1, keep).weights, expected);
  }
}

TEST(PrunerTest, CountsAndImprovesUnstructured) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 10; ++trial) {
    PruneProblem problem = makeProblem(drawMatrix(random, 4, 9), {drawDampedMoments(random, 9)});
    auto loss = [&](const Matrix &w) {
      double sum = 0;
      for (int64_t row = 0; row < 4; ++row)
        sum += getLoss(problem.moments[0], problem.target.row(row), w.row(row));
      return sum;
    };
    Matrix searched = pruneToCount(problem, 1, 15).weights;
    EXPECT_EQ((searched.array() != 0).count(), 15);
    for (int64_t row = 0; row < 4; ++row)
      EXPECT_NEAR(getLoss(problem.moments[0], problem.target.row(row), searched.row(row)),
                  getLeastLoss(problem.moments[0], problem.target.row(row), getKept(searched, row)), 1e-9);
    PruneProblem plain = makeProblem(problem.target);
    EXPECT_LT(loss(searched), loss(pruneToCount(plain, 1, 15).weights));
  }
}

// Neither search nor least squares: the sweep alone still keeps count and pattern, and beats magnitudes over many
// layers.
TEST(PrunerTest, FallsBackToTheSweep) {
  std::mt19937 random(3);
  double swept = 0, plain = 0, fitted = 0;
  for (int trial = 0; trial < 20; ++trial) {
    PruneProblem problem = makeProblem(drawMatrix(random, 5, 22), {drawDampedMoments(random, 22)});
    auto loss = [&](const Matrix &w) { return std::pow(getOutputError(problem.target, w, problem.moments[0]), 2); };
    problem.searchLimit = problem.fitLimit = 0;
    PrunedWeights pruned = pruneToPattern(problem, {2, 4});
    EXPECT_EQ(pruned.swaps, 0);
    for (int64_t row = 0; row < 5; ++row)
      EXPECT_TRUE(holds(getKept(pruned.weights, row), {2, 4}));
    EXPECT_EQ((pruned.weights.array() != 0).count(), 5 * 12); // 5 groups of 4, and 2 more columns
    swept += loss(pruned.weights);
    EXPECT_EQ((pruneToCount(problem, 1, 40).weights.array() != 0).count(), 40);
    problem.fitLimit = 5 * 12 * 12 * 12 / 3;
    pruned = pruneToPattern(problem, {2, 4});
    EXPECT_EQ(pruned.swaps, 0);
    fitted += loss(pruned.weights);
    plain += loss(pruneToPattern(makeProblem(problem.target), {2, 4}).weights);
  }
  EXPECT_LT(swept, plain);
  EXPECT_LT(fitted, swept);
}

TEST(PrunerTest, StaysOnTheGrid) {
  std::mt19937 random(4);
  WeightGrid grid;
  grid.bits = 4;
  grid.scale = {0.125, 0.25, 0.5};
  double moved = 0, rounded = 0;
  for (double limit : {0.0, 2e10})
    for (int trial = 0; trial < 10; ++trial) {
      PruneProblem problem = makeProblem(drawMatrix(random, 3, 10), {drawDampedMoments(random, 10)});
      problem.grid = &grid;
      problem.searchLimit = problem.fitLimit = limit;
      Matrix weights = pruneToPattern(problem, {2, 4}).weights;
      EXPECT_TRUE(grid.contains(weights));
      for (int64_t row = 0; row < 3; ++row)
        EXPECT_TRUE(holds(getKept(weights, row), {2, 4}));
      EXPECT_TRUE(grid.contains(pruneToCount(problem, 1, 12).weights));
      if (limit == 0)
        continue;
      problem.grid = nullptr;
      Matrix optimum = pruneToPattern(problem, {2, 4}).weights;
      moved += getOutputError(problem.target, weights, problem.moments[0]);
      rounded += getOutputError(problem.target, grid.round(optimum), problem.moments[0]);
    }
  EXPECT_LT(moved, rounded);
}

TEST(PrunerTest, LeavesOutWhatIsExcluded) {
  std::mt19937 random(5);
  for (bool withMoments : {false, true})
    for (double limit : {0.0, 2e10}) {
      PruneProblem problem = makeProblem(drawMatrix(random, 2, 8));
      if (withMoments)
        problem.moments = {drawDampedMoments(random, 8)};
      problem.searchLimit = problem.fitLimit = limit;
      problem.excluded << 1, 1, 1, 0, 0, 0, 0, 1, //
          0, 1, 0, 1, 0, 0, 1, 0;
      Matrix pattern = pruneToPattern(problem, {2, 4}).weights, count = pruneToCount(problem, 1, 7).weights;
      EXPECT_FALSE((problem.excluded && (pattern.array() != 0)).any());
      EXPECT_FALSE((problem.excluded && (count.array() != 0)).any());
      EXPECT_EQ((pattern.array() != 0).count(), 1 + 2 + 2 + 2);
      EXPECT_EQ((count.array() != 0).count(), 7);
    }
}

// Outputs of both groups compete; each by the moments of its own group: 1 * 100 against 4 * 1 and 9 * 1.
TEST(PrunerTest, KeepsOutputsByTheirEnergy) {
  Matrix target(4, 1), expected(4, 1);
  target << 1, 0.1, 2, 3;
  std::vector<Matrix> moments = {Matrix::Constant(1, 1, 100), Matrix::Constant(1, 1, 1)};
  expected << 1, 0, 0, 3;
  EXPECT_EQ(pruneOutputs(makeProblem(target, moments), 2).weights, expected);
  expected << 0, 0, 2, 3;
  EXPECT_EQ(pruneOutputs(makeProblem(target), 2).weights, expected);
}

// Groups of outputs have moments of their own: the same result as each alone.
TEST(PrunerTest, TreatsGroupsByThemselves) {
  std::mt19937 random(6);
  std::vector<Matrix> moments = {drawDampedMoments(random, 8), drawDampedMoments(random, 8)};
  Matrix target = drawMatrix(random, 4, 8);
  for (double limit : {0.0, 2e10}) {
    PruneProblem both = makeProblem(target, moments);
    both.searchLimit = both.fitLimit = limit;
    Matrix weights = pruneToPattern(both, {2, 4}).weights;
    for (int64_t g = 0; g < 2; ++g) {
      PruneProblem one = makeProblem(target.middleRows(2 * g, 2), {moments[g]});
      one.searchLimit = one.fitLimit = limit;
      EXPECT_EQ(pruneToPattern(one, {2, 4}).weights, weights.middleRows(2 * g, 2));
    }
  }
}

} // namespace
} // namespace qcompile::compression
