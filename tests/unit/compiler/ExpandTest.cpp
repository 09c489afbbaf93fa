//===- ExpandTest.cpp - Function bodies and control flow at import --------===//
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "dialects/onnx/NodeLocation.h"
#include "onnx/defs/parser.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

using runtime::Tensor;

/// A model in ONNX' own text form, imported.
class Imported {
public:
  explicit Imported(const std::string &graph) {
    ::onnx::ModelProto model;
    std::string text = "<ir_version: 10, opset_import: [\"\" : 21]> " + graph;
    auto status = ::onnx::OnnxParser::Parse(model, text.c_str());
    EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
    ImportReport report;
    module = importOnnx(&test.context, model.SerializeAsString(), "net.onnx", "", {}, report);
  }

  mlir::func::FuncOp main() { return *module->getOps<mlir::func::FuncOp>().begin(); }

  std::vector<Tensor> run(const std::vector<Tensor> &inputs) {
    EXPECT_TRUE(module) << test.errors;
    if (!module)
      return {};
    auto evaluator = Evaluator::create(main());
    if (!evaluator) {
      ADD_FAILURE() << llvm::toString(evaluator.takeError());
      return {};
    }
    auto outputs = evaluator->run(inputs);
    if (outputs)
      return std::move(*outputs);
    ADD_FAILURE() << llvm::toString(outputs.takeError());
    return {};
  }

  testing::TestContext test;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

Tensor floats(runtime::Shape shape, std::vector<float> values) { return Tensor::FromFloats(std::move(shape), values); }

// Shrink is defined by a function alone: x + bias below -lambd, x - bias above lambd, else 0.
TEST(Expand, FunctionBodiesKeepTheNameOfTheirNode) {
  Imported model("g (float[3] x) => (float[3] y) { [soft] y = Shrink <lambd: float = 1.5, bias: float = 1.5> (x) }");
  EXPECT_EQ(model.run({floats({3}, {-2, 1, 2})}), std::vector{floats({3}, {-0.5f, 0, 0.5f})});
  int named = 0;
  for (mlir::Operation &op : model.main().front().without_terminator()) {
    EXPECT_NE(op.getName().getStringRef(), "onnx.Shrink");
    named += onnx::getNodeName(op.getLoc()) == "soft";
  }
  EXPECT_GT(named, 1);
}

// Without its attributes the body's defaults hold: lambd 0.5, bias 0.
TEST(Expand, FunctionBodiesKnowDefaults) {
  Imported model("g (float[2] x) => (float[2] y) { y = Shrink (x) }");
  EXPECT_EQ(model.run({floats({2}, {0.25f, 0.75f})}), std::vector{floats({2}, {0, 0.75f})});
}

constexpr char kLoop[] = R"(
    y, history = Loop (count, cond, x) <body = b (int64 i, bool c, float[2] h) => (bool d, float[2] next, float[2] seen) {
      d = Identity (c)
      next = Add (h, h)
      seen = Mul (next, w)
    }>
  )";

TEST(Expand, LoopsOfKnownLengthRunThatOften) {
  Imported model(std::string("g (float[2] x) => (float[2] y, float[3, 2] history) "
                             "<int64 count = {3}, bool cond = {1}, float[2] w = {1, 10}> {") +
                 kLoop + "}");
  EXPECT_EQ(model.run({floats({2}, {1, 2})}),
            (std::vector{floats({2}, {8, 16}), floats({3, 2}, {2, 40, 4, 80, 8, 160})}));
}

// The node stands before what its graphs take from around it: 2 x + x.
TEST(Expand, GraphsTakeValuesThatAreDefinedLater) {
  Imported model(R"(g (float[2] x) => (float[2] y) <bool yes = {1}> {
    y = If (yes) <then_branch = t () => (float[2] s) { s = Add (twice, x) }, else_branch = e () => (float[2] d) { d = Neg (x) }>
    twice = Add (x, x)
  })");
  EXPECT_EQ(model.run({floats({2}, {1, 2})}), std::vector{floats({2}, {3, 6})});
}

TEST(Expand, LoopsThatDependOnDataAreRefused) {
  Imported model(std::string("g (float[2] x, int64 count) => (float[2] y, float[n, 2] history) "
                             "<bool cond = {1}, float[2] w = {1, 10}> {") +
                 kLoop + "}");
  EXPECT_FALSE(model.module);
  EXPECT_EQ(model.test.errors, "[QC-I010] node Loop 'Loop_0': its trip count depends on data\n");
}

// 2^40 copies of the body: two are enough to see that all will be made.
TEST(Expand, LoopsOfTooManyStepsAreRefusedAtOnce) {
  Imported model(std::string("g (float[2] x) => (float[2] y, float[n, 2] history) "
                             "<int64 count = {1099511627776}, bool cond = {1}, float[2] w = {1, 10}> {") +
                 kLoop + "}");
  EXPECT_NE(model.test.errors.find("[QC-I010] node Loop 'Loop_0': 1099511627776 copies of its body, of 3 nodes and "),
            std::string::npos)
      << model.test.errors;
}

