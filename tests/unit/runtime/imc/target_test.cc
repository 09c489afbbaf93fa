#include "runtime/imc/target.h"

#include "gtest/gtest.h"

namespace qcompile::runtime::imc {
namespace {

TEST(ImcTarget, EmptyDescriptionIsTheDefault) {
  auto target = ParseTarget("");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(*target, Target{});
}

TEST(ImcTarget, DefaultsAreInTheirRanges) {
  for (const TargetOption &option : TargetOptions()) {
    auto target = ParseTarget(std::string(option.key) + "=" + TargetValue(Target{}, option.key));
    EXPECT_TRUE(target.ok()) << target.status();
    EXPECT_FALSE(option.help.empty());
  }
}

TEST(ImcTarget, PrintedFormReadsBack) {
  auto target = ParseTarget("rows=64 columns=32 slots=16 cell_bits=2 weight_layout=slots "
                            "access=broadcast index_bits=5 product_aj=0 banks=1");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_EQ(target->rows, 64);
  EXPECT_EQ(target->weight_layout, WeightLayout::kSlots);
  EXPECT_EQ(target->access, Access::kBroadcast);
  EXPECT_EQ(*ParseTarget(TargetToString(*target)), *target);
}

TEST(ImcTarget, EveryProblemIsReported) {
  auto target = ParseTarget("rows=0 columns=9999 colour=red access=maybe slots=1e3 banks=1 banks=2");
  ASSERT_FALSE(target.ok());
  std::string message(target.status().message());
  EXPECT_EQ(message, "target description: 'rows' must be an integer from 1 to 4096, found '0'; "
                     "'columns' must be an integer from 1 to 4096, found '9999'; unknown key 'colour'; "
                     "'access' must be one of gather, broadcast, found 'maybe'; "
                     "'slots' must be an integer from 1 to 4096, found '1e3'; 'banks' is given twice");
}

TEST(ImcTarget, WidestWeightMustFitABank) {
  EXPECT_EQ(ParseTarget("columns=7").status().message(),
            "target description: a weight of 16 bits needs 16 columns, the target has 7");
  EXPECT_TRUE(ParseTarget("columns=7 max_weight_bits=7").ok());
  EXPECT_TRUE(ParseTarget("columns=8 cell_bits=2").ok());
  EXPECT_EQ(ParseTarget("slots=3 cell_bits=2 weight_layout=slots").status().message(),
            "target description: a weight of 16 bits needs 8 slots, the target has 3");
}

TEST(ImcTarget, WordsWithoutEqualsAreRefused) {
  EXPECT_EQ(ParseTarget("rows=4 columns").status().message(),
            "target description: expected key=value, found 'columns'");
}

} // namespace
} // namespace qcompile::runtime::imc
