//===- GoalTest.cpp - What a search has to reach --------------------------===//
#include "compiler/compress/Goal.h"

#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

Limit parse(Quantity quantity, llvm::StringRef text) {
  llvm::Expected<Limit> limit = parseLimit(quantity, text);
  EXPECT_TRUE(bool(limit)) << text.str();
  return *limit;
}

TEST(GoalTest, Limits) {
  EXPECT_DOUBLE_EQ(parse(Quantity::Size, "40%").get(1000), 400);
  EXPECT_EQ(parse(Quantity::Size, "100").get(1000), 800) << "bytes, and sizes are bits";
  EXPECT_EQ(parse(Quantity::Bops, "1e6").get(7), 1e6);
  for (llvm::StringRef bad : {"", "%", "-1", "x", "nan", "inf", "40 %%"}) {
    llvm::Expected<Limit> limit = parseLimit(Quantity::Size, bad);
    EXPECT_FALSE(bool(limit)) << bad.str();
    if (!limit)
      EXPECT_EQ(llvm::toString(limit.takeError()), "expected bytes or a part like 40%, found '" + bad.str() + "'");
  }
}

TEST(GoalTest, WhatIsMinimised) {
  Goal goal;
  EXPECT_TRUE(goal.isEmpty());
  goal.maxDrop = 0.5;
  EXPECT_EQ(goal.getObjective(), Quantity::Size);
  goal.maxCosts[1] = Limit{0.5, true};
  EXPECT_EQ(goal.getObjective(), Quantity::Bops);
  goal.maxDrop.reset();
  EXPECT_EQ(goal.getObjective(), Quantity::Drop);
  goal.minimise = Quantity::Macs;
  EXPECT_EQ(goal.getObjective(), Quantity::Macs);
}

TEST(GoalTest, CostsBesideTheSource) {
  EXPECT_EQ(formatCost(0, 801, 1602), "101 bytes (50.00 %)");
  EXPECT_EQ(formatCost(1, 2.5e6, 0), "2500000");
}

} // namespace
} // namespace qcompile::compress
