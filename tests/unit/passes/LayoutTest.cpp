//===- LayoutTest.cpp - Layouts through reshapes --------------------------===//
#include "passes/choose-layout/Layout.h"

#include "gtest/gtest.h"

using namespace qcompile;

namespace {

using List = std::vector<int64_t>;

std::optional<List> toResult(List from, List to, List layout) {
  auto groups = ReshapeGroups::get(from, to);
  auto out = groups ? groups->getResultLayout(layout) : std::nullopt;
  return out ? std::optional(List(out->begin(), out->end())) : std::nullopt;
}

std::optional<List> toOperand(List from, List to, List layout) {
  auto groups = ReshapeGroups::get(from, to);
  auto out = groups ? groups->getOperandLayout(layout) : std::nullopt;
  return out ? std::optional(List(out->begin(), out->end())) : std::nullopt;
}

} // namespace

TEST(ReshapeGroups, JoinedAndSplitInPlace) {
  // [N, C, H, W] to [N, C, HW], stored as [N, H, W, C]: [N, HW, C].
  EXPECT_EQ(toResult({2, 3, 4, 5}, {2, 3, 20}, {0, 2, 3, 1}), (List{0, 2, 1}));
  EXPECT_EQ(toOperand({2, 3, 4, 5}, {2, 3, 20}, {0, 2, 1}), (List{0, 2, 3, 1}));
  // Channels in two parts: [N, H, W, g, c].
  EXPECT_EQ(toResult({2, 6, 4, 5}, {2, 2, 3, 4, 5}, {0, 2, 3, 1}), (List{0, 3, 4, 1, 2}));
  EXPECT_EQ(toOperand({2, 6, 4, 5}, {2, 2, 3, 4, 5}, {0, 3, 4, 1, 2}), (List{0, 2, 3, 1}));
}

TEST(ReshapeGroups, TornApart) {
  // W H is not the order of the joined dimension.
  EXPECT_EQ(toResult({2, 3, 4, 5}, {2, 3, 20}, {0, 3, 2, 1}), std::nullopt);
  // All but the batch flattened, with the channels last.
  EXPECT_EQ(toResult({2, 3, 4, 5}, {2, 60}, {0, 2, 3, 1}), std::nullopt);
  EXPECT_EQ(toOperand({2, 6, 4, 5}, {2, 2, 3, 4, 5}, {0, 1, 3, 4, 2}), std::nullopt);
}

TEST(ReshapeGroups, OnesStandAnywhere) {
  EXPECT_EQ(toResult({2, 3, 1, 1}, {2, 3}, {0, 2, 3, 1}), (List{0, 1}));
  EXPECT_EQ(toResult({2, 3, 1, 1}, {2, 3}, {2, 0, 1, 3}), (List{0, 1}));
  EXPECT_EQ(toOperand({2, 3}, {2, 3, 1, 1}, {0, 2, 3, 1}), (List{0, 1}));
  EXPECT_EQ(toOperand({3}, {1, 3, 1, 1}, {0, 2, 3, 1}), (List{0}));
  EXPECT_EQ(toResult({1, 1}, {1}, {1, 0}), (List{0}));
  EXPECT_TRUE(storesAlike({2, 3, 1, 1}, {0, 1, 2, 3}, {0, 2, 3, 1}));
  EXPECT_FALSE(storesAlike({2, 3, 1, 2}, {0, 1, 2, 3}, {0, 2, 3, 1}));
}

TEST(ReshapeGroups, NothingInCommon) {
  // 6 = 2 * 3 = 3 * 2: one group of both.
  EXPECT_EQ(toResult({2, 3}, {3, 2}, {0, 1}), (List{0, 1}));
  EXPECT_EQ(toResult({2, 3}, {3, 2}, {1, 0}), std::nullopt);
  EXPECT_FALSE(ReshapeGroups::get({2, 0}, {0}));
  EXPECT_FALSE(ReshapeGroups::get({-1, 3}, {-1, 3}));
}
