// Memory contents against words worked out by hand and against the definition of thresholds.
#include "backends/hls/Rom.h"

#include <gtest/gtest.h>

#include <limits>

namespace qcompile::hls {
namespace {

TEST(Rom, Widths) {
  EXPECT_EQ(signedBits(-1, 0), 1);
  EXPECT_EQ(signedBits(0, 0), 1);
  EXPECT_EQ(signedBits(0, 1), 2);
  EXPECT_EQ(signedBits(-8, 7), 4);
  EXPECT_EQ(signedBits(-9, 7), 5);
  EXPECT_EQ(unsignedBits(0), 1);
  EXPECT_EQ(unsignedBits(784), 10);
}

TEST(Rom, Layout) {
  EXPECT_EQ(WeightLayout(1, 1).wordBits, 8);
  EXPECT_EQ(WeightLayout(28, 1).wordBits, 32);
  EXPECT_EQ(WeightLayout(65, 1).wordBits, 64);
  EXPECT_EQ(WeightLayout(65, 1).chunks, 2);
  // 21 elements of 3 bits in a word: none is split.
  EXPECT_EQ(WeightLayout(22, 3).perWord, 21);
  EXPECT_EQ(WeightLayout(22, 3).chunks, 2);
}

TEST(Rom, PacksTheFirstElementLowest) {
  // One output each; bits 1110 and 0110 from the first element on.
  EXPECT_EQ(packWeights({1, 1, 1, -1}, 4, 1, 1, true, {1, 4}), std::vector<uint64_t>{0x7});
  EXPECT_EQ(packWeights({-1, 1, 1, -1}, 4, 1, 1, true, {1, 4}), std::vector<uint64_t>{0x6});
  // 1 and -1 in two bits: 01 and 11.
  EXPECT_EQ(packWeights({1, -1}, 2, 1, 2, false, {1, 2}), std::vector<uint64_t>{0xd});
}

TEST(Rom, InterleavesOutputs) {
  // w[k][m] = 10 k + m, K = 2, M = 4. Tiles walk k first; lane p has outputs p, 2 + p.
  const std::vector<int64_t> weights = {0, 1, 2, 3, 10, 11, 12, 13};
  EXPECT_EQ(packWeights(weights, 2, 4, 8, false, {2, 1}), (std::vector<uint64_t>{0, 1, 10, 11, 2, 3, 12, 13}));
  EXPECT_EQ(packWeights(weights, 2, 4, 8, false, {2, 2}), (std::vector<uint64_t>{0xa00, 0xb01, 0xc02, 0xd03}));
}

TEST(Rom, ThresholdsDecideAsDefined) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  const int64_t most = std::numeric_limits<int64_t>::max();
  const std::vector<int64_t> rows = {-7, 0, 0, 5, 5, 4, -6, -7, least, -8, 8, most, most, 8, -8, least};
  const std::vector<int64_t> directions = {1, -1, 1, -1};
  const ThresholdRom rom = makeThresholdRom(rows, directions, {-7, 7});
  EXPECT_EQ(rom.count, 4);
  EXPECT_TRUE(rom.anyReversed());
  EXPECT_EQ(rom.levelBits, 5); // 8 is a level
  for (int64_t row = 0; row < 4; ++row) {
    for (int64_t x = -7; x <= 7; ++x) {
      int64_t expected = 0, count = 0;
      for (int64_t t = 0; t < 4; ++t) {
        const int64_t threshold = rows[row * 4 + t];
        expected += directions[row] > 0 ? x >= threshold : x <= threshold;
        count += x >= rom.levels[row * 4 + t];
      }
      EXPECT_EQ(rom.reversed[row] ? 4 - count : count, expected);
    }
  }
}

TEST(Rom, ThresholdsOnCounts) {
  for (int64_t products : {1, 4, 5}) {
    for (int64_t threshold = -products - 2; threshold <= products + 2; ++threshold) {
      for (int64_t direction : {1, -1}) {
        const ThresholdRom rom = makeThresholdRom({threshold}, {direction}, {-products, products, products});
        for (int64_t count = 0; count <= products; ++count) {
          const int64_t sum = 2 * count - products;
          const bool expected = direction > 0 ? sum >= threshold : sum <= threshold;
          EXPECT_EQ((count >= rom.levels[0]) != rom.reversed[0], expected);
        }
      }
    }
  }
}

} // namespace
} // namespace qcompile::hls
