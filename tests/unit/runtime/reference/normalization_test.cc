#include <cmath>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(BatchNormalization, StepsInOrder) {
  const float x = 0.3f, scale = 1.7f, bias = -0.2f, mean = 0.1f, var = 0.4f, epsilon = 1e-5f;
  const Value y = Evaluate("onnx.BatchNormalization", {Floats({1, 1, 1}, {x}), Floats({1}, {scale}),
                                                       Floats({1}, {bias}), Floats({1}, {mean}), Floats({1}, {var})});
  const float centered = x - mean;
  const float variance = var + epsilon;
  const float normalized = centered / std::sqrt(variance);
  const float scaled = normalized * scale;
  EXPECT_THAT(ToFloats(y), ElementsAre(scaled + bias));
}

TEST(BatchNormalization, ChannelsAreDimensionOne) {
  const Value y = Evaluate("onnx.BatchNormalization",
                           {Floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), Floats({2}, {1, -2}), Floats({2}, {0, 100}),
                            Floats({2}, {1, 3}), Floats({2}, {4, 0.25})},
                           {{"epsilon", 0.0f}});
  EXPECT_THAT(ToFloats(y), ElementsAre(0, 0.5, 100, 96, 2, 2.5, 84, 80));
  EXPECT_THAT(
      Failure("onnx.BatchNormalization", {Floats({1, 3}, {1, 2, 3}), Floats({2}, {1, 1}), Floats({3}, {1, 1, 1}),
                                          Floats({3}, {1, 1, 1}), Floats({3}, {1, 1, 1})}),
      HasSubstr("expected operand 1 of shape 3, found 2"));
}

TEST(Softmax, AlongAnAxis) {
  // exp(-ln 3) : 1 = 1/4 : 3/4 up to rounding; equal entries divide evenly.
  const Value y = Evaluate("onnx.Softmax", {Floats({2, 2}, {5, 5, 0, std::log(3.0f)})});
  EXPECT_EQ(ToFloats(y)[0], 0.5f);
  EXPECT_EQ(ToFloats(y)[1], 0.5f);
  EXPECT_NEAR(ToFloats(y)[2], 0.25, 1e-7);
  EXPECT_NEAR(ToFloats(y)[3], 0.75, 1e-7);
  const Value columns = Evaluate("onnx.Softmax", {Floats({2, 2}, {5, 1, 5, 1})}, {{"axis", int64_t{0}}});
  EXPECT_THAT(ToFloats(columns), ElementsAre(0.5, 0.5, 0.5, 0.5));
}

TEST(Softmax, LargeArgumentsStayFinite) {
  EXPECT_THAT(ToFloats(Evaluate("onnx.Softmax", {Floats({2}, {1000, 0})})), ElementsAre(1, 0));
  const Value y = Evaluate("onnx.LogSoftmax", {Floats({2}, {1000, 0})});
  EXPECT_THAT(ToFloats(y), ElementsAre(0, -1000));
}

TEST(LogSoftmax, EqualEntries) {
  // ln 4, correctly rounded.
  const float expected = -1.38629436f;
  EXPECT_THAT(ToFloats(Evaluate("onnx.LogSoftmax", {Floats({4}, {2, 2, 2, 2})})),
              ElementsAre(expected, expected, expected, expected));
}

TEST(LayerNormalization, RowsOfTheTrailingDimensions) {
  // Mean 2, variance 1 and mean 6, variance 4, with epsilon 0.
  const Value x = Floats({2, 1, 2}, {1, 3, 4, 8}), scale = Floats({2}, {1, 10});
  const Value bias = Floats({2}, {0, 5});
  const NamedAttributes attributes{{"epsilon", 0.0f}, {"axis", int64_t{-1}}};
  const auto results = RunAll("onnx.LayerNormalization", {&x, &scale, &bias}, attributes);
  ASSERT_TRUE(results.ok());
  EXPECT_THAT(ToFloats((*results)[0]), ElementsAre(-1, 15, -1, 15));
  EXPECT_EQ((*results)[1].tensor.shape(), (Shape{2, 1, 1}));
  EXPECT_THAT(ToFloats((*results)[1]), ElementsAre(2, 6));
  EXPECT_THAT(ToFloats((*results)[2]), ElementsAre(1, 0.5));
  EXPECT_THAT(ToFloats(Evaluate("onnx.LayerNormalization", {x, Floats({1, 2}, {1, 1})},
                                {{"epsilon", 0.0f}, {"axis", int64_t{1}}})),
              ElementsAre(-1, 1, -1, 1));
  EXPECT_THAT(Failure("onnx.LayerNormalization", {x, Floats({3}, {1, 1, 1})}), HasSubstr("broadcasts to 2"));
}

} // namespace
} // namespace qcompile::runtime::testing
