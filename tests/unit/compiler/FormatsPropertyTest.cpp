//===- FormatsPropertyTest.cpp - Quantizers in every format ---------------===//
//
// Every quantizer that QONNX has, written by the passes of the target formats, gives the values of the source: on ties
// and beside them, on numbers beyond the range and on infinities, as the evaluator computes both.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/session/Stages.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h"
#include "passes/normalise-quantization/NormaliseQuantization.h"
#include "passes/write-qdq/WriteQdq.h"
#include "passes/write-qonnx/WriteQonnx.h"
#include "tests/unit/compiler/RandomModel.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {
namespace {

using testing::TestContext;

constexpr int64_t kElements = 4096;

struct Parameters {
  float scale, zeroPoint;
  int bits;
  bool isSigned, narrow;
  const char *mode;
};

std::string describe(const Parameters &p) {
  return llvm::formatv("scale {0}, zero point {1}, {2} bits, signed {3}, narrow {4}, {5}", p.scale, p.zeroPoint, p.bits,
                       p.isSigned, p.narrow, p.mode);
}

std::string makeQuant(const Parameters &p) {
  return llvm::formatv(R"(
func.func @main(%x: tensor<2x{0}xf32>) -> tensor<2x{0}xf32> {{
  %s = onnx.Constant() {{value = #data.constant<"s", [{1}] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {{value = #data.constant<"z", [{2:f1}] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {{value = #data.constant<"b", [{3}.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.Quant(%x, %s, %z, %b) {{signed_ = {4}, narrow = {5}, rounding_mode = "{6}"} : (tensor<2x{0}xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x{0}xf32>
  return %y : tensor<2x{0}xf32>
})",
                       kElements, llvm::formatv("{0:f9}", p.scale).str(), p.zeroPoint, p.bits, int(p.isSigned),
                       int(p.narrow), p.mode);
}

/// Ties and their neighbours around all codes, numbers far outside, and infinities.
Tensor makeInputs(float scale) {
  std::vector<float> values;
  for (int64_t i = 0; int64_t(values.size()) + 8 < 2 * kElements; ++i) {
    int64_t half = (i / 5) % 1600 - 800;
    float x = float(half) * 0.5f * scale;
    for (int64_t step = 0; step < std::abs(i % 5 - 2); ++step)
      x = std::nextafter(x, i % 5 < 2 ? -INFINITY : INFINITY);
    values.push_back(x);
  }
  for (float special : {0.0f, -0.0f, 1e30f, -1e30f, 3e38f, -3e38f, INFINITY, -INFINITY})
    values.push_back(special);
  return Tensor::FromFloats({2, kElements}, values);
}

std::vector<float> evaluate(ModuleOp module, const Tensor &input) {
  auto evaluator = Evaluator::create(module.lookupSymbol<func::FuncOp>("main"));
  EXPECT_TRUE(bool(evaluator));
  if (!evaluator) {
    ADD_FAILURE() << llvm::toString(evaluator.takeError());
    return {};
  }
  auto outputs = evaluator->run({input});
  if (!outputs) {
    ADD_FAILURE() << llvm::toString(outputs.takeError());
    return {};
  }
  absl::Span<const float> floats = outputs->front().Floats();
  return {floats.begin(), floats.end()};
}

bool run(ModuleOp module, llvm::function_ref<void(OpPassManager &)> populate) {
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  populate(pm.nest<func::FuncOp>());
  return succeeded(pm.run(module));
}

class Formats : public ::testing::Test {
public:
  /// Every mode with zero points, ranges and scales, of which no sum and no quotient is exact.
  static std::vector<Parameters> makeParameters() {
    std::vector<Parameters> out;
    for (const char *mode : {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"})
      for (float zeroPoint : {0.0f, 1.0f, 3.0f, 100.0f})
        for (float scale : {0.5f, 0.1f, 0.037f})
          out.push_back({scale, zeroPoint, 8, false, false, mode});
    for (auto [bits, isSigned, narrow] : {std::tuple(8, true, true),
                                          {4, true, false},
                                          {3, true, true},
                                          {2, false, true},
                                          {1, false, false},
                                          {1, true, false},
                                          {6, false, false},
                                          {8, true, false}})
      for (float scale : {0.25f, 0.3f})
        out.push_back({scale, 0.0f, bits, isSigned, narrow, "ROUND"});
    // Of these, QCDQ has no Clip.
    out.push_back({0.25f, 0.0f, 9, true, false, "ROUND"});
    out.push_back({0.3f, 0.0f, 10, false, true, "ROUND"});
    for (float zeroPoint : {-5.0f, 2.0f, 7.0f})
      out.push_back({0.3f, zeroPoint, 4, true, false, "HALF_UP"});
    return out;
  }
};

/// To QCDQ, and from there to QONNX again, where the quantizer is what it was.
TEST_F(Formats, ClippedPairsAndBack) {
  for (const Parameters &p : makeParameters()) {
    SCOPED_TRACE(describe(p));
    TestContext test;
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(makeQuant(p), &test.context);
    ASSERT_TRUE(module) << test.errors;
    Tensor input = makeInputs(p.scale);
    std::vector<float> expected = evaluate(*module, input);
    ASSERT_TRUE(run(*module, [](OpPassManager &pm) { pm.addPass(createWriteQdq()); })) << test.errors;
    EXPECT_EQ(evaluate(*module, input), expected);
    ASSERT_TRUE(run(*module, [](OpPassManager &pm) {
      pm.addPass(createNormaliseQuantization());
      pm.addPass(createWriteQonnx());
    })) << test.errors;
    EXPECT_EQ(evaluate(*module, input), expected);
    int64_t operations = 0;
    module->lookupSymbol<func::FuncOp>("main").walk([&](Operation *op) {
      operations += op->getName().getStringRef() != "onnx.Constant" && op->getName().getDialectNamespace() == "onnx";
    });
    EXPECT_EQ(operations, 1);
  }
}

/// To integers and thresholds.
TEST_F(Formats, Thresholds) {
  for (const Parameters &p : makeParameters()) {
    SCOPED_TRACE(describe(p));
    TestContext test;
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(makeQuant(p), &test.context);
    ASSERT_TRUE(module) << test.errors;
    Tensor input = makeInputs(p.scale);
    std::vector<float> expected = evaluate(*module, input);
    PassManager pm(&test.context, ModuleOp::getOperationName());
    for (Stage stage : {Stage::Normalise, Stage::Integer, Stage::Bound})
      populateStagePipeline(pm, stage);
    pm.nest<func::FuncOp>().addPass(createConvertQnnToMultithreshold());
    ASSERT_TRUE(succeeded(pm.run(*module))) << test.errors;
    EXPECT_EQ(evaluate(*module, input), expected);
  }
}

/// A quantizer with its zero point last, in a range of no bit width, becomes Quant and comes back.
TEST_F(Formats, ZeroPointsLast) {
  for (auto [low, high, zeroPoint] :
       {std::tuple(0, 255, 128), {0, 255, 3}, {-128, 127, -7}, {-100, 90, 5}, {0, 9, 4}, {-1, 0, 0}}) {
    for (float scale : {0.5f, 0.1f}) {
      SCOPED_TRACE(llvm::formatv("{0} to {1}, zero point {2}, scale {3}", low, high, zeroPoint, scale).str());
      TestContext test;
      std::string text = llvm::formatv(R"(
func.func @main(%x: tensor<2x{0}xf32>) -> tensor<2x{0}xf32> {{
  %s = onnx.Constant() {{value = #data.constant<"s", [{1:f9}] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {{value = #data.constant<"z", [{2}.0] : tensor<f32>>} : () -> tensor<f32>
  %y = onnx.LinearQuant(%x, %s, %z) {{low = {3}, high = {4}} : (tensor<2x{0}xf32>, tensor<f32>, tensor<f32>) -> tensor<2x{0}xf32>
  return %y : tensor<2x{0}xf32>
})",
                                       kElements, scale, zeroPoint, low, high);
      OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &test.context);
      ASSERT_TRUE(module) << test.errors;
      Tensor input = makeInputs(scale);
      std::vector<float> expected = evaluate(*module, input);
      ASSERT_TRUE(run(*module, [](OpPassManager &pm) { pm.addPass(createWriteQonnx()); })) << test.errors;
      EXPECT_EQ(evaluate(*module, input), expected);
      ASSERT_TRUE(run(*module, [](OpPassManager &pm) { pm.addPass(createWriteQdq()); })) << test.errors;
      EXPECT_EQ(evaluate(*module, input), expected);
      bool rounds = false;
      module->walk([&](Operation *op) { rounds |= op->getName().getStringRef() == "onnx.Round"; });
      EXPECT_FALSE(rounds);
    }
  }
}

} // namespace
} // namespace qcompile
