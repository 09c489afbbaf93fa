//===- RowProblemTest.cpp - The best weights of one output ----------------===//
#include "PruneTesting.h"

namespace qcompile::compression {
namespace {

std::vector<bool> getKept(const RowProblem &problem) {
  std::vector<bool> kept(problem.size());
  for (int64_t j = 0; j < problem.size(); ++j)
    kept[j] = problem.isKept(j);
  return kept;
}

void expectOptimum(const RowProblem &problem, const Matrix &h, const Row &target) {
  const Row expected = fitByDefinition(h, target, getKept(problem));
  EXPECT_LT((problem.weights() - expected).norm(), 1e-8 * (1 + expected.norm()));
  EXPECT_NEAR(problem.loss(), getLoss(h, target, expected), 1e-8 * (1 + (target * h).dot(target)));
  EXPECT_LT((fitKept(h, target, getKept(problem)) - expected).norm(), 1e-8 * (1 + expected.norm()));
}

TEST(RowProblemTest, StaysTheOptimumThroughRemovalsAndAdditions) {
  std::mt19937 random(1);
  for (int64_t k : {1, 2, 5, 12}) {
    Matrix h = drawDampedMoments(random, k);
    Row target = 3 * drawMatrix(random, 1, k).row(0);
    RowProblem problem = RowProblem::keepAll(h.inverse(), target);
    expectOptimum(problem, h, target);
    for (int step = 0; step < 40; ++step) {
      const int64_t column = int64_t(random() % uint64_t(k));
      problem.isKept(column) ? problem.remove(column) : problem.add(column);
      expectOptimum(problem, h, target);
      expectOptimum(RowProblem(h, target, getKept(problem)), h, target);
    }
  }
}

TEST(RowProblemTest, PredictsWhatChangesCost) {
  std::mt19937 random(2);
  const int64_t k = 9;
  for (int trial = 0; trial < 20; ++trial) {
    Matrix h = drawDampedMoments(random, k);
    Row target = drawMatrix(random, 1, k).row(0);
    std::vector<bool> kept(k);
    for (int64_t j = 0; j < k; ++j)
      kept[j] = random() % 2 || j < 3;
    RowProblem problem(h, target, kept);
    const double before = getLeastLoss(h, target, kept), scale = (target * h).dot(target);
    std::vector<bool> without = kept;
    without[0] = without[1] = without[2] = false;
    EXPECT_NEAR(problem.getLossOfRemoving(0, 3), getLeastLoss(h, target, without) - before, 1e-8 * scale);
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < k; ++j) {
        if (!kept[i] || kept[j])
          continue;
        std::vector<bool> changed = kept;
        changed[i] = false;
        EXPECT_NEAR(problem.getLossOfRemoving(i), getLeastLoss(h, target, changed) - before, 1e-8 * scale);
        changed[j] = true;
        EXPECT_NEAR(problem.getGainOfSwap(i, j), before - getLeastLoss(h, target, changed), 1e-8 * scale);
      }
  }
}

TEST(RowProblemTest, RemovesTheCheapestUnits) {
  std::mt19937 random(3);
  for (int64_t unit : {1, 3}) {
    const int64_t k = 8, units = (k + unit - 1) / unit; // of 3: 3, 3 and 2 columns
    Matrix h = drawDampedMoments(random, k);
    Row target = drawMatrix(random, 1, k).row(0);
    RowProblem problem = RowProblem::keepAll(h.inverse(), target);
    std::vector<bool> kept(k, true);
    auto costs = [&](int64_t u) {
      std::vector<bool> without = kept;
      for (int64_t j = u * unit; j < std::min(k, (u + 1) * unit); ++j)
        without[j] = false;
      return std::pair(getLeastLoss(h, target, without) - getLeastLoss(h, target, kept), without);
    };
    std::vector<Removal> removed = removeCheapest(problem, unit, 1);
    ASSERT_EQ(int64_t(removed.size()), units - 1);
    for (const Removal &removal : removed) {
      auto [cost, without] = costs(removal.unit);
      EXPECT_NEAR(removal.cost, cost, 1e-9);
      for (int64_t u = 0; u < units; ++u)
        if (kept[u * unit]) {
          EXPECT_GE(costs(u).first, cost - 1e-9);
        }
      kept = without;
    }
    EXPECT_EQ(getKept(problem), kept);
  }
}

TEST(RowProblemTest, SwapsUntilNoSwapHelps) {
  std::mt19937 random(4);
  int64_t swapped = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const int64_t k = 7, group = 4; // groups of 4 and 3
    Matrix h = drawDampedMoments(random, k);
    Row target = drawMatrix(random, 1, k).row(0);
    std::vector<bool> kept = {true, true, false, false, true, false, false}, out(k, false);
    out[3] = true;
    RowProblem problem(h, target, kept);
    const double before = problem.loss();
    const int64_t swaps = searchSwaps(problem, group, out);
    swapped += swaps;
    EXPECT_TRUE(swaps == 0 ? problem.loss() == before : problem.loss() < before);
    expectOptimum(problem, h, target);
    EXPECT_FALSE(problem.isKept(3));
    const std::vector<bool> after = getKept(problem);
    EXPECT_EQ(std::count(after.begin(), after.begin() + 4, true), 2);
    EXPECT_EQ(std::count(after.begin() + 4, after.end(), true), 1);
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < k; ++j)
        if (after[i] && !after[j] && !out[j] && i / group == j / group) {
          std::vector<bool> changed = after;
          changed[i] = false;
          changed[j] = true;
          EXPECT_GE(getLeastLoss(h, target, changed), problem.loss() * (1 - 2e-6));
        }
  }
  EXPECT_GT(swapped, 0);
}

} // namespace
} // namespace qcompile::compression
