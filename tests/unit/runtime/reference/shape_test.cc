#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value Counting(Shape shape) {
  std::vector<float> values(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i);
  return Floats(std::move(shape), values);
}

Shape ReshapedTo(Shape from, std::vector<int64_t> to, int64_t allow_zero = 0) {
  return Evaluate("onnx.Reshape", {Counting(std::move(from)), Int64s(std::move(to))}, {{"allowzero", allow_zero}})
      .tensor.shape();
}

TEST(Reshape, ZeroAndMinusOne) {
  EXPECT_EQ(ReshapedTo({2, 3, 4}, {4, 6}), (Shape{4, 6}));
  EXPECT_EQ(ReshapedTo({2, 3, 4}, {0, -1}), (Shape{2, 12}));
  EXPECT_EQ(ReshapedTo({2, 3, 4}, {0, 0, 2, -1}), (Shape{2, 3, 2, 2}));
  EXPECT_EQ(ReshapedTo({0, 3}, {3, 0}, 1), (Shape{3, 0}));
  EXPECT_EQ(ReshapedTo({1}, {}), Shape{});
}

TEST(Reshape, RefusesWhatDoesNotFit) {
  auto failure = [](std::vector<int64_t> to, int64_t allow_zero = 0) {
    return Failure("onnx.Reshape", {Counting({2, 3}), Int64s(std::move(to))}, {{"allowzero", allow_zero}});
  };
  EXPECT_EQ(failure({4}), "expected a shape for 6 elements, found [4]");
  EXPECT_THAT(failure({-1, -1}), HasSubstr("[-1,-1]"));
  EXPECT_THAT(failure({-2, 3}), HasSubstr("[-2,3]"));
  EXPECT_THAT(failure({0, 0, 0}), HasSubstr("[0,0,0]"));
  EXPECT_THAT(failure({0, -1}, 1), HasSubstr("[0,-1]"));
  EXPECT_THAT(failure({int64_t{1} << 62, 4}), HasSubstr("expected a shape"));
}

TEST(Shape, FlattenSqueezeUnsqueeze) {
  const Value x = Counting({1, 2, 1, 3});
  auto flat = [&](int64_t axis) { return Evaluate("onnx.Flatten", {x}, {{"axis", axis}}).tensor.shape(); };
  EXPECT_EQ(flat(0), (Shape{1, 6}));
  EXPECT_EQ(flat(2), (Shape{2, 3}));
  EXPECT_EQ(flat(-1), (Shape{2, 3}));
  EXPECT_EQ(flat(4), (Shape{6, 1}));
  EXPECT_EQ(Evaluate("onnx.Squeeze", {x}).tensor.shape(), (Shape{2, 3}));
  EXPECT_EQ(Evaluate("onnx.Squeeze", {x, Int64s({-2})}).tensor.shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(Evaluate("onnx.Unsqueeze", {Counting({2, 3}), Int64s({-1, 0})}).tensor.shape(), (Shape{1, 2, 3, 1}));
  EXPECT_THAT(Failure("onnx.Squeeze", {x, Int64s({1})}), HasSubstr("expected extent 1"));
  EXPECT_THAT(Failure("onnx.Unsqueeze", {x, Int64s({0, 0})}), HasSubstr("found axis 0 twice"));
}

TEST(Shape, ShapeOfPart) {
  const Value x = Counting({2, 3, 4});
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Shape", {x})), ElementsAre(2, 3, 4));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Shape", {x}, {{"start", int64_t{-2}}})), ElementsAre(3, 4));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Shape", {x}, {{"start", int64_t{1}}, {"end", int64_t{-1}}})), ElementsAre(3));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Shape", {x}, {{"end", int64_t{99}}})), ElementsAre(2, 3, 4));
}

