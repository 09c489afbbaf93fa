//===- OnnxTensor.cpp - Tensors in ONNX's own files -----------------------===//
#include "compiler/io/OnnxTensor.h"

#include "compiler/frontend/TensorData.h"
#include "compiler/nodes/NodeWriter.h"
#include "dialects/data/ElementStorage.h"

using namespace llvm;

namespace qcompile {

Expected<runtime::Tensor> parseOnnxTensor(StringRef bytes, StringRef path) {
  ::onnx::TensorProto tensor;
  if (bytes.empty() || !tensor.ParseFromArray(bytes.data(), int(bytes.size())))
    return createStringError("'" + path + "' is not an ONNX tensor");
  // Reading goes through a constant of a context of its own.
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<data::DataDialect>();
  std::string reason;
  context.getDiagEngine().registerHandler([&](mlir::Diagnostic &d) { reason = d.str(); });
  ImportOptions options;
  ImportReport report;
  frontend::ModelContext model{&context, std::make_shared<::onnx::ModelProto>(), path.str(), "", options, report};
  data::ConstantAttr constant = frontend::makeConstant(model, tensor, "input");
  if (!constant)
    return createStringError("'" + path + "': " + reason);
  if (!data::getDataType(constant.getType().getElementType()))
    return createStringError("'" + path + "': element type is not supported");
  return data::unpackElements(constant.getType(), constant.getBytes());
}

Expected<std::string> formatOnnxTensor(const runtime::Tensor &tensor, StringRef name) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<data::DataDialect>();
  ::onnx::TensorProto message;
  std::string problem;
  if (!nodes::writeTensor(data::ConstantAttr::get(&context, name, tensor), message, problem))
    return createStringError(problem);
  message.set_name(name.str());
  return message.SerializeAsString();
}

} // namespace qcompile
