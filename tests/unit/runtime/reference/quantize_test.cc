#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const float kNaN = std::numeric_limits<float>::quiet_NaN();

Value Quant(Value x, float scale, float zero_point, float bits, const NamedAttributes &attributes = {}) {
  return Evaluate("onnx.Quant", {std::move(x), Float(scale), Float(zero_point), Float(bits)}, attributes);
}

// The bounds that the QONNX documentation states for 8 bits.
TEST(Quant, BoundsOfEightBits) {
  struct Case {
    int64_t is_signed, narrow;
    float low, high;
  };
  for (const Case &c : {Case{1, 0, -128, 127}, Case{1, 1, -127, 127}, Case{0, 0, 0, 255}, Case{0, 1, 0, 254}}) {
    const Value y = Quant(Floats({2}, {-1000, 1000}), 1, 0, 8, {{"signed", c.is_signed}, {"narrow", c.narrow}});
    EXPECT_THAT(ToFloats(y), ElementsAre(c.low, c.high));
    EXPECT_EQ(y.quantized->codes.type(), c.is_signed ? DataType::Signed(8) : DataType::Unsigned(8));
  }
}

TEST(Quant, DefaultsAreSignedWideHalfEven) {
  EXPECT_THAT(ToFloats(Quant(Floats({4}, {0.5, 1.5, 2.5, -9}), 1, 0, 4)), ElementsAre(0, 2, 2, -8));
}

// The table of qonnx's tests/custom_op/test_runding_mode.py, and other spellings.
TEST(Quant, ModesOfTheTable) {
  const Value x = Floats({10}, {5.5, 2.5, 1.6, 1.1, 1.0, -1.0, -1.1, -1.6, -2.5, -5.5});
  struct Row {
    const char *mode;
    std::vector<float> expected;
  };
  for (const Row &row :
       {Row{"ROUND", {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}}, Row{"CEIL", {6, 3, 2, 2, 1, -1, -1, -1, -2, -5}},
        Row{"FLOOR", {5, 2, 1, 1, 1, -1, -2, -2, -3, -6}}, Row{"UP", {6, 3, 2, 2, 1, -1, -2, -2, -3, -6}},
        Row{"DOWN", {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}}, Row{"HALF_UP", {6, 3, 2, 1, 1, -1, -1, -2, -3, -6}},
        Row{"HALF_DOWN", {5, 2, 2, 1, 1, -1, -1, -2, -2, -5}}, Row{"HALF_EVEN", {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}},
        Row{"ROUND_TO_ZERO", {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}},
        Row{"half_down", {5, 2, 2, 1, 1, -1, -1, -2, -2, -5}}}) {
    EXPECT_THAT(ToFloats(Quant(x, 1, 0, 8, {{"rounding_mode", std::string(row.mode)}})), ElementsAreArray(row.expected))
        << row.mode;
  }
}

// The zero point is added before rounding: with an odd one, ties go the other way than in
// QuantizeLinear. (1.5, 2.5, 3.5, 0.5, -0.5) round to (2, 2, 4, 0, 0); less the zero point 1.
TEST(Quant, ZeroPointComesBeforeRounding) {
  const Value y = Quant(Floats({5}, {0.5, 1.5, 2.5, -0.5, -1.5}), 1, 1, 8);
  EXPECT_THAT(Codes(y), ElementsAre(2, 2, 4, 0, 0));
  EXPECT_THAT(ToFloats(y), ElementsAre(1, 1, 3, -1, -1));
}

TEST(Quant, OneSignedBitIsBipolar) {
  const Value y = Quant(Floats({4}, {-3, -0.0f, 0.25, kNaN}), 0.5, 0, 1, {{"narrow", int64_t{1}}});
  EXPECT_EQ(y.quantized->codes.type(), DataType::Bipolar());
  EXPECT_THAT(Codes(y), ElementsAre(-1, 1, 1, -1));
  EXPECT_THAT(ToFloats(y), ElementsAre(-0.5, 0.5, 0.5, -0.5));
}

TEST(Quant, OneUnsignedBit) {
  const Value y = Quant(Floats({3}, {-3, 0.5, 0.75}), 1, 0, 1, {{"signed", int64_t{0}}});
  EXPECT_EQ(y.quantized->codes.type(), DataType::Unsigned(1));
  EXPECT_THAT(Codes(y), ElementsAre(0, 0, 1));
}

TEST(Quant, NaNGivesTheLowBound) {
  const Value y = Quant(Floats({1}, {kNaN}), 0.5, 0, 3);
  EXPECT_THAT(ToFloats(y), ElementsAre(-2));
}

// 0.2f is a little more than 1/5, so 0.5 / 0.2f is a little less than 2.5 (by 3.7e-8, where half
// of float32's last place is 1.2e-7): the float32 quotient is the tie that the real one is not.
TEST(Quant, DivisionIsFloat32) {
  ASSERT_GT(static_cast<double>(0.2f), 0.2);
  const Value y = Quant(Floats({1}, {0.5f}), 0.2f, 0, 8, {{"rounding_mode", std::string("HALF_UP")}});
  EXPECT_THAT(Codes(y), ElementsAre(3));
}

