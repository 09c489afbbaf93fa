#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value Plain(Shape shape, std::vector<int64_t> codes) {
  const Shape ones(shape.size(), 1);
  return Quantized(shape, std::move(codes), Floats(ones, {1}), Floats(ones, {0}));
}

TEST(MatMul, Ranks) {
  const Value m = Floats({2, 3}, {1, 2, 3, 4, 5, 6}), v = Floats({3}, {1, 0, -1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {m, v})), ElementsAre(-2, -2));
  EXPECT_EQ(Evaluate("onnx.MatMul", {m, v}).tensor.shape(), Shape{2});
  const Value u = Floats({2}, {1, -1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {u, m})), ElementsAre(-3, -3, -3));
  EXPECT_EQ(Evaluate("onnx.MatMul", {v, v}).tensor.shape(), Shape{});
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {v, v})), ElementsAre(2));
  EXPECT_EQ(Failure("onnx.MatMul", {m, m}), "expected matrices whose inner dimensions agree, found shapes 2x3 and 2x3");
  EXPECT_THAT(Failure("onnx.MatMul", {m, Float(1)}), HasSubstr("2x3 and scalar"));
  EXPECT_THAT(Failure("onnx.MatMul", {m, Int64s({1, 2, 3})}), HasSubstr("found int64"));
}

TEST(MatMul, BatchesBroadcast) {
  // Two 1x2 matrices times one 2x1 matrix, plain and quantized.
  const Value y = Evaluate("onnx.MatMul", {Floats({2, 1, 2}, {1, 2, 3, 4}), Floats({2, 1}, {10, 1})});
  EXPECT_EQ(y.tensor.shape(), (Shape{2, 1, 1}));
  EXPECT_THAT(ToFloats(y), ElementsAre(12, 34));
  const Value z = Evaluate("onnx.MatMul", {Plain({2, 1, 2}, {1, 2, 3, 4}), Plain({2, 1}, {10, 1})});
  EXPECT_THAT(ToFloats(z), ElementsAre(12, 34));
  const Value w = Evaluate("onnx.MatMul", {Plain({1, 1, 2}, {1, 2}), Plain({2, 2, 1}, {1, 1, 2, 3})});
  EXPECT_THAT(ToFloats(w), ElementsAre(3, 8));
}

TEST(MatMul, UnquantizedOperandAddsInAscendingOrder) {
  // 1e8 + 1 rounds to 1e8 in float32; the other order would give 1.
  const Value a = Floats({1, 3}, {1e8f, 1, -1e8f});
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {a, Floats({3, 1}, {1, 1, 1})})), ElementsAre(0));
  Value quantized = Plain({3, 1}, {1, 1, 1});
  quantized.tensor = Floats({3, 1}, {1, 1, 1}).tensor;
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {a, quantized})), ElementsAre(0));
}

TEST(MatMul, ProductsAreRoundedBeforeTheyAreAdded) {
  // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24; float32 drops 2^-24, a fused multiply-add would keep it.
  const float x = 1 + 0x1p-12f;
  const Value y = Evaluate("onnx.MatMul", {Floats({1, 2}, {-(1 + 0x1p-11f), x}), Floats({2, 1}, {1, x})});
  EXPECT_THAT(ToFloats(y), ElementsAre(0));
}

TEST(MatMul, QuantizedIsExact) {
  // The float32 loop gives 0 here, as above.
  const Value one = Floats({1, 1}, {1}), zero = Floats({1, 1}, {0});
  const Value a = Quantized({1, 3}, {100000000, 1, -100000000}, one, zero, DataType::Signed(32));
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {a, Plain({3, 1}, {1, 1, 1})})), ElementsAre(1));
}

TEST(MatMul, ExactZeroIsPositive) {
  const Value y = Evaluate("onnx.MatMul", {Plain({1, 2}, {-1, -1}), Plain({2, 1}, {1, -1})});
  EXPECT_FALSE(std::signbit(ToFloats(y)[0]));
}

