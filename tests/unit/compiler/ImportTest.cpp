//===- ImportTest.cpp - Models from memory --------------------------------===//
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "dialects/qnn/QnnDialect.h"
#include "gtest/gtest.h"
#include "onnx/onnx_pb.h"
#include "tests/unit/compiler/RandomModel.h"

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
    auto module = importOnnx(&test.context, llvm::StringRef(whole).take_front(size), "net.onnx", "",
                             {}, report);
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

} // namespace
} // namespace qcompile
