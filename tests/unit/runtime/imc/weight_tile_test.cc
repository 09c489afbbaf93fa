#include "runtime/imc/weight_tile.h"

#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {
namespace {

TEST(ImcWeightTile, DenseBitsRunDownTheColumns) {
  TileShape tile{WeightFormat::kDense, 0, 0, 2, 2, DataType::Signed(3)};
  // Columns (1, -1) and (3, -4): 001 111 011 100 from the least significant bit.
  auto bytes = EncodeTile(tile, {1, 3, -1, -4});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, (std::vector<uint8_t>{0b11111001, 0b1000}));
  EXPECT_EQ(*DecodeTile(tile, *bytes), (std::vector<int32_t>{1, 3, -1, -4}));
}

TEST(ImcWeightTile, BipolarBitsAreSigns) {
  TileShape tile{WeightFormat::kDense, 0, 0, 4, 1, DataType::Bipolar()};
  auto bytes = EncodeTile(tile, {1, -1, -1, 1});
  EXPECT_EQ(*bytes, (std::vector<uint8_t>{0b1001}));
  EXPECT_EQ(*DecodeTile(tile, *bytes), (std::vector<int32_t>{1, -1, -1, 1}));
}

TEST(ImcWeightTile, GroupsHoldValuesAndIndices) {
  // 2:4 of rows 0..5: the second group has two rows only. Entries are value (2 bits), index (2).
  TileShape tile{WeightFormat::kNOfM, 2, 4, 6, 1, DataType::Signed(2)};
  auto bytes = EncodeTile(tile, {0, 1, 0, -1, 0, -2});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  // (1 at 1), (-1 at 3); (-2 at 1), empty
  EXPECT_EQ(*bytes, (std::vector<uint8_t>{0b11110101, 0b00000110}));
  EXPECT_EQ(*DecodeTile(tile, *bytes), (std::vector<int32_t>{0, 1, 0, -1, 0, -2}));
  EXPECT_EQ(EntriesPerColumn(tile), 4);
}

TEST(ImcWeightTile, CoordinatesHoldRows) {
  // Two entries per column of five rows: weight (2 bits), row (3 bits).
  TileShape tile{WeightFormat::kCoo, 2, 0, 5, 2, DataType::Signed(2)};
  std::vector<int32_t> weights = {0, 0, 1, 0, 0, 0, 0, 0, -1, 1};
  auto bytes = EncodeTile(tile, weights);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  // (1 at 1), (-1 at 4); (1 at 4), empty: 10 100, 11 001; 10 001, 00 000 from the lowest bit.
  EXPECT_EQ(*bytes, (std::vector<uint8_t>{0b01100101, 0b01000110, 0}));
  EXPECT_EQ(EncodedBits(tile), 20);
  EXPECT_EQ(*DecodeTile(tile, *bytes), weights);
  EXPECT_EQ(EntriesPerColumn(tile), 2);
}

TEST(ImcWeightTile, RunLengthsHoldGaps) {
  // Gaps of one bit pass over one row: rows 3 of five takes a filler. Entries: weight (2 bits), gap (1).
  TileShape tile{WeightFormat::kRunLength, 2, 1, 5, 2, DataType::Signed(2)};
  std::vector<int32_t> weights = {0, 1, 0, 0, 0, 0, -2, 0, 0, 0};
  auto bytes = EncodeTile(tile, weights);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  // (filler), (-2 behind 1); (1 behind 0), empty: 00 1, 01 1; 10 0, 00 0 from the lowest bit.
  EXPECT_EQ(*bytes, (std::vector<uint8_t>{0b01110100, 0b0000}));
  EXPECT_EQ(*DecodeTile(tile, *bytes), weights);
  tile.n = 1;
  EXPECT_EQ(EncodeTile(tile, weights).status().message(), "column 0: expected at most 1 entries, found 2");
}

