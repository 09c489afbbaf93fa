//===- OnnxSteps.cpp - One onnx operation as several ----------------------===//
#include "passes/rewriting/OnnxSteps.h"

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile {

/// Operands by formal parameter, null where one is absent.
static void addOperands(OpBuilder &builder, OperationState &state, ValueRange operands) {
  SmallVector<int32_t> segments;
  for (Value operand : operands) {
    segments.push_back(operand ? 1 : 0);
    if (operand)
      state.operands.push_back(operand);
  }
  if (state.name.hasTrait<OpTrait::AttrSizedOperandSegments>())
    state.addAttribute("operandSegmentSizes", builder.getDenseI32ArrayAttr(segments));
}

Value OnnxSteps::apply(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes, Type type) {
  std::string suffix = ("." + name + Twine(steps++)).str();
  std::string node = onnx::getNodeName(op->getLoc()).str() + suffix;
  std::string tensor = onnx::getTensorName(op->getLoc()).str() + suffix;
  Location inner = NameLoc::get(builder.getStringAttr(tensor), UnknownLoc::get(builder.getContext()));
  OperationState state(NameLoc::get(builder.getStringAttr(node), inner), ("onnx." + name).str(), ValueRange(),
                       type ? type : op->getResult(0).getType(), attributes);
  addOperands(builder, state, operands);
  return builder.create(state)->getResult(0);
}

Value OnnxSteps::constant(float value) {
  return constant(data::ConstantAttr::get(builder.getContext(), "constant", runtime::Tensor::ScalarFloat(value)));
}

Value OnnxSteps::constant(StringRef suffix, const runtime::Tensor &tensor) {
  return constant(data::ConstantAttr::get(builder.getContext(), name(suffix), tensor));
}

Value OnnxSteps::constant(data::ConstantAttr value) {
  return apply("Constant", {}, builder.getNamedAttr("value", value), value.getType());
}

std::string OnnxSteps::name(StringRef suffix) const {
  StringRef tensor = onnx::getTensorName(op->getLoc());
  return (tensor.empty() ? suffix : tensor + "." + suffix).str();
}

Value OnnxSteps::last(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes, Type type) {
  OperationState state(op->getLoc(), ("onnx." + name).str(), ValueRange(), type, attributes);
  addOperands(builder, state, operands);
  return builder.create(state)->getResult(0);
}

void OnnxSteps::finish(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes) {
  op->getResult(0).replaceAllUsesWith(last(name, operands, attributes, op->getResult(0).getType()));
  op->erase();
}

} // namespace qcompile
