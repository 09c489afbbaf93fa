// QuantizeLinear, DequantizeLinear and LinearQuant: the examples of the ONNX documentation, and derivations.
#include <cmath>

#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value Integers(DataType type, Shape shape, std::vector<int64_t> values) {
  return Value(*Tensor::FromIntegers(type, std::move(shape), values));
}
Value Byte(int64_t value) { return Integers(DataType::Unsigned(8), {}, {value}); }

TEST(QuantizeLinear, ExampleOfTheDocumentation) {
  const Value y = Evaluate("onnx.QuantizeLinear", {Floats({6}, {0, 2, 3, 1000, -254, -1000}), Float(2), Byte(128)});
  EXPECT_THAT(y.tensor.ToIntegers(), ElementsAre(128, 129, 130, 255, 1, 0));
}

TEST(DequantizeLinear, ExampleOfTheDocumentation) {
  const Value y =
      Evaluate("onnx.DequantizeLinear", {Integers(DataType::Unsigned(8), {4}, {0, 3, 128, 255}), Float(2), Byte(128)});
  EXPECT_THAT(ToFloats(y), ElementsAre(-256, -250, 0, 254));
  EXPECT_THAT(Codes(y), ElementsAre(0, 3, 128, 255));
}

// Blocks of 2 along the last dimension; the last one is cut off.
TEST(DequantizeLinear, BlocksHaveScalesOfTheirOwn) {
  const Value y =
      Evaluate("onnx.DequantizeLinear",
               {Integers(DataType::Signed(4), {2, 3}, {1, 2, 3, -1, -2, -3}), Floats({2, 2}, {1, 10, 100, 1000})},
               {{"axis", int64_t{1}}, {"block_size", int64_t{2}}});
  EXPECT_THAT(ToFloats(y), ElementsAre(1, 2, 30, -100, -200, -3000));
}

// -2 (3 - 0) = 2 (-3 - 0); -128 has no negative, so -1 (-128 - 0) = 1 (127 - -1). Of scale 0, codes are the zero point.
TEST(DequantizeLinear, NegativeScalesTurnCodesAround) {
  const Value y = Evaluate("onnx.DequantizeLinear",
                           {Integers(DataType::Signed(8), {1, 3}, {3, -128, 7}), Floats({3}, {-2, -1, 0}),
                            Integers(DataType::Signed(8), {3}, {0, 0, 4})},
                           {{"axis", int64_t{1}}});
  EXPECT_THAT(ToFloats(y), ElementsAre(-6, 128, 0));
  EXPECT_THAT(Codes(y), ElementsAre(-3, 127, 4));
}

// The greatest number is that of the least code: readings of numbers keep their order.
TEST(DequantizeLinear, NegativeScalesKeepTheOrderOfNumbers) {
  const Value numbers =
      Evaluate("onnx.DequantizeLinear", {Integers(DataType::Unsigned(8), {1, 1, 2}, {1, 3}), Float(-1), Byte(2)});
  const Value y = Evaluate("onnx.MaxPool", {numbers}, {{"kernel_shape", std::vector<int64_t>{2}}});
  EXPECT_THAT(ToFloats(y), ElementsAre(1));
}

// Rounded first, the zero point is added then: 0.5, 1.5, 2.5, -0.5, -1.5 are 0, 2, 2, 0, -2 steps. (Quant, which adds
// it first, gives 1, 1, 3, -1, -1.)
TEST(LinearQuant, ZeroPointComesAfterRounding) {
  const Value y = Evaluate("onnx.LinearQuant", {Floats({5}, {0.5, 1.5, 2.5, -0.5, -1.5}), Float(1), Float(1)},
                           {{"low", int64_t{-128}}, {"high", int64_t{127}}});
  EXPECT_THAT(ToFloats(y), ElementsAre(0, 2, 2, 0, -2));
  EXPECT_THAT(Codes(y), ElementsAre(1, 3, 3, 1, -1));
}

TEST(LinearQuant, CodesHaveTheNarrowestType) {
  const Value y = Evaluate("onnx.LinearQuant", {Floats({3}, {-100, 0, NAN}), Float(1), Float(0)},
                           {{"low", int64_t{-2}}, {"high", int64_t{9}}});
  EXPECT_THAT(Codes(y), ElementsAre(-2, 0, -2));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Signed(5));
}

// Codes around 2^31 and their zero point are exact: 2^31 + 2 is no float32.
TEST(LinearQuant, WideCodesAreExact) {
  const Value y = Evaluate("onnx.LinearQuant", {Floats({1}, {3}), Float(1), Float(0x1p24f)},
                           {{"low", int64_t{0}}, {"high", int64_t{UINT32_MAX}}});
  EXPECT_THAT(Codes(y), ElementsAre((int64_t{1} << 24) + 3));
  EXPECT_THAT(ToFloats(y), ElementsAre(3));
}

TEST(LinearQuant, RefusesBadParameters) {
  auto failure = [](float scale, float zero, int64_t low, int64_t high) {
    return Failure("onnx.LinearQuant", {Float(1), Float(scale), Float(zero)}, {{"low", low}, {"high", high}});
  };
  EXPECT_THAT(failure(0, 0, 0, 1), HasSubstr("finite and positive, found 0"));
  EXPECT_THAT(failure(1, 0.5, 0, 1), HasSubstr("integer of at most 24 bits, found 0.5"));
  EXPECT_THAT(failure(1, 0, 2, 1), HasSubstr("ordered bounds"));
  EXPECT_THAT(failure(1, 0, -1, UINT32_MAX), HasSubstr("one type of 32 bits"));
  EXPECT_THAT(Failure("onnx.LinearQuant", {Floats({2}, {1, 2}), Floats({3}, {1, 1, 1}), Float(0)},
                      {{"low", int64_t{0}}, {"high", int64_t{1}}}),
              HasSubstr("broadcast"));
}

} // namespace
} // namespace qcompile::runtime::testing
