#include "runtime/encoding/line_format.h"

#include "tests/unit/runtime/encoding/encoding_test_util.h"

namespace qcompile::runtime::encoding {
namespace {

using Codes = std::vector<int64_t>;
using Bytes = std::vector<uint8_t>;

TEST(EncodingLine, DenseBitsRunAlongTheOutputs) {
  // 1, -1 and 3, -4: 001 111 011 100 from the least significant bit.
  auto bytes = EncodeLines(LineFormat::Dense(), DataType::Signed(3), {2, 2}, {1, -1, 3, -4});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, (Bytes{0b11111001, 0b1000}));
}

TEST(EncodingLine, GroupsHoldCodesAndIndices) {
  // 2:4, the second group has two places: (1 at 1), (-1 at 3); (-2 at 1), empty.
  auto bytes = EncodeLines(LineFormat::Nm(2, 4), DataType::Signed(2), {1, 6}, {0, 1, 0, -1, 0, -2});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, (Bytes{0b11110101, 0b00000110}));
}

TEST(EncodingLine, CoordinatesAreCountedAndAscend) {
  // Five places: a count of three bits, then codes of two bits with indices of three: 2; (1 at 1), (-1 at 4).
  auto bytes = EncodeLines(LineFormat::Coo(), DataType::Signed(2), {1, 5}, {0, 1, 0, 0, -1});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, (Bytes{0b00101010, 0b10011}));
}

TEST(EncodingLine, LongGapsTakeFillers) {
  // Gaps of one bit reach one place: 0 0 0 0 1 is filler, filler, (1, gap 0); count three bits, entries (2 + 1) bits.
  LineFormat format = LineFormat::RunLength(1);
  Codes line = {0, 0, 0, 0, 1};
  EXPECT_EQ(CountEntries(format, line), 3);
  auto bytes = EncodeLines(format, DataType::Signed(2), {1, 5}, line);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  // Count 3; code 0, gap 1; code 0, gap 1; code 1, gap 0.
  EXPECT_EQ(*bytes, (Bytes{0b00100011, 0b0011}));
  EXPECT_EQ(*DecodeLines(format, DataType::Signed(2), {1, 5}, *bytes), line);
}

TEST(EncodingLine, EmptyEntriesFillAFixedNumber) {
  LineFormat format = LineFormat::Coo();
  format.entries = 2;
  auto bytes = EncodeLines(format, DataType::Signed(2), {1, 4}, {0, 0, 0, -2});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(*bytes, (Bytes{0b1110})); // (-2 at 3), empty
  EXPECT_EQ(*DecodeLines(format, DataType::Signed(2), {1, 4}, *bytes), (Codes{0, 0, 0, -2}));
  EXPECT_EQ(EncodeLines(format, DataType::Signed(2), {1, 4}, {1, 1, 0, 1}).status().message(),
            "output 0: expected at most 2 entries, found 3");
}

std::vector<LineFormat> ListFormats() {
  std::vector<LineFormat> formats = {LineFormat::Dense(), LineFormat::Coo()};
  for (int64_t bits : {1, 2, 4, 16})
    formats.push_back(LineFormat::RunLength(bits));
  for (int64_t m : {2, 3, 4, 5, 8, 16, 64}) {
    for (int64_t n : {int64_t{1}, m / 2, m - 1})
      formats.push_back(LineFormat::Nm(n, m));
  }
  return formats;
}

// Zeroes what a format cannot hold.
void Prune(const LineFormat &format, MatrixShape shape, Codes &codes) {
  for (int64_t i = 0; format.kind == LineKind::kNm && i < shape.size(); ++i) {
    int64_t position = i % shape.length, first = i - position % format.m;
    auto kept = i - first - std::count(codes.begin() + first, codes.begin() + i, 0);
    if (kept >= format.n)
      codes[i] = 0;
  }
}

TEST(EncodingLine, RandomMatricesRoundTripInTheBitsCounted) {
  std::mt19937_64 random(1);
  for (const LineFormat &format : ListFormats()) {
    for (int bits : {1, 2, 3, 4, 7, 8, 13, 48}) {
      for (DataType type : {DataType::Signed(bits), DataType::Unsigned(bits)}) {
        for (int64_t percent : {0, 10, 60, 100}) {
          MatrixShape shape = RandomShape(random);
          Codes codes = RandomCodes(type, shape.size(), percent, random);
          Prune(format, shape, codes);
          auto bytes = EncodeLines(format, type, shape, codes);
          ASSERT_TRUE(bytes.ok()) << format.ToString() << ": " << bytes.status();
          int64_t counted = 0;
          for (int64_t o = 0; o < shape.outputs; ++o) {
            absl::Span<const int64_t> line(&codes[o * shape.length], shape.length);
            counted += CountBits(format, type, line);
          }
          EXPECT_EQ(static_cast<int64_t>(bytes->size()), (counted + 7) / 8) << format.ToString();
          EXPECT_EQ(*DecodeLines(format, type, shape, *bytes), codes) << format.ToString();
        }
      }
    }
  }
}

