//===- Qonnx.cpp - The quantizers of QONNX --------------------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "dialects/qnn/QnnDialect.h"
#include "passes/normalise-quantization/Formats.h"
#include "passes/rewriting/OnnxSteps.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

/// The parameter as a float32 constant, without dimensions of 1 in front of those of the quantizer's result.
static Value toFloatConstant(Operation *op, Value parameter, data::ConstantAttr constant) {
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  runtime::Shape shape = constant.getTensor().shape();
  while (result && int64_t(shape.size()) > result.getRank() && shape.front() == 1)
    shape.erase(shape.begin());
  if (constant.getType().getElementType().isF32() && shape == constant.getTensor().shape())
    return parameter;
  OpBuilder builder(op);
  return makeConstant(builder, parameter.getLoc(), constant.getName(), toFloats(constant.getTensor()).Reshaped(shape));
}

/// What a quantizer reads, in the shape of its result: parameters may have more elements than it.
static Value expandInput(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !result || !result.hasStaticShape() || type.getShape() == result.getShape())
    return op->getOperand(0);
  OnnxSteps steps(op);
  std::vector<int64_t> shape(result.getShape());
  Tensor extents = *Tensor::FromIntegers(runtime::DataType::Int64(), {result.getRank()}, shape);
  return steps.apply("Expand", {op->getOperand(0), steps.constant("shape", extents)}, {}, result);
}

static bool normaliseBipolar(onnx::BipolarQuantOp op) {
  data::ConstantAttr scale = requireConstant(op, op.getScale(), "scale");
  if (!scale || failed(checkScale(op, scale)))
    return false;
  op->setOperand(0, expandInput(op));
  op.getScaleMutable().assign(toFloatConstant(op, op.getScale(), scale));
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
    nodeError(op, Code::S004) << "expected rounding mode ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP or HALF_DOWN, found "
                              << rounding.getValue();
    ok = false;
  }
  if (!ok)
    return false;
  OpBuilder builder(op);
  OperationState state(op->getLoc(), onnx::QuantOp::getOperationName());
  state.addOperands({expandInput(op), toFloatConstant(op, scaleValue, scale), toFloatConstant(op, zeroValue, zeroPoint),
                     toFloatConstant(op, bits, bitWidth)});
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
