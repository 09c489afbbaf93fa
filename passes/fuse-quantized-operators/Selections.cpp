//===- Selections.cpp - Tensors brought to one scale ----------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/fuse-quantized-operators/Fusion.h"

using namespace mlir;

namespace qcompile {

bool Fusion::joinConcat(Operation *op, std::string &reason) const {
  SmallVector<CodedOperand> inputs;
  for (Value value : op->getOperands()) {
    std::optional<CodedOperand> input = readAlike(value, reason);
    if (!input)
      return false;
    inputs.push_back(*input);
  }
  OnnxSteps steps(quantize);
  SmallVector<Value> operands = {quantize->getOperand(1), quantize->getOperand(2)};
  for (CodedOperand &input : inputs) {
    materialise(steps, input);
    operands.append({input.codes, input.scale, input.zeroPoint});
  }
  steps.finish("QLinearConcat", operands, steps.attribute("axis", op->getAttrOfType<IntegerAttr>("axis").getInt()));
  return true;
}

bool Fusion::joinWhere(Operation *op, std::string &reason) const {
  std::optional<CodedOperand> x = readAlike(op->getOperand(1), reason);
  std::optional<CodedOperand> y = x ? readAlike(op->getOperand(2), reason) : std::nullopt;
  if (!y)
    return false;
  OnnxSteps steps(quantize);
  materialise(steps, *x);
  materialise(steps, *y);
  SmallVector<Value> operands = getOperands(*x, *y);
  operands.insert(operands.begin(), op->getOperand(0));
  steps.finish("QLinearWhere", operands);
  return true;
}

} // namespace qcompile
