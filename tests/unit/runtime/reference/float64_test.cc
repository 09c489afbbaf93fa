// Operators on float64: numbers that float32 does not hold come through. The rest is in conformance-element-types.
#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kTiny = 0x1p-40; // beside 1 beyond float32
constexpr double kMore = 1 + kTiny;

Value Doubles(Shape shape, std::vector<double> values) { return Value(Tensor::FromDoubles(std::move(shape), values)); }

std::vector<double> ToDoubles(const Value &value) {
  EXPECT_EQ(value.tensor.type(), DataType::Float64());
  const auto elements = value.tensor.Data<double>();
  return {elements.begin(), elements.end()};
}

TEST(Float64, Products) {
  const Value row = Doubles({1, 2}, {kMore, 2}), column = Doubles({2, 1}, {1, 1}), bias = Doubles({1}, {kTiny});
  EXPECT_THAT(ToDoubles(Evaluate("onnx.MatMul", {row, column})), ElementsAre(3 + kTiny));
  EXPECT_THAT(ToDoubles(Evaluate("onnx.Gemm", {row, column, bias}, {{"alpha", 2.0f}, {"beta", 0.5f}})),
              ElementsAre(6 + 2.5 * kTiny));
}

TEST(Float64, Convolutions) {
  const Value x = Doubles({1, 1, 3}, {1, kMore, 1}), w = Doubles({1, 1, 2}, {1, 2}), bias = Doubles({1}, {kTiny});
  EXPECT_THAT(ToDoubles(Evaluate("onnx.Conv", {x, w, bias})), ElementsAre(3 + 3 * kTiny, 3 + 2 * kTiny));
  EXPECT_THAT(ToDoubles(Evaluate("onnx.ConvTranspose", {x, w, bias})),
              ElementsAre(1 + kTiny, 3 + 2 * kTiny, 3 + 3 * kTiny, 2 + kTiny));
}

TEST(Float64, Pools) {
  const Value x = Doubles({1, 1, 4}, {1, kMore, kMore, 1});
  const NamedAttributes pairs = {{"kernel_shape", std::vector<int64_t>{2}}, {"strides", std::vector<int64_t>{2}}};
  EXPECT_THAT(ToDoubles(Evaluate("onnx.AveragePool", {x}, pairs)), ElementsAre(1 + kTiny / 2, 1 + kTiny / 2));
  EXPECT_THAT(ToDoubles(Evaluate("onnx.MaxPool", {x}, pairs)), ElementsAre(kMore, kMore));
}

// One operand in float64 is enough for steps in float64; the result has the type of the first.
TEST(Float64, BatchNormalizationOfSeveralTypes) {
  const Value ones = Doubles({1}, {1}), zeros = Doubles({1}, {0});
  const NamedAttributes exact = {{"epsilon", 0.0f}};
  const Value same = Evaluate("onnx.BatchNormalization", {Doubles({1, 1}, {kMore}), ones, zeros, zeros, ones}, exact);
  EXPECT_THAT(ToDoubles(same), ElementsAre(kMore));
  // In float32, 1 - (1 + tiny) is 0.
  const Value one = Floats({1}, {1}), zero = Floats({1}, {0}), mean = Doubles({1}, {kMore});
  const Value y = Evaluate("onnx.BatchNormalization", {Floats({1, 1}, {1}), one, zero, mean, ones}, exact);
  EXPECT_THAT(ToFloats(y), ElementsAre(-static_cast<float>(kTiny)));
}

// ONNX normalizes in float32 (stash_type 1) and scales in the type of the operand.
TEST(Float64, LayerNormalizationScalesInItsOwnType) {
  const Value scale = Doubles({2}, {kMore, kMore}), bias = Doubles({2}, {0, kTiny});
  const Value y = Evaluate("onnx.LayerNormalization", {Doubles({1, 2}, {-1, 1}), scale, bias}, {{"epsilon", 0.0f}});
  EXPECT_THAT(ToDoubles(y), ElementsAre(-kMore, kMore + kTiny));
}

TEST(Float64, ResizeBlendsAndFills) {
  const Value x = Doubles({2}, {0, kMore}), none = Floats({0}, {}), scales = Floats({1}, {2});
  const NamedAttributes corners = {{"mode", std::string("linear")},
                                   {"coordinate_transformation_mode", std::string("align_corners")}};
  const Value y = Evaluate("onnx.Resize", {x, none, scales}, corners);
  EXPECT_THAT(ToDoubles(y), ElementsAre(0, ::testing::DoubleEq(kMore / 3), ::testing::DoubleEq(2 * kMore / 3), kMore));
}

// The exponent is not rounded to bfloat16, which holds 0.5 and 0.50390625 beside it: 4^0.501953125 is 2.0054, and 2 the
// nearest bfloat16; 4^0.50390625 would be 2.0109.
TEST(Pow, ExponentsKeepTheirType) {
  const Value base = Value(Tensor::FromReals(DataType::BFloat16(), {1}, {4}));
  const Value y = Evaluate("onnx.Pow", {base, Floats({1}, {0.501953125f})});
  EXPECT_EQ(y.tensor.type(), DataType::BFloat16());
  EXPECT_EQ(y.tensor.DoubleAt(0), 2.0);
}

TEST(OneHot, NumbersAreCastToIntegers) {
  const Value y = Evaluate("onnx.OneHot", {Floats({2}, {1.75f, -1.5f}), Floats({1}, {3.9f}), Floats({2}, {0, 1})});
  EXPECT_THAT(ToFloats(y), ElementsAre(0, 1, 0, 0, 0, 1));
}

TEST(Gemm, IntegersAreNotSupported) {
  const Value x = Int64s({1}).tensor.Reshaped({1, 1});
  EXPECT_THAT(Failure("onnx.Gemm", {x, x}), HasSubstr("expected the left matrix of a float type, found int64"));
}

} // namespace
} // namespace qcompile::runtime::testing
