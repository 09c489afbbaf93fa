//===- Chain.cpp - The operations between integers and a quantizer --------===//
#include "passes/convert-onnx-to-qnn/Chain.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/Monotonicity.h"

using namespace mlir;

namespace qcompile {

static int64_t getRank(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

/// The one operand that is not constant, or null.
static Value getVariableOperand(Operation *op, const ConstantValues &constants) {
  Value variable;
  for (Value operand : op->getOperands()) {
    if (constants.contains(operand))
      continue;
    if (variable)
      return nullptr; // also where one value is used twice, as in x * sigmoid(x)
    variable = operand;
  }
  return variable;
}

/// Dimensions of the result along which the constant operands of a pointwise operation vary.
static void noteAxes(Operation *op, const ConstantValues &constants,
                     llvm::SmallDenseSet<int64_t> &axes) {
  int64_t rank = getRank(op->getResult(0));
  bool batchNorm = op->getName().getStringRef() == "onnx.BatchNormalization";
  for (Value operand : op->getOperands()) {
    auto constant = constants.find(operand);
    if (constant == constants.end())
      continue;
    const runtime::Shape &shape = constant->second.tensor.shape();
    for (size_t d = 0; d < shape.size(); ++d)
      if (shape[d] != 1)
        axes.insert(batchNorm ? 1 : rank - int64_t(shape.size()) + int64_t(d));
  }
}

std::optional<Chain> collectChain(Operation *last, const ConstantValues &constants,
                                  llvm::function_ref<bool(Value)> isSource) {
  Chain chain;
  llvm::SmallDenseSet<int64_t> axes;
  Value source = getVariableOperand(last, constants);
  if (!source)
    return std::nullopt;
  chain.operations.push_back(last);
  chain.monotone = onnx::isMonotone(last);
  noteAxes(last, constants, axes);
  while (!isSource(source)) {
    Operation *producer = source.getDefiningOp();
    if (!producer || !onnx::isPointwise(producer))
      break;
    Value next = getVariableOperand(producer, constants);
    // Broadcasting that changes the shape would mix channels.
    if (!next || next.getType() != source.getType())
      break;
    chain.operations.push_back(producer);
    chain.monotone &= onnx::isMonotone(producer);
    noteAxes(producer, constants, axes);
    source = next;
  }
  std::reverse(chain.operations.begin(), chain.operations.end());
  chain.source = source;
  if (axes.size() > 1)
    return std::nullopt;
  auto type = cast<RankedTensorType>(source.getType());
  chain.axis = axes.empty() ? (type.getRank() >= 2 ? 1 : 0) : *axes.begin();
  if (!axes.empty())
    chain.channels = type.getDimSize(chain.axis);
  return chain;
}

bool adoptAxis(Chain &chain, const IntegerForm &form) {
  bool formVaries = !form.isPerTensor() || form.bounds.size() > 1;
  if (!formVaries)
    return true;
  if (chain.channels != 1 && chain.axis != form.axis)
    return false;
  chain.axis = form.axis;
  chain.channels = form.getType().getDimSize(form.axis);
  return true;
}

runtime::Shape getChainShape(const Chain &chain, int64_t count) {
  runtime::Shape shape(getRank(chain.source), 1);
  if (shape.empty())
    return shape;
  shape[chain.axis] = chain.channels;
  if (chain.axis != 0)
    shape[0] = count;
  return shape;
}

static bool hasNan(const runtime::Tensor &tensor) {
  return tensor.type().IsFloat() && llvm::any_of(llvm::seq(tensor.size()), [&](int64_t i) {
           return std::isnan(tensor.DoubleAt(i));
         });
}

static llvm::Expected<runtime::Value> evaluateOnce(const Chain &chain,
                                                   const ConstantValues &constants,
                                                   runtime::Value value, bool &sawNan) {
  Value onChain = chain.source;
  for (Operation *op : chain.operations) {
    sawNan |= hasNan(value.tensor);
    SmallVector<const runtime::Value *> operands;
    for (Value operand : getFormalOperands(op))
      operands.push_back(!operand              ? nullptr
                         : operand == onChain ? &value
                                              : &constants.find(operand)->second);
    llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
    if (!results)
      return results.takeError();
    value = std::move(results->front());
    onChain = op->getResult(0);
  }
  return value;
}

llvm::Expected<ChainCodes> evaluateChain(const Chain &chain, const ConstantValues &constants,
                                         const runtime::Value &values) {
  ChainCodes out;
  llvm::Expected<runtime::Value> result = evaluateOnce(chain, constants, values, out.sawNan);
  if (!result)
    return result.takeError();
  if (!result->quantized || result->quantized->codes.size() != values.tensor.size())
    return llvm::createStringError("the chain does not end in one code per value");
  out.codes = result->quantized->codes.ToIntegers();
  return out;
}

} // namespace qcompile
