// Average and maximum pools.
#include <cmath>

#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<int64_t>;

// numerator / denominator, to nearest float32, ties to even (normal numbers).
float RoundRatio(__int128 numerator, __int128 denominator) {
  if (numerator == 0)
    return 0;
  const bool negative = numerator < 0;
  __int128 rest = negative ? -numerator : numerator;
  int exponent = 0;
  while (rest / denominator < (1 << 24)) {
    rest *= 2;
    --exponent;
  }
  while (rest / denominator >= (1 << 25)) {
    denominator *= 2;
    ++exponent;
  }
  // 25 bits: the last one and the remainder decide.
  auto quotient = static_cast<int64_t>(rest / denominator);
  const bool more = rest % denominator != 0;
  const bool half = quotient & 1;
  quotient >>= 1;
  if (half && (more || quotient & 1))
    ++quotient;
  const float magnitude = std::ldexp(static_cast<float>(quotient), exponent + 1);
  return negative ? -magnitude : magnitude;
}

TEST(AveragePool, RoundsTheExactQuotientOnce) {
  RandomValues random(1);
  // scale 3/8 and zero point -5: 3 (sum + 5 count) / (8 count).
  const Value x = random.quantized({2, 3, 9, 7}, Floats(Ones(4), {0.375}), Floats(Ones(4), {-5}));
  for (bool include : {false, true}) {
    const Ints kernel{3, 3}, strides{2, 1}, pads{1, 2, 1, 0};
    const Value y = Evaluate(
        "onnx.AveragePool", {x},
        {{"kernel_shape", kernel}, {"strides", strides}, {"pads", pads}, {"count_include_pad", int64_t{include}}});
    ASSERT_EQ(y.tensor.shape(), (Shape{2, 3, 5, 7}));
    for (int64_t r = 0; r < y.tensor.size(); ++r) {
      const int64_t plane = r / 35, oy = r / 7 % 5, ox = r % 7;
      int64_t sum = 0, count = 0;
      for (int64_t yy = oy * 2 - 1; yy < oy * 2 + 2; ++yy)
        for (int64_t xx = ox - 2; xx < ox + 1; ++xx)
          if (yy >= 0 && yy < 9 && xx >= 0 && xx < 7) {
            sum += x.quantized->codes.IntegerAt(plane * 63 + yy * 7 + xx) + 5;
            ++count;
          }
      EXPECT_EQ(y.tensor.Floats()[r], RoundRatio(3 * sum, 8 * (include ? 9 : count)));
    }
  }
}

TEST(AveragePool, ScalesMayChangeWithinAWindow) {
  // (1 * 2 + 3 * 4) / 2 and (3 * 4 + 5 * 8) / 2
  const Value x = Quantized({1, 1, 3}, {1, 3, 5}, Floats({1, 1, 3}, {2, 4, 8}), Floats(Ones(3), {0}));
  EXPECT_THAT(ToFloats(Evaluate("onnx.AveragePool", {x}, {{"kernel_shape", Ints{2}}})), ElementsAre(7, 26));
}

TEST(AveragePool, FractionalZeroPoint) {
  const Value x = Quantized({1, 1, 3}, {1, 2, 4}, Floats(Ones(3), {1}), Floats(Ones(3), {0.5}));
  EXPECT_THAT(ToFloats(Evaluate("onnx.GlobalAveragePool", {x})), ElementsAre(RoundRatio(11, 6)));
}

// Values of ONNX Runtime for 1, 2, ..., n, kernel 3, stride 3.
TEST(AveragePool, CeilMode) {
  auto run = [](int n, NamedAttributes attributes) {
    std::vector<float> values;
    for (int i = 1; i <= n; ++i)
      values.push_back(static_cast<float>(i));
    attributes.emplace_back("kernel_shape", Ints{3});
    attributes.emplace_back("strides", Ints{3});
    attributes.emplace_back("ceil_mode", int64_t{1});
    return ToFloats(Evaluate("onnx.AveragePool", {Floats({1, 1, n}, values)}, attributes));
  };
  EXPECT_THAT(run(5, {}), ElementsAre(2, 4.5));
  EXPECT_THAT(run(7, {}), ElementsAre(2, 5, 7));
  const std::pair<std::string, AttributeValue> pads{"pads", Ints{1, 1}};
  EXPECT_THAT(run(5, {pads}), ElementsAre(1.5, 4));
  EXPECT_THAT(run(6, {pads}), ElementsAre(1.5, 4, 6));
  // The window's part behind the padding does not count.
  EXPECT_THAT(run(6, {pads, {"count_include_pad", int64_t{1}}}), ElementsAre(1, 4, 3));
  EXPECT_THAT(run(7, {pads, {"count_include_pad", int64_t{1}}}), ElementsAre(1, 4, 13.0f / 3));
  EXPECT_THAT(run(7, {{"auto_pad", std::string("SAME_UPPER")}}), ElementsAre(1.5, 4, 6.5));
}

