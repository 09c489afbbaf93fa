// Operators of QONNX beside the quantizers. Literal values come from the QONNX executor and its
// tests unless derived here.
#include <cmath>

#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<int64_t>;

TEST(MultiThreshold, CountsPerChannel) {
  const Value x = Floats({1, 2, 1, 3}, {0, 1, 2.5, -1, 0.5, NAN});
  const Value thresholds = Floats({2, 2}, {1, 2, -1, 0.75});
  const Value y = Evaluate("onnx.MultiThreshold", {x, thresholds});
  EXPECT_THAT(ToFloats(y), ElementsAre(0, 1, 2, 1, 1, 0));
  EXPECT_THAT(Codes(y), ElementsAre(0, 1, 2, 1, 1, 0));
  EXPECT_EQ(y.quantized->codes.type(), DataType::Unsigned(2));
}

// The vector that qonnx publishes for its own MultiThreshold: six samples of three channels of 2x2.
TEST(MultiThreshold, CountsAsQonnxDoes) {
  const Value x = Floats({6, 3, 2, 2}, {4.8, 3.2, 1.2, 4.9, 7.8, 2.4, 3.1, 4.7, 6.2, 5.1, 4.9, 2.2,   // sample 0
                                        6.2, 0.0, 0.8, 4.7, 0.2, 5.6, 8.9, 9.2, 9.1, 4.0, 3.3, 4.9,   // 1
                                        2.3, 1.7, 1.3, 2.2, 4.6, 3.4, 3.7, 9.8, 4.7, 4.9, 2.8, 2.7,   // 2
                                        8.3, 6.7, 4.2, 7.1, 2.8, 3.1, 0.8, 0.6, 4.4, 2.7, 6.3, 6.1,   // 3
                                        1.4, 5.3, 2.3, 1.9, 4.7, 8.1, 9.3, 3.7, 2.7, 5.1, 4.2, 1.8,   // 4
                                        4.1, 7.3, 7.1, 0.4, 0.2, 1.3, 4.3, 8.9, 1.4, 1.6, 8.3, 9.4}); // 5
  const Value thresholds = Floats({3, 7}, {0.8, 1.4, 1.7, 3.5, 5.2, 6.8, 8.2,                         //
                                           0.2, 2.2, 3.5, 4.5, 6.6, 8.6, 9.2,                         //
                                           1.3, 4.1, 4.5, 6.5, 7.8, 8.1, 8.9});                       //
  const std::vector<float> counts = {4, 3, 1, 4, 5, 2, 2, 4, 3, 3, 3, 1,                              //
                                     5, 0, 1, 4, 1, 4, 6, 7, 7, 1, 1, 3,                              //
                                     3, 3, 1, 3, 4, 2, 3, 7, 3, 3, 1, 1,                              //
                                     7, 5, 4, 6, 2, 2, 1, 1, 2, 1, 3, 3,                              //
                                     2, 5, 3, 3, 4, 5, 7, 3, 1, 3, 2, 1,                              //
                                     4, 6, 6, 0, 1, 1, 3, 6, 1, 1, 6, 7};                             //
  EXPECT_EQ(ToFloats(Evaluate("onnx.MultiThreshold", {x, thresholds})), counts);
  std::vector<float> scaled;
  for (const float count : counts)
    scaled.push_back(2 * count - 1);
  EXPECT_EQ(ToFloats(Evaluate("onnx.MultiThreshold", {x, thresholds}, {{"out_scale", 2.0f}, {"out_bias", -1.0f}})),
            scaled);
}

TEST(MultiThreshold, ScaleAndBiasAreTheReading) {
  // The bipolar convention: 2 * count - 1.
  const Value y = Evaluate("onnx.MultiThreshold", {Floats({1, 3}, {-1, 0, 1}), Floats({1, 1}, {0})},
                           {{"out_scale", 2.0f}, {"out_bias", -1.0f}});
  EXPECT_THAT(ToFloats(y), ElementsAre(-1, 1, 1));
  EXPECT_THAT(Codes(y), ElementsAre(0, 1, 1));
  EXPECT_THAT(ToFloats(Value(y.quantized->zero_point)), ElementsAre(0.5));
  // 1/10 divided by 3/10 is no float32: no reading, but the same float32 steps.
  const Value z = Evaluate("onnx.MultiThreshold", {Floats({1, 1}, {1}), Floats({1, 1}, {0})},
                           {{"out_scale", 0.3f}, {"out_bias", 0.1f}});
  EXPECT_FALSE(z.quantized);
  EXPECT_THAT(ToFloats(z), ElementsAre(0.3f + 0.1f));
}