TEST(Expand, LoopsWithoutEndAreRefused) {
  Imported model(R"(g (float[2] x) => (float[2] y) <bool always = {1}> {
    y = Loop (, , x) <body = b (int64 i, bool c, float[2] h) => (bool d, float[2] next) {
      d = Identity (always)
      next = Add (h, h)
    }>
  })");
  EXPECT_EQ(model.test.errors, "[QC-I010] node Loop 'Loop_0': it has no trip count, and its condition always holds\n");
}

// Four steps share the one table of their body: ((((1 + 1) * 2 + 1) * 2 + 1) * 2 + 1) * 2 = 46.
TEST(Expand, CopiesShareTheConstantsOfTheirBody) {
  Imported model(R"(g (float[1] x) => (float[1] y) <int64 count = {4}> {
    y = Loop (count, , x) <body = b (int64 i, bool c, float[1] h) => (bool d, float[1] next)
        <float[1] one = {1}, float[1] two = {2}> {
      d = Identity (c)
      more = Add (h, one)
      next = Mul (more, two)
    }>
  })");
  EXPECT_EQ(model.run({floats({1}, {1})}), std::vector{floats({1}, {46})});
  int constants = 0;
  model.main().walk([&](mlir::Operation *op) {
    constants += op->getName().getStringRef() == "onnx.Constant" &&
                 op->getResult(0).getType() == model.main().getArgumentTypes()[0];
  });
  EXPECT_EQ(constants, 2);
}

// The rank of x decides; the branch uses values of the graph around it.
TEST(Expand, ConditionsOnShapesAreKnown) {
  Imported model(R"(g (float[2, 3] x) => (float[2, 3] y) <int64[1] two = {2}> {
    shape = Shape (x)
    rank = Shape (shape)
    same = Equal (rank, two)
    y = If (same) <then_branch = a () => (float[2, 3] p) { p = Neg (x) },
                   else_branch = b () => (float[2, 3] q) { q = Abs (x) }>
  })");
  EXPECT_EQ(model.run({floats({2, 3}, {1, 2, 3, 4, 5, 6})}), std::vector{floats({2, 3}, {-1, -2, -3, -4, -5, -6})});
}

TEST(Expand, ConditionsOnDataAreRefused) {
  Imported model(R"(g (float[1] x, bool which) => (float[1] y) {
    [pick] y = If (which) <then_branch = a () => (float[1] p) { p = Neg (x) },
                           else_branch = b () => (float[1] q) { q = Abs (x) }>
  })");
  EXPECT_EQ(model.test.errors, "[QC-I010] node If 'pick': its condition depends on data\n");
}

// Sums of the columns of x from the last to the first, the newest in front.
TEST(Expand, ScansGoAlongTheirAxesAndDirections) {
  Imported model(R"(g (float[2] s, float[2, 3] x) => (float[2] last, float[2, 3] sums) {
    last, sums = Scan <num_scan_inputs = 1, scan_input_axes = [1], scan_output_axes = [1],
                       scan_input_directions = [1], scan_output_directions = [1],
                       body = b (float[2] h, float[2] v) => (float[2] next, float[2] seen) {
                         next = Add (h, v)
                         seen = Identity (next)
                       }> (s, x)
  })");
  EXPECT_EQ(model.run({floats({2}, {0, 100}), floats({2, 3}, {1, 2, 3, 10, 20, 30})}),
            (std::vector{floats({2}, {6, 160}), floats({2, 3}, {6, 5, 3, 160, 150, 130})}));
}

// The library's own inference writes outside the shape for such an axis.
TEST(Expand, AxesThatDoNotExistAreRefused) {
  for (const char *axis : {"2147483648", "-5", "2"}) {
    Imported model(
        std::string("g (float[3, 4] x, float[4] w) => (float[3, 4] y) { y = LayerNormalization <axis: int = ") + axis +
        "> (x, w) }");
    EXPECT_FALSE(model.module);
    EXPECT_NE(model.test.errors.find(std::string("expected an axis of a tensor of rank 2, found ") + axis),
              std::string::npos)
        << model.test.errors;
  }
}

// The first result is absent: what is asked for is the second, not the first in its place.
TEST(Expand, AbsentResultsDoNotShiftOthers) {
  Imported model(R"(g (float[1, 4] x) => (int64[1, 2] i) <int64[1] k = {2}> { , i = TopK (x, k) })");
  std::vector<Tensor> outputs = model.run({floats({1, 4}, {3, 9, 1, 7})});
  if (outputs.size() == 1)
    EXPECT_EQ(outputs[0].ToIntegers(), (std::vector<int64_t>{1, 3}));
}

} // namespace
} // namespace qcompile
