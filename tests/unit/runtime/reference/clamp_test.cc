// Relu, Clip, Min and Max of quantized values.
#include <cmath>

#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;

Value FourBits(std::vector<int64_t> codes, float scale, float zeroPoint) {
  const auto count = static_cast<int64_t>(codes.size());
  return MakeQuantized({Integers(DataType::Signed(4), {count}, std::move(codes)).tensor, Floats({1}, {scale}).tensor,
                        Floats({1}, {zeroPoint}).tensor});
}

TEST(Clip, KeepsCodesWhereTheBoundsAreOnTheGrid) {
  // Readings -4.5, -0.5, 0, 3: bounds -1 and 2 are the codes -1 and 5.
  const Value x = FourBits({-8, 0, 1, 7}, 0.5, 1);
  const Value y = Evaluate("onnx.Clip", {x, Float(-1), Float(2)});
  EXPECT_THAT(Codes(y), ElementsAre(-1, 0, 1, 5));
  EXPECT_THAT(ToFloats(y), ElementsAre(-1, -0.5, 0, 2));
}

TEST(Clip, BoundsOffTheGridMustBeOutOfReach) {
  const Value x = FourBits({-8, 0, 1, 7}, 0.5, 1);
  EXPECT_FALSE(Evaluate("onnx.Clip", {x, Float(-1.25f)}).quantized);
  EXPECT_FALSE(Evaluate("onnx.Clip", {x, Float(-5), Float(2.75f)}).quantized);
  EXPECT_FALSE(Evaluate("onnx.Clip", {x, Float(NAN)}).quantized);
  // Everything lies from -4.5 to 3.
  EXPECT_THAT(Codes(Evaluate("onnx.Clip", {x, Float(-4.75f), Float(3.125f)})), ElementsAre(-8, 0, 1, 7));
  EXPECT_THAT(Codes(Evaluate("onnx.Clip", {x, Float(-INFINITY), Float(6)})), ElementsAre(-8, 0, 1, 7));
  // Beyond all codes on the wrong side: a constant that is no code.
  EXPECT_FALSE(Evaluate("onnx.Clip", {x, Float(6)}).quantized);
}

TEST(Clip, WhetherQuantizedDoesNotDependOnTheCodes) {
  // No code reaches -1.25, but the type has codes that would.
  EXPECT_FALSE(Evaluate("onnx.Clip", {FourBits({5, 6}, 0.5, 1), Float(-1.25f)}).quantized);
}

TEST(Relu, ZeroOutOfReachChangesNothing) {
  const Value x = Quantized({2}, {1, -128}, Floats({1}, {0.5}), Floats({1}, {-200}));
  EXPECT_THAT(Codes(Evaluate("onnx.Relu", {x})), ElementsAre(1, -128));
}

TEST(Clip, BoundsPerChannelGrid) {
  // 6 is code 6 in the first channel, code 3 in the second, and off the grid of 4.
  const Value x = Quantized({2, 2}, {7, 2, 7, 2}, Floats({2, 1}, {1, 2}), Floats({1, 1}, {0}));
  EXPECT_THAT(Codes(Evaluate("onnx.Clip", {x, Float(0), Float(6)})), ElementsAre(6, 2, 3, 2));
  const Value other = Quantized({2, 2}, {7, 2, 7, 2}, Floats({2, 1}, {1, 4}), Floats({1, 1}, {0}));
  EXPECT_FALSE(Evaluate("onnx.Clip", {other, Float(0), Float(6)}).quantized);
}

TEST(Extremes, OfTwoValuesOnOneGrid) {
  const Value a = FourBits({-8, 0, 1, 7}, 0.5, 1), b = FourBits({3, 3, -2, -2}, 0.5, 1);
  EXPECT_THAT(Codes(Evaluate("onnx.Max", {a, b})), ElementsAre(3, 3, 1, 7));
  EXPECT_THAT(Codes(Evaluate("onnx.Min", {a, b})), ElementsAre(-8, 0, -2, -2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Max", {a, b})), ElementsAre(1, 1, 0, 3));
  EXPECT_FALSE(Evaluate("onnx.Max", {a, FourBits({3, 3, -2, -2}, 0.25, 1)}).quantized);
  EXPECT_FALSE(Evaluate("onnx.Max", {a, Floats({4}, {0, 0, 0, 0})}).quantized);
  EXPECT_THAT(Codes(Evaluate("onnx.Max", {Float(0), a})), ElementsAre(1, 1, 1, 7));
}

TEST(Extremes, TypesAreWidened) {
  const Value a = Quantized({2}, {1, -1}, Floats({1}, {1}), Floats({1}, {0}), DataType::Bipolar());
  const Value b = Quantized({2}, {0, 3}, Floats({1}, {1}), Floats({1}, {0}), DataType::Unsigned(2));
  const Value y = Evaluate("onnx.Max", {a, b});
  EXPECT_THAT(Codes(y), ElementsAre(1, 3));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Signed(3));
}

TEST(Clip, ReadingOfTheCodesIsTheClippedValue) {
  RandomValues random(7);
  for (int round = 0; round < 200; ++round) {
    const float zero = static_cast<float>(random.integer(-20, 20));
    const Value x = random.quantized({1, 3, 4}, random.oddScale({1, 3, 1}), Floats(Ones(3), {zero}));
    const float low = static_cast<float>(random.integer(-3, 1)) / 2;
    const Value y = Evaluate("onnx.Clip", {x, Float(low), Float(low + 1)});
    if (y.quantized)
      EXPECT_EQ(MakeQuantized(*y.quantized).tensor, y.tensor);
  }
}

} // namespace
} // namespace qcompile::runtime::testing
