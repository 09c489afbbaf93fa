//===- ModelCostTest.cpp - Multiplications and bits of a model ------------===//
#include "compiler/compress/ModelCost.h"

#include "compiler/frontend/export/ValueNames.h"
#include "compiler/session/Session.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

/// A convolution of 4-bit codes with 3-bit weights, a quarter of them zero, and a product of floats.
constexpr llvm::StringLiteral kModel = R"(
func.func @main(%x: tensor<2x1x3x3xf32>) -> tensor<2x2xf32> attributes {compression.report = [
    "{\"pass\":\"p\",\"layer\":\"conv\",\"technique\":\"t\",\"weight_error\":0.5,\"bits_before\":100,\"bits_after\":11}"]} {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %three = onnx.Constant() {value = #data.constant<"three", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %four = onnx.Constant() {value = #data.constant<"four", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -2.0, 0.2, 1.0] : tensor<1x1x2x2xf32>>} : () -> tensor<1x1x2x2xf32>
  %qx = onnx.Quant(%x, %one, %zero, %four) : (tensor<2x1x3x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x3x3xf32>
  %relu = onnx.Relu(%qx) : (tensor<2x1x3x3xf32>) -> tensor<2x1x3x3xf32>
  %qw = onnx.Quant(%w, %one, %zero, %three) : (tensor<1x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1x2x2xf32>
  %c = onnx.Conv(%relu, %qw) : (tensor<2x1x3x3xf32>, tensor<1x1x2x2xf32>) -> tensor<2x1x2x2xf32> loc("conv")
  %s = onnx.Constant() {value = #data.constant<"s", [2, 4] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %f = onnx.Reshape(%c, %s) : (tensor<2x1x2x2xf32>, tensor<2xsi64>) -> tensor<2x4xf32>
  %m = onnx.Constant() {value = #data.constant<"m", [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0] : tensor<4x2xf32>>} : () -> tensor<4x2xf32>
  %y = onnx.MatMul(%f, %m) : (tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<2x2xf32> loc("fc")
  return %y : tensor<2x2xf32>
}
)";

class ModelCostTest : public testing::Test {
protected:
  ModelCostTest() : context(mlir::MLIRContext::Threading::DISABLED) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(kModel, &context);
  }
  mlir::func::FuncOp main() { return module->lookupSymbol<mlir::func::FuncOp>("main"); }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(ModelCostTest, CountsAsQonnxDoes) {
  ASSERT_TRUE(module);
  ModelCost cost = getModelCost(main(), {});
  ASSERT_EQ(cost.layers.size(), 2u);
  // 2 x 4 outputs of 4 products; 0.2 has the code 0, so 3 of 4 count: 24. Bits 4 · 3.
  EXPECT_EQ(cost.layers[0].denseMacs, 32);
  EXPECT_EQ(cost.layers[0].macs, 24);
  EXPECT_EQ(cost.layers[0].inputBits, 4) << "a Relu keeps the codes";
  EXPECT_EQ(cost.layers[0].weightBits, 3);
  EXPECT_EQ(cost.layers[0].bops(), 24 * 12);
  EXPECT_EQ(cost.layers[0].bits, 4 * 3);
  // 2 x 2 outputs of 4 products, 6 of 8 weights not zero; floats have 32 bits.
  EXPECT_EQ(cost.layers[1].macs, 12);
  EXPECT_EQ(cost.layers[1].bops(), 12 * 32 * 32);
  EXPECT_EQ(cost.bits, 12 + 8 * 32);
  EXPECT_EQ(cost.macs, 36);
}

TEST_F(ModelCostTest, ReportsOfPasses) {
  std::vector<LayerReport> reports = llvm::cantFail(readReports(main()));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].technique, "t");
  EXPECT_EQ(reports[0].weightError, 0.5);
  EXPECT_EQ(reports[0].outputError, std::nullopt);
  EXPECT_EQ(reports[0].bitsBefore, 100);
}

TEST_F(ModelCostTest, WhatIsNoReportIsAnError) {
  mlir::Builder builder(&context);
  auto problemOf = [&](mlir::Attribute entry) {
    main()->setAttr("compression.report", builder.getArrayAttr({entry}));
    llvm::Expected<std::vector<LayerReport>> reports = readReports(main());
    return reports ? std::string("none") : llvm::toString(reports.takeError());
  };
  EXPECT_EQ(problemOf(builder.getI64IntegerAttr(3)),
            "internal error: entry 1 of compression.report: expected a string");
  EXPECT_EQ(problemOf(builder.getStringAttr("no JSON")).find("internal error: entry 1 of compression.report: "), 0u);
  for (llvm::StringRef text : {"[]", "{\"pass\":\"p\"}"})
    EXPECT_EQ(problemOf(builder.getStringAttr(text)),
              "internal error: entry 1 of compression.report: expected an object with pass and layer, found " +
                  text.str());
}

TEST_F(ModelCostTest, EncodedLayersTakeWhatThePassSays) {
  auto report = [](const std::string &layer, double bits) {
    LayerReport out;
    out.layer = layer;
    out.bitsAfter = bits;
    return out;
  };
  // Codes are what they are. Of floats the last word counts, 9 bits of 8 weights: 2 each. A layer that is no longer
  // there keeps its bits.
  ModelCost source = getModelCost(main(), {});
  std::string conv = source.layers[0].name, product = source.layers[1].name;
  ModelCost cost = getModelCost(main(), {report(conv, 1), report(product, 99), report(product, 9), report("gone", 5)});
  EXPECT_EQ(cost.layers[0].bits, 12);
  EXPECT_EQ(cost.layers[1].bits, 9);
  EXPECT_EQ(cost.layers[1].weightBits, 2);
  EXPECT_EQ(cost.bits, 12 + 9 + 5);
}

TEST_F(ModelCostTest, StructuresTakeTheBitsOfTheirEncoding) {
  // Two of four codes of 3 bits, each with an index of 2 bits: the code of 0.2 is 0, but three are not.
  auto set = [&](llvm::StringRef name, llvm::StringRef structure) {
    main().walk([&](mlir::Operation *op) {
      auto constant = getHeldConstant(op);
      if (constant && constant.getName() == name)
        op->setAttr("encoding.structure", mlir::parseAttribute(structure, &context));
    });
    return getModelCost(main(), {}).layers;
  };
  EXPECT_EQ(set("w", "#encoding.n_m<n = 3, m = 4, order = [0, 1, 2, 3], rows = 1>")[0].bits, 3 * (3 + 2));
  EXPECT_EQ(set("w", "#encoding.n_m<n = 2, m = 4, order = [0, 1, 2, 3], rows = 1>")[0].bits, 12) << "it does not hold";
  // Floats: outputs are the two columns, 3 of 4 weights each.
  EXPECT_EQ(set("m", "#encoding.n_m<n = 3, m = 4, order = [1, 0], rows = 1>")[1].bits, 2 * 3 * (32 + 2));
}

} // namespace
} // namespace qcompile::compress
