//===- InputShapesTest.cpp - Sizes of inputs and what follows from them ---===//
#include "compiler/frontend/Frontend.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "onnx/defs/parser.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gmock/gmock.h"

namespace qcompile {
namespace {

struct Imported {
  Imported(const std::string &opset, const std::string &graph, const ImportOptions &options = {}) {
    ::onnx::ModelProto model;
    auto status =
        ::onnx::OnnxParser::Parse(model, ("<ir_version: 8, opset_import: [\"\" : " + opset + "]> " + graph).c_str());
    EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
    module = importOnnx(&test.context, model.SerializeAsString(), "net.onnx", "", options, report);
  }

  std::string getTypes() {
    EXPECT_TRUE(module) << test.errors;
    if (!module)
      return "";
    std::string out;
    llvm::raw_string_ostream(out) << module->lookupSymbol<mlir::func::FuncOp>("main").getFunctionType();
    return out;
  }

  testing::TestContext test;
  ImportReport report;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

ImportOptions give(std::vector<int64_t> shape) {
  ImportOptions options;
  options.inputShapes["x"] = std::move(shape);
  return options;
}

TEST(InputShapes, OneInputGivesTheDimensionsOfTheSameNameInOthers) {
  const char *graph = "g (float[N, T] x, float[N, 3] y, float[T] z) => (float[N, T] a, float[N, 3] b) { s = Add (x, z) "
                      "a = Neg (s) b = Neg (y) }";
  Imported given("17", graph, give({4, 5}));
  EXPECT_EQ(given.getTypes(),
            "(tensor<4x5xf32>, tensor<4x3xf32>, tensor<5xf32>) -> (tensor<4x5xf32>, tensor<4x3xf32>)");
  EXPECT_THAT(given.report.freeBatches, ::testing::IsEmpty());
}

ImportOptions describeData(std::map<std::string, std::vector<int64_t>> shapes) {
  ImportOptions options;
  options.getDataShapes = [shapes](llvm::ArrayRef<std::string>) { return shapes; };
  return options;
}

TEST(InputShapes, DataGivesWhatTheFileLeavesOpen) {
  const char *graph = "g (float[N, T] x, float[N, 3] y, float[T] z) => (float[N, T] a, float[N, 3] b) { s = Add (x, z) "
                      "a = Neg (s) b = Neg (y) }";
  // Of the first dimension data has any number. What one input says of T holds for the other.
  ImportOptions options = describeData({{"x", {8, 5}}, {"y", {8, 3}}});
  Imported each("17", graph, options);
  EXPECT_EQ(each.getTypes(), "(tensor<1x5xf32>, tensor<1x3xf32>, tensor<5xf32>) -> (tensor<1x5xf32>, tensor<1x3xf32>)");
  EXPECT_THAT(each.report.repairs, ::testing::Contains("dimension 1 of input 'x' taken as 5 from its data"));
  options.takeBatchFromData = true;
  Imported all("17", graph, options);
  EXPECT_EQ(all.getTypes(), "(tensor<8x5xf32>, tensor<8x3xf32>, tensor<5xf32>) -> (tensor<8x5xf32>, tensor<8x3xf32>)");
  EXPECT_THAT(all.report.freeBatches, ::testing::IsEmpty());
  // What is given counts more.
  ImportOptions given = options;
  given.inputShapes["x"] = {2, 7};
  EXPECT_EQ(Imported("17", graph, given).getTypes(),
            "(tensor<2x7xf32>, tensor<2x3xf32>, tensor<7xf32>) -> (tensor<2x7xf32>, tensor<2x3xf32>)");
}

TEST(InputShapes, DataThatSaysNothingLeavesSizesOpen) {
  const char *graph = "g (float[N, T] x) => (float[N, T] y) { y = Neg (x) }";
  EXPECT_FALSE(Imported("17", graph, describeData({{"x", {5}}})).module); // of another rank
  EXPECT_FALSE(Imported("17", graph, describeData({})).module);
}

TEST(InputShapes, InputsWithoutAShapeHaveThatOfTheirData) {
  Imported whole("17", "g (float x) => (float y) { y = Neg (x) }", describeData({{"x", {}}}));
  EXPECT_EQ(whole.getTypes(), "(tensor<f32>) -> tensor<f32>");
}

TEST(InputShapes, OutputsFollowTheShapesThatAreGiven) {
  Imported given("17", "g (float[1, 3] x) => (float[1, 3] y) { y = Neg (x) }", give({4, 3}));
  EXPECT_EQ(given.getTypes(), "(tensor<4x3xf32>) -> tensor<4x3xf32>");
  EXPECT_THAT(given.report.repairs,
              ::testing::Contains("shape 1x3 of output 'y' taken as 4x3, which follows from the inputs"));
}

// A window that begins behind the input belonged to the result before opset 22, of which only the text of the operator
// said otherwise: of 5 elements, windows of 1 at 0, 2, 4, and the one at 6 lies in no input.
TEST(InputShapes, PoolsHaveNoWindowBehindTheirInput) {
  for (const char *declared : {"4", "n"}) {
    Imported model("17",
                   std::string("g (float[1, 1, 5] x) => (float[1, 1, ") + declared +
                       "] y) { y = MaxPool <kernel_shape = [1], strides = [2], pads = [0, 1], ceil_mode = 1> (x) }");
    EXPECT_EQ(model.getTypes(), "(tensor<1x1x5xf32>) -> tensor<1x1x3xf32>");
  }
}

} // namespace
} // namespace qcompile
