//===- IntervalReadingTest.cpp - Intervals against orders of additions ----===//
#include "compiler/compare/IntervalReading.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "compiler/session/Session.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace qcompile::compare {
namespace {

using runtime::Tensor;

/// x [1, 64] through a quantizer of one scale, times a column of weights through one of another.
std::string makeProduct(const std::string &activation, const std::string &weight, const std::string &weights) {
  auto constant = [](const std::string &name, const std::string &type, const std::string &values) {
    return "%" + name + " = onnx.Constant() {value = #data.constant<\"" + name + "\", [" + values + "] : tensor<" +
           type + ">>} : () -> tensor<" + type + ">\n";
  };
  return "func.func @main(%x: tensor<1x64xf32>) -> tensor<1x1xf32> {\n" + constant("s", "f32", activation) +
         constant("t", "f32", weight) + constant("z", "f32", "0.0") + constant("b", "f32", "8.0") +
         constant("w", "64x1xf32", weights) +
         "%q = onnx.Quant(%x, %s, %z, %b) : (tensor<1x64xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> "
         "tensor<1x64xf32>\n"
         "%v = onnx.Quant(%w, %t, %z, %b) : (tensor<64x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> "
         "tensor<64x1xf32>\n"
         "%m = onnx.MatMul(%q, %v) : (tensor<1x64xf32>, tensor<64x1xf32>) -> tensor<1x1xf32>\n"
         "return %m : tensor<1x1xf32>\n}\n";
}

class IntervalReadingTest : public testing::Test {
protected:
  IntervalReadingTest() {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    random.seed(3);
  }

  /// Evaluates a product with random codes; keeps its interval and the floats of both operands.
  void run(float activation, float weight) {
    std::string weights;
    std::vector<float> inputs(64);
    for (int i = 0; i < 64; ++i) {
      weights += (i ? ", " : "") + std::to_string(weight * float(int(random() % 255) - 127));
      inputs[size_t(i)] = activation * float(int(random() % 255) - 127);
    }
    auto module = mlir::parseSourceString<mlir::ModuleOp>(
        makeProduct(std::to_string(activation), std::to_string(weight), weights), &context);
    ASSERT_TRUE(module);
    auto reading = IntervalReading::create(module->lookupSymbol<mlir::func::FuncOp>("main"));
    ASSERT_TRUE(bool(reading)) << llvm::toString(reading.takeError());
    std::vector<Tensor> values;
    reading->onResult = [&](mlir::OpResult result, Interval &interval) {
      values.push_back(interval.middle.tensor);
      product = interval;
    };
    llvm::Error error = reading->run({Tensor::FromFloats({1, 64}, inputs)});
    ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
    ASSERT_EQ(values.size(), 3u);
    left.assign(values[0].Floats().begin(), values[0].Floats().end());
    right.assign(values[1].Floats().begin(), values[1].Floats().end());
  }

