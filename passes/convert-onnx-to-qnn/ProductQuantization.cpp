//===- ProductQuantization.cpp - PqMatMul as qnn.pq -----------------------===//
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Why integers of this form are not the codes of `op`, or an empty string.
static std::string findReason(onnx::PqMatMulOp op, const IntegerForm &form, float inputScale) {
  if (form.pending || !form.isPerTensor() || !form.bias.empty() || form.divisor != 1)
    return "its input is not one scale times integers";
  if (form.scale[0] != double(inputScale))
    return "its input has scale " + std::to_string(form.scale[0]) + ", not its own " + std::to_string(inputScale);
  qnn::Bounds bounds = qnn::unite(form.bounds);
  if (bounds.low - form.zeroPoint[0] < int64_t(op.getLow()) || bounds.high - form.zeroPoint[0] > int64_t(op.getHigh()))
    return "its input has more levels than it has";
  return "";
}

/// Integers plus a number, in the narrowest type.
static Tensor addTo(const Tensor &integers, int64_t offset) {
  std::vector<int64_t> values = integers.ToIntegers();
  for (int64_t &value : values)
    value += offset;
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *Tensor::FromIntegers(qnn::Bounds{*low, *high}.narrowestType(), integers.shape(), values);
}

/// What is wrong with the parameters, or an empty string: the reference checks them for an input without rows.
static std::string findProblem(Operation *op, const std::vector<runtime::Value> &operands) {
  SmallVector<const runtime::Value *> pointers;
  for (const runtime::Value &operand : operands)
    pointers.push_back(&operand);
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, pointers);
  return results ? "" : llvm::toString(results.takeError());
}

/// A product by product quantization of integers that are the codes of its input. The float of scale * (code - zero
/// point), divided by the scale, rounds to code - zero point: both roundings together are far below a half for codes of
/// 22 bits.
bool Converter::convertProductQuantization(Operation *op, std::string &reason) {
  auto product = dyn_cast<onnx::PqMatMulOp>(op);
  if (!product)
    return false;
  std::optional<IntegerForm> input = getFormBehind(op->getOperand(0));
  std::vector<runtime::Value> parameters = {
      Tensor(runtime::DataType::Float32(), {0, tensorOf(op->getOperand(0)).getShape().back()})};
  for (Value operand : op->getOperands().drop_front()) {
    auto constant = constants.find(operand);
    if (constant == constants.end()) {
      reason = "its prototypes, tables or scales are not constant";
      return false;
    }
    parameters.push_back(constant->second.tensor);
  }
  reason = input ? findProblem(op, parameters) : "its input is not quantized";
  if (!reason.empty())
    return false;
  const Tensor &inputScale = parameters[1].tensor, &prototypes = parameters[2].tensor;
  const Tensor &scale = parameters[5].tensor, &bias = parameters[6].tensor;
  reason = findReason(product, *input, inputScale.Floats()[0]);
  if (!reason.empty())
    return false;
  IntegerForm form;
  form.axis = tensorOf(op->getResult(0)).getRank() - 1;
  form.zeroPoint = {0};
  for (int64_t i = 0; i < scale.size(); ++i)
    form.scale.push_back(scale.DoubleAt(i));
  for (int64_t i = 0; i < bias.size(); ++i)
    form.bias.push_back(bias.DoubleAt(i));
  if (llvm::all_of(form.bias, [](double b) { return b == 0; }))
    form.bias.clear();
  if (llvm::is_contained(form.scale, 0.0)) {
    reason = "a scale of its result is 0";
    return false;
  }
  int64_t factor = product.getFactor(), norm = product.getNorm();
  Location loc = op->getLoc();
  auto constant = [&](StringRef name, const Tensor &integers, int64_t added) {
    return makeConstant(loc, name, addTo(integers, added));
  };
  auto type = RankedTensorType::get(tensorOf(op->getResult(0)).getShape(), makeWidestType());
  auto sum = qnn::PqOp::create(
      builder, loc, type, input->codes, constant("prototypes", prototypes, factor * input->zeroPoint[0]),
      constant("offsets", parameters[3].tensor, 0), constant("tables", parameters[4].tensor, 0), factor, norm);
  return accumulate(op, sum, std::move(form), reason);
}

} // namespace qcompile
