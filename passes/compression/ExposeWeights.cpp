//===- ExposeWeights.cpp - Integer weights as floats and a quantizer ------===//
#include "passes/compression/ExposeWeights.h"

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compression {

/// Codes of more bits are not found again by dividing their float by the scale.
static constexpr int kMostBits = 16;

static data::ConstantAttr getHeld(Value value) {
  auto constant = value.getDefiningOp<onnx::ConstantOp>();
  return constant ? constant->getAttrOfType<data::ConstantAttr>("value") : nullptr;
}

/// Whether a layer reads the value as its weights, directly or behind transpositions.
static bool isWeights(Value value) {
  return llvm::any_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<onnx::TransposeOp>(user))
      return isWeights(user->getResult(0));
    return isa<onnx::MatMulOp, onnx::GemmOp, onnx::ConvOp>(user) && use.getOperandNumber() == 1;
  });
}

static int countBits(const Tensor &codes) {
  std::vector<int64_t> values = codes.ToIntegers();
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  bool isSigned = codes.type().kind == runtime::TypeKind::kSigned;
  auto make = isSigned ? runtime::DataType::Signed : runtime::DataType::Unsigned;
  int bits = isSigned ? 2 : 1; // one signed bit is -1 and +1
  while (!make(bits).Contains(*low) || !make(bits).Contains(*high))
    ++bits;
  return bits;
}

static void expose(onnx::DequantizeLinearOp op) {
  std::vector<runtime::Value> values;
  for (Value operand : op->getOperands()) {
    data::ConstantAttr held = getHeld(operand);
    if (!held)
      return;
    values.push_back(held.getTensor());
  }
  const Tensor &codes = values[0].tensor;
  if (!codes.type().IsInteger() || codes.type().bits > kMostBits || codes.size() == 0)
    return;
  SmallVector<const runtime::Value *> operands;
  for (const runtime::Value &value : values)
    operands.push_back(&value);
  llvm::Expected<std::vector<runtime::Value>> result = evaluateOperation(op, operands);
  if (!result)
    return llvm::consumeError(result.takeError());
  if (!result->front().quantized)
    return;
  OpBuilder builder(op);
  std::string name = getHeld(op->getOperand(0)).getName().str();
  auto constant = [&](StringRef suffix, const Tensor &tensor, Location loc) {
    auto held = data::ConstantAttr::get(builder.getContext(), name + suffix.str(), tensor);
    return makeHeldConstant(builder, loc, held);
  };
  const runtime::QuantizedView &view = *result->front().quantized;
  Operation *old = op->getOperand(0).getDefiningOp();
  Operation *floats = constant("", result->front().tensor, old->getLoc());
  for (StringRef note : {"encoding.structure"})
    if (Attribute attribute = old->getAttr(note))
      floats->setAttr(note, attribute);
  OperationState state(op->getLoc(), onnx::QuantOp::getOperationName());
  state.addOperands({floats->getResult(0), constant(".scale", view.scale, op->getLoc())->getResult(0),
                     constant(".zero_point", view.zero_point, op->getLoc())->getResult(0),
                     constant(".bits", Tensor::ScalarFloat(float(countBits(codes))), op->getLoc())->getResult(0)});
  state.addTypes(op->getResultTypes());
  state.addAttribute("signed_", builder.getI64IntegerAttr(codes.type().kind == runtime::TypeKind::kSigned));
  state.addAttribute("narrow", builder.getI64IntegerAttr(0));
  state.addAttribute("rounding_mode", builder.getStringAttr("ROUND"));
  op->replaceAllUsesWith(builder.create(state));
  op->erase();
}

void exposeWeights(func::FuncOp function) {
  for (Operation &op : llvm::make_early_inc_range(function.front()))
    if (auto dequantize = dyn_cast<onnx::DequantizeLinearOp>(op); dequantize && isWeights(op.getResult(0)))
      expose(dequantize);
}

} // namespace qcompile::compression
