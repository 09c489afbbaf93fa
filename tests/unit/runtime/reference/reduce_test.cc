#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;

const NamedAttributes kDrop = {{"keepdims", int64_t{0}}};

TEST(Reduce, AxesAndKeptDimensions) {
  const Value x = Floats({2, 3}, {0, 1, 2, 3, 4, 5});
  const Value rows = Evaluate("onnx.ReduceSum", {x, Int64s({-1})});
  EXPECT_EQ(rows.tensor.shape(), (Shape{2, 1}));
  EXPECT_THAT(ToFloats(rows), ElementsAre(3, 12));
  const Value columns = Evaluate("onnx.ReduceMean", {x, Int64s({0})}, kDrop);
  EXPECT_EQ(columns.tensor.shape(), Shape{3});
  EXPECT_THAT(ToFloats(columns), ElementsAre(1.5, 2.5, 3.5));
  EXPECT_EQ(Evaluate("onnx.ReduceMax", {x}, kDrop).tensor.shape(), Shape{});
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceMax", {x, Int64s({0, 1})}, kDrop)), ElementsAre(5));
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceMin", {x, Int64s({1})}, kDrop)), ElementsAre(0, 3));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ReduceSum", {Int64s({1, 2, 3})}, kDrop)), ElementsAre(6));
  const Value noop = Evaluate("onnx.ReduceSum", {x, Int64s({})}, {{"noop_with_empty_axes", int64_t{1}}});
  EXPECT_EQ(noop.tensor.shape(), (Shape{2, 3}));
}

// Axes were an attribute before opset 18 (13 for sums); reducing everything instead would be wrong.
TEST(Reduce, RefusesAxesOfOldOpsets) {
  EXPECT_EQ(Failure("onnx.ReduceMax", {Floats({2}, {1, 2})}, {{"axes", std::vector<int64_t>{0}}}),
            "expected 'axes' as an operand of the newest opset, found it as an attribute");
}

TEST(Reduce, EmptySets) {
  const Value x = Floats({2, 0}, {});
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceSum", {x, Int64s({1})}, kDrop)), ElementsAre(0, 0));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceMax", {x, Int64s({1})}, kDrop)), ElementsAre(-infinity, -infinity));
}

TEST(Reduce, PlainSumsAddInAscendingOrder) {
  // In float32, (1e8 + 1) + ... loses the ones, and 1e8 - 1e8 first would keep one.
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceSum", {Floats({3}, {1e8f, 1, -1e8f})}, kDrop)), ElementsAre(0));
}

TEST(Reduce, QuantizedSumsAreExact) {
  // 16777216 + 1 - 16777216 = 1.
  const Value x = Quantized({3}, {16777216, 1, -16777216}, Floats({1}, {0.5}), Floats({1}, {0}), DataType::Signed(32));
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceSum", {x}, kDrop)), ElementsAre(0.5));
}

TEST(Reduce, QuantizedMeansRoundOnce) {
  // (1 + 2 + 7) * 0.1f / 3: the numerator is exact in double, and the double quotient is far from
  // a tie of float32.
  const Value x = Quantized({3}, {1, 2, 7}, Floats({1}, {0.1f}), Floats({1}, {0}));
  const double expected = 10 * static_cast<double>(0.1f) / 3;
  EXPECT_THAT(ToFloats(Evaluate("onnx.ReduceMean", {x}, kDrop)), ElementsAre(static_cast<float>(expected)));
}

TEST(Reduce, ExtremesKeepCodes) {
  const Value x = Quantized({2, 2}, {1, 4, 3, 2}, Floats({2, 1}, {0.5, 0.25}), Floats({1, 1}, {0}));
  const Value y = Evaluate("onnx.ReduceMax", {x, Int64s({1})});
  EXPECT_THAT(Codes(y), ElementsAre(4, 3));
  EXPECT_EQ(y.quantized->scale.shape(), (Shape{2, 1}));
  // Across channels of different scales, codes say nothing.
  EXPECT_FALSE(Evaluate("onnx.ReduceMax", {x, Int64s({0})}).quantized);
}

TEST(ArgMax, TiesAndAxes) {
  const Value x = Floats({2, 3}, {1, 5, 5, 7, 0, 7});
  const NamedAttributes last_axis = {{"axis", int64_t{-1}}, {"keepdims", int64_t{0}}};
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ArgMax", {x}, last_axis)), ElementsAre(1, 0));
  NamedAttributes last_index = last_axis;
  last_index.emplace_back("select_last_index", int64_t{1});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ArgMax", {x}, last_index)), ElementsAre(2, 2));
  const Value columns = Evaluate("onnx.ArgMax", {x});
  EXPECT_EQ(columns.tensor.shape(), (Shape{1, 3}));
  EXPECT_THAT(ToIntegers(columns), ElementsAre(1, 0, 1));
}

} // namespace
} // namespace qcompile::runtime::testing
