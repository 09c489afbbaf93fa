//===- ExportTest.cpp - Models written and read again ---------------------===//
//
// What is written computes the same when it is read again, is valid by the onnx library's checker, and keeps the names
// of nodes and tensors.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "compiler/frontend/export/Export.h"
#include "compiler/session/Stages.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "onnx/checker.h"
#include "onnx/onnx_pb.h"
#include "tests/unit/compiler/RandomModel.h"
#include "llvm/ADT/StringSet.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {
namespace {

using testing::TestContext;

func::FuncOp mainOf(ModuleOp module) { return module.lookupSymbol<func::FuncOp>("main"); }

OwningOpRef<ModuleOp> parse(TestContext &test, StringRef text) {
  return parseSourceString<ModuleOp>(text, &test.context);
}

::onnx::ModelProto toMessage(const std::string &bytes) {
  ::onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  return model;
}

std::vector<Tensor> makeInputs(ArrayRef<runtime::Port> ports, uint64_t seed) {
  std::vector<Tensor> inputs;
  std::mt19937_64 random(seed);
  for (const runtime::Port &port : ports) {
    std::vector<float> values(runtime::NumElements(port.shape));
    for (float &value : values)
      value = (float(random() >> 40) * 0x1p-24f - 0.5f) * 12;
    inputs.push_back(Tensor::FromFloats(port.shape, values));
  }
  return inputs;
}

/// Writes `source`, reads the bytes into another context, and compares all outputs by their bits.
void checkRoundTrip(func::FuncOp source, const std::string &errors) {
  std::optional<std::string> bytes = exportOnnx(source);
  ASSERT_TRUE(bytes) << errors;
  try {
    ::onnx::ModelProto message = toMessage(*bytes);
    ::onnx::checker::check_model(message, /*full_check=*/true);
  } catch (const std::exception &problem) {
    FAIL() << problem.what();
  }
  TestContext other;
  ImportReport report;
  OwningOpRef<ModuleOp> again = importOnnx(&other.context, *bytes, "again.onnx", "", {}, report);
  ASSERT_TRUE(again) << other.errors;
  EXPECT_EQ(report.irVersion, 10);
  EXPECT_TRUE(report.repairs.empty()) << report.repairs[0];
  auto before = Evaluator::create(source), after = Evaluator::create(mainOf(*again));
  ASSERT_TRUE(bool(before)) << llvm::toString(before.takeError());
  ASSERT_TRUE(bool(after)) << llvm::toString(after.takeError());
  ASSERT_EQ(before->inputs().size(), after->inputs().size());
  for (uint64_t seed = 0; seed < 3; ++seed) {
    std::vector<Tensor> inputs = makeInputs(before->inputs(), seed);
    auto expected = before->run(inputs), found = after->run(inputs);
    ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
    ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
    EXPECT_EQ(*expected, *found);
  }
}

/// As written, and at every stage before integer.
TEST(Export, RandomModelsComputeTheSame) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    TestContext test;
    OwningOpRef<ModuleOp> module = testing::ModelBuilder(&test.context, seed).build();
    checkRoundTrip(mainOf(*module), test.errors);
    for (Stage stage : {Stage::Fold, Stage::Normalise, Stage::Compress}) {
      PassManager pm(&test.context);
      populateStagePipeline(pm, stage);
      ASSERT_TRUE(succeeded(pm.run(*module))) << test.errors;
      checkRoundTrip(mainOf(*module), test.errors);
    }
  }
}

TEST(Export, TrainedModelsComputeTheSame) {
  for (const char *name : {"digits_w2a2.onnx", "digits_w1a1.onnx"}) {
    SCOPED_TRACE(name);
    TestContext test;
    ImportReport report;
    auto module = importOnnxFile(&test.context, std::string(QCOMPILE_TEST_MODELS "/") + name, {}, report);
    ASSERT_TRUE(module) << test.errors;
    checkRoundTrip(mainOf(*module), test.errors);
  }
}

constexpr const char *kNamed = R"(
func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> (tensor<1x4xf32> {onnx.name = "y"}, tensor<1x4xf32> {onnx.name = "z"}, tensor<1x4xf32> {onnx.name = "x"}) {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zp = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %zp2 = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %bits = onnx.Constant() {value = #data.constant<"bits", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%x, %s, %zp, %bits) {signed_ = 0 : i64, rounding_mode = "FLOOR", note.origin = "a pass"} : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32> loc("q"("t"("m":0:0)))
  %r = onnx.Relu(%q) : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("r"("t"("m":1:0)))
  %a = onnx.Add(%r, %zp2) : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("q"("u"("m":2:0)))
  return %a, %a, %x : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
})";

