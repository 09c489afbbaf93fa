//===- LocalFunctionsTest.cpp - Functions that models bring along ---------===//
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "dialects/onnx/NodeLocation.h"
#include "onnx/defs/parser.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gmock/gmock.h"

namespace qcompile {
namespace {

using runtime::Tensor;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A model of float[2] x to float[2] y in ONNX' own text form, imported.
class Imported {
public:
  Imported(const std::string &nodes, const std::string &functions,
           const std::string &imports = "\"\" : 21, \"loc\" : 1") {
    ::onnx::ModelProto model;
    std::string text =
        "<ir_version: 10, opset_import: [" + imports + "]> g (float[2] x) => (float[2] y) {" + nodes + "} " + functions;
    auto status = ::onnx::OnnxParser::Parse(model, text.c_str());
    EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
    module = importOnnx(&test.context, model.SerializeAsString(), "net.onnx", "", {}, report);
  }

  /// The result for (-1, 2).
  std::vector<float> run() {
    EXPECT_TRUE(module) << test.errors;
    if (!module)
      return {};
    auto evaluator = Evaluator::create(*module->getOps<mlir::func::FuncOp>().begin());
    if (!evaluator) {
      ADD_FAILURE() << llvm::toString(evaluator.takeError());
      return {};
    }
    auto outputs = evaluator->run({Tensor::FromFloats({2}, {-1, 2})});
    if (!outputs) {
      ADD_FAILURE() << llvm::toString(outputs.takeError());
      return {};
    }
    const Tensor &y = (*outputs)[0];
    return {float(y.DoubleAt(0)), float(y.DoubleAt(1))};
  }

  std::vector<std::string> nodeNames() {
    std::vector<std::string> names;
    module->walk([&](mlir::Operation *op) {
      if (op->getName().getDialectNamespace() == "onnx")
        names.push_back(onnx::getNodeName(op->getLoc()).str());
    });
    return names;
  }

  testing::TestContext test;
  ImportReport report;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

constexpr char kTwice[] = R"(<domain: "loc", opset_import: ["" : 21]> Twice (a) => (b) { [sum] b = Add (a, a) })";

TEST(LocalFunctions, CallsAreReplacedByBodies) {
  Imported model("[up] h = loc.Twice (x) [down] y = Neg (h)", kTwice);
  EXPECT_THAT(model.run(), ElementsAre(2, -4));
  EXPECT_THAT(model.nodeNames(), ElementsAre("up/sum", "down"));
  EXPECT_THAT(model.report.repairs, ElementsAre("1 call of model-local functions inlined"));
}

// 2a + 2a, then 4 times that: the values of calls do not meet, and names tell the way to a node.
TEST(LocalFunctions, FunctionsCallEachOther) {
  Imported model("[p] h = loc.Four (x) [q] y = loc.Four (h)",
                 std::string(kTwice) + R"(<domain: "loc", opset_import: ["" : 21, "loc" : 1]>
                   Four (a) => (c) { [first] b = loc.Twice (a) c = loc.Twice (b) })");
  EXPECT_THAT(model.run(), ElementsAre(-16, 32));
  EXPECT_THAT(model.nodeNames(), ElementsAre("p/first/sum", "p/Twice_1/sum", "q/first/sum", "q/Twice_1/sum"));
  EXPECT_THAT(model.report.repairs, Contains("6 calls of model-local functions inlined"));
}

// The call's attribute, the function's default, and none at all: LeakyRelu's own default is 0.01, Elu(-1) with alpha 0
// is 0.
TEST(LocalFunctions, AttributesAreBound) {
  const char *function = R"(<domain: "loc", opset_import: ["" : 21]>
    Leak <alpha, beta: float = 0.25> (a) => (b, c) {
      b = LeakyRelu <alpha: float = @alpha> (a)
      c = LeakyRelu <alpha: float = @beta> (a)
    })";
  EXPECT_THAT(Imported("y, z = loc.Leak <alpha = 0.5> (x)", function).run(), ElementsAre(-0.5f, 2));
  EXPECT_THAT(Imported("z, y = loc.Leak <alpha = 0.5> (x)", function).run(), ElementsAre(-0.25f, 2));
  EXPECT_THAT(Imported("z, y = loc.Leak <beta = 0.5> (x)", function).run(), ElementsAre(-0.5f, 2));
  EXPECT_THAT(Imported("y, z = loc.Leak (x)", function).run(), ElementsAre(-0.01f, 2));
}

TEST(LocalFunctions, AttributesReachFunctionsBelow) {
  Imported model("y = loc.Outer <gamma = 0.5> (x)", R"(
    <domain: "loc", opset_import: ["" : 21, "loc" : 1]>
    Outer <gamma> (a) => (b) { b = loc.Inner <alpha: float = @gamma> (a) }
    <domain: "loc", opset_import: ["" : 21]>
    Inner <alpha> (a) => (b) { b = LeakyRelu <alpha: float = @alpha> (a) })");
  EXPECT_THAT(model.run(), ElementsAre(-0.5f, 2));
}

TEST(LocalFunctions, AbsentInputsStayAbsent) {
  Imported model("y = loc.Bound (x)", R"(<domain: "loc", opset_import: ["" : 21]>
    Bound (a, low, high) => (b) { b = Clip (a, low, high) })");
  EXPECT_THAT(model.run(), ElementsAre(-1, 2));
}

TEST(LocalFunctions, OutputsMayBeInputsOrEqual) {
  const char *function = R"(<domain: "loc", opset_import: ["" : 21]> Pass (a) => (a, b, b) { b = Neg (a) })";
  EXPECT_THAT(Imported("y, p, q = loc.Pass (x)", function).run(), ElementsAre(-1, 2));
  EXPECT_THAT(Imported("p, q, r = loc.Pass (x) y = Add (q, r)", function).run(), ElementsAre(2, -4));
}

// Names of values of the model that functions use too.
TEST(LocalFunctions, NamesDoNotClash) {
  Imported model("a = Neg (x) [f] b = loc.Pair (a) [f] y = loc.Pair (b)", R"(<domain: "loc", opset_import: ["" : 21]>
    Pair (x) => (y) { a = Add (x, x) y = Sub (a, x) })");
  EXPECT_THAT(model.run(), ElementsAre(1, -2));
  EXPECT_THAT(model.nodeNames(), ElementsAre("Neg_0", "f/Add_0", "f/Sub_1", "f/Add_0_1", "f/Sub_1_1"));
}

TEST(LocalFunctions, GraphsInNodesMayCall) {
  Imported model(R"(
      yes = Constant <value = bool {1}> ()
      y = If (yes) <then_branch = t () => (float[2] p) { p = loc.Twice (x) },
                    else_branch = e () => (float[2] q) { q = Neg (x) }>)",
                 kTwice);
  EXPECT_THAT(model.run(), ElementsAre(-2, 4));
}

TEST(LocalFunctions, BodiesMayHaveGraphs) {
  Imported model("y = loc.Either (x)", std::string(kTwice) + R"(<domain: "loc", opset_import: ["" : 21, "loc" : 1]>
    Either (x) => (y) {
      yes = Constant <value = bool {1}> ()
      y = If (yes) <then_branch = t () => (p) { d = loc.Twice (x) p = Neg (d) },
                    else_branch = e () => (q) { q = Identity (x) }>
    })");
  EXPECT_THAT(model.run(), ElementsAre(2, -4));
}

TEST(LocalFunctions, OverloadsAreOthers) {
  const char *functions = R"(
    <domain: "loc", opset_import: ["" : 21], overload: "minus"> F (a) => (b) { b = Neg (a) }
    <domain: "loc", opset_import: ["" : 21]> F (a) => (b) { b = Abs (a) })";
  EXPECT_THAT(Imported("y = loc.F (x)", functions).run(), ElementsAre(1, 2));
  EXPECT_THAT(Imported("y = loc.F:minus (x)", functions).run(), ElementsAre(1, -2));
}

