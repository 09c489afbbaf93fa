//===- ChannelOrderTest.cpp - Orders of channels that keep more -----------===//
#include "passes/prune-weights/ChannelOrder.h"

#include <algorithm>
#include <numeric>

#include "PruneTesting.h"

namespace qcompile::compression {
namespace {

/// The part of the magnitude that the pattern keeps of weights whose channels are in another order.
double getKept(const Matrix &weights, const std::vector<int64_t> &picks, int64_t outer, int64_t inner,
               GroupPattern pattern) {
  std::vector<int64_t> columns;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t pick : picks)
      for (int64_t i = 0; i < inner; ++i)
        columns.push_back((o * int64_t(picks.size()) + pick) * inner + i);
  Matrix ordered = weights(Eigen::all, columns);
  Mask pruned = pruneSmallestInGroups(ordered, pattern, Mask::Constant(weights.rows(), weights.cols(), false));
  return (ordered.array() * (!pruned).cast<double>()).abs().sum() / weights.cwiseAbs().sum();
}

// 1:2 keeps 9 of (9, 8) and 2 of (1, 2); with the large ones apart it keeps both of them.
TEST(ChannelOrderTest, PutsLargeWeightsApart) {
  Matrix weights(1, 4);
  weights << 9, -8, 1, 2;
  ChannelOrder order = searchChannelOrder(weights, 1, 4, 1, {1, 2});
  EXPECT_DOUBLE_EQ(order.keptBefore, 11.0 / 20);
  EXPECT_DOUBLE_EQ(order.keptAfter, 17.0 / 20);
}

// Groups of 2 within channels of 2 columns are the same in every order.
TEST(ChannelOrderTest, LeavesOrderWhereItDoesNotMatter) {
  std::mt19937 random(1);
  ChannelOrder order = searchChannelOrder(drawMatrix(random, 3, 8), 1, 4, 2, {1, 2});
  EXPECT_EQ(order.picks, (std::vector<int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(order.keptAfter, order.keptBefore);
}

TEST(ChannelOrderTest, EndsWhereNoSwapKeepsMore) {
  std::mt19937 random(2);
  int64_t best = 0, trials = 0;
  for (auto [outer, inner] : {std::pair<int64_t, int64_t>{1, 1}, {1, 3}, {2, 1}, {2, 3}})
    for (GroupPattern pattern : {GroupPattern{1, 2}, GroupPattern{2, 4}, GroupPattern{2, 5}}) {
      const int64_t channels = 5;
      Matrix weights = drawMatrix(random, 3, outer * channels * inner);
      ChannelOrder order = searchChannelOrder(weights, outer, channels, inner, pattern);
      std::vector<int64_t> identity(channels);
      std::iota(identity.begin(), identity.end(), 0);
      EXPECT_TRUE(std::is_permutation(order.picks.begin(), order.picks.end(), identity.begin()));
      EXPECT_NEAR(order.keptBefore, getKept(weights, identity, outer, inner, pattern), 1e-12);
      EXPECT_NEAR(order.keptAfter, getKept(weights, order.picks, outer, inner, pattern), 1e-12);
      EXPECT_GE(order.keptAfter, order.keptBefore);
      for (int64_t a = 0; a < channels; ++a)
        for (int64_t b = a + 1; b < channels; ++b) {
          std::vector<int64_t> swapped = order.picks;
          std::swap(swapped[a], swapped[b]);
          EXPECT_LE(getKept(weights, swapped, outer, inner, pattern), order.keptAfter + 1e-8);
        }
      double most = 0;
      do
        most = std::max(most, getKept(weights, identity, outer, inner, pattern));
      while (std::next_permutation(identity.begin(), identity.end()));
      EXPECT_LE(order.keptAfter, most + 1e-12);
      best += order.keptAfter > most - 1e-9;
      ++trials;
    }
  EXPECT_GT(best, trials / 3);
}

} // namespace
} // namespace qcompile::compression
