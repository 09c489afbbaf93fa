//===- ValueBoundsTest.cpp - Bounds of dot products -----------------------===//
#include "dialects/qnn/ValueBounds.h"

#include "gtest/gtest.h"

namespace qcompile::qnn {
namespace {

using runtime::DataType;
using runtime::Tensor;

Tensor weights(runtime::Shape shape, std::vector<int64_t> values) {
  return *Tensor::FromIntegers(DataType::Signed(8), std::move(shape), values);
}

TEST(ValueBoundsTest, NarrowestType) {
  // Unsigned where nothing is negative; else 1 + ceil(log2(max(-low, high + 1))) bits.
  EXPECT_EQ((Bounds{0, 0}).narrowestType(), DataType::Unsigned(1));
  EXPECT_EQ((Bounds{0, 1}).narrowestType(), DataType::Unsigned(1));
  EXPECT_EQ((Bounds{5, 8}).narrowestType(), DataType::Unsigned(4));
  EXPECT_EQ((Bounds{0, 255}).narrowestType(), DataType::Unsigned(8));
  EXPECT_EQ((Bounds{0, 256}).narrowestType(), DataType::Unsigned(9));
  EXPECT_EQ((Bounds{-1, 0}).narrowestType(), DataType::Signed(1));
  EXPECT_EQ((Bounds{-1, 1}).narrowestType(), DataType::Signed(2));
  EXPECT_EQ((Bounds{-8, 7}).narrowestType(), DataType::Signed(4));
  EXPECT_EQ((Bounds{-8, 8}).narrowestType(), DataType::Signed(5));
  EXPECT_EQ((Bounds{-9, 7}).narrowestType(), DataType::Signed(5));
  EXPECT_EQ((Bounds{-9, -3}).narrowestType(), DataType::Signed(5));
  EXPECT_EQ((Bounds{INT64_MIN, INT64_MAX}).narrowestType(), DataType::Signed(64));
}

TEST(ValueBoundsTest, Columns) {
  // Columns (3, -2) and (0, 4), inputs -1 to 5. First: S+ = 3, S- = 2: max = 5 * 3 + 1 * 2 = 17,
  // min = -1 * 3 - 5 * 2 = -13. Second: S+ = 4: max = 20, min = -4.
  auto bounds = getDotProductBounds({-1, 5}, weights({2, 2}, {3, 0, -2, 4}));
  ASSERT_TRUE(bounds);
  EXPECT_EQ((*bounds)[0].low, -13);
  EXPECT_EQ((*bounds)[0].high, 17);
  EXPECT_EQ((*bounds)[1].low, -4);
  EXPECT_EQ((*bounds)[1].high, 20);
}

TEST(ValueBoundsTest, PartialSumsContainZero) {
  // Inputs 2 to 3, weights 1, 1: whole sums are 4 to 6, but a partial sum starts at 0.
  auto bounds = getDotProductBounds({2, 3}, weights({2, 1}, {1, 1}));
  ASSERT_TRUE(bounds);
  EXPECT_EQ((*bounds)[0].low, 0);
  EXPECT_EQ((*bounds)[0].high, 6);
  // Inputs 2 to 3, weights 1, -1: whole sums are -1 to 1, partial sums -3 to 3.
  bounds = getDotProductBounds({2, 3}, weights({2, 1}, {1, -1}));
  EXPECT_EQ((*bounds)[0].low, -3);
  EXPECT_EQ((*bounds)[0].high, 3);
}

TEST(ValueBoundsTest, EmptySum) {
  auto bounds = getDotProductBounds({-4, 3}, weights({0, 2}, {}));
  ASSERT_TRUE(bounds);
  ASSERT_EQ(bounds->size(), 2u);
  EXPECT_EQ((*bounds)[1].low, 0);
  EXPECT_EQ((*bounds)[1].high, 0);
}

TEST(ValueBoundsTest, Types) {
  // 4 products of -2..1 and -2..1 lie in -2..4 each.
  auto bounds = getDotProductBounds({-2, 1}, {-2, 1}, 4);
  ASSERT_TRUE(bounds);
  EXPECT_EQ(bounds->low, -8);
  EXPECT_EQ(bounds->high, 16);
  EXPECT_TRUE(bounds->fit(DataType::Signed(6)));
  EXPECT_FALSE(bounds->fit(DataType::Signed(5)));
  EXPECT_FALSE(bounds->fit(DataType::Unsigned(8)));
}

TEST(ValueBoundsTest, TooWideIsNothingAndNoOverflow) {
  Bounds all{INT64_MIN, INT64_MAX};
  EXPECT_EQ(getDotProductBounds(all, all, 1), std::nullopt);
  EXPECT_EQ(getDotProductBounds({0, int64_t{1} << 61}, {0, 1}, 2), std::nullopt);
  ASSERT_TRUE(getDotProductBounds({0, int64_t{1} << 60}, {0, 1}, 2));
  Tensor wide = *Tensor::FromIntegers(DataType::Int64(), {2, 1}, {INT64_MIN, INT64_MAX});
  EXPECT_EQ(getDotProductBounds(all, wide), std::nullopt);
}

/// Every subset of the terms, in effect every partial sum in any order, for all inputs: within the bounds, and both
/// bounds are reached.
TEST(ValueBoundsTest, ExhaustiveSmall) {
  Bounds input{-2, 1};
  for (int64_t a = -3; a <= 3; ++a)
    for (int64_t b = -3; b <= 3; ++b) {
      int64_t low = 0, high = 0;
      for (int64_t x = input.low; x <= input.high; ++x)
        for (int64_t y = input.low; y <= input.high; ++y)
          for (int64_t sum : {int64_t{0}, a * x, b * y, a * x + b * y})
            low = std::min(low, sum), high = std::max(high, sum);
      auto bounds = getDotProductBounds(input, weights({2, 1}, {a, b}));
      ASSERT_TRUE(bounds);
      EXPECT_EQ((*bounds)[0].low, low) << a << " " << b;
      EXPECT_EQ((*bounds)[0].high, high) << a << " " << b;
    }
}

} // namespace
} // namespace qcompile::qnn