TEST(EncodingLine, FixedEntriesRoundTrip) {
  std::mt19937_64 random(5);
  for (LineFormat format : {LineFormat::Coo(), LineFormat::RunLength(2), LineFormat::RunLength(3)}) {
    for (int run = 0; run < 40; ++run) {
      MatrixShape shape = RandomShape(random);
      DataType type = DataType::Signed(4);
      Codes codes = RandomCodes(type, shape.size(), 30, random);
      format.entries = -1;
      int64_t most = 0;
      for (int64_t o = 0; o < shape.outputs; ++o) {
        absl::Span<const int64_t> line(&codes[o * shape.length], shape.length);
        most = std::max(most, CountEntries(format, line));
      }
      format.entries = most + Below(3, random);
      auto bytes = EncodeLines(format, type, shape, codes);
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      EXPECT_EQ(*DecodeLines(format, type, shape, *bytes), codes);
    }
  }
}

TEST(EncodingLine, DamagedBytesGiveAStatusOrCodesOfTheType) {
  std::mt19937_64 random(2);
  DataType type = DataType::Signed(3);
  for (const LineFormat &format : ListFormats()) {
    int refused = 0;
    for (int run = 0; run < 200; ++run) {
      MatrixShape shape = RandomShape(random);
      Codes codes = RandomCodes(type, shape.size(), 40, random);
      Prune(format, shape, codes);
      auto decoded = DecodeLines(format, type, shape, Damage(*EncodeLines(format, type, shape, codes), random));
      if (!decoded.ok()) {
        ++refused;
        continue;
      }
      // What is accepted is a matrix of the format.
      EXPECT_TRUE(EncodeLines(format, type, shape, *decoded).ok()) << format.ToString();
    }
    EXPECT_GT(refused, 0) << format.ToString();
  }
}

TEST(EncodingLine, WrongBytesAreNamed) {
  auto decode = [](const LineFormat &format, int64_t length, Bytes bytes) {
    return std::string(DecodeLines(format, DataType::Signed(2), {1, length}, bytes).status().message());
  };
  EXPECT_EQ(decode(LineFormat::Dense(), 8, {0}), "output 0: the bytes end within a line");
  EXPECT_EQ(decode(LineFormat::Dense(), 4, {0, 0}), "expected 1 bytes, found 2");
  EXPECT_EQ(decode(LineFormat::Dense(), 3, {0xff}), "expected zero bits behind the last code");
  EXPECT_EQ(decode(LineFormat::Nm(2, 4), 4, {0b00010001}), "output 0: two entries of a group name index 0");
  EXPECT_EQ(decode(LineFormat::Nm(1, 4), 3, {0b1101}), "output 0: an entry names index 3 of a group of 3");
  // Five places: count of 3 bits.
  EXPECT_EQ(decode(LineFormat::Coo(), 5, {0b110, 0, 0, 0, 0}), "output 0: a line of 5 codes has 6 entries");
  EXPECT_EQ(decode(LineFormat::Coo(), 5, {0b10101001}), "output 0: an entry names index 5 of a line of 5");
  EXPECT_EQ(decode(LineFormat::Coo(), 5, {0b00101010, 0b00101}),
            "output 0: an entry names index 1 of a line of 5, behind one with a later index");
  EXPECT_EQ(decode(LineFormat::Coo(), 5, {0b00100001}), "output 0: an entry holds the code 0");
  EXPECT_EQ(decode(LineFormat::RunLength(2), 4, {0b01100001}), "output 0: a filler reaches the end of its line");
}

TEST(EncodingLine, WrongCodesAndFormatsAreNamed) {
  auto encode = [](const LineFormat &format, DataType type, Codes codes) {
    MatrixShape shape{1, static_cast<int64_t>(codes.size())};
    return std::string(EncodeLines(format, type, shape, codes).status().message());
  };
  EXPECT_EQ(encode(LineFormat::Nm(1, 2), DataType::Signed(2), {0, 1, 1, 1}),
            "output 0: expected at most 1 codes other than 0 among 2, found 2 from 2 to 3");
  EXPECT_EQ(encode(LineFormat::Dense(), DataType::Signed(2), {2}), "code 2 is not a value of int2");
  EXPECT_EQ(encode(LineFormat::Coo(), DataType::Bipolar(), {1}), "expected codes of a type with a zero, found bipolar");
  EXPECT_EQ(encode(LineFormat::Nm(2, 2), DataType::Signed(2), {1}), "expected 1 <= n < m <= 2^31, found 2:2");
  EXPECT_EQ(encode(LineFormat::RunLength(0), DataType::Signed(2), {1}), "expected gaps of 1 to 16 bits, found 0");
}

} // namespace
} // namespace qcompile::runtime::encoding
