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
    return "%" + name + " = onnx.Constant() {value = #data.constant<\"" + name + "\", [" + values + "] : tensor<" + type +
           ">>} : () -> tensor<" + type + ">\n";
  };
  return "func.func @main(%x: tensor<1x64xf32>) -> tensor<1x1xf32> {\n" + constant("s", "f32", activation) +
         constant("t", "f32", weight) + constant("z", "f32", "0.0") + constant("b", "f32", "8.0") +
         constant("w", "64x1xf32", weights) +
         "%q = onnx.Quant(%x, %s, %z, %b) : (tensor<1x64xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x64xf32>\n"
         "%v = onnx.Quant(%w, %t, %z, %b) : (tensor<64x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<64x1xf32>\n"
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

} // namespace
} // namespace qcompile::compare
