//===- BatchCouplingTest.cpp - What computes across samples ---------------===//
//
// The judge is the evaluator: two samples at once give what each of them gives alone, or they do not.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "onnx/defs/parser.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gmock/gmock.h"

namespace qcompile {
namespace {

using runtime::Tensor;

struct Case {
  const char *description;
  bool coupled;
  const char *nodes; ///< from x [N, 2, 3] to y
};

std::string makeModel(const Case &test) {
  ::onnx::ModelProto model;
  std::string text = std::string(R"(<ir_version: 10, opset_import: ["" : 21]> net (float[N, 2, 3] x) => (float[] y)
    <float[3, 4] w = {1, 2, 3, 4, -1, -2, -3, -4, 2, 2, 1, 1}, int64[1] i0 = {0}, int64[1] i1 = {1}, int64[1] i2 = {2},
     int64 zero = {0}, int64[1] all = {9223372036854775807}, float[2, 3] c = {1, 2, 3, 4, 5, 6}> { )") +
                     test.nodes + " }";
  auto status = ::onnx::OnnxParser(text.c_str()).Parse(model);
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  return model.SerializeAsString();
}

/// Different at every element, and of both signs.
Tensor makeInput(int64_t first, int64_t samples) {
  std::vector<float> values;
  for (int64_t i = first * 6; i < (first + samples) * 6; ++i)
    values.push_back(std::sin(float(1 + i * i)) * 3);
  return Tensor::FromFloats({samples, 2, 3}, values);
}

/// What the model gives for samples at once, and the node that the report names.
std::vector<float> run(const Case &test, int64_t first, int64_t samples, ImportReport &report) {
  testing::TestContext context;
  ImportOptions options;
  options.inputShapes["x"] = {samples, 2, 3};
  auto module = importOnnx(&context.context, makeModel(test), "net.onnx", "", options, report);
  EXPECT_TRUE(module) << context.errors;
  if (!module)
    return {};
  auto evaluator = Evaluator::create(module->lookupSymbol<mlir::func::FuncOp>("main"));
  EXPECT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
  auto results = evaluator->run({makeInput(first, samples)});
  EXPECT_TRUE(bool(results)) << llvm::toString(results.takeError());
  std::vector<float> out; // exact: elements are floats
  for (int64_t i = 0; i < (*results)[0].size(); ++i)
    out.push_back((*results)[0].DoubleAt(i));
  return out;
}

class BatchCoupling : public ::testing::TestWithParam<Case> {};

TEST_P(BatchCoupling, IsWhatChangesResults) {
  const Case &test = GetParam();
  ImportReport report, alone;
  std::vector<float> together = run(test, 0, 2, report);
  std::vector<float> first = run(test, 0, 1, alone), second = run(test, 1, 1, alone);
  EXPECT_EQ(alone.batchCoupling, report.batchCoupling);
  EXPECT_EQ(!report.batchCoupling.empty(), test.coupled) << report.batchCoupling;
  // The samples of a result need not come first, so their values are compared without their places.
  first.insert(first.end(), second.begin(), second.end());
  llvm::sort(first);
  llvm::sort(together);
  if (test.coupled)
    EXPECT_THAT(together, ::testing::Not(::testing::ElementsAreArray(first)));
  else
    EXPECT_THAT(together, ::testing::ElementsAreArray(first));
}

const Case kCases[] = {
    {"Add", false, "y = Add (x, c)"},
    {"AddToItself", false, "y = Add (x, x)"},
    {"AddOfRankTwo", false, "f = Flatten (x) y = Mul (f, f)"},
    {"OuterSum", true,
     "f = ReduceSum <keepdims = 0> (x, i1) g = ReduceSum <keepdims = 0> (f, i1) h = Unsqueeze (g, i1) y = Add (g, h)"},
    {"SoftmaxOfLast", false, "y = Softmax <axis = -1> (x)"},
    {"SoftmaxOfFirst", true, "y = Softmax <axis = 0> (x)"},
    {"SoftmaxOfFirstFromEnd", true, "y = Softmax <axis = -3> (x)"},
    {"SoftmaxAfterTranspose", true, "t = Transpose <perm = [1, 0, 2]> (x) y = Softmax <axis = 1> (t)"},
    {"SoftmaxAfterReversal", true, "t = Transpose (x) y = Softmax <axis = 2> (t)"},
    {"SoftmaxBesideReversal", false, "t = Transpose (x) y = Softmax <axis = 0> (t)"},
    {"MeanOfSecond", false, "y = ReduceMean <keepdims = 0> (x, i1)"},
    {"MeanOfFirst", true, "y = ReduceMean <keepdims = 1> (x, i0)"},
    {"MeanOfAll", true, "y = ReduceMean (x)"},
    {"MeanOfNothing", false, "y = ReduceMean <noop_with_empty_axes = 1> (x)"},
    {"MeanAfterReduction", true,
     "t = Transpose <perm = [1, 0, 2]> (x) m = ReduceMax <keepdims = 0> (t, i0) y = ReduceSum <keepdims = 0> (m, i0)"},
    {"SumOfRunning", true, "y = CumSum (x, zero)"},
    {"MatMulOfRows", false, "y = MatMul (x, w)"},
    {"MatMulOfFlatRows", false, "f = ReduceSum <keepdims = 0> (x, i1) y = MatMul (f, w)"},
    {"GramOfSamples", true, "f = Flatten (x) t = Transpose (f) y = MatMul (f, t)"},
    {"SumOverSamples", true, "f = Flatten (x) t = Transpose (f) y = MatMul (t, f)"},
    {"GramOfEach", false, "t = Transpose <perm = [0, 2, 1]> (x) y = MatMul (x, t)"},
    {"GemmOfRows", false, "f = ReduceSum <keepdims = 0> (x, i1) y = Gemm (f, w)"},
    {"GemmOfColumns", false, "f = ReduceSum <keepdims = 0> (x, i1) y = Gemm <transA = 1, transB = 1> (w, f)"},
    {"GemmOfBoth", true, "f = Flatten (x) y = Gemm <transB = 1> (f, f)"},
    {"ConcatOfChannels", false, "y = Concat <axis = 1> (x, x)"},
    {"SplitOfChannels", false, "y, z = Split <axis = 1, num_outputs = 2> (x)"},
    {"SliceOfChannels", false, "y = Slice (x, i0, i1, i1)"},
    {"SliceOfAllSamples", false, "y = Slice (x, i0, all, i0)"},
    {"SliceOfOneSample", true, "y = Slice (x, i0, i1, i0)"},
    {"GatherOfChannels", false, "y = Gather <axis = 1> (x, zero)"},
    {"GatherOfOneSample", true, "y = Gather <axis = 0> (x, zero)"},
    {"SoftmaxAfterGather", true,
     "t = Transpose <perm = [1, 0, 2]> (x) g = Gather <axis = 0> (t, zero) y = Softmax <axis = 0> (g)"},
    {"SoftmaxAfterUnsqueeze", true, "u = Unsqueeze (x, i0) y = Softmax <axis = 1> (u)"},
    {"SoftmaxAfterSqueeze", true, "u = Unsqueeze (x, i0) s = Squeeze (u, i0) y = Softmax <axis = 0> (s)"},
    {"LayerNormOfLast", false,
     "y = LayerNormalization <axis = -1> (x, s) s = Constant <value_floats = [1.0, 2.0, 3.0]> ()"},
    {"FlattenOfEach", false, "f = Flatten <axis = 1> (x) y = Softmax <axis = -1> (f)"},
    {"FlattenOfAll", true, "f = Flatten <axis = 0> (x) y = Softmax <axis = -1> (f)"},
    {"EinsumOfEach", false, "y = Einsum <equation = \"bij->bji\"> (x)"},
    {"EinsumThatSums", true, "y = Einsum <equation = \"bij->ij\"> (x)"},
    {"EinsumOfPairs", true, "y = Einsum <equation = \"bij, cij -> bc\"> (x, x)"},
    {"SoftmaxAfterEinsum", true, "e = Einsum <equation = \"bij->ijb\"> (x) y = Softmax <axis = 2> (e)"},
    {"MeanVariance", true, "u = Unsqueeze (x, i2) y = MeanVarianceNormalization <axes = [0, 2, 3]> (u)"},
    {"MeanVarianceOfEach", false, "u = Unsqueeze (x, i2) y = MeanVarianceNormalization <axes = [2, 3]> (u)"},
    {"DynamicQuantizer", true, "q, s, z = DynamicQuantizeLinear (x) y = DequantizeLinear (q, s, z)"},
    {"PadBesideSamples", false, "p = Constant <value_ints = [0, 1, 0, 0, 0, 2]> () y = Pad (x, p)"},
    {"PadInFrontOfSamples", true, "p = Constant <value_ints = [1, 0, 0, 0, 0, 0]> () y = Pad (x, p)"},
    {"PadBehindSamples", true, "p = Constant <value_ints = [0, 1]> () y = Pad (x, p, , i0)"},
    {"ResizeOfEach", false, "k = Constant <value = float[3] {1.0, 2.0, 1.0}> () y = Resize (x, , k)"},
    {"ResizeOfSamples", true,
     "k = Constant <value = float[3] {2.0, 1.0, 1.0}> () y = Resize <mode = \"linear\"> (x, , k)"},
    {"ResizeOfAnAxis", false, "k = Constant <value = float[1] {2.0}> () y = Resize <axes = [-1]> (x, , k)"},
    {"TriangleOfEach", false, "y = Trilu (x)"},
    {"TriangleOfSamples", true, "t = Transpose <perm = [1, 0, 2]> (x) y = Trilu (t)"},
    {"DiagonalOfSamples", true, "f = Flatten (x) e = EyeLike (f) y = Mul (f, e)"},
    {"PoolingOfEach", false, "y = MaxPool <kernel_shape = [2], strides = [1]> (x)"},
    {"NormalizedEach", false, "y = InstanceNormalization (x, s, s) s = Constant <value_floats = [1.0, 2.0]> ()"},
};
INSTANTIATE_TEST_SUITE_P(Nodes, BatchCoupling, ::testing::ValuesIn(kCases),
                         [](const auto &info) { return std::string(info.param.description); });

// Where the number of samples is open, numbers in a target of Reshape are not that number: more samples go where there
// is none. What follows computes along that dimension or beside it.
TEST(BatchCoupling, ReshapesOfOpenBatchesAreFollowed) {
  for (auto [target, axis, coupled] : {std::tuple("{0, 6}", 1, false),
                                       {"{0, -1}", 1, false},
                                       {"{-1, 6}", 1, false},
                                       {"{-1, 6}", 0, true},
                                       {"{1, -1}", 1, true},
                                       {"{1, -1}", 0, false}}) {
    std::string text =
        R"(<ir_version: 10, opset_import: ["" : 21]> net (float[N, 2, 3] x) => (float[A, B] y) <int64[2] t = )" +
        std::string(target) + "> { r = Reshape (x, t) y = Softmax <axis = " + std::to_string(axis) + "> (r) }";
    ::onnx::ModelProto model;
    ASSERT_TRUE(::onnx::OnnxParser(text.c_str()).Parse(model).IsOK());
    testing::TestContext context;
    ImportReport report;
    ASSERT_TRUE(importOnnx(&context.context, model.SerializeAsString(), "net.onnx", "", {}, report)) << context.errors;
    EXPECT_EQ(!report.batchCoupling.empty(), coupled) << target << " along " << axis;
  }
}

TEST(BatchCoupling, OnlyFreeInputsAreFollowedWhereThereIsOne) {
  // The second input is a matrix whose rows are no samples.
  std::string text = R"(<ir_version: 10, opset_import: ["" : 21]> net (float[N, 3] x, float[3, 4] w) => (float[N, 4] y)
                        { y = MatMul (x, w) })";
  ::onnx::ModelProto model;
  ASSERT_TRUE(::onnx::OnnxParser(text.c_str()).Parse(model).IsOK());
  testing::TestContext context;
  ImportReport report;
  ASSERT_TRUE(importOnnx(&context.context, model.SerializeAsString(), "net.onnx", "", {}, report)) << context.errors;
  EXPECT_THAT(report.freeBatches, ::testing::ElementsAre(::testing::Pair("x", "N")));
  EXPECT_EQ(report.batchCoupling, "");
}

} // namespace
} // namespace qcompile