TEST(Export, NamesComeFromLocationsAndAreUnique) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, kNamed);
  ASSERT_TRUE(module) << test.errors;
  checkRoundTrip(mainOf(*module), test.errors);
  ::onnx::ModelProto model = toMessage(*exportOnnx(mainOf(*module)));
  const ::onnx::GraphProto &graph = model.graph();
  ASSERT_EQ(graph.node_size(), 4);
  // Both operations stand for tensor t, which the last one computes.
  EXPECT_EQ(graph.node(0).output(0), "t_1");
  EXPECT_EQ(graph.node(1).output(0), "t");
  // The returned value has the output's name; the second one needs a node of its own.
  EXPECT_EQ(graph.node(2).output(0), "y");
  EXPECT_EQ(graph.node(3).op_type(), "Identity");
  EXPECT_EQ(graph.node(3).input(0), "y");
  EXPECT_EQ(graph.node(3).output(0), "z");
  EXPECT_EQ(graph.output(2).name(), "x");
  // Of two nodes of one name the last one keeps it, so that names do not grow on every trip.
  EXPECT_EQ(graph.node(0).name(), "q_1");
  EXPECT_EQ(graph.node(2).name(), "q");
  // One constant that two operations hold is written once.
  llvm::StringSet<> names;
  for (const auto &tensor : graph.initializer())
    EXPECT_TRUE(names.insert(tensor.name()).second) << tensor.name();
  EXPECT_EQ(names.size(), 3u);
  EXPECT_EQ(graph.node(0).input(2), graph.node(2).input(1));
  // Attributes by their ONNX names; notes of passes stay behind.
  // In the order of their names; the parser adds defaults.
  ASSERT_EQ(graph.node(0).attribute_size(), 3);
  EXPECT_EQ(graph.node(0).attribute(0).name(), "narrow");
  EXPECT_EQ(graph.node(0).attribute(1).name(), "rounding_mode");
  EXPECT_EQ(graph.node(0).attribute(1).s(), "FLOOR");
  EXPECT_EQ(graph.node(0).attribute(2).name(), "signed");
  EXPECT_EQ(graph.node(0).attribute(2).i(), 0);
}

std::map<std::string, int64_t> getImports(const ::onnx::ModelProto &model) {
  std::map<std::string, int64_t> imports;
  for (const auto &import : model.opset_import())
    imports[import.domain()] = import.version();
  return imports;
}

/// Identity of opset 25 is the newest of these operators; Trunc with five operands is that of version 1.
TEST(Export, DomainsAreImportedAtTheVersionsOfTheOperators) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, kNamed);
  ASSERT_TRUE(module) << test.errors;
  std::map<std::string, int64_t> imports = getImports(toMessage(*exportOnnx(mainOf(*module))));
  EXPECT_EQ(imports, (std::map<std::string, int64_t>{{"", 25}, {"qonnx.custom_op.general", 1}}));

  module = parse(test, R"(
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Trunc_v1(%x, %s, %s, %s, %s) : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
  return %q : tensor<4xf32>
})");
  ASSERT_TRUE(module) << test.errors;
  imports = getImports(toMessage(*exportOnnx(mainOf(*module))));
  EXPECT_EQ(imports, (std::map<std::string, int64_t>{{"", 13}, {"qonnx.custom_op.general", 1}}));

  module = parse(test, R"(
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %p = onnx.Trunc(%x, %s, %s, %s, %s, %s) : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32> loc("new"("p"("m":0:0)))
  %q = onnx.Trunc_v1(%p, %s, %s, %s, %s) : (tensor<4xf32>, tensor<f32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4xf32> loc("old"("q"("m":1:0)))
  return %q : tensor<4xf32>
})");
  ASSERT_TRUE(module) << test.errors;
  EXPECT_FALSE(exportOnnx(mainOf(*module)));
  EXPECT_NE(test.errors.find("[QC-I004] no version of domain 'qonnx.custom_op.general' has the "
                             "operators of both 'new' and 'old'"),
            std::string::npos)
      << test.errors;
}

