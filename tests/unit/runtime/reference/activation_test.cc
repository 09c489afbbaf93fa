#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;

const float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Activation, Formulas) {
  const Value x = Floats({4}, {-4, -0.5, 0.5, 4});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Relu", {x})), ElementsAre(0, 0, 0.5, 4));
  EXPECT_THAT(ToFloats(Evaluate("onnx.LeakyRelu", {x}, {{"alpha", 0.25f}})),
              ElementsAre(-1, -0.125, 0.5, 4));
  EXPECT_THAT(ToFloats(Evaluate("onnx.HardSigmoid", {x}, {{"alpha", 0.25f}, {"beta", 0.5f}})),
              ElementsAre(0, 0.375, 0.625, 1));
  // 1 / (1 + e) and 1 / (1 + 1/e), and tanh 1, from tables.
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sigmoid", {Floats({2}, {-1, 1})})),
              ElementsAre(0.26894143f, 0.73105860f));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Tanh", {Floats({2}, {0, 1})})), ElementsAre(0, 0.76159418f));
}

TEST(Activation, ReluOfQuantizedKeepsCodes) {
  const Value x = Quantized({4}, {-3, 1, 2, 5}, Floats({1}, {0.5}), Floats({1}, {2}));
  const Value y = Evaluate("onnx.Relu", {x});
  EXPECT_THAT(Codes(y), ElementsAre(2, 2, 2, 5));
}

TEST(Activation, ReluWithoutZeroOnTheGridIsPlain) {
  const Value fractional = Quantized({1}, {1}, Floats({1}, {0.5}), Floats({1}, {0.5}));
  EXPECT_FALSE(Evaluate("onnx.Relu", {fractional}).quantized);
  const Value outside = Quantized({1}, {1}, Floats({1}, {0.5}), Floats({1}, {-200}));
  EXPECT_FALSE(Evaluate("onnx.Relu", {outside}).quantized);
  const Value bipolar =
      Quantized({1}, {1}, Floats({1}, {0.5}), Floats({1}, {0}), DataType::Bipolar());
  EXPECT_FALSE(Evaluate("onnx.Relu", {bipolar}).quantized);
}

TEST(Activation, MinAndMaxOfSeveral) {
  const Value a = Floats({2}, {1, kNaN}), b = Floats({}, {2}), c = Floats({2}, {5, 0});
  EXPECT_EQ(ToFloats(Evaluate("onnx.Max", {a, b, c}))[0], 5);
  EXPECT_TRUE(std::isnan(ToFloats(Evaluate("onnx.Max", {b, a}))[1]));
  EXPECT_TRUE(std::isnan(ToFloats(Evaluate("onnx.Min", {a, b}))[1]));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Min", {Int64s({4, 7}), Int64s({5})})), ElementsAre(4, 5));
}

TEST(Activation, MaxOfOneKeepsTheReading) {
  const Value x = Quantized({1}, {3}, Floats({1}, {0.5}), Floats({1}, {0}));
  EXPECT_THAT(Codes(Evaluate("onnx.Max", {x})), ElementsAre(3));
}

TEST(Activation, ClipWithOptionalBounds) {
  const Value x = Floats({3}, {-2, 0.5, 9}), low = Float(-1), high = Float(1);
  EXPECT_THAT(ToFloats(Evaluate("onnx.Clip", {x, low, high})), ElementsAre(-1, 0.5, 1));
  const auto only_high = RunAll("onnx.Clip", {&x, nullptr, &high});
  ASSERT_TRUE(only_high.ok());
  EXPECT_THAT(ToFloats((*only_high)[0]), ElementsAre(-2, 0.5, 1));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Clip", {x})), ElementsAre(-2, 0.5, 9));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Clip", {Int64s({-5, 5}), Int64s({0})})), ElementsAre(0, 5));
}

} // namespace
} // namespace qcompile::runtime::testing