TEST(Quant, PerChannelScalesBroadcast) {
  const Value y = Evaluate("onnx.Quant", {Floats({2, 2}, {1, 2, 3, 4}), Floats({2, 1}, {1, 0.5}), Float(0),
                                          Integers(DataType::Signed(32), {}, {4})});
  EXPECT_THAT(Codes(y), ElementsAre(1, 2, 6, 7));
  EXPECT_THAT(ToFloats(y), ElementsAre(1, 2, 3, 3.5));
  EXPECT_EQ(y.quantized->scale.shape(), (Shape{2, 1}));
  EXPECT_EQ(y.quantized->zero_point.shape(), (Shape{1, 1}));
}

TEST(Quant, ParametersMayBeIntegers) {
  const Value y =
      Evaluate("onnx.Quant", {Floats({2}, {3, 4}), Int64s({2}), Int64s({1}), Integers(DataType::Signed(32), {}, {8})});
  EXPECT_THAT(Codes(y), ElementsAre(2, 3)); // 2.5 is a tie
  EXPECT_THAT(ToFloats(y), ElementsAre(2, 4));
}

TEST(Quant, ThirtyTwoBitsKeepTheirBound) {
  // 2^31 is a float32, the bound 2^31 - 1 is not: the code is the bound, the value its rounding.
  const Value y = Quant(Floats({2}, {3e9f, -3e9f}), 1, 0, 32);
  EXPECT_THAT(Codes(y), ElementsAre(2147483647, -2147483648));
  EXPECT_THAT(ToFloats(y), ElementsAre(2147483648.0f, -2147483648.0f));
}

TEST(Quant, ValueIsTheReadingRoundedOnce) {
  // (3 - 0.1f) * 0.7f in exact numbers, rounded by way of double (24 + 24 bits are exact there).
  const float zero = 0.1f, scale = 0.7f;
  const Value y = Quant(Floats({1}, {2}), scale, zero, 8);
  ASSERT_THAT(Codes(y), ElementsAre(3));
  const double exact = (3.0 - static_cast<double>(zero)) * static_cast<double>(scale);
  EXPECT_THAT(ToFloats(y), ElementsAre(static_cast<float>(exact)));
}

TEST(Quant, RefusesBadParameters) {
  auto failure = [](float scale, float zero_point, float bits) {
    return Failure("onnx.Quant", {Float(1), Float(scale), Float(zero_point), Float(bits)});
  };
  EXPECT_EQ(failure(0, 0, 4), "expected the scale to be finite and positive, found 0");
  EXPECT_EQ(failure(-0.5, 0, 4), "expected the scale to be finite and positive, found -0.5");
  EXPECT_THAT(failure(kNaN, 0, 4), HasSubstr("found nan"));
  EXPECT_THAT(failure(INFINITY, 0, 4), HasSubstr("found inf"));
  EXPECT_THAT(failure(1, kNaN, 4), HasSubstr("zero point to be finite"));
  EXPECT_EQ(failure(1, 0, 2.5), "expected a bit width that is an integer from 1 to 32, found 2.5");
  EXPECT_THAT(failure(1, 0, 0), HasSubstr("found 0"));
  EXPECT_THAT(failure(1, 0, 33), HasSubstr("found 33"));
  EXPECT_EQ(Failure("onnx.Quant", {Float(1)}), "expected 4 operands, found 1");
}

TEST(BipolarQuant, SignWithZeroUp) {
  const Value y = Evaluate("onnx.BipolarQuant", {Floats({5}, {-1, -0.0f, 0, 2, kNaN}), Float(0.25)});
  EXPECT_THAT(ToFloats(y), ElementsAre(-0.25, 0.25, 0.25, 0.25, -0.25));
  EXPECT_THAT(Codes(y), ElementsAre(-1, 1, 1, 1, -1));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Bipolar());
}

// The worked example of the QONNX documentation: scale 1, zero point 0, 10 to 4 bits.
TEST(Trunc, VersionOne) {
  const Value x = Floats({5}, {100, -100, 37, -37, 7});
  const Value y =
      Evaluate("onnx.Trunc", {x, Float(1), Float(0), Float(10), Float(4)}, {{"rounding_mode", std::string("FLOOR")}});
  EXPECT_THAT(ToFloats(y), ElementsAre(1, -2, 0, -1, 0));
  EXPECT_THAT(Codes(y), ElementsAre(1, -2, 0, -1, 0));
}

TEST(Trunc, VersionTwo) {
  const Value x = Floats({5}, {100, -100, 37, -37, 7});
  const std::vector<Value> operands = {x, Float(1), Float(0), Float(10), Float(64), Float(4)};
  const Value floor = Evaluate("onnx.Trunc", operands, {{"rounding_mode", std::string("FLOOR")}});
  EXPECT_THAT(ToFloats(floor), ElementsAre(64, -128, 0, -64, 0));
  const Value round = Evaluate("onnx.Trunc", operands, {{"rounding_mode", std::string("ROUND")}});
  EXPECT_THAT(ToFloats(round), ElementsAre(128, -128, 64, -64, 0));
  EXPECT_THAT(Codes(round), ElementsAre(2, -2, 1, -1, 0));
}

TEST(Trunc, VersionTwoScalesTheZeroPoint) {
  // 12 codes with zero point 2 stand for 10; shifted by 4 the code is 3, its zero point 1/2.
  const Value y = Evaluate("onnx.Trunc", {Floats({1}, {10}), Float(1), Float(2), Float(8), Float(4), Float(6)});
  EXPECT_THAT(Codes(y), ElementsAre(3));
  EXPECT_THAT(ToFloats(y), ElementsAre(10));
}

} // namespace
} // namespace qcompile::runtime::testing
