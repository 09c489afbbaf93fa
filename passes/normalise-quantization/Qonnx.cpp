//===- Qonnx.cpp - The quantizers of QONNX --------------------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "dialects/qnn/QnnDialect.h"
#include "passes/normalise-quantization/Formats.h"

using namespace mlir;

namespace qcompile::normalise {

/// The parameter as a float32 constant.
static Value toFloatConstant(OpBuilder &builder, Value parameter, data::ConstantAttr constant) {
  if (constant.getType().getElementType().isF32())
    return parameter;
  return makeConstant(builder, parameter.getLoc(), constant.getName(), toFloats(constant.getTensor()));
}

static bool normaliseBipolar(onnx::BipolarQuantOp op) {
  data::ConstantAttr scale = requireConstant(op, op.getScale(), "scale");
  if (!scale || failed(checkScale(op, scale)))
    return false;
  OpBuilder builder(op);
  op.getScaleMutable().assign(toFloatConstant(builder, op.getScale(), scale));
  return true;
}

static bool normaliseQuant(Operation *op) {
  Value scaleValue = op->getOperand(1), zeroValue = op->getOperand(2), bits = op->getOperand(3);
  data::ConstantAttr scale = requireConstant(op, scaleValue, "scale");
  data::ConstantAttr zeroPoint = requireConstant(op, zeroValue, "zero point");
  data::ConstantAttr bitWidth = requireConstant(op, bits, "bit width");
  if (!scale || !zeroPoint || !bitWidth)
    return false;
  auto quant = [&](StringRef name, auto otherwise) {
    Attribute attribute = op->getAttr(name);
    return attribute ? attribute : Attribute(otherwise);
  };
  Builder attributes(op->getContext());
  auto rounding = cast<StringAttr>(quant("rounding_mode", attributes.getStringAttr("ROUND")));
  // All of them are checked, so that all problems are reported at once.
  bool ok = succeeded(checkScale(op, scale));
  ok = succeeded(checkZeroPoint(op, zeroPoint)) && ok;
  ok = succeeded(checkBitWidth(op, bitWidth)) && ok;
  if (!qnn::isRoundingMode(rounding.getValue())) {
    nodeError(op, Code::S004)
        << "expected rounding mode ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP or HALF_DOWN, found "
        << rounding.getValue();
    ok = false;
  }
  if (!ok)
    return false;
  OpBuilder builder(op);
  OperationState state(op->getLoc(), onnx::QuantOp::getOperationName());
  state.addOperands({op->getOperand(0), toFloatConstant(builder, scaleValue, scale),
                     toFloatConstant(builder, zeroValue, zeroPoint), toFloatConstant(builder, bits, bitWidth)});
  state.addTypes(op->getResultTypes());
  state.addAttribute("signed_", quant("signed_", attributes.getI64IntegerAttr(1)));
  state.addAttribute("narrow", quant("narrow", attributes.getI64IntegerAttr(0)));
  state.addAttribute("rounding_mode", rounding);
  op->replaceAllUsesWith(builder.create(state));
  op->erase();
  return true;
}

bool normaliseQonnx(Operation *op, bool &ok) {
  if (auto bipolar = dyn_cast<onnx::BipolarQuantOp>(op))
    ok &= normaliseBipolar(bipolar);
  else if (isa<onnx::QuantOp, onnx::IntQuantOp>(op))
    ok &= normaliseQuant(op);
  else
    return false;
  return true;
}

} // namespace qcompile::normalise
