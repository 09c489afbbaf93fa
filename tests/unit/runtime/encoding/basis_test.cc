#include "runtime/encoding/basis.h"

#include "tests/unit/runtime/encoding/encoding_test_util.h"

namespace qcompile::runtime::encoding {
namespace {

using Codes = std::vector<int64_t>;
using Bytes = std::vector<uint8_t>;

BasisFactors MakeFactors(const BasisShape &shape, MatrixShape matrix, std::mt19937_64 &random) {
  BasisFactors out;
  for (int64_t i = 0; i < matrix.outputs * shape.Vectors(matrix) * shape.n; ++i) {
    int64_t magnitude = int64_t{1} << Below(shape.levels, random);
    out.coefficients.push_back(Below(3, random) == 0 ? 0 : random() & 1 ? magnitude : -magnitude);
  }
  DataType element = DataType::Signed(static_cast<int>(shape.basis_bits));
  for (int64_t i = 0; i < matrix.outputs * shape.Blocks(matrix) * shape.n * shape.n; ++i) {
    out.basis.push_back(RandomCode(element, random));
  }
  return out;
}

TEST(EncodingBasis, RowsAreCoefficientsTimesTheBasis) {
  // Two vectors of two, and the second one cut to its first code.
  BasisShape shape{2, 2, 3, 4};
  BasisFactors factors{{1, -2, 0, 4}, {1, 2, 3, -1}};
  // (1, -2) B = (1 - 6, 2 + 2); (0, 4) B = (12, -4).
  EXPECT_EQ(ExpandBasis(shape, {1, 3}, factors), (Codes{-5, 4, 12}));
  // Basis 4 x 4 bits; map 1101; per coefficient sign and two bits: 1, -2, 4.
  EXPECT_EQ(CountBasisBits(shape, {1, 3}, factors), 16 + 4 + 9);
  auto bytes = EncodeBasis(shape, {1, 3}, factors);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  // 0001 0010 0011 1111 | map, lowest first: 1 1 0 1 | (0, 00) (1, 01) (0, 10) as sign, exponent from the lowest bit.
  EXPECT_EQ(*bytes, (Bytes{0x21, 0xf3, 0b10001011, 0b00010001}));
}

TEST(EncodingBasis, BlocksHaveTheirOwnBasis) {
  // Vectors of one, a basis per two vectors: codes are coefficients times 3, 3, then 5.
  BasisShape shape{1, 2, 4, 8};
  EXPECT_EQ(ExpandBasis(shape, {1, 3}, {{1, 2, 8}, {3, 5}}), (Codes{3, 6, 40}));
}

TEST(EncodingBasis, RandomFactorsRoundTripInTheBitsCounted) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 400; ++run) {
    MatrixShape matrix = RandomShape(random);
    BasisShape shape{1 + Below(5, random), 1 + Below(6, random), 1 + Below(15, random), 2 + Below(15, random)};
    BasisFactors factors = MakeFactors(shape, matrix, random);
    auto bytes = EncodeBasis(shape, matrix, factors);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(static_cast<int64_t>(bytes->size()), (CountBasisBits(shape, matrix, factors) + 7) / 8);
    auto decoded = DecodeBasis(shape, matrix, *bytes);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->coefficients, factors.coefficients);
    EXPECT_EQ(decoded->basis, factors.basis);
    EXPECT_EQ(ExpandBasis(shape, matrix, *decoded), ExpandBasis(shape, matrix, factors));
  }
}

TEST(EncodingBasis, DamagedBytesGiveAStatusOrFactors) {
  std::mt19937_64 random(2);
  int refused = 0;
  for (int run = 0; run < 400; ++run) {
    MatrixShape matrix = RandomShape(random);
    BasisShape shape{1 + Below(5, random), 1 + Below(6, random), 1 + Below(15, random), 5};
    Bytes bytes = *EncodeBasis(shape, matrix, MakeFactors(shape, matrix, random));
    auto decoded = DecodeBasis(shape, matrix, Damage(std::move(bytes), random));
    refused += !decoded.ok();
    if (decoded.ok()) {
      EXPECT_TRUE(CheckBasis(shape, matrix, *decoded).ok());
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(EncodingBasis, WrongFactorsAreNamed) {
  auto check = [](BasisShape shape, BasisFactors factors) {
    return std::string(CheckBasis(shape, {1, 2}, factors).message());
  };
  EXPECT_EQ(check({2, 1, 3, 4}, {{1, 8}, {1, 0, 0, 1}}), "expected coefficients of 0 or +-2^e, e from 0 to 2, found 8");
  EXPECT_EQ(check({2, 1, 3, 4}, {{3, 1}, {1, 0, 0, 1}}), "expected coefficients of 0 or +-2^e, e from 0 to 2, found 3");
  EXPECT_EQ(check({2, 1, 3, 4}, {{INT64_MIN, 1}, {1, 0, 0, 1}}),
            "expected coefficients of 0 or +-2^e, e from 0 to 2, found -9223372036854775808");
  EXPECT_EQ(check({2, 1, 3, 4}, {{1, 1}, {8, 0, 0, 1}}), "code 8 is not a value of int4");
  EXPECT_EQ(check({2, 1, 3, 4}, {{1}, {1, 0, 0, 1}}), "expected 2 coefficients, found 1");
  EXPECT_EQ(check({2, 1, 3, 4}, {{1, 1}, {1}}), "expected 4 elements of bases, found 1");
  EXPECT_EQ(check({0, 1, 3, 4}, {}), "expected vectors from 1 to 64, found 0");
  EXPECT_EQ(check({2, 0, 3, 4}, {}), "expected a length from 1 to 2147483648, found 0");
  EXPECT_EQ(check({2, 1, 16, 4}, {}), "expected levels from 1 to 15, found 16");
  EXPECT_EQ(check({2, 1, 3, 17}, {}), "expected basis_bits from 2 to 16, found 17");
}

} // namespace
} // namespace qcompile::runtime::encoding
