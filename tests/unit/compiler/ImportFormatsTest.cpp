//===- ImportFormatsTest.cpp - How files write quantization ---------------===//
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "onnx/onnx_pb.h"
#include "tests/unit/compiler/RandomModel.h"
#include "llvm/ADT/StringExtras.h"
#include "gmock/gmock.h"

namespace qcompile {
namespace {

using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A model of float32 tensors [1, 2] from x to y.
class Model {
public:
  explicit Model(int64_t opset = 21) {
    model.set_ir_version(10);
    model.add_opset_import()->set_version(opset);
    model.mutable_graph()->set_name("g");
    port(*model.mutable_graph()->add_input(), "x");
    port(*model.mutable_graph()->add_output(), "y");
  }

  NodeProto &node(const std::string &type, const std::string &domain, const std::vector<std::string> &inputs,
                  const std::string &output) {
    NodeProto &node = *model.mutable_graph()->add_node();
    node.set_op_type(type);
    node.set_name(type + "_" + output);
    node.set_domain(domain);
    for (const std::string &input : inputs)
      node.add_input(input);
    node.add_output(output);
    return node;
  }

  void constant(const std::string &name, float value) {
    TensorProto &tensor = add(name, TensorProto::FLOAT);
    tensor.add_float_data(value);
  }
  void byte(const std::string &name, int value) { add(name, TensorProto::INT8).add_int32_data(value); }

  static void attribute(NodeProto &node, const std::string &name, int64_t value) {
    auto &out = *node.add_attribute();
    out.set_name(name);
    out.set_type(::onnx::AttributeProto::INT);
    out.set_i(value);
  }
  static void attribute(NodeProto &node, const std::string &name, const std::string &value) {
    auto &out = *node.add_attribute();
    out.set_name(name);
    out.set_type(::onnx::AttributeProto::STRING);
    out.set_s(value);
  }

  ModelProto model;

private:
  static void port(::onnx::ValueInfoProto &port, const std::string &name) {
    port.set_name(name);
    auto &type = *port.mutable_type()->mutable_tensor_type();
    type.set_elem_type(TensorProto::FLOAT);
    for (int64_t size : {1, 2})
      type.mutable_shape()->add_dim()->set_dim_value(size);
  }
  TensorProto &add(const std::string &name, int type) {
    TensorProto &tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    return tensor;
  }
};

struct Imported {
  explicit Imported(const Model &model) {
    module = importOnnx(&test.context, model.model.SerializeAsString(), "net.onnx", "", {}, report);
    if (module)
      module->walk([&](mlir::Operation *op) { names.push_back(op->getName().getStringRef().str()); });
  }
  bool has(const std::string &name) const { return llvm::is_contained(names, name); }
  std::string repairs() const { return llvm::join(report.repairs, "\n"); }