TEST(AveragePool, FloatSumThenOneDivision) {
  const Value x = Floats({1, 1, 3}, {1e8f, 1, -1e8f});
  EXPECT_THAT(ToFloats(Evaluate("onnx.AveragePool", {x}, {{"kernel_shape", Ints{3}}})), ElementsAre(0));
  EXPECT_THAT(ToFloats(Evaluate("onnx.GlobalAveragePool", {Floats({1, 2, 1, 2}, {1, 2, 3, 5})})), ElementsAre(1.5, 4));
}

TEST(GlobalAveragePool, EqualsTheMeanOverSpace) {
  RandomValues random(2);
  const Value x = random.quantized({2, 3, 5, 7}, random.oddScale({1, 3, 1, 1}), Floats(Ones(4), {7}));
  EXPECT_EQ(Evaluate("onnx.GlobalAveragePool", {x}).tensor, Evaluate("onnx.ReduceMean", {x, Int64s({2, 3})}).tensor);
}

TEST(MaxPool, SelectsCodes) {
  const Value x =
      MakeQuantized({Integers(DataType::Signed(8), {1, 2, 2, 3}, {-3, 5, 1, 4, 4, -7, 9, 8, 7, -1, -2, -3}).tensor,
                     Floats({1, 2, 1, 1}, {0.5, 0.25}).tensor, Floats(Ones(4), {1}).tensor});
  const auto results = RunAll("onnx.MaxPool", {&x}, {{"kernel_shape", Ints{2, 2}}});
  ASSERT_TRUE(results.ok());
  EXPECT_THAT(Codes((*results)[0]), ElementsAre(5, 5, 9, 8));
  EXPECT_THAT(ToFloats((*results)[0]), ElementsAre(2, 2, 2, 1.75));
  EXPECT_EQ((*results)[0].quantized->scale.shape(), (Shape{1, 2, 1, 1}));
  EXPECT_THAT(ToIntegers((*results)[1]), ElementsAre(1, 1, 6, 7));
  // Column-major positions: (y, x) is y + 2 x, in planes of 6.
  const auto columns = RunAll("onnx.MaxPool", {&x}, {{"kernel_shape", Ints{2, 2}}, {"storage_order", int64_t{1}}});
  EXPECT_THAT(ToIntegers((*columns)[1]), ElementsAre(2, 2, 6, 8));
}

TEST(MaxPool, PaddingIsNoValue) {
  const Value x = Quantized({1, 1, 2}, {-3, -4}, Floats(Ones(3), {1}), Floats(Ones(3), {0}));
  const Value y = Evaluate("onnx.MaxPool", {x}, {{"kernel_shape", Ints{2}}, {"pads", Ints{1, 1}}});
  EXPECT_THAT(Codes(y), ElementsAre(-3, -3, -4));
  EXPECT_THAT(Failure("onnx.MaxPool", {x}, {{"kernel_shape", Ints{1}}, {"pads", Ints{1, 1}}}),
              HasSubstr("padding alone"));
}

TEST(MaxPool, ScalesThatChangeWithinAWindowLoseTheCodes) {
  const Value x = MakeQuantized({Integers(DataType::Signed(8), {1, 1, 2}, {1, 2}).tensor,
                                 Floats({1, 1, 2}, {3, 1}).tensor, Floats(Ones(3), {0}).tensor});
  const Value y = Evaluate("onnx.MaxPool", {x}, {{"kernel_shape", Ints{2}}});
  EXPECT_FALSE(y.quantized);
  EXPECT_THAT(ToFloats(y), ElementsAre(3));
}

TEST(MaxPool, NanIsPassedOver) {
  const Value x = Floats({1, 1, 4}, {NAN, 1, NAN, NAN});
  const std::vector<float> y = ToFloats(Evaluate("onnx.MaxPool", {x}, {{"kernel_shape", Ints{2}}}));
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], 1);
  EXPECT_TRUE(std::isnan(y[2]));
}

TEST(MaxPool, DilationsAndIntegers) {
  const Value x = Integers(DataType::Unsigned(8), {1, 1, 5}, {9, 1, 3, 200, 4});
  const Value y = Evaluate("onnx.MaxPool", {x}, {{"kernel_shape", Ints{2}}, {"dilations", Ints{2}}});
  EXPECT_THAT(ToIntegers(y), ElementsAre(9, 200, 4));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.GlobalMaxPool", {x})), ElementsAre(200));
}

} // namespace
} // namespace qcompile::runtime::testing