// ReduceMax has its axes as an input since 18, Clip its limits since 11.
TEST(LocalFunctions, BodiesAreReadAtTheirOwnOpset) {
  const char *older = R"(<domain: "loc", opset_import: ["" : 17]>
    F (a) => (b) { c = ReduceMax <axes = [0]> (a) b = Sub (a, c) })";
  EXPECT_THAT(Imported("y = loc.F (x)", older).run(), ElementsAre(-3, 0));
  const char *newer = R"(<domain: "loc", opset_import: ["" : 21]>
    F (a) => (b) { i = Constant <value = int64[1] {0}> () c = ReduceMax (a, i) b = Sub (a, c) })";
  Imported both("c = Clip <min = 0.0> (x) d = loc.F (c) y = Sub (x, d)", newer, "\"\" : 10, \"loc\" : 1");
  EXPECT_THAT(both.run(), ElementsAre(1, 2));
}

TEST(LocalFunctions, OpsetsOfFunctionsWithinFunctions) {
  Imported model("y = loc.Outer (x)", R"(
    <domain: "loc", opset_import: ["" : 10]> Inner (a) => (b) { b = Clip <max = 1.0> (a) }
    <domain: "loc", opset_import: ["" : 17, "loc" : 1]> Outer (a) => (b) { c = loc.Inner (a) d = ReduceMax <axes = [0]> (c) b = Sub (c, d) })");
  EXPECT_THAT(model.run(), ElementsAre(-2, 0));
}

TEST(LocalFunctions, GraphsInBodiesAreOfTheirOpset) {
  Imported model("y = loc.Either (x)", R"(<domain: "loc", opset_import: ["" : 17]>
    Either (x) => (y) {
      yes = Constant <value = bool {1}> ()
      y = If (yes) <then_branch = t () => (p) { d = ReduceMax <axes = [0]> (x) p = Sub (x, d) },
                    else_branch = e () => (q) { q = Identity (x) }>
    })");
  EXPECT_THAT(model.run(), ElementsAre(-3, 0));
}