TEST(MultiThreshold, LayoutNamesTheChannelAxis) {
  const Value x = Floats({1, 2, 2}, {1, 1, 1, 1}), thresholds = Floats({2, 1}, {0, 5});
  EXPECT_THAT(ToFloats(Evaluate("onnx.MultiThreshold", {x, thresholds})), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(ToFloats(Evaluate("onnx.MultiThreshold", {x, thresholds}, {{"data_layout", std::string("NWC")}})),
              ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(Failure("onnx.MultiThreshold", {x, Floats({3, 1}, {0, 0, 0})}), HasSubstr("1 or 2 channels"));
}

TEST(XnorPopcountMatMul, TwiceTheCountIsTheBipolarProduct) {
  const Value identity = Floats({3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  const Value y = Evaluate("onnx.XnorPopcountMatMul", {Floats({1, 3}, {1, 0, 0}), identity});
  // (1, -1, -1) times the columns (1, -1, -1), (-1, 1, -1), (-1, -1, 1): 3, -1, -1.
  EXPECT_THAT(Codes(y), ElementsAre(3, 1, 1));
  EXPECT_THAT(Failure("onnx.XnorPopcountMatMul", {Floats({1, 1}, {2}), Floats({1, 1}, {0})}), HasSubstr("found 2"));
}

TEST(QuantAvgPool2d, ShiftsTheSum) {
  // 4 bits in: sums up to 60 take 6 bits; to 4 bits: shifted by 2.
  NamedAttributes attributes{
      {"stride", int64_t{2}}, {"kernel", int64_t{2}}, {"ibits", int64_t{4}}, {"obits", int64_t{4}}};
  const Value x = Floats({1, 1, 2, 4}, {15, 15, 1, 2, 15, 15, 3, 1});
  EXPECT_THAT(Codes(Evaluate("onnx.QuantAvgPool2d", {x}, attributes)), ElementsAre(15, 1));
  attributes.emplace_back("signed", int64_t{1});
  const Value negative = Floats({1, 1, 2, 2}, {-1, -2, -3, -1});
  EXPECT_THAT(Codes(Evaluate("onnx.QuantAvgPool2d", {negative}, attributes)), ElementsAre(-2));
  attributes.emplace_back("data_layout", std::string("NHWC"));
  const Value last = Evaluate("onnx.QuantAvgPool2d", {Floats({1, 2, 2, 2}, {1, 4, 2, 4, 3, 4, 2, 4})}, attributes);
  EXPECT_THAT(Codes(last), ElementsAre(2, 4));
  EXPECT_EQ(last.tensor.shape(), (Shape{1, 1, 1, 2}));
}

TEST(Im2Col, PatchesWithPadding) {
  // 2 x 2 pixels of two channels, kernel 2, one pixel of padding on top: rows (kh, kw, c).
  const Value x =
      Quantized({1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, Floats({1, 1, 1, 2}, {1, 2}), Floats(Ones(4), {-3}));
  const Value y = Evaluate("onnx.Im2Col", {x},
                           {{"stride", Ints{1, 1}}, {"kernel_size", Ints{2, 2}}, {"pad_amount", Ints{1, 0, 0, 0}}});
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 2, 1, 8}));
  EXPECT_THAT(Codes(y), ElementsAre(-3, -3, -3, -3, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(ToFloats(Value(y.quantized->scale)), ElementsAre(1, 2, 1, 2, 1, 2, 1, 2));
}

TEST(Im2Col, WithAProductIsAConvolution) {
  RandomValues random(1);
  const Value x = random.floats({2, 5, 4, 3}, 9), w = random.floats({6, 3, 2, 3}, 9); // OHWI
  const Value rows = Evaluate("onnx.Im2Col", {x},
                              {{"stride", Ints{2, 1}},
                               {"kernel_size", Ints{3, 2}},
                               {"pad_amount", Ints{1, 2, 0, 1}},
                               {"dilations", Ints{1, 2}}});
  const Value columns = Evaluate("onnx.Transpose", {Evaluate("onnx.Reshape", {w, Int64s({6, 18})})});
  const Value weights = Evaluate("onnx.Reshape", {w, Int64s({6, 3, 2, 3})});
  EXPECT_EQ(Evaluate("onnx.MatMul", {rows, columns}).tensor,
            Evaluate("onnx.channels_last.Conv", {x, weights},
                     {{"strides", Ints{2, 1}}, {"pads", Ints{1, 2, 0, 1}}, {"dilations", Ints{1, 2}}})
                .tensor);
}

TEST(ChannelsLast, PoolAndNormalization) {
  const Value x = Floats({1, 2, 2, 2}, {1, 8, 2, 7, 3, 6, 4, 5});
  const Value y = Evaluate("onnx.channels_last.MaxPool", {x}, {{"kernel_shape", Ints{2, 2}}});
  EXPECT_EQ(y.tensor.shape(), (Shape{1, 1, 1, 2}));
  EXPECT_THAT(ToFloats(y), ElementsAre(4, 8));
  const Value one = Floats({2}, {1, 1}), zero = Floats({2}, {0, 10}), var = Floats({2}, {1, 4});
  const Value z = Evaluate("onnx.channels_last.BatchNormalization", {x, one, zero, zero, var}, {{"epsilon", 0.0f}});
  EXPECT_THAT(ToFloats(z), ElementsAre(1, 9, 2, 8.5, 3, 8, 4, 7.5));
}

TEST(FloatQuant, LiteralValues) {
  auto quantize = [](std::vector<float> x, float e, float m, float bias, float most, NamedAttributes attributes = {}) {
    const auto count = static_cast<int64_t>(x.size());
    return ToFloats(Evaluate("onnx.FloatQuant",
                             {Floats({count}, std::move(x)), Float(1), Float(e), Float(m), Float(bias), Float(most)},
                             attributes));
  };
  EXPECT_THAT(quantize({0.3f, 1.0625f, 17, 449, 480, 0.001f, 0.0009765625f, -600}, 4, 3, 7, 448),
              ElementsAre(0.3125f, 1, 16, 448, 448, 0.001953125f, 0, -448));
  EXPECT_THAT(quantize({1.5, 3.25, 8}, 2, 3, 1, 1e9f), ElementsAre(1.5, 3.25, 7.5));
  EXPECT_THAT(quantize({28.2f}, 3, 2, 3, 1e9f), ElementsAre(28));
  EXPECT_THAT(quantize({6.1f}, 2, 1, 1, 1e9f), ElementsAre(6));
  const NamedAttributes infinite{{"saturation", int64_t{0}}, {"has_inf", int64_t{1}}};
  EXPECT_THAT(quantize({500, -500, 3}, 4, 3, 7, 448, infinite), ElementsAre(INFINITY, -INFINITY, 3));
  EXPECT_TRUE(std::isnan(quantize({500}, 4, 3, 7, 448, {{"saturation", int64_t{0}}, {"has_nan", int64_t{1}}})[0]));
}

TEST(Trunc, BothVersionsAreQuantized) {
  const Value x = Floats({5}, {100, -100, 37, -37, 7});
  const Value v1 = Evaluate("onnx.Trunc_v1", {x, Float(1), Float(0), Float(10), Float(4)});
  EXPECT_THAT(Codes(v1), ElementsAre(1, -2, 0, -1, 0));
  const Value v2 = Evaluate("onnx.Trunc", {x, Float(1), Float(0), Float(10), Float(64), Float(4)},
                            {{"rounding_mode", std::string("ROUND")}});
  EXPECT_THAT(ToFloats(v2), ElementsAre(128, -128, 64, -64, 0));
  EXPECT_THAT(Codes(v2), ElementsAre(2, -2, 1, -1, 0));
}

TEST(Attention, ProductOfQuantizedStacksIsExact) {
  RandomValues random(2);
  const Value a = random.quantized({2, 3, 4, 5}, random.dyadicScale({1, 3, 1, 1}), Floats(Ones(4), {7}));
  const Value b = random.quantized({3, 5, 6}, random.dyadicScale({3, 1, 6}), Floats(Ones(3), {-2}));
  const std::vector<float> y = ToFloats(Evaluate("onnx.MatMul", {a, b}));
  for (int64_t i = 0; i < 144; ++i) {
    const int64_t stack = i / 24, row = i / 6 % 4, column = i % 6;
    double sum = 0;
    for (int64_t k = 0; k < 5; ++k)
      sum += Reading(a, (stack * 4 + row) * 5 + k) * Reading(b, (stack % 3 * 5 + k) * 6 + column);
    EXPECT_EQ(y[i], static_cast<float>(sum));
  }
}

} // namespace
} // namespace qcompile::runtime::testing