/// Elements of all kinds keep their bits; types that came later raise the IR version.
TEST(Export, ConstantsKeepTheirBits) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, R"(
func.func @main() -> (tensor<3xsi4>, tensor<3xui2>, tensor<2xi1>, tensor<2xf64>, tensor<2xsi64>, tensor<0xf32>) {
  %0 = onnx.Constant() {value = #data.constant<"a", [-8, 7, -1] : tensor<3xsi4>>} : () -> tensor<3xsi4>
  %1 = onnx.Constant() {value = #data.constant<"b", [3, 0, 2] : tensor<3xui2>>} : () -> tensor<3xui2>
  %2 = onnx.Constant() {value = #data.constant<"c", [1, 0] : tensor<2xi1>>} : () -> tensor<2xi1>
  %3 = onnx.Constant() {value = #data.constant<"d", [0.5, -2.0] : tensor<2xf64>>} : () -> tensor<2xf64>
  %4 = onnx.Constant() {value = #data.constant<"e", [-5000000000, 1] : tensor<2xsi64>>} : () -> tensor<2xsi64>
  %5 = onnx.Constant() {value = #data.constant<"f", [] : tensor<0xf32>>} : () -> tensor<0xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<3xsi4>, tensor<3xui2>, tensor<2xi1>, tensor<2xf64>, tensor<2xsi64>, tensor<0xf32>
})");
  ASSERT_TRUE(module) << test.errors;
  std::optional<std::string> bytes = exportOnnx(mainOf(*module));
  ASSERT_TRUE(bytes) << test.errors;
  ::onnx::ModelProto model = toMessage(*bytes);
  EXPECT_EQ(model.ir_version(), 13); // 2-bit integers
  ASSERT_EQ(model.graph().initializer_size(), 6);
  // ONNX packs from the lowest bits on: 8 | 7 << 4, then 15.
  EXPECT_EQ(model.graph().initializer(0).raw_data(), std::string("\x78\x0f", 2));
  EXPECT_EQ(model.graph().initializer(1).raw_data(), std::string("\x23", 1));
  EXPECT_EQ(model.graph().initializer(2).raw_data(), std::string("\x01\x00", 2));
  EXPECT_EQ(model.graph().initializer(5).raw_data(), "");

  TestContext other;
  ImportReport report;
  OwningOpRef<ModuleOp> again = importOnnx(&other.context, *bytes, "again.onnx", "", {}, report);
  ASSERT_TRUE(again) << other.errors;
  auto before = Evaluator::create(mainOf(*module)), after = Evaluator::create(mainOf(*again));
  ASSERT_TRUE(bool(before) && bool(after));
  auto expected = before->run({}), found = after->run({});
  ASSERT_TRUE(bool(expected) && bool(found));
  EXPECT_EQ(*expected, *found);
}

/// Absent operands in the middle stay absent, variadic ones stay together, and every output has a name.
TEST(Export, OperandsAndResultsKeepTheirPlaces) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, R"(
func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x8xf32>, tensor<1x2xf32>) {
  %max = onnx.Constant() {value = #data.constant<"max", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %c = onnx.Clip(%x, %max) {operandSegmentSizes = array<i32: 1, 0, 1>} : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("clip"("c"("m":0:0)))
  %p:2 = onnx.Split(%c) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<1x4xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) loc("split"("p"("m":1:0)))
  %j = onnx.Concat(%p#1, %x, %p#0) {axis = 1 : i64} : (tensor<1x2xf32>, tensor<1x4xf32>, tensor<1x2xf32>) -> tensor<1x8xf32> loc("join"("j"("m":2:0)))
  return %j, %p#1 : tensor<1x8xf32>, tensor<1x2xf32>
})");
  ASSERT_TRUE(module) << test.errors;
  checkRoundTrip(mainOf(*module), test.errors);
  ::onnx::ModelProto model = toMessage(*exportOnnx(mainOf(*module)));
  const ::onnx::NodeProto &clip = model.graph().node(0);
  ASSERT_EQ(clip.input_size(), 3);
  EXPECT_EQ(clip.input(1), "");
  EXPECT_EQ(clip.input(2), "max");
  EXPECT_EQ(model.graph().node(1).output(0), "p");
  EXPECT_EQ(model.graph().node(1).output(1), "output1");
}

/// All reasons at once, each with its node.
TEST(Export, WhatOnnxDoesNotHaveIsRefused) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parse(test, R"(
func.func @main(%x: tensor<1x4xsi8>, %t: tensor<2xsi3>) -> tensor<1x4xsi11> {
  %w = qnn.constant <"w", [1, -1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1] : tensor<4x4xsi2>>
  %y = qnn.matmul %x, %w : (tensor<1x4xsi8>, tensor<4x4xsi2>) -> tensor<1x4xsi11> loc("fc"("y"("m":0:0)))
  %z = qnn.transpose %y perm = [0, 1] : (tensor<1x4xsi11>) -> tensor<1x4xsi11> loc("move"("z"("m":1:0)))
  return %z : tensor<1x4xsi11>
})");
  ASSERT_TRUE(module) << test.errors;
  EXPECT_FALSE(exportOnnx(mainOf(*module)));
  for (const char *message : {"[QC-I005] value 'input1': ONNX has no type for 'tensor<2xsi3>'",
                              "[QC-I003] node 'fc': operation qnn.matmul has no ONNX form",
                              "[QC-I003] node 'move': operation qnn.transpose has no ONNX form",
                              "[QC-I005] value 'output0': ONNX has no type for 'tensor<1x4xsi11>'"})
    EXPECT_NE(test.errors.find(message), std::string::npos) << message << "\n" << test.errors;
}

} // namespace
} // namespace qcompile