  testing::TestContext test;
  ImportReport report;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> names;
};

/// QuantizeLinear, Clip where asked for, DequantizeLinear.
Model makePair(const std::string &domain, bool clips) {
  Model model;
  model.constant("s", 0.5f);
  model.byte("z", 0);
  model.byte("low", -8);
  model.byte("high", 7);
  model.node("QuantizeLinear", domain, {"x", "s", "z"}, "q");
  if (clips)
    model.node("Clip", "", {"q", "low", "high"}, "c");
  model.node("DequantizeLinear", domain, {clips ? "c" : "q", "s", "z"}, "y");
  return model;
}

TEST(ImportFormats, AClipOfCodesIsQcdq) {
  EXPECT_THAT(Imported(makePair("", true)).report.formats, ElementsAre("QCDQ"));
}

/// A Clip of floats beside quantizers is none of codes.
TEST(ImportFormats, AClipOfFloatsIsNot) {
  Model model = makePair("", false);
  model.model.mutable_graph()->mutable_node(1)->set_output(0, "d");
  model.constant("six", 6);
  model.node("Clip", "", {"d", "", "six"}, "y");
  EXPECT_THAT(Imported(model).report.formats, ElementsAre("QDQ"));
}

TEST(ImportFormats, PairsOfOnnxRuntimesDomainAreTheStandards) {
  Imported imported(makePair("com.microsoft", false));
  EXPECT_TRUE(imported.has("onnx.QuantizeLinear")) << imported.test.errors;
  EXPECT_THAT(imported.repairs(), HasSubstr("domain 'com.microsoft' of 2 nodes read as ''"));
}

TEST(ImportFormats, TruncHasTwoNamesAndTwoVersions) {
  for (bool second : {false, true}) {
    Model model;
    for (auto [name, value] : {std::pair("s", 1.0f), {"z", 0.0f}, {"in", 8.0f}, {"out", 4.0f}, {"os", 16.0f}})
      model.constant(name, value);
    std::vector<std::string> inputs = {"x", "s", "z", "in"};
    if (second)
      inputs.push_back("os");
    inputs.push_back("out");
    model.node("TruncQuant", "onnx.brevitas", inputs, "y");
    Imported imported(model);
    EXPECT_TRUE(imported.has(second ? "onnx.Trunc" : "onnx.Trunc_v1")) << imported.test.errors;
    EXPECT_THAT(imported.repairs(), HasSubstr("TruncQuant of 1 node read as Trunc"));
  }
}

/// DPU rounds ties below 0 up and other ties to even.
TEST(ImportFormats, DpuIsWrittenWithOtherModes) {
  for (bool isSigned : {false, true}) {
    Model model;
    for (auto [name, value] : {std::pair("s", 1.0f), {"z", 0.0f}, {"b", 3.0f}})
      model.constant(name, value);
    NodeProto &node = model.node("Quant", "qonnx.custom_op.general", {"x", "s", "z", "b"}, "y");
    Model::attribute(node, "signed", int64_t{isSigned});
    Model::attribute(node, "rounding_mode", std::string("dpu"));
    Imported imported(model);
    ASSERT_TRUE(imported.module) << imported.test.errors;
    auto evaluator = Evaluator::create(*imported.module->getOps<mlir::func::FuncOp>().begin());
    ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
    auto evaluate = [&](float a, float b) {
      auto outputs = evaluator->run({runtime::Tensor::FromFloats({1, 2}, {a, b})});
      EXPECT_TRUE(bool(outputs));
      return std::pair((*outputs)[0].Floats()[0], (*outputs)[0].Floats()[1]);
    };
    EXPECT_EQ(evaluate(0.5f, 1.5f), std::pair(0.0f, 2.0f));
    EXPECT_EQ(evaluate(-0.5f, 2.5f), std::pair(0.0f, 2.0f));
    EXPECT_EQ(evaluate(-1.5f, -2.5f), isSigned ? std::pair(-1.0f, -2.0f) : std::pair(0.0f, 0.0f));
    EXPECT_EQ(evaluate(-1.6f, -100), isSigned ? std::pair(-2.0f, -4.0f) : std::pair(0.0f, 0.0f));
  }
}

TEST(ImportFormats, NewerFilesAreRefused) {
  Model model = makePair("", false);
  model.model.set_ir_version(::onnx::Version::IR_VERSION + 1);
  EXPECT_THAT(Imported(model).test.errors, HasSubstr("[QC-I004] expected IR version"));
  Model opset = makePair("", false);
  opset.model.mutable_opset_import(0)->set_version(getNewestOpset() + 1);
  EXPECT_THAT(Imported(opset).test.errors, HasSubstr("[QC-I004] expected opset"));
}

TEST(ImportFormats, TooOldFilesAreRefused) {
  for (int64_t opset : {6, 1, 0, -1}) { // Add has broadcast otherwise since 7
    Model model(opset);
    model.node("Add", "", {"x", "x"}, "y");
    EXPECT_THAT(Imported(model).test.errors, HasSubstr("[QC-I004] expected opset 7 to ")) << opset;
  }
  // Not so Relu, which is that of opset 6 until 13.
  Model same(6);
  same.node("Relu", "", {"x"}, "y");
  EXPECT_THAT(Imported(same).repairs(), HasSubstr("opset 6 read as 7, which has the same operators"));
}

// ONNX' checker and ONNX Runtime refuse such files, too.
TEST(ImportFormats, FilesWithoutOpsetAreRefused) {
  Model model;
  model.node("Relu", "", {"x"}, "y");
  model.model.clear_opset_import();
  EXPECT_THAT(
      Imported(model).test.errors,
      HasSubstr("[QC-I002] expected an opset import of the default domain, found none; what node Relu 'Relu_y'"));
}

/// The oldest opset that exporters of quantized files use; Unsqueeze has its axes as an attribute there.
TEST(ImportFormats, OldFilesAreUpgraded) {
  Model model(7);
  model.model.set_ir_version(3);
  NodeProto &first = model.node("Unsqueeze", "", {"x"}, "u");
  auto &axes = *first.add_attribute();
  axes.set_name("axes");
  axes.set_type(::onnx::AttributeProto::INTS);
  axes.add_ints(0);
  NodeProto &second = model.node("Squeeze", "", {"u"}, "y");
  *second.add_attribute() = axes;
  Imported imported(model);
  EXPECT_TRUE(imported.module) << imported.test.errors;
  EXPECT_TRUE(imported.has("onnx.Squeeze"));
}

} // namespace
} // namespace qcompile
