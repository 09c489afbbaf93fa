//===- Fusion.cpp - One quantizer with the operator before it -------------===//
#include "passes/fuse-quantized-operators/Fusion.h"

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/LinearParameters.h"

using namespace mlir;

namespace qcompile {

/// Whether the operator has a quantized form, of all or of some.
static bool hasQuantizedForm(Operation *op) {
  return isa<onnx::ConvOp, onnx::MatMulOp, onnx::GemmOp, onnx::AddOp, onnx::MulOp, onnx::ConcatOp, onnx::WhereOp,
             onnx::SigmoidOp, onnx::LeakyReluOp, onnx::SoftmaxOp, onnx::AveragePoolOp, onnx::GlobalAveragePoolOp,
             onnx::ReduceMeanOp>(op);
}

Operation *Fusion::findOperator() const {
  Value value = quantize->getOperand(0);
  if (auto relu = value.getDefiningOp<onnx::ReluOp>(); relu && value.hasOneUse() && hasNothingBelowZero())
    value = relu->getOperand(0);
  Operation *op = value.getDefiningOp();
  return op && hasQuantizedForm(op) && value.hasOneUse() ? op : nullptr;
}

bool Fusion::join(Operation *op, std::string &reason) const {
  Value scale = quantize->getOperand(1);
  Type scaleType = cast<RankedTensorType>(scale.getType()).getElementType();
  if (cast<RankedTensorType>(scale.getType()).getNumElements() != 1 || !getCodeType().isInteger(8)) {
    reason = "its result is not quantized to 8 bits with one scale";
    return false;
  }
  // QLinearMatMul alone has scales of 16 bits, and rounds no sum to as many, as a MatMul of such floats does.
  if (!computesInFloat32(quantize)) {
    reason = scaleType.isF32() ? "its result is not quantized in float32" : "its scale is not float32";
    return false;
  }
  if (isa<onnx::AddOp, onnx::MulOp>(op))
    return joinPointwise(op, reason);
  if (isa<onnx::ConvOp, onnx::MatMulOp, onnx::GemmOp>(op))
    return joinLinear(op, reason);
  if (isa<onnx::ConcatOp>(op))
    return joinConcat(op, reason);
  if (isa<onnx::WhereOp>(op))
    return joinWhere(op, reason);
  return joinFunction(op, reason);
}

bool Fusion::hasNothingBelowZero() const {
  data::ConstantAttr zeroPoint = getConstant(quantize->getOperand(2));
  return zeroPoint && zeroPoint.getType().getNumElements() == 1 &&
         zeroPoint.getTensor().IntegerAt(0) == zeroPoint.getTensor().type().MinValue();
}

Type Fusion::getCodeType() const { return cast<RankedTensorType>(quantize->getResult(0).getType()).getElementType(); }

std::optional<CodedOperand> Fusion::readAlike(Value value, std::string &reason) const {
  std::optional<CodedOperand> operand = readOperand(value, reason);
  if (operand && (operand->isPerAxis() || operand->getElementType() != getCodeType())) {
    reason = "its operands and its result are not of one type with one scale each";
    return std::nullopt;
  }
  return operand;
}

SmallVector<Value> Fusion::getOperands(const CodedOperand &lhs, const CodedOperand &rhs) const {
  return {lhs.codes, lhs.scale,     lhs.zeroPoint,           rhs.codes,
          rhs.scale, rhs.zeroPoint, quantize->getOperand(1), quantize->getOperand(2)};
}

} // namespace qcompile
