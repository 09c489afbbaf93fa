//===- ImportMistakesTest.cpp - What files get wrong, within nodes too ----===//
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "onnx/defs/parser.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gmock/gmock.h"

namespace qcompile {
namespace {

using runtime::Tensor;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

::onnx::ModelProto parse(const std::string &imports, const std::string &graph) {
  ::onnx::ModelProto model;
  auto status =
      ::onnx::OnnxParser::Parse(model, ("<ir_version: 10, opset_import: [" + imports + "]> g " + graph).c_str());
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

struct Imported {
  explicit Imported(const ::onnx::ModelProto &model) {
    module = importOnnx(&test.context, model.SerializeAsString(), "net.onnx", "", {}, report);
  }
  Imported(const std::string &imports, const std::string &graph) : Imported(parse(imports, graph)) {}

  /// What becomes of four numbers.
  std::vector<float> run(const std::vector<float> &x) {
    EXPECT_TRUE(module) << test.errors;
    if (!module)
      return {};
    auto evaluator = Evaluator::create(*module->getOps<mlir::func::FuncOp>().begin());
    EXPECT_TRUE(bool(evaluator));
    auto outputs = evaluator->run({Tensor::FromFloats({4}, x)});
    if (!outputs) {
      ADD_FAILURE() << llvm::toString(outputs.takeError());
      return {};
    }
    const auto values = (*outputs)[0].Floats();
    return {values.begin(), values.end()};
  }

  testing::TestContext test;
  ImportReport report;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// A condition that holds, before `nodes` that make t and `others` that make e.
std::string makeIf(const std::string &nodes, const std::string &others = "e = Neg (x)",
                   const std::string &constants = "") {
  return "(float[4] x) => (float[4] y) <bool yes = {1}" + constants +
         "> { [choice] y = If (yes) <then_branch = t () => (float[4] t) {" + nodes +
         "}, else_branch = e () => (float[4] e) {" + others + "}> }";
}

// Add broadcasts otherwise since opset 7.
TEST(ImportMistakes, OldOperatorsWithinNodesAreSeen) {
  const std::string constants = ", float[4] b = {1, 2, 3, 4}";
  EXPECT_THAT(
      Imported("\"\" : 6", makeIf("t = Add <broadcast = 1, axis = 0> (x, b)", "e = Neg (x)", constants)).test.errors,
      HasSubstr("[QC-I004] expected opset 7 to "));
  EXPECT_THAT(Imported("\"\" : 6", makeIf("t = Relu (x)")).run({-1, 2, -3, 4}), ElementsAre(0, 2, 0, 4));
}

// ONNX' checker and ONNX Runtime refuse both.
TEST(ImportMistakes, UnknownAttributesAreRefused) {
  Imported flat("\"\" : 13", "(float[4] x) => (float[4] y) { [sum] a = Add <axis = 0> (x, x) "
                             "[other] y = Add <axis = 0, broadcast = 1> (a, x) }");
  EXPECT_EQ(flat.test.errors,
            "[QC-I002] node Add 'sum': attribute 'axis' is unknown to operator Add in version 13 (2 nodes)\n"
            "[QC-I002] node Add 'other': attribute 'broadcast' is unknown to operator Add in version 13\n");
  EXPECT_EQ(Imported("\"\" : 13", makeIf("t = Neg (x)", "[inner] e = Add <axis = 0> (x, x)")).test.errors,
            "[QC-I002] node Add 'inner': attribute 'axis' is unknown to operator Add in version 13\n");
  // Together with what else is wrong.
  Imported both("\"\" : 13",
                "(float[4] x) => (float[4] y) { [sum] a = Add <axis = 0> (x, x) [what] y = Frobnicate (a) }");
  EXPECT_THAT(both.test.errors, HasSubstr("[QC-I002] node Add 'sum'"));
  EXPECT_THAT(both.test.errors, HasSubstr("[QC-I003] node Frobnicate 'what'"));
}

// The axes of ReduceSum are an input since opset 13.
TEST(ImportMistakes, AttributesAreThoseOfTheOpset) {
  const std::string graph = "(float[4] x) => (float[1] y) { [sum] y = ReduceSum <axes = [0]> (x) }";
  EXPECT_THAT(Imported("\"\" : 12", graph).run({1, 2, 3, 4}), ElementsAre(10));
  EXPECT_THAT(Imported("\"\" : 13", graph).test.errors,
              HasSubstr("attribute 'axes' is unknown to operator ReduceSum in version 13"));
  // Names that tools reserve.
  EXPECT_THAT(Imported("\"\" : 13", "(float[4] x) => (float[4] y) { y = Neg <__note = 1> (x) }").run({1, 2, 3, 4}),
              ElementsAre(-1, -2, -3, -4));
}

constexpr char kQuantizer[] = ", float s = {1}, float z = {0}, float w = {3}";
constexpr char kQonnx[] = "\"\" : 21, \"qonnx.custom_op.general\" : 1";

TEST(ImportMistakes, NotesOfExportersAreLeftOut) {
  Imported model(
      kQonnx, "(float[4] x) => (float[4] y) <float s = {1}, float z = {0}, float w = {3}> { y = "
              "qonnx.custom_op.general.Quant <rounding_mode = \"ROUND\", origin = \"layer\", rank = 1> (x, s, z, w) }");
  EXPECT_TRUE(model.module) << model.test.errors;
  EXPECT_THAT(model.report.repairs,
              Contains("2 attributes that operators do not have left out: 'origin' of Quant, 'rank' of Quant"));
}

// What functions import says nothing about the operators of the model: Softmax is another one since opset 13.
TEST(ImportMistakes, OpsetsOfFunctionsAreNotTheModels) {
  const ::onnx::ModelProto model =
      parse("\"loc\" : 1", R"((float[4] x) => (float[4] y) { a = loc.F (x) [last] y = Softmax (a) }
    <domain: "loc", opset_import: ["" : 11]> F (a) => (b) { b = Softmax (a) })");
  EXPECT_THAT(
      Imported(model).test.errors,
      HasSubstr("[QC-I002] expected an opset import of the default domain, found none; what node Softmax 'last'"));
}

TEST(ImportMistakes, FormatsWithinNodesAreSeen) {
  const std::string constants = ", float s = {1}, int8 z = {0}";
  Imported pair("\"\" : 21",
                makeIf("q = QuantizeLinear (x, s, z) t = DequantizeLinear (q, s, z)", "e = Neg (x)", constants));
  EXPECT_TRUE(pair.module) << pair.test.errors;
  EXPECT_THAT(pair.report.formats, ElementsAre("QDQ"));
  Imported clipped("\"\" : 21", makeIf("q = QuantizeLinear (x, s, z) c = Clip (q, low) t = DequantizeLinear (c, s, z)",
                                       "e = Neg (x)", constants + ", int8 low = {-8}"));
  EXPECT_THAT(clipped.report.formats, ElementsAre("QCDQ"));
}

TEST(ImportMistakes, QuantizersWithinNodesAreRepaired) {
  auto quantize = [](const std::string &attributes) {
    return Imported(
        kQonnx, makeIf("t = qonnx.custom_op.general.Quant " + attributes + " (x, s, z, w)", "e = Neg (x)", kQuantizer));
  };
  Imported silent = quantize("");
  EXPECT_THAT(silent.report.formats, ElementsAre("QONNX"));
  EXPECT_THAT(silent.report.repairs, Contains("missing rounding_mode of 1 quantizer taken as ROUND"));
  Imported floors = quantize("<rounding_mode = \"floor\">");
  EXPECT_THAT(floors.report.repairs, Contains("rounding_mode of 1 quantizer brought to its canonical spelling"));
  EXPECT_THAT(floors.run({-0.5f, 0.5f, 1.5f, -100}), ElementsAre(-1, 0, 1, -4));
  // Ties below 0 up, others to even.
  Imported mixed = quantize("<rounding_mode = \"DPU\">");
  EXPECT_THAT(mixed.run({-1.5f, -2.5f, 0.5f, 1.5f}), ElementsAre(-1, -2, 0, 2));
}

// Brevitas' name of Trunc, of which a sixth input makes another version.
TEST(ImportMistakes, OperatorsWithinNodesAreRenamed) {
  Imported trunc("\"\" : 21, \"onnx.brevitas\" : 1",
                 makeIf("t = onnx.brevitas.TruncQuant <rounding_mode = \"FLOOR\"> (x, s, z, from, o, w)", "e = Neg (x)",
                        std::string(kQuantizer) + ", float from = {8}, float o = {2}"));
  EXPECT_THAT(trunc.report.repairs, Contains("operator TruncQuant of 1 node read as Trunc"));
  EXPECT_THAT(trunc.run({3, 4, 5, -100}), ElementsAre(2, 4, 4, -8));
}

// ONNX Runtime exchanges dimensions of batches then, which no operator of the standard does at once.
TEST(ImportMistakes, OperatorsWithoutABodyForTheirAttributesAreRefused) {
  Imported model(
      "\"\" : 13, \"com.microsoft\" : 1",
      "(float[2,2,2] x) => (float[2,2,2] y) { [product] y = com.microsoft.FusedMatMul <transBatchA = 1> (x, x) }");
  EXPECT_EQ(model.test.errors,
            "[QC-I003] node FusedMatMul 'product': operator FusedMatMul of domain 'com.microsoft' is not "
            "supported with the attributes and inputs that it has here\n");
}

// One message, and the value's name where the tensor has none.
TEST(ImportMistakes, MissingDataOfConstantNodesIsOneError) {
  ::onnx::ModelProto model =
      parse("\"\" : 13", "(float[4] x) => (float[4] y) { k = Constant <value = float[4] {1, 2, 3, 4}> () "
                         "y = Add (x, k) }");
  ::onnx::TensorProto &tensor = *model.mutable_graph()->mutable_node(0)->mutable_attribute(0)->mutable_t();
  tensor.clear_name();
  tensor.clear_float_data();
  tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
  auto &entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value("k.bin");
  EXPECT_EQ(Imported(model).test.errors,
            "[QC-I008] initializer 'k': external data 'k.bin' refused: a model from memory has no folder\n");
}

//===----------------------------------------------------------------------===//
// Nodes that do not fit their operators
//===----------------------------------------------------------------------===//

// All at once.
TEST(ImportMistakes, NodesThatDoNotFitTheirOperatorsAreRefused) {
  Imported model("\"\" : 20",
                 "(float[4] x) => (float[4] y) { [axis] a = Concat <axis = 1.5> (x, x) [absent] b = Add (, x) "
                 "[few] c = Add (x) [many] d = Add (x, x, x) [two] e, f = Relu (x) y = Relu (x) }");
  EXPECT_EQ(
      model.test.errors,
      "[QC-I002] node Relu 'two': expected 1 output of operator Relu, found 2\n"
      "[QC-I002] node Add 'few': expected 2 inputs of operator Add, found 1\n"
      "[QC-I002] node Add 'many': expected 2 inputs of operator Add, found 3\n"
      "[QC-I002] node Concat 'axis': expected attribute 'axis' of operator Concat to be of type int, found float\n"
      "[QC-I002] node Add 'absent': expected input 'A' of operator Add, found none\n");
}

// Also in branches.
TEST(ImportMistakes, OptionalInputsMayBeAbsent) {
  Imported model("\"\" : 20", makeIf("t = Clip (x, , three)", "e = Neg (x)", ", float three = {3}"));
  EXPECT_THAT(model.run({1, 2, 5, 9}), ElementsAre(1, 2, 3, 3));
  EXPECT_THAT(Imported("\"\" : 20", makeIf("t = Clip (, three)", "e = Neg (x)", ", float three = {3}")).test.errors,
              HasSubstr("expected input 'input' of operator Clip, found none"));
}

TEST(ImportMistakes, ANodeWithoutOperatorIsRefused) {
  ::onnx::ModelProto model = parse("\"\" : 20", "(float[4] x) => (float[4] y) { [void] y = Relu (x) }");
  model.mutable_graph()->mutable_node(0)->clear_op_type();
  EXPECT_EQ(Imported(model).test.errors,
            "[QC-I003] node without operator 'void': expected the name of an operator, found none\n");
}

TEST(ImportMistakes, InputsWithoutTypeAreRefused) {
  ::onnx::ModelProto model = parse("\"\" : 20", "(float[4] x) => (float[4] y) { y = Relu (x) }");
  model.mutable_graph()->mutable_input(0)->clear_type();
  EXPECT_EQ(Imported(model).test.errors, "[QC-I002] input 'x': expected a type, found none\n");
}

// The kernel is larger than its input.
TEST(ImportMistakes, ResultsBelowZeroAreRefused) {
  Imported model("\"\" : 20", "(float[1,1,4,4] x, float[1,1,9,9] w) => (float[1,1,a,b] y) { [conv] y = Conv (x, w) }");
  EXPECT_EQ(model.test.errors, "[QC-I006] node 'conv': value 'y': expected dimensions of at least 0, found "
                               "'tensor<1x1x-4x-4xf32>'\n");
}

//===----------------------------------------------------------------------===//
// Values that are defined twice
//===----------------------------------------------------------------------===//

TEST(ImportMistakes, EqualInitializersOfOneNameAreOne) {
  Imported model(
      "\"\" : 20",
      "(float[4] x) => (float[4] y) <float[4] w = {1, 2, 3, 4}, float[4] w = {1, 2, 3, 4}> { y = Add (x, w) }");
  EXPECT_THAT(model.report.repairs, Contains("1 initializer written twice taken once"));
  EXPECT_THAT(model.run({1, 1, 1, 1}), ElementsAre(2, 3, 4, 5));
}

TEST(ImportMistakes, OtherValuesOfOneNameAreRefused) {
  EXPECT_EQ(Imported("\"\" : 20", "(float[4] x) => (float[4] y) <float[4] w = {1, 2, 3, 4}, float[4] w = {1, 2, 3, 5}> "
                                  "{ y = Add (x, w) }")
                .test.errors,
            "[QC-I002] initializer 'w' is defined twice, with different values: expected one of that name\n");
  EXPECT_EQ(Imported("\"\" : 20", "(float[4] x, float[4] x) => (float[4] y) { y = Relu (x) }").test.errors,
            "[QC-I002] input 'x' is defined twice: expected one of that name\n");
}

} // namespace
} // namespace qcompile
