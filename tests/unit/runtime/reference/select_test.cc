#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<int64_t> Sliced(std::vector<int64_t> x, int64_t start, int64_t end, int64_t step) {
  return ToIntegers(
      Evaluate("onnx.Slice", {Int64s(std::move(x)), Int64s({start}), Int64s({end}), Int64s({0}), Int64s({step})}));
}

// Expected values follow from x[start:end:step] in numpy, which ONNX refers to.
TEST(Slice, LikeNumpy) {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  const int64_t highest = std::numeric_limits<int64_t>::max();
  const std::vector<int64_t> x = {0, 1, 2, 3, 4};
  EXPECT_THAT(Sliced(x, 1, 4, 1), ElementsAre(1, 2, 3));
  EXPECT_THAT(Sliced(x, -2, highest, 1), ElementsAre(3, 4));
  EXPECT_THAT(Sliced(x, 0, -1, 2), ElementsAre(0, 2));
  EXPECT_THAT(Sliced(x, 4, lowest, -1), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(Sliced(x, -1, lowest, -2), ElementsAre(4, 2, 0));
  EXPECT_THAT(Sliced(x, highest, 0, -1), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(Sliced(x, 2, highest, highest), ElementsAre(2));
  EXPECT_THAT(Sliced(x, 2, lowest, lowest), ElementsAre(2));
  EXPECT_THAT(Sliced(x, 3, 3, 1), IsEmpty());
  EXPECT_THAT(Sliced(x, 9, 20, 1), IsEmpty());
  EXPECT_THAT(Sliced({}, 0, 5, 1), IsEmpty());
  EXPECT_THAT(Sliced({}, -1, lowest, -1), IsEmpty());
}

TEST(Slice, AxesAndChecks) {
  const Value x = Floats({2, 3}, {0, 1, 2, 3, 4, 5});
  const Value y = Evaluate("onnx.Slice", {x, Int64s({1, 0}), Int64s({3, 1}), Int64s({-1, 0})});
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 2}));
  EXPECT_THAT(ToFloats(y), ElementsAre(1, 2));
  EXPECT_THAT(Failure("onnx.Slice", {x, Int64s({0}), Int64s({1}), Int64s({0}), Int64s({0})}),
              HasSubstr("other than 0"));
  EXPECT_THAT(Failure("onnx.Slice", {x, Int64s({0}), Int64s({1}), Int64s({5})}), HasSubstr("found 5"));
  EXPECT_THAT(Failure("onnx.Slice", {x, Int64s({0}), Int64s({1, 2})}), HasSubstr("found 2, 1"));
}

TEST(Gather, RowsColumnsAndScalars) {
  const Value x = Floats({2, 3}, {0, 1, 2, 3, 4, 5});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gather", {x, Int64s({-1, 0})})), ElementsAre(3, 4, 5, 0, 1, 2));
  const Value columns = Evaluate("onnx.Gather", {x, Int64s({2, 0})}, {{"axis", int64_t{1}}});
  EXPECT_THAT(ToFloats(columns), ElementsAre(2, 0, 5, 3));
  const Value row = Evaluate("onnx.Gather", {x, Integers(DataType::Int64(), {}, {1})});
  EXPECT_EQ(row.tensor.shape(), Shape{3});
  EXPECT_EQ(Failure("onnx.Gather", {x, Int64s({2})}), "expected an index into 2 elements, found 2");
}

TEST(Gather, TakesTheScaleOfTheChannel) {
  const Value x = Quantized({2, 2}, {1, 2, 3, 4}, Floats({2, 1}, {0.5, 0.25}), Floats({1, 1}, {0}));
  const Value y = Evaluate("onnx.Gather", {x, Integers(DataType::Int64(), {}, {1})});
  EXPECT_THAT(Codes(y), ElementsAre(3, 4));
  EXPECT_EQ(y.quantized->scale.shape(), Shape{1});
  EXPECT_THAT(ToFloats(Value(y.quantized->scale)), ElementsAre(0.25));
}

TEST(Concat, AlongInnerAxis) {
  const Value a = Floats({2, 1}, {1, 2}), b = Floats({2, 2}, {3, 4, 5, 6});
  const Value y = Evaluate("onnx.Concat", {a, b}, {{"axis", int64_t{-1}}});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(ToFloats(y), ElementsAre(1, 3, 4, 2, 5, 6));
  EXPECT_THAT(Failure("onnx.Concat", {a, Floats({3, 1}, {1, 2, 3})}, {{"axis", int64_t{1}}}),
              HasSubstr("expected shapes that agree except on axis 1, found 2x1 and 3x1"));
  EXPECT_EQ(Failure("onnx.Concat", {a}), "expected attribute 'axis', found none");
}

TEST(Concat, ReadingsJoinWhereAllAreQuantized) {
  const Value zero = Floats({1}, {0});
  const Value a = Quantized({2}, {1, 2}, Floats({1}, {0.5}), zero);
  const Value b = Quantized({1}, {3}, Floats({1}, {0.5}), zero);
  const Value c = Quantized({1}, {4}, Floats({1}, {0.25}), zero);
  const NamedAttributes axis = {{"axis", int64_t{0}}};
  const Value same = Evaluate("onnx.Concat", {a, b}, axis);
  EXPECT_THAT(Codes(same), ElementsAre(1, 2, 3));
  EXPECT_EQ(same.quantized->scale.shape(), Shape{1});
  const Value different = Evaluate("onnx.Concat", {a, c}, axis);
  EXPECT_THAT(ToFloats(Value(different.quantized->scale)), ElementsAre(0.5, 0.5, 0.25));
  EXPECT_FALSE(Evaluate("onnx.Concat", {a, Floats({1}, {1})}, axis).quantized);
}

TEST(Expand, BothWays) {
  const Value x = Quantized({2, 1}, {1, 2}, Floats({2, 1}, {0.5, 0.25}), Floats({1, 1}, {0}));
  const Value y = Evaluate("onnx.Expand", {x, Int64s({2})});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 2}));
  EXPECT_THAT(Codes(y), ElementsAre(1, 1, 2, 2));
  EXPECT_EQ(y.quantized->scale.shape(), (Shape{2, 1}));
}

} // namespace
} // namespace qcompile::runtime::testing
