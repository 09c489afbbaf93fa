// Layouts by hand, and conversions between all of them.
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

TEST(Convert, PlanesAreLeastSignificantBitFirst) {
  // Codes of int2: stored number u = code + 2.
  const std::vector<int64_t> codes = {-2, -1, 0, 1, 1};
  Buffer buffer = Encode(PlanesFormat(DataType::Signed(2)), codes, 5);
  ASSERT_EQ(buffer.size(), 16);
  EXPECT_EQ(buffer.As<uint64_t>()[0], 0b11010u);  // u & 1
  EXPECT_EQ(buffer.As<uint64_t>()[1], 0b11100u);  // u >> 1
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
  const DataType type = DataType::Signed(3);
  const qcrt_format formats[] = {PlanesFormat(type), BytesFormat(type), Int32Format(),
                                 Int64Format()};
  const std::vector<int64_t> codes = RandomCodes(random, type, 12 * 70);
  for (const qcrt_format& from : formats) {
    for (const qcrt_format& to : formats) {
      for (int64_t in_n : {70, 12, 1, 840}) {
        for (int64_t out_n : {70, 60, 840}) {
          Buffer in = Encode(from, codes, in_n);
          Buffer out(840 / out_n * qcrt_row_bytes(&to, out_n));
          qcrt_convert(&from, in.As<void>(), 840 / in_n, in_n, &to, out.As<void>(), out_n);
          EXPECT_EQ(Decode(to, out, 840 / out_n, out_n), codes);
          EXPECT_TRUE(PaddingIsZero(to, out, 840 / out_n, out_n));
        }
      }
    }
  }
}

TEST(Convert, LoadChecksEveryCode) {
  const qcrt_format format = BytesFormat(DataType::Signed(3));
  Buffer out(64);
  const int8_t good[] = {-4, 3, 0}, low[] = {-5, 3, 0}, high[] = {-4, 4, 0};
  EXPECT_EQ(qcrt_load_codes(good, 1, 1, -4, 3, 1, &format, out.As<void>(), 1, 3), 0);
  EXPECT_EQ(Decode(format, out, 1, 3), (std::vector<int64_t>{-4, 3, 0}));
  EXPECT_EQ(qcrt_load_codes(low, 1, 1, -4, 3, 1, &format, out.As<void>(), 1, 3), -1);
  EXPECT_EQ(qcrt_load_codes(high, 1, 1, -4, 3, 1, &format, out.As<void>(), 1, 3), -1);
  const int8_t signs[] = {-1, 1, 1}, zero[] = {-1, 0, 1};
  for (const qcrt_format& bipolar :
       {PlanesFormat(DataType::Bipolar()), BytesFormat(DataType::Bipolar())}) {
    EXPECT_EQ(qcrt_load_codes(signs, 1, 1, -1, 1, 2, &bipolar, out.As<void>(), 1, 3), 0);
    EXPECT_EQ(Decode(bipolar, out, 1, 3), (std::vector<int64_t>{-1, 1, 1}));
    EXPECT_EQ(qcrt_load_codes(zero, 1, 1, -1, 1, 2, &bipolar, out.As<void>(), 1, 3), -1);
  }
}

TEST(Convert, ContainersOfEveryWidth) {
  std::mt19937_64 random(17);
  for (int bytes : {1, 2, 4, 8}) {
    for (bool is_signed : {true, false}) {
      const int bits = 8 * bytes == 64 ? 48 : 8 * bytes;
      const DataType type = is_signed ? DataType::Signed(bits) : DataType::Unsigned(bits);
      const std::vector<int64_t> codes = RandomCodes(random, type, 50);
      const qcrt_format dense = Int64Format();
      std::vector<char> containers(50 * bytes);
      qcrt_store_codes(&dense, codes.data(), containers.data(), bytes, 5, 10);
      std::vector<int64_t> loaded(50);
      ASSERT_EQ(qcrt_load_codes(containers.data(), bytes, is_signed, type.MinValue(),
                                type.MaxValue(), 1, &dense, loaded.data(), 5, 10),
                0);
      EXPECT_EQ(loaded, codes);
    }
  }
}

TEST(Convert, Transpose) {
  // y[i, j, k] = x[k, i, j] for perm {1, 2, 0}.
  const int64_t shape[] = {4, 2, 3}, perm[] = {1, 2, 0};
  std::vector<int16_t> x(24), y(24);
  for (int i = 0; i < 24; ++i) x[i] = static_cast<int16_t>(i * 3 - 20);
  qcrt_transpose(x.data(), y.data(), 2, 3, shape, perm);
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) EXPECT_EQ(y[(i * 3 + j) * 4 + k], x[(k * 2 + i) * 3 + j]);
    }
  }
}

TEST(Tiers, BaselineIsAlwaysThere) {
  EXPECT_EQ(qcrt_tier_supported(QCRT_TIER_BASELINE), 1);
  EXPECT_EQ(qcrt_tier_supported(-1), 0);
  EXPECT_EQ(qcrt_tier_supported(QCRT_TIER_COUNT), 0);
  EXPECT_EQ(qcrt_select_tier(QCRT_TIER_COUNT), -1);
  EXPECT_STREQ(qcrt_tier_name(99), "unknown");
}

}  // namespace
}  // namespace qcompile::runtime
