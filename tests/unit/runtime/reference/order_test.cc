// ArgMax, ArgMin and TopK.
#include <cmath>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ArgExtreme, Ties) {
  const Value x = Floats({2, 3}, {1, 5, 5, -2, -2, -1});
  const NamedAttributes last{{"axis", int64_t{1}}, {"select_last_index", int64_t{1}}};
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ArgMax", {x}, {{"axis", int64_t{1}}})), ElementsAre(1, 2));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ArgMax", {x}, last)), ElementsAre(2, 2));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ArgMin", {x}, {{"axis", int64_t{-1}}})), ElementsAre(0, 0));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.ArgMin", {x}, last)), ElementsAre(0, 1));
  const Value columns = Evaluate("onnx.ArgMax", {x}, {{"keepdims", int64_t{0}}});
  EXPECT_EQ(columns.tensor.shape(), Shape{3});
  EXPECT_THAT(ToIntegers(columns), ElementsAre(0, 0, 0));
}

TEST(TopK, TiesGoToTheLowerIndexAndCodesMove) {
  const Value x = Quantized({1, 5}, {3, 7, 3, 7, 1}, Floats({1, 1}, {1}), Floats({1, 1}, {0}));
  Value values = x;
  values.tensor = Floats({1, 5}, {3, 7, 3, 7, 1}).tensor;
  const Value k = Int64s({3});
  const auto top = RunAll("onnx.TopK", {&values, &k});
  ASSERT_TRUE(top.ok());
  EXPECT_THAT(Codes((*top)[0]), ElementsAre(7, 7, 3));
  EXPECT_THAT(ToIntegers((*top)[1]), ElementsAre(1, 3, 0));
  const auto least = RunAll("onnx.TopK", {&values, &k}, {{"largest", int64_t{0}}});
  EXPECT_THAT(ToIntegers((*least)[1]), ElementsAre(4, 0, 2));
}

TEST(TopK, AlongAnyAxis) {
  const Value x = Floats({3, 2}, {1, 9, 3, 8, 2, 10}), k = Int64s({2});
  const auto top = RunAll("onnx.TopK", {&x, &k}, {{"axis", int64_t{0}}});
  ASSERT_TRUE(top.ok());
  EXPECT_THAT(ToFloats((*top)[0]), ElementsAre(3, 10, 2, 9));
  EXPECT_THAT(ToIntegers((*top)[1]), ElementsAre(1, 2, 2, 0));
  EXPECT_THAT(Failure("onnx.TopK", {x, Int64s({4})}, {{"axis", int64_t{0}}}), HasSubstr("found 4"));
}

TEST(TopK, NanComesLast) {
  const Value x = Floats({3}, {NAN, 1, 2}), k = Int64s({3});
  for (int64_t largest : {0, 1}) {
    const auto top = RunAll("onnx.TopK", {&x, &k}, {{"largest", largest}});
    EXPECT_EQ(ToIntegers((*top)[1]).back(), 0);
  }
}

} // namespace
} // namespace qcompile::runtime::testing