TEST(Transpose, DefaultReverses) {
  const Value y = Evaluate("onnx.Transpose", {Counting({2, 3})});
  EXPECT_EQ(y.tensor.shape(), (Shape{3, 2}));
  EXPECT_THAT(ToFloats(y), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(Transpose, PermutationOfThree) {
  // y[i][j][k] = x[j][k][i] with extents x = 1 x 2 x 3, so y = 3 x 1 x 2.
  const Value y = Evaluate("onnx.Transpose", {Counting({1, 2, 3})}, {{"perm", std::vector<int64_t>{2, 0, 1}}});
  EXPECT_EQ(y.tensor.shape(), (Shape{3, 1, 2}));
  EXPECT_THAT(ToFloats(y), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(Failure("onnx.Transpose", {Counting({2, 3})}, {{"perm", std::vector<int64_t>{1, 1}}}),
              HasSubstr("expected a permutation of 2 dimensions, found [1,1]"));
}

TEST(Transpose, CarriesPerChannelScales) {
  const Value x = Quantized({2, 3}, {1, 2, 3, 4, 5, 6}, Floats({2, 1}, {0.5, 0.25}), Floats({1, 1}, {1}));
  const Value y = Evaluate("onnx.Transpose", {x});
  EXPECT_THAT(Codes(y), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_EQ(y.quantized->scale.shape(), (Shape{1, 2}));
  EXPECT_THAT(ToFloats(Value(y.quantized->scale)), ElementsAre(0.5, 0.25));
  EXPECT_EQ(y.quantized->zero_point.shape(), (Shape{1, 1}));
}

TEST(Reshape, CarriesScalesWhereverTheyGo) {
  const Value x = Quantized({2, 3}, {1, 2, 3, 4, 5, 6}, Floats({2, 1}, {0.5, 0.25}), Floats({1, 1}, {0}));
  const Value split = Evaluate("onnx.Reshape", {x, Int64s({2, 3, 1})});
  EXPECT_EQ(split.quantized->scale.shape(), (Shape{2, 1, 1}));
  const Value flat = Evaluate("onnx.Reshape", {x, Int64s({6})});
  EXPECT_THAT(ToFloats(Value(flat.quantized->scale)), ElementsAre(0.5, 0.5, 0.5, 0.25, 0.25, 0.25));
  EXPECT_EQ(flat.quantized->zero_point.shape(), Shape{1});
}

TEST(Dropout, IsIdentityAtInference) {
  const Value x = Quantized({2}, {1, 2}, Floats({1}, {0.5}), Floats({1}, {0}));
  const auto results = RunAll("onnx.Dropout", {&x});
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->size(), 2u);
  EXPECT_THAT(Codes((*results)[0]), ElementsAre(1, 2));
  EXPECT_THAT(ToIntegers((*results)[1]), ElementsAre(1, 1));
  const Value ratio = Float(0.5), training = Bools({}, {1});
  EXPECT_FALSE(RunAll("onnx.Dropout", {&x, &ratio, &training}).ok());
}

TEST(Generators, ConstantOfShapeAndRange) {
  const Value zeros = Evaluate("onnx.ConstantOfShape", {Int64s({2, 2})});
  EXPECT_THAT(ToFloats(zeros), ElementsAre(0, 0, 0, 0));
  const Value sevens = Evaluate("onnx.ConstantOfShape", {Int64s({3})}, {{"value", Int64s({7}).tensor}});
  EXPECT_THAT(ToIntegers(sevens), ElementsAre(7, 7, 7));
  auto scalar = [](int64_t v) { return Integers(DataType::Int64(), {}, {v}); };
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Range", {scalar(10), scalar(4), scalar(-2)})), ElementsAre(10, 8, 6));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Range", {Float(1), Float(2), Float(0.25)})), ElementsAre(1, 1.25, 1.5, 1.75));
  EXPECT_TRUE(ToIntegers(Evaluate("onnx.Range", {scalar(5), scalar(5), scalar(1)})).empty());
}

TEST(Generators, AbsurdSizesAreRefused) {
  const int64_t big = int64_t{1} << 40;
  EXPECT_THAT(Failure("onnx.ConstantOfShape", {Int64s({big, big})}), HasSubstr("expected at most"));
  EXPECT_THAT(Failure("onnx.ConstantOfShape", {Int64s({-1})}), HasSubstr("at least 0"));
  EXPECT_THAT(Failure("onnx.Expand", {Float(1), Int64s({big, 2})}), HasSubstr("expected at most"));
  EXPECT_THAT(Failure("onnx.Expand", {Float(1), Int64s({big, big, 0})}), HasSubstr("expected at most"));
  auto scalar = [](int64_t v) { return Integers(DataType::Int64(), {}, {v}); };
  EXPECT_THAT(Failure("onnx.Range", {scalar(std::numeric_limits<int64_t>::min()),
                                     scalar(std::numeric_limits<int64_t>::max()), scalar(1)}),
              HasSubstr("expected at most"));
  EXPECT_THAT(Failure("onnx.Range", {Float(0), Float(1), Float(0)}), HasSubstr("other than 0"));
}

TEST(Generators, ConstantKinds) {
  EXPECT_THAT(ToFloats(Evaluate("onnx.Constant", {}, {{"value_float", 2.5f}})), ElementsAre(2.5));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Constant", {}, {{"value_ints", std::vector<int64_t>{1, 2}}})),
              ElementsAre(1, 2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Constant", {}, {{"value", Floats({1}, {3}).tensor}})), ElementsAre(3));
}

} // namespace
} // namespace qcompile::runtime::testing
