#include <cmath>
#include <limits>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNan;

const float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Activation, Formulas) {
  const Value x = Floats({4}, {-4, -0.5, 0.5, 4});
  EXPECT_THAT(ToFloats(Evaluate("onnx.Relu", {x})), ElementsAre(0, 0, 0.5, 4));
  EXPECT_THAT(ToFloats(Evaluate("onnx.LeakyRelu", {x}, {{"alpha", 0.25f}})), ElementsAre(-1, -0.125, 0.5, 4));
  EXPECT_THAT(ToFloats(Evaluate("onnx.HardSigmoid", {x}, {{"alpha", 0.25f}, {"beta", 0.5f}})),
              ElementsAre(0, 0.375, 0.625, 1));
  // 1 / (1 + e) and 1 / (1 + 1/e), and tanh 1, from tables.
  EXPECT_THAT(ToFloats(Evaluate("onnx.Sigmoid", {Floats({2}, {-1, 1})})), ElementsAre(0.26894143f, 0.73105860f));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Tanh", {Floats({2}, {0, 1})})), ElementsAre(0, 0.76159418f));
}

TEST(Activation, ReluOfQuantizedKeepsCodes) {
  const Value x = Quantized({4}, {-3, 1, 2, 5}, Floats({1}, {0.5}), Floats({1}, {2}));
  const Value y = Evaluate("onnx.Relu", {x});
  EXPECT_THAT(Codes(y), ElementsAre(2, 2, 2, 5));
}

TEST(Activation, ReluWithoutZeroOnTheGridIsPlain) {
  const Value fractional = Quantized({1}, {1}, Floats({1}, {0.5}), Floats({1}, {0.5}));
  EXPECT_FALSE(Evaluate("onnx.Relu", {fractional}).quantized);
  const Value bipolar = Quantized({1}, {1}, Floats({1}, {0.5}), Floats({1}, {0}), DataType::Bipolar());
  EXPECT_FALSE(Evaluate("onnx.Relu", {bipolar}).quantized);
}

// The formulas in double, within two float32 roundings or so of their steps.
TEST(Activation, FormulasOfTheFunctionBodies) {
  struct Case {
    const char *name;
    double (*formula)(double);
    NamedAttributes attributes;
  };
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  static const auto logistic = sigmoid;
  const Case cases[] = {
      {"onnx.Elu", [](double x) { return x < 0 ? 0.5 * (std::exp(x) - 1) : x; }, {{"alpha", 0.5f}}},
      {"onnx.Celu", [](double x) { return x < 0 ? 2 * (std::exp(x / 2) - 1) : x; }, {{"alpha", 2.0f}}},
      {"onnx.Selu",
       [](double x) {
         const double gamma = 1.05070102214813232421875, alpha = 1.67326319217681884765625;
         return x < 0 ? gamma * (alpha * std::exp(x) - alpha) : gamma * x;
       },
       {}},
      {"onnx.HardSwish", [](double x) { return x * std::fmin(1, std::fmax(0, x / 6 + 0.5)); }, {}},
      {"onnx.Softplus", [](double x) { return std::log(std::exp(x) + 1); }, {}},
      {"onnx.Softsign", [](double x) { return x / (1 + std::fabs(x)); }, {}},
      {"onnx.Mish", [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, {}},
      {"onnx.Swish", [](double x) { return x * logistic(1.5 * x); }, {{"alpha", 1.5f}}},
      {"onnx.Gelu", [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }, {}},
      {"onnx.Gelu",
       [](double x) {
         const double inner = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x);
         return x / 2 * (1 + std::tanh(inner));
       },
       {{"approximate", std::string("tanh")}}},
      {"onnx.ThresholdedRelu", [](double x) { return x > 1.5 ? x : 0; }, {{"alpha", 1.5f}}},
  };
  std::vector<float> x;
  for (int i = -40; i <= 40; ++i)
    x.push_back(static_cast<float>(i) / 8);
  for (const Case &c : cases) {
    const std::vector<float> y = ToFloats(Evaluate(c.name, {Floats({81}, x)}, c.attributes));
    ASSERT_EQ(y.size(), x.size());
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(y[i], c.formula(x[i]), 1e-6) << c.name << " of " << x[i];
  }
}

