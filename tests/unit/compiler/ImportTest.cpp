//===- ImportTest.cpp - Models from memory --------------------------------===//
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "compiler/session/Session.h"
#include "dialects/qnn/QnnDialect.h"
#include "onnx/onnx_pb.h"
#include "tests/unit/compiler/RandomModel.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

void addPort(::onnx::ValueInfoProto &port, const std::string &name) {
  port.set_name(name);
  auto &type = *port.mutable_type()->mutable_tensor_type();
  type.set_elem_type(::onnx::TensorProto::FLOAT);
  for (int64_t size : {1, 2})
    type.mutable_shape()->add_dim()->set_dim_value(size);
}

/// y = x + (1, -2), as bytes.
std::string makeModel() {
  ::onnx::ModelProto model;
  model.set_ir_version(10);
  model.add_opset_import()->set_version(20);
  ::onnx::GraphProto &graph = *model.mutable_graph();
  graph.set_name("g");
  addPort(*graph.add_input(), "x");
  addPort(*graph.add_output(), "y");
  ::onnx::TensorProto &weights = *graph.add_initializer();
  weights.set_name("w");
  weights.set_data_type(::onnx::TensorProto::FLOAT);
  weights.add_dims(2);
  weights.add_float_data(1);
  weights.add_float_data(-2);
  ::onnx::NodeProto &node = *graph.add_node();
  node.set_op_type("Add");
  node.set_name("sum");
  node.add_input("x");
  node.add_input("w");
  node.add_output("y");
  return model.SerializeAsString();
}

TEST(Import, ModelComputesWhatItSays) {
  testing::TestContext test;
  ImportReport report;
  auto module = importOnnx(&test.context, makeModel(), "net.onnx", "", {}, report);
  ASSERT_TRUE(module) << test.errors;
  EXPECT_EQ(report.opset, 20);
  EXPECT_EQ(report.nodes, 1u);
  auto main = *module->getOps<mlir::func::FuncOp>().begin();
  auto evaluator = Evaluator::create(main);
  ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
  EXPECT_EQ(evaluator->inputs()[0].name, "x");
  EXPECT_EQ(evaluator->outputs()[0].name, "y");
  auto outputs = evaluator->run({runtime::Tensor::FromFloats({1, 2}, {0.5f, 0.25f})});
  ASSERT_TRUE(bool(outputs)) << llvm::toString(outputs.takeError());
  EXPECT_EQ((*outputs)[0], runtime::Tensor::FromFloats({1, 2}, {1.5f, -1.75f}));
}

/// A truncated file is refused with a coded message, or, where what is left is a whole message by chance,
/// gives a module that can be asked for its program.
TEST(Import, EveryTruncationIsReported) {
  std::string whole = makeModel();
  for (size_t size = 0; size < whole.size(); ++size) {
    testing::TestContext test;
    ImportReport report;
    auto module = importOnnx(&test.context, llvm::StringRef(whole).take_front(size), "net.onnx", "", {}, report);
    EXPECT_EQ(!module, !test.errors.empty()) << size;
    if (!module)
      EXPECT_EQ(test.errors.rfind("[QC-I", 0), 0u) << size << ": " << test.errors;
  }
}

/// Any byte changed to any of a few others: a message or a module, and never a crash.
TEST(Import, DamagedBytesAreSurvived) {
  std::string whole = makeModel();
  for (size_t i = 0; i < whole.size(); ++i)
    for (int mask : {0x01, 0x08, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[i] = char(damaged[i] ^ mask);
      testing::TestContext test;
      ImportReport report;
      auto module = importOnnx(&test.context, damaged, "net.onnx", "", {}, report);
      EXPECT_EQ(!module, !test.errors.empty()) << i << " " << mask << ": " << test.errors;
    }
}

TEST(Import, ExternalDataWithoutAFolderIsRefused) {
  ::onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(makeModel()));
  ::onnx::TensorProto &weights = *model.mutable_graph()->mutable_initializer(0);
  weights.clear_float_data();
  weights.set_data_location(::onnx::TensorProto::EXTERNAL);
  for (std::string location : {"../../etc/passwd", "/etc/passwd", "w.bin", ""}) {
    weights.clear_external_data();
    auto &entry = *weights.add_external_data();
    entry.set_key("location");
    entry.set_value(location);
    testing::TestContext test;
    ImportReport report;
    EXPECT_FALSE(importOnnx(&test.context, model.SerializeAsString(), "net.onnx", "", {}, report));
    EXPECT_NE(test.errors.find("[QC-I008]"), std::string::npos) << location << ": " << test.errors;
  }
}

