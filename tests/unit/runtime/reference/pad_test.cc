// Pad.
#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

NamedAttributes Mode(const char *mode) { return {{"mode", std::string(mode)}}; }

TEST(Pad, ModesOfTheSpecification) {
  const Value x = Floats({4}, {1, 2, 3, 4}), pads = Int64s({2, 3});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {x, pads})), ElementsAre(0, 0, 1, 2, 3, 4, 0, 0, 0));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {x, pads, Float(7)})), ElementsAre(7, 7, 1, 2, 3, 4, 7, 7, 7));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {x, pads}, Mode("edge"))), ElementsAre(1, 1, 1, 2, 3, 4, 4, 4, 4));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {x, pads}, Mode("reflect"))), ElementsAre(3, 2, 1, 2, 3, 4, 3, 2, 1));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {x, pads}, Mode("wrap"))), ElementsAre(3, 4, 1, 2, 3, 4, 1, 2, 3));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {x, Int64s({-1, 1})})), ElementsAre(2, 3, 4, 0));
}

TEST(Pad, AxesAndTwoDimensions) {
  const Value x = Floats({2, 2}, {1, 2, 3, 4});
  const Value y = Evaluate("onnx.Pad", {x, Int64s({1, 0, 0, 1}), Float(9), Int64s({-1, 0})});
  EXPECT_EQ(y.tensor.shape(), (Shape{3, 3}));
  EXPECT_THAT(ToFloats(y), ElementsAre(9, 1, 2, 9, 3, 4, 9, 9, 9));
}

TEST(Pad, ZeroOnTheGridIsTheZeroPoint) {
  const Value x = Quantized({1, 2, 2}, {5, -6, 7, 8}, Floats({1, 2, 1}, {0.5, 0.1}), Floats({1, 2, 1}, {3, -4}));
  const Value y = Evaluate("onnx.Pad", {x, Int64s({0, 0, 1, 0, 0, 0})});
  EXPECT_THAT(Codes(y), ElementsAre(3, 5, -6, -4, 7, 8));
  EXPECT_EQ(y.quantized->scale.shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Signed(8));
}

TEST(Pad, CodesAreWidenedForThePadding) {
  const Value bipolar = Quantized({2}, {1, -1}, Floats({1}, {0.3}), Floats({1}, {0}), DataType::Bipolar());
  const Value y = Evaluate("onnx.Pad", {bipolar, Int64s({1, 0})});
  EXPECT_THAT(Codes(y), ElementsAre(0, 1, -1));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Signed(2));
  const Value nibble = Quantized({1}, {15}, Floats({1}, {1}), Floats({1}, {-1}), DataType::Unsigned(4));
  const Value z = Evaluate("onnx.Pad", {nibble, Int64s({1, 0})});
  EXPECT_THAT(Codes(z), ElementsAre(-1, 15));
  EXPECT_EQ(z.quantized->codes.type(), DataType::Signed(5));
}

TEST(Pad, OffTheGridIsPlain) {
  const Value x = Quantized({1}, {5}, Floats({1}, {0.5}), Floats({1}, {0}));
  EXPECT_FALSE(Evaluate("onnx.Pad", {x, Int64s({1, 0}), Float(0.25)}).quantized);
  EXPECT_THAT(Codes(Evaluate("onnx.Pad", {x, Int64s({1, 0}), Float(-2)})), ElementsAre(-4, 5));
  const Value half = Quantized({1}, {5}, Floats({1}, {0.5}), Floats({1}, {0.5}));
  EXPECT_FALSE(Evaluate("onnx.Pad", {half, Int64s({1, 0})}).quantized);
  EXPECT_THAT(Codes(Evaluate("onnx.Pad", {half, Int64s({1, 0})}, Mode("edge"))), ElementsAre(5, 5));
}

TEST(Pad, Refusals) {
  const Value x = Floats({2}, {1, 2});
  EXPECT_THAT(Failure("onnx.Pad", {x, Int64s({1})}), HasSubstr("expected 2 numbers"));
  EXPECT_THAT(Failure("onnx.Pad", {x, Int64s({-3, 0})}), HasSubstr("at least 0"));
  EXPECT_THAT(Failure("onnx.Pad", {x, Int64s({int64_t{1} << 40, 0})}), HasSubstr("at most"));
  EXPECT_THAT(Failure("onnx.Pad", {x, Int64s({1, 0})}, Mode("odd")), HasSubstr("found odd"));
  EXPECT_THAT(Failure("onnx.Pad", {Floats({0}, {}), Int64s({1, 0})}, Mode("edge")), HasSubstr("with elements"));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Pad", {Floats({0}, {}), Int64s({1, 1})})), ElementsAre(0, 0));
}

} // namespace
} // namespace qcompile::runtime::testing