TEST(Activation, SlopePerChannel) {
  const Value x = Floats({1, 2, 2}, {-1, 2, -3, 4}), slope = Floats({2, 1}, {0.5, 0.25});
  EXPECT_THAT(ToFloats(Evaluate("onnx.PRelu", {x, slope})), ElementsAre(-0.5, 2, -0.75, 4));
  EXPECT_FALSE(RunAll("onnx.PRelu", {&slope, &x}).ok());
}

TEST(Activation, NanStaysNan) {
  for (const char *name : {"onnx.Elu", "onnx.Celu", "onnx.Selu", "onnx.HardSwish", "onnx.HardSigmoid", "onnx.Softplus",
                           "onnx.Softsign", "onnx.Mish", "onnx.Swish", "onnx.Gelu"})
    EXPECT_TRUE(std::isnan(ToFloats(Evaluate(name, {Float(kNaN)}))[0])) << name;
}

TEST(Activation, MinAndMaxOfSeveral) {
  const Value a = Floats({2}, {1, kNaN}), b = Floats({}, {2}), c = Floats({2}, {5, 0});
  EXPECT_EQ(ToFloats(Evaluate("onnx.Max", {a, b, c}))[0], 5);
  EXPECT_TRUE(std::isnan(ToFloats(Evaluate("onnx.Max", {b, a}))[1]));
  EXPECT_TRUE(std::isnan(ToFloats(Evaluate("onnx.Min", {a, b}))[1]));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Min", {Int64s({4, 7}), Int64s({5})})), ElementsAre(4, 5));
}

TEST(Activation, MaxOfOneKeepsTheReading) {
  const Value x = Quantized({1}, {3}, Floats({1}, {0.5}), Floats({1}, {0}));
  EXPECT_THAT(Codes(Evaluate("onnx.Max", {x})), ElementsAre(3));
}

TEST(Activation, ClipWithOptionalBounds) {
  const Value x = Floats({3}, {-2, 0.5, 9}), low = Float(-1), high = Float(1);
  EXPECT_THAT(ToFloats(Evaluate("onnx.Clip", {x, low, high})), ElementsAre(-1, 0.5, 1));
  const auto only_high = RunAll("onnx.Clip", {&x, nullptr, &high});
  ASSERT_TRUE(only_high.ok());
  EXPECT_THAT(ToFloats((*only_high)[0]), ElementsAre(-2, 0.5, 1));
  EXPECT_THAT(ToFloats(Evaluate("onnx.Clip", {x})), ElementsAre(-2, 0.5, 9));
  EXPECT_THAT(ToIntegers(Evaluate("onnx.Clip", {Int64s({-5, 5}), Int64s({0})})), ElementsAre(0, 5));
}

// "They default to numeric_limits::lowest() and numeric_limits::max()": infinities are no results.
TEST(Activation, ClipWithoutBoundsIsFinite) {
  const Value x = Floats({3}, {-INFINITY, INFINITY, NAN}), low = Float(-1), high = Float(1);
  const float largest = std::numeric_limits<float>::max();
  auto clip = [](std::vector<const Value *> operands) { return ToFloats((*RunAll("onnx.Clip", operands))[0]); };
  EXPECT_THAT(clip({&x}), ElementsAre(-largest, largest, IsNan()));
  EXPECT_THAT(clip({&x, nullptr, &high}), ElementsAre(-largest, 1, IsNan()));
  EXPECT_THAT(clip({&x, &low}), ElementsAre(-1, largest, IsNan()));
  const Value half(Tensor::FromReals(DataType::Float16(), {2}, {-INFINITY, INFINITY}));
  EXPECT_EQ(Evaluate("onnx.Clip", {half}).tensor.DoubleAt(0), -65504);
  EXPECT_EQ(Evaluate("onnx.Clip", {half}).tensor.DoubleAt(1), 65504);
}

} // namespace
} // namespace qcompile::runtime::testing
