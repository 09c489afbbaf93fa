//===- Operands.cpp - What a quantized operator takes ---------------------===//
#include "passes/fuse-quantized-operators/Operands.h"

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/LinearParameters.h"
#include "passes/rewriting/StridedCopy.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

bool CodedOperand::isPerAxis() const { return cast<RankedTensorType>(scale.getType()).getNumElements() > 1; }

Type CodedOperand::getElementType() const {
  auto type = cast<RankedTensorType>(codes.getType()).getElementType();
  return widened ? IntegerType::get(type.getContext(), 8, cast<IntegerType>(type).getSignedness()) : type;
}

data::ConstantAttr getStoredCodes(Value value) {
  if (auto clip = value.getDefiningOp<onnx::ClipOp>())
    value = clip->getOperand(0);
  return getConstant(value);
}

static int64_t getAxis(Operation *op) {
  auto axis = op->getAttrOfType<IntegerAttr>("axis");
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank(), at = axis ? axis.getInt() : 1;
  return at < 0 ? at + rank : at;
}

std::optional<CodedOperand> readOperand(Value value, std::string &reason) {
  CodedOperand out;
  auto transpose = value.getDefiningOp<onnx::TransposeOp>();
  if (transpose && cast<RankedTensorType>(value.getType()).getRank() == 2)
    value = transpose->getOperand(0);
  auto dequantize = value.getDefiningOp<onnx::DequantizeLinearOp>();
  if (!dequantize) {
    reason = "an operand is not dequantized";
    return std::nullopt;
  }
  out.transposed = transpose && value != transpose->getResult(0);
  out.codes = dequantize->getOperand(0);
  out.scale = dequantize->getOperand(1);
  out.zeroPoint = dequantize->getNumOperands() > 2 ? dequantize->getOperand(2) : Value();
  out.constant = getStoredCodes(out.codes);
  auto stored = dyn_cast<IntegerType>(out.getElementType());
  out.widened = out.constant && stored && stored.getWidth() < 8;
  auto block = dequantize->getAttrOfType<IntegerAttr>("block_size");
  if (!out.getElementType().isInteger(8) || (block && block.getInt() != 0) || !getConstant(out.scale) ||
      (out.zeroPoint && !getConstant(out.zeroPoint))) {
    reason = "an operand does not come from 8 bits with one scale, or one per channel";
    return std::nullopt;
  }
  if (!computesInFloat32(dequantize)) {
    reason = "an operand is not dequantized in float32";
    return std::nullopt;
  }
  if (out.transposed && !out.constant) {
    reason = "an operand is transposed";
    return std::nullopt;
  }
  if (out.isPerAxis())
    out.axis = out.transposed ? 1 - getAxis(dequantize) : getAxis(dequantize);
  if (out.isPerAxis() && !out.constant) {
    reason = "an activation has scales per channel";
    return std::nullopt;
  }
  return out;
}

Value readBias(Value value, const CodedOperand &x, const CodedOperand &w, std::string &reason) {
  auto dequantize = value.getDefiningOp<onnx::DequantizeLinearOp>();
  data::ConstantAttr codes = dequantize ? getStoredCodes(dequantize->getOperand(0)) : nullptr;
  data::ConstantAttr scale = dequantize ? getConstant(dequantize->getOperand(1)) : nullptr;
  if (!codes || !scale || !codes.getType().getElementType().isInteger(32)) {
    reason = "its bias is no constant of 32 bits";
    return nullptr;
  }
  if (!computesInFloat32(dequantize)) {
    reason = "its bias is not dequantized in float32";
    return nullptr;
  }
  float xScale = getConstant(x.scale).getTensor().Floats()[0];
  Tensor wScale = getConstant(w.scale).getTensor(), bScale = scale.getTensor();
  for (int64_t i = 0; i < std::max(wScale.size(), bScale.size()); ++i) {
    auto at = [&](const Tensor &t) { return t.Floats()[t.size() == 1 ? 0 : i]; };
    if (at(bScale) != xScale * at(wScale)) {
      reason = "the scale of its bias is not the product of those of its operands";
      return nullptr;
    }
  }
  Value stored = dequantize->getOperand(0);
  if (auto clip = stored.getDefiningOp<onnx::ClipOp>())
    stored = clip->getOperand(0);
  return stored;
}

/// The numbers of a constant in integers of another type.
static Value store(OnnxSteps &steps, data::ConstantAttr constant, const Tensor &numbers, runtime::DataType type) {
  return steps.constant(data::ConstantAttr::get(constant.getContext(), constant.getName(),
                                                *Tensor::FromIntegers(type, numbers.shape(), numbers.ToIntegers())));
}

void materialise(OnnxSteps &steps, CodedOperand &operand) {
  auto type = cast<IntegerType>(operand.getElementType()).isSigned() ? runtime::DataType::Signed(8)
                                                                     : runtime::DataType::Unsigned(8);
  if (!operand.zeroPoint)
    operand.zeroPoint = steps.constant("zero", Tensor(type, getConstant(operand.scale).getTensor().shape()));
  else if (operand.widened)
    operand.zeroPoint = store(steps, getConstant(operand.zeroPoint), getConstant(operand.zeroPoint).getTensor(), type);
  if (!operand.constant)
    return;
  Tensor codes = operand.constant.getTensor();
  if (operand.transposed || operand.widened)
    operand.codes = store(steps, operand.constant, operand.transposed ? permute(codes, {1, 0}) : codes, type);
  else if (auto clip = operand.codes.getDefiningOp<onnx::ClipOp>())
    operand.codes = clip->getOperand(0);
}

} // namespace qcompile