TEST(MatMul, EmptyExtents) {
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {Floats({1, 0}, {}), Floats({0, 2}, {})})), ElementsAre(0, 0));
  EXPECT_THAT(ToFloats(Evaluate("onnx.MatMul", {Plain({1, 0}, {}), Plain({0, 2}, {})})), ElementsAre(0, 0));
}

TEST(Gemm, Transpositions) {
  const Value a = Floats({2, 3}, {1, 2, 3, 4, 5, 6}), at = Floats({3, 2}, {1, 4, 2, 5, 3, 6});
  const Value b = Floats({3, 1}, {1, 0, -1}), bt = Floats({1, 3}, {1, 0, -1});
  const NamedAttributes ta = {{"transA", int64_t{1}}}, tb = {{"transB", int64_t{1}}};
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {a, b})), ElementsAre(-2, -2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {at, b}, ta)), ElementsAre(-2, -2));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {a, bt}, tb)), ElementsAre(-2, -2));
  const Value qat = Plain({3, 2}, {1, 4, 2, 5, 3, 6}), qbt = Plain({1, 3}, {1, 0, -1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {qat, qbt}, {{"transA", int64_t{1}}, {"transB", int64_t{1}}})),
              ElementsAre(-2, -2));
  EXPECT_THAT(Failure("onnx.Gemm", {a, b}, ta), HasSubstr("inner dimensions"));
}

TEST(Gemm, FloatStepsInOrder) {
  const Value y = Evaluate("onnx.Gemm", {Floats({1, 1}, {0.1f}), Floats({1, 1}, {0.3f}), Float(0.7f)},
                           {{"alpha", 1.1f}, {"beta", 0.9f}});
  const float product = 0.1f * 0.3f;
  const float left = 1.1f * product;
  const float right = 0.9f * 0.7f;
  EXPECT_THAT(ToFloats(y), ElementsAre(left + right));
}

TEST(Gemm, BiasIsInsideTheExactSum) {
  // 2^24 * 1 + 1 (bias) + 1 is 2^24 + 2; adding the bias after rounding 2^24 + 1 would lose both.
  const Value one = Floats({1, 1}, {1}), zero = Floats({1, 1}, {0});
  const Value a = Quantized({1, 2}, {16777216, 1}, one, zero, DataType::Signed(32));
  const Value b = Plain({2, 1}, {1, 1});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {a, b, Floats({1}, {1})})), ElementsAre(16777218.0f));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {a, b, Plain({1}, {1})})), ElementsAre(16777218.0f));
}

TEST(Gemm, FactorsAreExact) {
  // alpha * (3 * 5) * 0.1f + beta * 2, by way of double: 1.5 * 15 = 22.5, and 22.5 * 0.1f has 24 +
  // 6 bits.
  const Value zero = Floats({1, 1}, {0});
  const Value a = Quantized({1, 1}, {3}, Floats({1, 1}, {0.1f}), zero);
  const Value y = Evaluate("onnx.Gemm", {a, Plain({1, 1}, {5}), Float(2)}, {{"alpha", 1.5f}, {"beta", 0.25f}});
  EXPECT_THAT(ToFloats(y), ElementsAre(static_cast<float>(22.5 * static_cast<double>(0.1f) + 0.5)));
}

TEST(Gemm, UnusualBiases) {
  const Value a = Plain({2, 1}, {1, 2}), b = Plain({1, 2}, {1, 10});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {a, b, Floats({2, 1}, {100, 200})})), ElementsAre(101, 110, 202, 220));
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(ToFloats(Evaluate("onnx.Gemm", {a, b, Floats({2}, {-infinity, 0})})),
              ElementsAre(-infinity, 10, -infinity, 20));
  EXPECT_THAT(Failure("onnx.Gemm", {a, b, Floats({3}, {1, 2, 3})}),
              HasSubstr("expected a bias that broadcasts to 2x2, found shape 3"));
  EXPECT_THAT(Failure("onnx.Gemm", {a, b}, {{"alpha", infinity}}), HasSubstr("finite factors"));
}

} // namespace
} // namespace qcompile::runtime::testing
