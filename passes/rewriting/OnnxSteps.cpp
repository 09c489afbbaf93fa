//===- OnnxSteps.cpp - One onnx operation as several ----------------------===//
#include "passes/rewriting/OnnxSteps.h"

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile {

Value OnnxSteps::apply(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes,
                       Type type) {
  std::string suffix = ("." + name + Twine(steps++)).str();
  std::string node = onnx::getNodeName(op->getLoc()).str() + suffix;
  std::string tensor = onnx::getTensorName(op->getLoc()).str() + suffix;
  Location inner = NameLoc::get(builder.getStringAttr(tensor), UnknownLoc::get(builder.getContext()));
  OperationState state(NameLoc::get(builder.getStringAttr(node), inner), ("onnx." + name).str(),
                       operands, type ? type : op->getResult(0).getType(), attributes);
  return builder.create(state)->getResult(0);
}

Value OnnxSteps::constant(float value) {
  auto attribute = data::ConstantAttr::get(builder.getContext(), "constant",
                                           runtime::Tensor::ScalarFloat(value));
  return apply("Constant", {}, builder.getNamedAttr("value", attribute), attribute.getType());
}

void OnnxSteps::finish(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes) {
  OperationState state(op->getLoc(), ("onnx." + name).str(), operands, op->getResult(0).getType(),
                       attributes);
  op->getResult(0).replaceAllUsesWith(builder.create(state)->getResult(0));
  op->erase();
}

} // namespace qcompile
