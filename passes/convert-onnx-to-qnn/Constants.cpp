//===- Constants.cpp - Values that depend on constants alone --------------===//
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "runtime/reference/registry.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile {

/// Gives codes the narrowest type of their kind that holds all of them.
static void narrowCodes(runtime::Tensor &codes) {
  std::vector<int64_t> values = codes.ToIntegers();
  if (values.empty())
    return;
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  bool isSigned = codes.type().kind == runtime::TypeKind::kSigned;
  auto make = isSigned ? runtime::DataType::Signed : runtime::DataType::Unsigned;
  int bits = 1;
  while (!make(bits).Contains(*low) || !make(bits).Contains(*high))
    ++bits;
  codes = *runtime::Tensor::FromIntegers(make(bits), codes.shape(), values);
}

/// Evaluates an operation of constant operands, so that rearranged quantized weights keep their codes. Whether
/// they are needed as integers or as floats, their users decide.
bool Converter::evaluateConstant(Operation *op) {
  if (auto constant = dyn_cast<onnx::ConstantOp>(op)) {
    if (auto value = dyn_cast_or_null<data::ConstantAttr>(constant.getValueAttr())) {
      constants[constant.getResult()] = value.getTensor();
      return true;
    }
    return false;
  }
  SmallVector<const runtime::Value *> operands;
  for (Value operand : getFormalOperands(op)) {
    auto it = operand ? constants.find(operand) : constants.end();
    if (operand && it == constants.end())
      return false;
    operands.push_back(operand ? &it->second : nullptr);
  }
  if (op->getNumOperands() == 0)
    return false;
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
  if (!results) {
    // Stays in the function; the evaluator will say what is wrong with it.
    llvm::consumeError(results.takeError());
    return false;
  }
  // The file holds codes in bytes or words, however few bits they have.
  if (isa<onnx::DequantizeLinearOp>(op) && results->front().quantized)
    narrowCodes(results->front().quantized->codes);
  for (auto [result, value] : llvm::zip(op->getResults(), *results))
    constants[result] = std::move(value);
  return true;
}

bool Converter::isQuantized(Value value) const {
  if (const IntegerForm *form = getForm(value))
    return form->quantized;
  if (auto constant = constants.find(value); constant != constants.end())
    return constant->second.quantized.has_value();
  return quantizedFloats.contains(value);
}

/// Notes results that are quantized although they stay float; those of the operands are known.
void Converter::noteQuantized(Operation *op) {
  // A selection or rearrangement of quantized values is one too, also where it stays float.
  static const llvm::StringSet<> selections = {
      "Relu",           "Clip",         "Min",       "Max",           "Reshape",   "Flatten",
      "Squeeze",        "Unsqueeze",    "Transpose", "Identity",      "Dropout",   "Slice",
      "Gather",         "Expand",       "Tile",      "Split",         "Pad",       "Resize",
      "DepthToSpace",   "SpaceToDepth", "MaxPool",   "GlobalMaxPool", "ReduceMax", "ReduceMin",
      "GatherElements", "TopK"};
  bool quantized = onnx::isQuantizer(op) || isa<onnx::DequantizeLinearOp>(op);
  if (isa<onnx::ConcatOp>(op))
    quantized = llvm::all_of(op->getOperands(), [&](Value operand) { return isQuantized(operand); });
  else if (op->getNumOperands() > 0 && selections.contains(op->getName().stripDialect()))
    quantized = isQuantized(op->getOperand(0));
  if (quantized)
    quantizedFloats.insert(op->result_begin(), op->result_end());
}

Value Converter::makeFloatConstant(Value value, const runtime::Tensor &tensor) {
  if (value.getDefiningOp<onnx::ConstantOp>())
    return value;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(value);
  return makeHeldConstant(builder, value.getLoc(), makeConstant(value.getLoc(), "float", tensor))->getResult(0);
}

} // namespace qcompile
