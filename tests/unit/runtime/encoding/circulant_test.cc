#include "runtime/encoding/circulant.h"

#include "tests/unit/runtime/encoding/encoding_test_util.h"

namespace qcompile::runtime::encoding {
namespace {

using Codes = std::vector<int64_t>;
using Bytes = std::vector<uint8_t>;

// By the definition: W_ij[r, c] = w_ij[(r - c) mod k].
Codes MakeCirculant(int64_t k, MatrixShape shape, DataType type, std::mt19937_64 &random) {
  Codes codes(static_cast<size_t>(shape.size()));
  for (int64_t bo = 0; bo < shape.outputs; bo += k) {
    for (int64_t bp = 0; bp < shape.length; bp += k) {
      Codes w;
      for (int64_t i = 0; i < k; ++i)
        w.push_back(RandomCode(type, random));
      for (int64_t r = 0; r < k && bo + r < shape.outputs; ++r) {
        for (int64_t c = 0; c < k && bp + c < shape.length; ++c) {
          codes[(bo + r) * shape.length + bp + c] = w[((r - c) % k + k) % k];
        }
      }
    }
  }
  return codes;
}

TEST(EncodingCirculant, ABlockIsItsFirstColumn) {
  // w = (1, 2, 3): columns are w turned downwards.
  Codes codes = {1, 3, 2, //
                 2, 1, 3, //
                 3, 2, 1};
  EXPECT_TRUE(CheckCirculant(3, {3, 3}, codes).ok());
  EXPECT_EQ(GetCirculantVectors(3, {3, 3}, codes), (Codes{1, 2, 3}));
  EXPECT_EQ(*EncodeCirculant(3, DataType::Unsigned(2), {3, 3}, codes), (Bytes{0b111001}));
}

TEST(EncodingCirculant, BorderBlocksAreCut) {
  // One block of 3 x 3 cut to its first row: w[0], w[2], and w[1] behind the cut row... all three are seen.
  EXPECT_EQ(GetCirculantVectors(3, {1, 3}, {7, 8, 9}), (Codes{7, 9, 8}));
  // Cut to one row of two: w[1] is on no diagonal that is left.
  EXPECT_EQ(GetCirculantVectors(3, {2, 1}, {7, 8}), (Codes{7, 8, 0}));
  auto bytes = EncodeCirculant(2, DataType::Bipolar(), {1, 3}, {1, -1, 1});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  // Blocks (w[0], w[1]) = (1, -1) and (1, none).
  EXPECT_EQ(*bytes, (Bytes{0b0101}));
  EXPECT_EQ(DecodeCirculant(2, DataType::Bipolar(), {1, 3}, {0b1101}).status().message(),
            "expected zero bits for code 1 of block 1, which no element shows, found 1");
}

TEST(EncodingCirculant, RandomMatricesRoundTripInTheBitsCounted) {
  std::mt19937_64 random(1);
  for (int64_t k : {1, 2, 3, 4, 5, 8, 16}) {
    for (DataType type : {DataType::Signed(4), DataType::Unsigned(3), DataType::Bipolar(), DataType::Signed(13)}) {
      for (int run = 0; run < 25; ++run) {
        MatrixShape shape = RandomShape(random);
        if (k > std::max(shape.outputs, shape.length))
          continue;
        Codes codes = MakeCirculant(k, shape, type, random);
        auto bytes = EncodeCirculant(k, type, shape, codes);
        ASSERT_TRUE(bytes.ok()) << bytes.status();
        int64_t vectors = (shape.outputs + k - 1) / k * ((shape.length + k - 1) / k);
        EXPECT_EQ(static_cast<int64_t>(bytes->size()), (vectors * k * type.bits + 7) / 8);
        EXPECT_EQ(*DecodeCirculant(k, type, shape, *bytes), codes);
      }
    }
  }
}

TEST(EncodingCirculant, DamagedBytesGiveAStatusOrACirculantMatrix) {
  std::mt19937_64 random(2);
  int refused = 0;
  for (int run = 0; run < 300; ++run) {
    MatrixShape shape = RandomShape(random);
    int64_t k = 1 + Below(std::min<int64_t>(5, std::max(shape.outputs, shape.length)), random);
    DataType type = DataType::Signed(3);
    Bytes bytes = *EncodeCirculant(k, type, shape, MakeCirculant(k, shape, type, random));
    auto decoded = DecodeCirculant(k, type, shape, Damage(std::move(bytes), random));
    refused += !decoded.ok();
    if (decoded.ok()) {
      EXPECT_TRUE(CheckCirculant(k, shape, *decoded).ok());
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(EncodingCirculant, OtherMatricesAreRefused) {
  EXPECT_EQ(CheckCirculant(2, {2, 2}, {1, 2, 3, 1}).message(),
            "expected blocks of 2x2 to be circulant, found 2 at output 0, position 1, and 3 elsewhere on its "
            "diagonal");
  EXPECT_EQ(CheckCirculant(3, {2, 2}, {1, 2, 2, 1}).message(),
            "expected a block from 1 to the larger extent of 2x2, found 3");
  EXPECT_FALSE(CheckCirculant(0, {2, 2}, {1, 2, 2, 1}).ok());
  EXPECT_EQ(CheckCirculant(2, {2, 2}, {1}).message(), "expected 4 codes, found 1");
}

} // namespace
} // namespace qcompile::runtime::encoding
