// Layouts by hand, and conversions between all of them.
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

TEST(Convert, PlanesAreLeastSignificantBitFirst) {
  // Codes of int2: stored number u = code + 2.
  const std::vector<int64_t> codes = {-2, -1, 0, 1, 1};
  Buffer buffer = Encode(PlanesFormat(DataType::Signed(2)), codes, 5);
  ASSERT_EQ(buffer.size(), 16);
  EXPECT_EQ(buffer.As<uint64_t>()[0], 0b11010u); // u & 1
  EXPECT_EQ(buffer.As<uint64_t>()[1], 0b11100u); // u >> 1
}

TEST(Convert, BipolarBits) {
  const std::vector<int64_t> codes = {1, -1, -1, 1};
  Buffer buffer = Encode(PlanesFormat(DataType::Bipolar()), codes, 4);
  EXPECT_EQ(buffer.As<uint64_t>()[0], 0b1001u);
}

TEST(Convert, BytesAreOffsetAndPadded) {
  const std::vector<int64_t> codes = {-8, 7, 0};
  Buffer buffer = Encode(BytesFormat(DataType::Signed(4)), codes, 3);
  ASSERT_EQ(buffer.size(), 64);
  EXPECT_EQ(buffer.Bytes(), std::string("\x00\x0f\x08", 3) + std::string(61, '\0'));
}

TEST(Convert, EveryLayoutToEveryLayoutAndShape) {
  std::mt19937_64 random(16);
  for (DataType type : {DataType::Signed(3), DataType::Unsigned(5), DataType::Bipolar()}) {
    std::vector<qcrt_format> formats = {PlanesFormat(type), BytesFormat(type), Int32Format(), Int64Format()};
    for (int32_t layout = QCRT_DENSE_INT8; layout <= QCRT_DENSE_UINT32; ++layout) {
      const bool is_unsigned = layout % 2 == 0;
      if (type.MinValue() >= 0 || !is_unsigned)
        formats.push_back({layout, 0, 0, 1});
    }
    const std::vector<int64_t> codes = RandomCodes(random, type, 12 * 70);
    for (const qcrt_format &from : formats) {
      for (const qcrt_format &to : formats) {
        for (int64_t in_n : {70, 12, 1, 840}) {
          for (int64_t out_n : {70, 60, 840}) {
            ForEachTier([&](int) {
              Buffer in = Encode(from, codes, in_n);
              Buffer out(840 / out_n * qcrt_row_bytes(&to, out_n));
              qcrt_convert(&from, in.As<void>(), 840 / in_n, in_n, &to, out.As<void>(), out_n);
              EXPECT_EQ(Decode(to, out, 840 / out_n, out_n), codes);
              EXPECT_TRUE(PaddingIsZero(to, out, 840 / out_n, out_n));
            });
          }
        }
      }
    }
  }
}

TEST(Convert, ContainersOfEveryWidth) {
  std::mt19937_64 random(17);
  for (int bytes : {1, 2, 4, 8}) {
    for (bool is_signed : {true, false}) {
      const int bits = 8 * bytes == 64 ? 48 : 8 * bytes;
      const DataType type = is_signed ? DataType::Signed(bits) : DataType::Unsigned(bits);
      const std::vector<int64_t> codes = RandomCodes(random, type, 150);
      const qcrt_format containers = ContainerFormat(type);
      EXPECT_EQ(qcrt_row_bytes(&containers, 150), 150 * bytes);
      Buffer buffer = Encode(containers, codes, 150);
      EXPECT_EQ(Decode(containers, buffer, 1, 150), codes);
    }
  }
}

TEST(Convert, ChecksEveryCode) {
  const int8_t good[] = {-4, 3, 0}, low[] = {-5, 3, 0}, high[] = {-4, 4, 0};
  EXPECT_EQ(qcrt_check_codes(good, QCRT_DENSE_INT8, -4, 3, 1, 3), 0);
  EXPECT_EQ(qcrt_check_codes(low, QCRT_DENSE_INT8, -4, 3, 1, 3), -1);
  EXPECT_EQ(qcrt_check_codes(high, QCRT_DENSE_INT8, -4, 3, 1, 3), -1);
  const int8_t signs[] = {-1, 1, 1}, zero[] = {-1, 0, 1};
  EXPECT_EQ(qcrt_check_codes(signs, QCRT_DENSE_INT8, -1, 1, 2, 3), 0);
  EXPECT_EQ(qcrt_check_codes(zero, QCRT_DENSE_INT8, -1, 1, 2, 3), -1);
  const uint16_t wide[] = {0, 1000, 1001};
  EXPECT_EQ(qcrt_check_codes(wide, QCRT_DENSE_UINT16, 0, 1001, 1, 3), 0);
  EXPECT_EQ(qcrt_check_codes(wide, QCRT_DENSE_UINT16, 0, 1000, 1, 3), -1);
  const int64_t widest[] = {-(int64_t{1} << 40), 0};
  EXPECT_EQ(qcrt_check_codes(widest, QCRT_INT64, -(int64_t{1} << 40), 0, 1, 2), 0);
  EXPECT_EQ(qcrt_check_codes(widest, QCRT_INT64, -(int64_t{1} << 40), -1, 1, 2), -1);
}

TEST(Tiers, BaselineIsAlwaysThere) {
  EXPECT_EQ(qcrt_tier_supported(QCRT_TIER_BASELINE), 1);
  EXPECT_EQ(qcrt_tier_supported(-1), 0);
  EXPECT_EQ(qcrt_tier_supported(QCRT_TIER_COUNT), 0);
  EXPECT_EQ(qcrt_select_tier(QCRT_TIER_COUNT), -1);
  EXPECT_STREQ(qcrt_tier_name(99), "unknown");
}

} // namespace
} // namespace qcompile::runtime
