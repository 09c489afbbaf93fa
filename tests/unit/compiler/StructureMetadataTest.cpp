//===- StructureMetadataTest.cpp - Structures of weights in files ---------===//
#include "compiler/frontend/StructureMetadata.h"

#include "compiler/frontend/Frontend.h"
#include "compiler/frontend/export/Export.h"
#include "compiler/session/Stages.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "onnx/onnx_pb.h"
#include "tests/unit/compiler/RandomModel.h"
#include "tests/unit/dialects/StructuredWeights.h"
#include "gtest/gtest.h"

using namespace mlir;

namespace qcompile {
namespace {

using frontend::readStructures;
using frontend::Structures;
using frontend::writeStructures;
using testing::TestContext;

TEST(StructureMetadata, EveryEncodingIsReadBack) {
  TestContext test;
  test.context.loadDialect<encoding::EncodingDialect>();
  testing::WeightMaker maker(test.context, 1);
  Structures written;
  for (int kind = 0; kind < testing::WeightMaker::kKinds; ++kind)
    written["weights/" + std::to_string(kind)] = maker.make(kind, 4, {3, 10}, {0, 1}, 1).encoding;
  written["seen otherwise"] = encoding::CooAttr::get(&test.context, {2, 0, 1}, 1, {3, 2, 5});
  std::vector<std::string> problems;
  Structures read = readStructures(&test.context, writeStructures(written), problems);
  EXPECT_TRUE(problems.empty()) << problems[0];
  EXPECT_TRUE(read == written);
}

TEST(StructureMetadata, TheTextIsTheDocumentedOne) {
  TestContext test;
  test.context.loadDialect<encoding::EncodingDialect>();
  Structures structures{{"fc1.weight", encoding::NmAttr::get(&test.context, 2, 4, {0, 1}, 1)}};
  EXPECT_EQ(writeStructures(structures),
            R"({"version":1,"weights":{"fc1.weight":{"encoding":"n_m","m":4,"n":2,"order":[0,1],"rows":1}}})");
}

TEST(StructureMetadata, WhatIsNoStructureIsNamed) {
  TestContext test;
  test.context.loadDialect<encoding::EncodingDialect>();
  auto read = [&](const std::string &text) {
    std::vector<std::string> problems;
    EXPECT_TRUE(readStructures(&test.context, text, problems).empty());
    return problems.size() == 1 ? problems[0] : "not one problem";
  };
  auto of = [](const std::string &structure) { return R"({"version": 1, "weights": {"w": )" + structure + "}}"; };
  EXPECT_EQ(read("{}"), "expected a JSON object with version 1 and weights, found another one");
  EXPECT_EQ(read(R"({"version": 2, "weights": {}})"),
            "expected a JSON object with version 1 and weights, found another one");
  EXPECT_EQ(read("{").rfind("expected a JSON object with version 1 and weights, found ", 0), 0u);
  EXPECT_EQ(read(of("[]")), "weights 'w': expected a list of integers 'order'");
  EXPECT_EQ(read(of(R"({"encoding": "n_m", "order": [0, 1], "rows": 1, "n": 1})")),
            "weights 'w': expected an integer 'm'");
  EXPECT_EQ(read(of(R"({"encoding": "n_m", "order": [0, 0], "rows": 1, "n": 1, "m": 2})")),
            "weights 'w': expected an order of 2 dimensions, found [0, 0]");
  EXPECT_EQ(read(of(R"({"encoding": "n_m", "order": [0, 1], "rows": 1, "n": 2, "m": 2})")),
            "weights 'w': expected 1 <= n < m <= 2^31, found 2:2");
  EXPECT_EQ(read(of(R"({"encoding": "zip", "order": [0, 1], "rows": 1})")), "weights 'w': encoding 'zip' is not known");
  std::string basis = R"({"encoding": "basis", "order": [0, 1], "rows": 1, "levels": 2, "basis_bits": 4, "length": 1,
      "basis": {"name": "b", "type": "int4", "shape": [1, 1, 1, 1], "data": "AQ=="}, "coefficients": )";
  EXPECT_EQ(read(of(basis + "1}")), "weights 'w': expected a tensor 'coefficients' with name, type, shape and data");
  EXPECT_EQ(read(of(basis + R"({"name": "c", "type": "int8", "shape": [1, 1, 1], "data": "!"}})")),
            "weights 'w': expected tensor 'coefficients' to have a type intN or float32, extents, and data in base64");
  EXPECT_EQ(read(of(basis + R"({"name": "c", "type": "int8", "shape": [1, 1, 2], "data": "AQ=="}})")),
            "weights 'w': tensor 'coefficients': expected 2 bytes for tensor<1x1x2xsi8>, found 1");
  EXPECT_EQ(read(of(basis + R"({"name": "c", "type": "int8", "shape": [-1, 1, 2], "data": "AQ=="}})")),
            "weights 'w': expected tensor 'coefficients' to have a type intN or float32, extents, and data in base64");
}

constexpr const char *kModel = R"(
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> (tensor<1x2xf32> {onnx.name = "y"}) {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [0.0, 1.0, -2.0, 0.0, 3.0, 0.0, 0.0, 0.0] : tensor<2x4xf32>>,
      encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>} : () -> tensor<2x4xf32>
  %qx = onnx.Quant(%x, %s, %z, %b) : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32> loc("qx"("qx_out"("m":0:0)))
  %qw = onnx.Quant(%w, %s, %z, %b) : (tensor<2x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x4xf32> loc("qw"("qw_out"("m":1:0)))
  %y = onnx.Gemm(%qx, %qw) {transB = 1 : i64} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32> loc("fc"("y"("m":2:0)))
  return %y : tensor<1x2xf32>
})";

