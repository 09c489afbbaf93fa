//===- ExportVersionsTest.cpp - Models of a chosen opset ------------------===//
//
// An operator is written at an older opset where its older version means the same; the dates are those of ONNX'
// operator changelog.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/Frontend.h"
#include "compiler/frontend/export/Export.h"
#include "mlir/Parser/Parser.h"
#include "onnx/checker.h"
#include "onnx/onnx_pb.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gtest/gtest.h"

using namespace mlir;

namespace qcompile {
namespace {

using testing::TestContext;

func::FuncOp mainOf(ModuleOp module) { return module.lookupSymbol<func::FuncOp>("main"); }

OwningOpRef<ModuleOp> parse(TestContext &test, StringRef body) {
  return parseSourceString<ModuleOp>(("func.func @main" + body).str(), &test.context);
}

::onnx::ModelProto write(TestContext &test, ModuleOp module, ExportOptions options) {
  std::optional<std::string> bytes = exportOnnx(mainOf(module), options);
  ::onnx::ModelProto model;
  EXPECT_TRUE(bytes && model.ParseFromString(*bytes)) << test.errors;
  return model;
}

/// Relu 14, Add 14, Reshape 25 and QuantizeLinear 25 only added types and attributes that are at their defaults.
TEST(ExportVersions, NodesOfOlderVersions) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, R"((%x: tensor<1x4xf32>) -> tensor<2x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %l = onnx.Constant() {value = #data.constant<"l", [2, 2] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %r = onnx.Relu(%x) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %a = onnx.Add(%r, %s) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %q = onnx.QuantizeLinear(%a, %s, %z) {saturate = 1 : i64} : (tensor<1x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x4xui8>
  %d = onnx.DequantizeLinear(%q, %s, %z) : (tensor<1x4xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x4xf32>
  %y = onnx.Reshape(%d, %l) {allowzero = 0 : i64} : (tensor<1x4xf32>, tensor<2xsi64>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
})");
  ASSERT_TRUE(module) << test.errors;
  OpsetRange range = getOpsetRange(mainOf(*module));
  EXPECT_EQ(range.oldest, 13);
  EXPECT_EQ(range.newest, getNewestOpset());
  for (int64_t opset : {13, 17, 21, 25}) {
    ::onnx::ModelProto model = write(test, *module, {opset, 8});
    EXPECT_EQ(model.opset_import(0).version(), opset);
    EXPECT_EQ(model.ir_version(), 8);
    try {
      ::onnx::checker::check_model(model, /*full_check=*/true);
    } catch (const std::exception &problem) {
      ADD_FAILURE() << "opset " << opset << ": " << problem.what();
    }
  }
}

/// ReduceMean has its axes as an operand since 18, float8 types came with 19 and IR 9, 16-bit quantization with 21.
TEST(ExportVersions, WhatCameLaterIsNamed) {
  TestContext test;
  OwningOpRef<ModuleOp> module =
      parse(test, R"((%x: tensor<1x4xf32>) -> (tensor<1xf32>, tensor<1x4xui16>, tensor<1x4xf8E5M2>) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui16>>} : () -> tensor<ui16>
  %a = onnx.Constant() {value = #data.constant<"a", [1] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %m = onnx.ReduceMean(%x, %a) {keepdims = 0 : i64} : (tensor<1x4xf32>, tensor<1xsi64>) -> tensor<1xf32> loc("mean"("m"("f":0:0)))
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x4xf32>, tensor<f32>, tensor<ui16>) -> tensor<1x4xui16> loc("quantize"("q"("f":1:0)))
  %c = onnx.Cast(%x) {to = 19 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf8E5M2> loc("cast"("c"("f":2:0)))
  return %m, %q, %c : tensor<1xf32>, tensor<1x4xui16>, tensor<1x4xf8E5M2>
})");
  ASSERT_TRUE(module) << test.errors;
  EXPECT_EQ(getOpsetRange(mainOf(*module)).oldest, 21);
  EXPECT_FALSE(exportOnnx(mainOf(*module), {17, 8}));
  for (const char *message :
       {"[QC-I004] node 'mean': expected an opset from 18 on",
        "[QC-I004] node 'quantize': expected an opset from 21 on",
        "[QC-I004] node 'cast': expected an opset from 19 on", "[QC-I004] expected an IR version from 9 on"})
    EXPECT_NE(test.errors.find(message), std::string::npos) << message << "\n" << test.errors;
}

/// Under the same signature another meaning: group norm has scales per channel since 21.
TEST(ExportVersions, ChangedMeaningsAreNotMixedUp) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, R"((%x: tensor<1x4x2xf32>, %s: tensor<4xf32>) -> tensor<1x4x2xf32> {
  %y = onnx.GroupNormalization(%x, %s, %s) {num_groups = 4 : i64} : (tensor<1x4x2xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x2xf32>
  return %y : tensor<1x4x2xf32>
})");
  ASSERT_TRUE(module) << test.errors;
  EXPECT_EQ(getOpsetRange(mainOf(*module)).oldest, 21);
}

} // namespace
} // namespace qcompile