TEST(LocalFunctions, OpsetsThatCannotBeRead) {
  const char *function = R"(<domain: "loc", opset_import: ["" : 17]> F (a) => (b) { b = ReduceMax <axes = [0]> (a) })";
  Imported within(R"(
      yes = Constant <value = bool {1}> ()
      y = If (yes) <then_branch = t () => (p) { [f] p = loc.F (x) }, else_branch = e () => (q) { q = Neg (x) }>)",
                  function);
  EXPECT_THAT(within.test.errors, HasSubstr("[QC-I004] node F"));
  EXPECT_THAT(within.test.errors,
              HasSubstr("function F: expected opset 21 of the graph that it is called in, found 17, in which "
                        "operator ReduceMax is another one"));
  Imported future("[f] y = loc.F (x)", R"(<domain: "loc", opset_import: ["" : 99]> F (a) => (b) { b = Neg (a) })");
  EXPECT_THAT(future.test.errors, HasSubstr("[QC-I004] node F 'f': function F: expected opset 7 to "));
}

// A model that only calls functions need not import the operators that they use.
TEST(LocalFunctions, ImportsOfFunctionsCount) {
  Imported model("y = loc.F (x)", R"(<domain: "loc", opset_import: ["" : 17]>
    F (a) => (b) { c = ReduceMax <axes = [0]> (a) b = Sub (a, c) })",
                 "\"loc\" : 1");
  EXPECT_THAT(model.run(), ElementsAre(-3, 0));
}

TEST(LocalFunctions, KnownOperatorsCount) {
  Imported model("y = Relu (x)", R"(<domain: "", opset_import: ["" : 21]> Relu (a) => (b) { b = Neg (a) })");
  EXPECT_THAT(model.run(), ElementsAre(0, 2));
  EXPECT_THAT(model.report.repairs,
              Contains("function 'Relu' of domain '' not used: there is an operator of that name"));
}

TEST(LocalFunctions, RecursionIsRefused) {
  Imported model("[start] y = loc.A (x)", R"(
    <domain: "loc", opset_import: ["" : 21, "loc" : 1]> A (a) => (b) { [down] b = loc.B (a) }
    <domain: "loc", opset_import: ["" : 21, "loc" : 1]> B (a) => (b) { [up] b = loc.A (a) })");
  EXPECT_EQ(model.test.errors,
            "[QC-I002] node A 'start/down/up': expected functions that do not call themselves, found A -> B -> A\n");
}

// Each of 40 functions calls the next one twice.
TEST(LocalFunctions, ExplosionsAreRefused) {
  std::string functions;
  for (int i = 0; i < 40; ++i) {
    std::string next = i < 39 ? "loc.F" + std::to_string(i + 1) : "Neg";
    functions += "<domain: \"loc\", opset_import: [\"\" : 21, \"loc\" : 1]> F" + std::to_string(i) +
                 " (a) => (c) { b = " + next + " (a) c = " + next + " (b) }";
  }
  Imported model("y = loc.F0 (x)", functions);
  EXPECT_THAT(model.test.errors, HasSubstr("[QC-I003]"));
  EXPECT_THAT(model.test.errors, HasSubstr("expected functions of at most 131072 nodes"));
}

TEST(LocalFunctions, BrokenFunctionsAreRefused) {
  // The model's x is not visible inside.
  EXPECT_THAT(
      Imported("[f] y = loc.F (x)", R"(<domain: "loc", opset_import: ["" : 21]> F (a) => (b) { b = Add (a, x) })")
          .test.errors,
      HasSubstr("[QC-I002] node F 'f': function F: its value 'x' is defined by nothing"));
  EXPECT_THAT(Imported("[f] y = loc.F (x)", R"(<domain: "loc", opset_import: ["" : 21]> F (a) => (b) { c = Neg (a) })")
                  .test.errors,
              HasSubstr("its output 'b' is defined by nothing"));
  EXPECT_THAT(Imported("[f] y = loc.Twice (x, x)", kTwice).test.errors,
              HasSubstr("expected at most 1 inputs and 1 outputs of function Twice, found 2 and 1"));
  EXPECT_THAT(Imported("y = loc.Twice (x)", std::string(kTwice) + kTwice).test.errors,
              HasSubstr("expected one function 'Twice' of domain 'loc', found more"));
  EXPECT_THAT(
      Imported("[f] y = loc.F (x)", R"(<domain: "loc", opset_import: ["loc" : 1]> F (a) => (b) { b = Neg (a) })")
          .test.errors,
      HasSubstr("expected an opset import for operator Neg, found none"));
}

TEST(LocalFunctions, UnknownOperatorsWithinAreNamedByTheirWay) {
  Imported model("[f] y = loc.F (x)",
                 R"(<domain: "loc", opset_import: ["my" : 1]> F (a) => (b) { [in] b = my.Beam (a) })");
  EXPECT_EQ(model.test.errors, "[QC-I003] node Beam 'f/in': operator Beam of domain 'my' is unknown in version 1\n");
}

} // namespace
} // namespace qcompile
