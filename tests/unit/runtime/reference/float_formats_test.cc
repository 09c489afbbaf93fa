// Narrow floats against the tables of their formats (IEEE 754, the OCP 8-bit formats, ONNX).
#include "runtime/core/float_formats.h"

#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime {
namespace {

using testing::Evaluate;
using testing::Integers;

constexpr DataType kE4M3FN{TypeKind::kFloat8E4M3FN, 8}, kE4M3FNUZ{TypeKind::kFloat8E4M3FNUZ, 8},
    kE5M2{TypeKind::kFloat8E5M2, 8}, kE5M2FNUZ{TypeKind::kFloat8E5M2FNUZ, 8}, kE8M0{TypeKind::kFloat8E8M0, 8},
    kE2M1{TypeKind::kFloat4E2M1, 4};
constexpr DataType kAll[] = {
    DataType::Float16(), DataType::BFloat16(), kE4M3FN, kE4M3FNUZ, kE5M2, kE5M2FNUZ, kE8M0, kE2M1};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(FloatFormats, LargestAndSmallestNumbers) {
  EXPECT_EQ(DecodeFloat(DataType::Float16(), 0x7BFF), 65504);
  EXPECT_EQ(DecodeFloat(DataType::Float16(), 0x0001), std::ldexp(1.0, -24));
  EXPECT_EQ(DecodeFloat(DataType::BFloat16(), 0x3F80), 1);
  EXPECT_EQ(DecodeFloat(DataType::BFloat16(), 0x7F7F), std::ldexp(255.0, 120));
  EXPECT_EQ(DecodeFloat(kE4M3FN, 0x7E), 448);
  EXPECT_EQ(DecodeFloat(kE4M3FN, 0x01), std::ldexp(1.0, -9));
  EXPECT_EQ(DecodeFloat(kE4M3FNUZ, 0x7F), 240);
  EXPECT_EQ(DecodeFloat(kE4M3FNUZ, 0x01), std::ldexp(1.0, -10));
  EXPECT_EQ(DecodeFloat(kE5M2, 0x7B), 57344);
  EXPECT_EQ(DecodeFloat(kE5M2, 0x01), std::ldexp(1.0, -16));
  EXPECT_EQ(DecodeFloat(kE5M2FNUZ, 0x7F), 57344);
  EXPECT_EQ(DecodeFloat(kE5M2FNUZ, 0x01), std::ldexp(1.0, -17));
  EXPECT_EQ(DecodeFloat(kE8M0, 0x00), std::ldexp(1.0, -127));
  EXPECT_EQ(DecodeFloat(kE8M0, 0xFE), std::ldexp(1.0, 127));
}

TEST(FloatFormats, Float4HasEightMagnitudes) {
  const double magnitudes[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
  for (uint32_t code = 0; code < 8; ++code) {
    EXPECT_EQ(DecodeFloat(kE2M1, code), magnitudes[code]);
    EXPECT_EQ(DecodeFloat(kE2M1, code | 8), -magnitudes[code]);
  }
}

TEST(FloatFormats, SpecialCodes) {
  EXPECT_EQ(DecodeFloat(DataType::Float16(), 0xFC00), -kInfinity);
  EXPECT_TRUE(std::isnan(DecodeFloat(DataType::BFloat16(), 0x7FC1)));
  EXPECT_TRUE(std::isnan(DecodeFloat(kE4M3FN, 0xFF)));
  EXPECT_TRUE(std::isnan(DecodeFloat(kE4M3FNUZ, 0x80)));
  EXPECT_EQ(DecodeFloat(kE5M2, 0x7C), kInfinity);
  EXPECT_TRUE(std::isnan(DecodeFloat(kE5M2, 0x7D)));
  EXPECT_TRUE(std::isnan(DecodeFloat(kE5M2FNUZ, 0x80)));
  EXPECT_TRUE(std::isnan(DecodeFloat(kE8M0, 0xFF)));
}

// Every number of a format is its own nearest, under each way of rounding.
TEST(FloatFormats, NumbersOfTheFormatKeepTheirCode) {
  for (DataType type : kAll) {
    for (uint32_t code = 0; code < (1u << type.bits); ++code) {
      const double value = DecodeFloat(type, code);
      if (std::isnan(value))
        continue;
      for (FloatRounding rounding :
           {FloatRounding::kHalfEven, FloatRounding::kUp, FloatRounding::kDown, FloatRounding::kHalfAway}) {
        ASSERT_EQ(EncodeFloat(type, value, Overflow::kInfinity, rounding), code) << type.ToString() << " " << value;
      }
    }
  }
}

// Halfway between two neighbours stands the even code; anything beside it goes to the nearer one.
TEST(FloatFormats, TiesGoToTheEvenCode) {
  for (DataType type : kAll) {
    if (type.kind == TypeKind::kFloat8E8M0)
      continue;
    for (uint32_t code = 0; code + 1 < (1u << (type.bits - 1)); ++code) {
      const double low = DecodeFloat(type, code), high = DecodeFloat(type, code + 1);
      if (!std::isfinite(low) || !std::isfinite(high))
        break;
      const double middle = low + (high - low) / 2;
      auto encode = [type](double x) { return EncodeFloat(type, x, Overflow::kInfinity); };
      ASSERT_EQ(encode(middle), code % 2 == 0 ? code : code + 1) << type.ToString() << " " << middle;
      ASSERT_EQ(encode(std::nextafter(middle, 0)), code);
      ASSERT_EQ(encode(std::nextafter(middle, kInfinity)), code + 1);
    }
  }
}

// The tables of ONNX' Cast: saturated, and not.
TEST(FloatFormats, Overflow) {
  struct Row {
    DataType type;
    double largest;
    bool has_infinity;
  };
  for (const Row &row :
       {Row{kE4M3FN, 448, false}, Row{kE4M3FNUZ, 240, false}, Row{kE5M2, 57344, true}, Row{kE5M2FNUZ, 57344, false}}) {
    for (double x : {1e9, kInfinity}) {
      auto cast = [&](double value, Overflow overflow) {
        return DecodeFloat(row.type, EncodeFloat(row.type, value, overflow));
      };
      EXPECT_EQ(cast(x, Overflow::kSaturate), row.largest);
      EXPECT_EQ(cast(-x, Overflow::kSaturate), -row.largest);
      if (row.has_infinity) {
        EXPECT_EQ(cast(-x, Overflow::kInfinity), -kInfinity);
      } else {
        EXPECT_TRUE(std::isnan(cast(x, Overflow::kInfinity)));
      }
    }
  }
  EXPECT_EQ(DecodeFloat(kE2M1, EncodeFloat(kE2M1, -kInfinity, Overflow::kInfinity)), -6);
}

TEST(FloatFormats, ScalesRoundToPowersOfTwo) {
  auto scale = [](double x, Overflow overflow, FloatRounding rounding) {
    return DecodeFloat(kE8M0, EncodeFloat(kE8M0, x, overflow, rounding));
  };
  EXPECT_EQ(scale(1.1, Overflow::kSaturate, FloatRounding::kUp), 2);
  EXPECT_EQ(scale(1.9, Overflow::kSaturate, FloatRounding::kDown), 1);
  EXPECT_EQ(scale(1.5, Overflow::kSaturate, FloatRounding::kHalfAway), 2);
  EXPECT_EQ(scale(1.49, Overflow::kSaturate, FloatRounding::kHalfAway), 1);
  EXPECT_EQ(scale(0, Overflow::kSaturate, FloatRounding::kUp), std::ldexp(1.0, -127));
  EXPECT_TRUE(std::isnan(scale(0, Overflow::kInfinity, FloatRounding::kHalfAway)));
  EXPECT_EQ(scale(kInfinity, Overflow::kSaturate, FloatRounding::kUp), std::ldexp(1.0, 127));
}

// 2^60 + 1 lies above the middle of two bfloat16 numbers by one; through double it would be the tie.
TEST(Cast, BigIntegersAreRoundedOnce) {
  const int64_t middle = (int64_t{1} << 60) + (int64_t{1} << 52);
  const Value cast =
      Evaluate("onnx.Cast", {Integers(DataType::Int64(), {2}, {middle, middle + 1})}, {{"to", int64_t{16}}});
  EXPECT_EQ(cast.tensor.DoubleAt(0), std::ldexp(1.0, 60));
  EXPECT_EQ(cast.tensor.DoubleAt(1), std::ldexp(129.0, 53));
}

TEST(Elementwise, NarrowFloatsAreComputedWithAsFloat32) {
  const Value x(Tensor::FromReals(DataType::Float16(), {1}, {1 + std::ldexp(1.0, -10)}));
  // (1 + 2^-10)^2 = 1 + 2^-9 + 2^-20, whose nearest float16 is 1 + 2^-9.
  const Value square = Evaluate("onnx.Mul", {x, x});
  ASSERT_EQ(square.tensor.type(), DataType::Float16());
  EXPECT_EQ(square.tensor.DoubleAt(0), 1 + std::ldexp(1.0, -9));
}

} // namespace
} // namespace qcompile::runtime