TEST(ImcWeightTile, RoundTripsAtEveryWidth) {
  std::mt19937_64 random(1);
  for (int bits = 1; bits <= 8; ++bits) {
    for (DataType type : {DataType::Signed(bits), DataType::Unsigned(bits), DataType::Bipolar()}) {
      TileShape tile{WeightFormat::kDense, 0, 0, 13, 5, type};
      std::vector<int32_t> weights;
      for (int i = 0; i < 13 * 5; ++i) {
        weights.push_back(static_cast<int32_t>(RandomCode(type, random)));
      }
      auto bytes = EncodeTile(tile, weights);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      EXPECT_EQ(static_cast<int64_t>(bytes->size()), (13 * 5 * type.bits + 7) / 8);
      EXPECT_EQ(*DecodeTile(tile, *bytes), weights);
    }
  }
}

TEST(ImcWeightTile, WrongWeightsAreRefused) {
  TileShape group{WeightFormat::kNOfM, 1, 2, 2, 1, DataType::Signed(2)};
  EXPECT_EQ(EncodeTile(group, {1, 1}).status().message(),
            "column 0: expected at most 1 codes other than 0 among 2, found 2 from 0 to 1");
  EXPECT_EQ(EncodeTile(group, {2, 0}).status().message(), "weight 2 is not a value of int2");
  EXPECT_EQ(EncodeTile(group, {1}).status().message(), "a tile of 2x1 weights was given 1");
  group.weight = DataType::Bipolar();
  EXPECT_EQ(EncodeTile(group, {1, 1}).status().message(),
            "a sparse tile needs a weight type with a zero, found bipolar");
}

TEST(ImcWeightTile, WrongBytesAreRefused) {
  TileShape tile{WeightFormat::kNOfM, 2, 3, 4, 1, DataType::Signed(2)};
  // Entries (value 2 bits, index 2 bits): (1 at 0) twice.
  EXPECT_EQ(DecodeTile(tile, {0b00010001, 0}).status().message(), "column 0: two entries of a group name index 0");
  // Index 3 of a group of 3.
  EXPECT_EQ(DecodeTile(tile, {0b00001101, 0}).status().message(), "column 0: an entry names index 3 of a group of 3");
  // The second group has one row.
  EXPECT_EQ(DecodeTile(tile, {0, 0b00000101}).status().message(), "column 0: an entry names index 1 of a group of 1");
  EXPECT_EQ(DecodeTile(tile, {0}).status().message(), "an encoded tile takes 2 bytes, found 1");
}

TEST(ImcWeightTile, SlotsAndColumnsFollowTheTarget) {
  TileShape tile{WeightFormat::kDense, 0, 0, 10, 3, DataType::Signed(5)};
  Target target = *ParseTarget("cell_bits=2");
  EXPECT_EQ(SlotsPerColumn(tile, target), 10);
  EXPECT_EQ(PhysicalColumns(tile, target), 9);
  target.weight_layout = WeightLayout::kSlots;
  EXPECT_EQ(SlotsPerColumn(tile, target), 30);
  EXPECT_EQ(PhysicalColumns(tile, target), 3);
}

TEST(ImcWeightTile, LimitsAreNamed) {
  Target target = *ParseTarget("rows=8 slots=4 columns=4 max_weight_bits=4 index_bits=1 weight_layout=slices");
  auto check = [&](TileShape tile) { return std::string(CheckTile(tile, target).message()); };
  DataType int2 = DataType::Signed(2);
  EXPECT_EQ(check({WeightFormat::kDense, 0, 0, 4, 2, int2}), "");
  EXPECT_EQ(check({WeightFormat::kDense, 0, 0, 9, 1, int2}), "the tile takes 9 rows, the target has rows=8");
  EXPECT_EQ(check({WeightFormat::kDense, 0, 0, 5, 1, int2}),
            "the tile takes 5 slots per column, the target has slots=4");
  EXPECT_EQ(check({WeightFormat::kDense, 0, 0, 4, 3, int2}), "the tile takes 6 columns, the target has columns=4");
  EXPECT_EQ(check({WeightFormat::kDense, 0, 0, 1, 1, DataType::Signed(5)}),
            "the tile takes 5 bits per weight, the target has max_weight_bits=4");
  EXPECT_EQ(check({WeightFormat::kNOfM, 1, 2, 8, 1, int2}), "");
  EXPECT_EQ(check({WeightFormat::kNOfM, 1, 4, 8, 1, int2}),
            "the tile takes 2 index bits per slot, the target has index_bits=1");
}

} // namespace
} // namespace qcompile::runtime::imc