  /// The float32 sum of products in a random order.
  float sum() {
    std::vector<size_t> order(left.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    float out = 0;
    for (size_t i : order) {
      float term = left[i] * right[i];
      out += term;
    }
    return out;
  }

  mlir::MLIRContext context;
  std::mt19937 random;
  Interval product;
  std::vector<float> left, right;
};

TEST_F(IntervalReadingTest, HoldsEveryOrderOfAdditions) {
  std::vector<float> seen;
  for (int trial = 0; trial < 20; ++trial) {
    run(0.1f, 0.3f);
    ASSERT_FALSE(product.isPoint());
    float low = product.low().tensor.Floats()[0], high = product.high().tensor.Floats()[0];
    EXPECT_LT(low, product.middle.tensor.Floats()[0]);
    double size = 0;
    for (size_t i = 0; i < left.size(); ++i)
      size += std::fabs(double(left[i]) * right[i]);
    // gamma with n = 64 + 6, a hundredth for the size in float32, and less than two units for the rounding of each end.
    double ends = 0x1p-21 * std::max(std::fabs(low), std::fabs(high));
    EXPECT_LE(double(high) - low, 2.021 * 70 * 0x1p-24 * size + ends);
    for (int i = 0; i < 200; ++i) {
      seen.push_back(sum());
      EXPECT_GE(seen.back(), low);
      EXPECT_LE(seen.back(), high);
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_NE(seen.front(), seen.back()); // orders do differ
    seen.clear();
  }
}

TEST_F(IntervalReadingTest, SumsOfFewBitsAreExactInAnyOrder) {
  run(0.25f, 0.125f);
  EXPECT_TRUE(product.isPoint());
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(sum(), product.middle.tensor.Floats()[0]);
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

/// One line through an operation without parameters that matter.
std::string makeLine(const std::string &operation) {
  return "func.func @main(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {\n"
         "%one = onnx.Constant() {value = #data.constant<\"one\", [1.0] : tensor<1xf32>>} : () -> tensor<1xf32>\n" +
         operation + "return %y : tensor<1x64xf32>\n}\n";
}

class LineTest : public IntervalReadingTest {
protected:
  /// The interval of one line.
  Interval evaluate(const std::string &operation, const std::vector<float> &line) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(makeLine(operation), &context);
    EXPECT_TRUE(module);
    auto reading = IntervalReading::create(module->lookupSymbol<mlir::func::FuncOp>("main"));
    EXPECT_TRUE(bool(reading));
    Interval out;
    reading->onResult = [&](mlir::OpResult result, Interval &interval) {
      if (!reading->isConstant(result))
        out = interval;
    };
    llvm::Error error = reading->run({Tensor::FromFloats({1, 64}, line)});
    EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
    return out;
  }

  std::vector<float> draw(float centre) {
    std::vector<float> line(64);
    for (float &x : line)
      x = centre + float(random() % 4096) / 1024.0f - 2;
    return line;
  }

  /// sum f(x) in a random order.
  template <typename F> float add(std::vector<float> line, F f) {
    std::shuffle(line.begin(), line.end(), random);
    float sum = 0;
    for (float x : line)
      sum += f(x);
    return sum;
  }

  void expectInside(const Interval &interval, size_t i, float y) {
    EXPECT_GE(y, interval.low().tensor.Floats()[i]);
    EXPECT_LE(y, interval.high().tensor.Floats()[i]);
  }
};

TEST_F(LineTest, LayerNormalizationHoldsBothFormulasOfTheVariance) {
  for (float centre : {0.0f, 0.5f, 5.0f}) {
    std::vector<float> line = draw(centre);
    Interval interval = evaluate("%y = onnx.LayerNormalization(%x, %one) {operandSegmentSizes = array<i32: 1, 1, 0>, "
                                 "resultSegmentSizes = array<i32: 1, 0, 0>} : (tensor<1x64xf32>, tensor<1xf32>) -> "
                                 "tensor<1x64xf32>\n",
                                 line);
    ASSERT_FALSE(interval.isPoint());
    for (int order = 0; order < 100; ++order) {
      float mean = add(line, [](float x) { return x; }) / 64;
      float squares = add(line, [](float x) { return x * x; }) / 64;
      float deviations = add(line, [mean](float x) { return (x - mean) * (x - mean); }) / 64;
      for (float variance : {squares - mean * mean, deviations})
        for (size_t i = 0; i < 64; ++i) {
          expectInside(interval, i, (line[i] - mean) / std::sqrt(variance + 1e-5f));
          expectInside(interval, i, (line[i] - mean) * (1 / std::sqrt(variance + 1e-5f)));
        }
    }
    // And it is no wider than cancellation: 8 gamma_68 E[x^2] / var, where the deviation of the uniform numbers is
    // above 1.
    double width = double(interval.high().tensor.Floats()[0]) - interval.low().tensor.Floats()[0];
    EXPECT_LE(width, 8 * 68 * 0x1p-24 * (centre * centre + 4) * 4 + 1e-5);
  }
}

TEST_F(LineTest, SoftmaxHoldsOrdersAndExponentialsWithoutTheMaximum) {
  std::vector<float> line = draw(0);
  Interval interval = evaluate("%y = onnx.Softmax(%x) : (tensor<1x64xf32>) -> tensor<1x64xf32>\n", line);
  ASSERT_FALSE(interval.isPoint());
  float largest = *std::max_element(line.begin(), line.end());
  for (float shift : {0.0f, largest}) {
    auto power = [shift](float x) { return std::exp(x - shift); };
    for (int order = 0; order < 100; ++order) {
      float sum = add(line, power), inverse = 1 / sum;
      for (size_t i = 0; i < 64; ++i) {
        expectInside(interval, i, power(line[i]) / sum);
        expectInside(interval, i, power(line[i]) * inverse);
      }
    }
  }
  // Two gammas of 2 n + 24 + 4 roundings and the ends' own.
  for (size_t i = 0; i < 64; ++i)
    EXPECT_LE(interval.high().tensor.Floats()[i], interval.middle.tensor.Floats()[i] * (1 + 2 * 160 * 0x1p-24));
}

} // namespace
} // namespace qcompile::compare