/// A network of one operator that resizes x [1, 1, 1, 4] by `scales` along the last dimension, at opset 10.
std::string makeResize(const std::string &mode, float scale) {
  ::onnx::ModelProto model;
  model.set_ir_version(5);
  model.add_opset_import()->set_version(10);
  ::onnx::GraphProto &graph = *model.mutable_graph();
  graph.set_name("g");
  auto &input = *graph.add_input();
  input.set_name("x");
  auto &type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(::onnx::TensorProto::FLOAT);
  for (int64_t size : {1, 1, 1, 4})
    type.mutable_shape()->add_dim()->set_dim_value(size);
  auto &output = *graph.add_output();
  output.set_name("y");
  output.mutable_type()->mutable_tensor_type()->set_elem_type(::onnx::TensorProto::FLOAT);
  ::onnx::TensorProto &scales = *graph.add_initializer();
  scales.set_name("s");
  scales.set_data_type(::onnx::TensorProto::FLOAT);
  scales.add_dims(4);
  for (float value : {1.0f, 1.0f, 1.0f, scale})
    scales.add_float_data(value);
  ::onnx::NodeProto &node = *graph.add_node();
  node.set_op_type("Resize");
  node.add_input("x");
  node.add_input("s");
  node.add_output("y");
  auto &attribute = *node.add_attribute();
  attribute.set_name("mode");
  attribute.set_type(::onnx::AttributeProto::STRING);
  attribute.set_s(mode);
  return model.SerializeAsString();
}

/// The model with its initializer as the value of a Constant.
std::string storeInConstant(const std::string &bytes) {
  ::onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  ::onnx::GraphProto &graph = *model.mutable_graph();
  ::onnx::NodeProto &node = *graph.add_node();
  node.set_op_type("Constant");
  node.add_output(graph.initializer(0).name());
  auto &value = *node.add_attribute();
  value.set_name("value");
  value.set_type(::onnx::AttributeProto::TENSOR);
  *value.mutable_t() = graph.initializer(0);
  graph.clear_initializer();
  return model.SerializeAsString();
}

/// Position i of the result comes from i / scale, as the operator tests of opset 10 have it: enlarged by 2, rounded
/// down or interpolated; reduced to 0.6, rounded up.
TEST(ImportTest, ResizeOfOldOpsetsKeepsItsPositions) {
  struct Case {
    std::string mode;
    float scale;
    std::vector<float> expected;
  };
  for (const Case &c : {Case{"nearest", 2, {1, 1, 2, 2, 3, 3, 4, 4}}, Case{"linear", 2, {1, 1.5, 2, 2.5, 3, 3.5, 4, 4}},
                        Case{"nearest", 0.6f, {1, 3}}}) {
    for (bool inConstant : {false, true}) {
      std::string model = makeResize(c.mode, c.scale);
      Session session({});
      ASSERT_TRUE(session.loadBytes(inConstant ? storeInConstant(model) : model, "m.onnx"));
      llvm::Expected<Evaluator> evaluator =
          Evaluator::create(session.module().lookupSymbol<mlir::func::FuncOp>("main"));
      ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
      auto result = evaluator->run({runtime::Tensor::FromFloats({1, 1, 1, 4}, std::vector<float>{1, 2, 3, 4})});
      ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
      absl::Span<const float> found = (*result)[0].Floats();
      EXPECT_EQ(std::vector<float>(found.begin(), found.end()), c.expected) << c.mode << " " << c.scale;
    }
  }
}

} // namespace
} // namespace qcompile