SmallVector<Attribute> collectEncodings(ModuleOp module) {
  SmallVector<Attribute> out;
  module.walk([&](qnn::ConstantOp op) {
    if (op.getEncodingAttr())
      out.push_back(op.getEncodingAttr());
  });
  return out;
}

TEST(StructureMetadata, ExportedModelsGiveTheSameEncodings) {
  TestContext test;
  test.context.loadDialect<encoding::EncodingDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(kModel, &test.context);
  ASSERT_TRUE(module) << test.errors;
  std::optional<std::string> bytes = exportOnnx(module->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bytes) << test.errors;
  ::onnx::ModelProto message;
  ASSERT_TRUE(message.ParseFromString(*bytes));
  ASSERT_EQ(message.metadata_props_size(), 1);
  EXPECT_EQ(message.metadata_props(0).key(), "qcompile.encodings");

  TestContext other;
  ImportReport report;
  OwningOpRef<ModuleOp> again = importOnnx(&other.context, *bytes, "again.onnx", "", {}, report);
  ASSERT_TRUE(again) << other.errors;
  for (Stage stage : {Stage::Fold, Stage::Normalise, Stage::Compress, Stage::Integer}) {
    PassManager pm(&other.context);
    populateStagePipeline(pm, stage);
    ASSERT_TRUE(succeeded(pm.run(*again))) << other.errors;
  }
  EXPECT_EQ(other.errors, "");
  SmallVector<Attribute> encodings = collectEncodings(*again);
  ASSERT_EQ(encodings.size(), 1u);
  EXPECT_EQ(encodings[0], encoding::NmAttr::get(&other.context, 1, 2, {1, 0}, 1));
}

TEST(StructureMetadata, StructuresOfOtherWeightsAreReported) {
  TestContext test;
  test.context.loadDialect<encoding::EncodingDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(kModel, &test.context);
  std::optional<std::string> bytes = exportOnnx(module->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bytes);
  ::onnx::ModelProto message;
  ASSERT_TRUE(message.ParseFromString(*bytes));
  message.mutable_metadata_props(0)->set_value(
      R"({"version": 1, "weights": {"w": {"encoding": "coo", "order": [0, 1, 2], "rows": 1},
          "v": {"encoding": "coo", "order": [0, 1], "rows": 1}}})");
  TestContext other;
  std::string warnings;
  ScopedDiagnosticHandler handler(&other.context, [&](Diagnostic &diagnostic) {
    warnings += diagnostic.str() + "\n";
    return success();
  });
  ImportReport report;
  OwningOpRef<ModuleOp> again = importOnnx(&other.context, message.SerializeAsString(), "again.onnx", "", {}, report);
  ASSERT_TRUE(again) << warnings;
  for (const char *part : {"[QC-I009] metadata 'qcompile.encodings': weights 'v': there is no such initializer in use; "
                           "they are read as dense",
                           "weights 'w': expected an order of 2 dimensions, found [0, 1, 2]; they are read as dense"})
    EXPECT_NE(warnings.find(part), std::string::npos) << warnings;
}

} // namespace
} // namespace qcompile
