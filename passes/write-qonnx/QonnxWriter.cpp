//===- QonnxWriter.cpp - One quantizer by operators of QONNX --------------===//
#include "passes/write-qonnx/QonnxWriter.h"

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/LinearParameters.h"
#include "passes/rewriting/QuantizerRounding.h"
#include "runtime/reference/broadcast.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// The value whose sign `quantizer` takes: Where(x >= 0, scale, -scale). Null for others.
static Value readSign(const Quantizer &quantizer) {
  auto where = quantizer.input.getDefiningOp<onnx::WhereOp>();
  auto compare = where ? where->getOperand(0).getDefiningOp<onnx::GreaterOrEqualOp>() : nullptr;
  data::ConstantAttr zero = compare ? getConstant(compare->getOperand(1)) : nullptr;
  if (!zero || quantizer.low != -1 || quantizer.high != 1 || quantizer.hasZeroPoint())
    return nullptr;
  data::ConstantAttr up = getConstant(where->getOperand(1)), down = getConstant(where->getOperand(2));
  std::vector<float> negative;
  for (float value : quantizer.scale.Floats())
    negative.push_back(-value);
  bool same = up && down && zero.getTensor() == Tensor::ScalarFloat(0) && up.getTensor() == quantizer.scale &&
              down.getTensor() == Tensor::FromFloats(quantizer.scale.shape(), negative);
  return same ? compare->getOperand(0) : Value();
}

/// Quant and BipolarQuant have all of the normal form but zero points that are added after rounding, and ranges of any
/// kind.
bool QonnxWriter::write(const Quantizer &original, std::string &reason, std::string &note) const {
  Value sign = original.isBipolar ? Value() : readSign(original);
  if (sign && sign.getType() == original.getType()) {
    OnnxSteps steps(original.op);
    steps.finish("BipolarQuant", {sign, steps.constant("scale", original.scale)});
    return true;
  }
  Quantizer quantizer = foldRounding(original);
  bool folded = quantizer.input != original.input;
  if (isa<onnx::QuantOp, onnx::BipolarQuantOp>(original.op) && !folded)
    return true;
  bool isWidth = hasWidth(quantizer), shifts = addsZeroPointLast(quantizer) && !original.op->hasAttr(kRoundsAlikeAttr);
  bool rounds = (shifts && !allowApproximate) || !isWidth;
  if (rounds && !canRoundBefore(quantizer)) {
    reason = quantizer.describe() +
             " with a zero point added after rounding, or in a range of no bit width, have no exact form in "
             "Quant where they are not finite or have more than 17 bits";
    return false;
  }
  // What rounds before already stays as it is.
  if (rounds && folded && isa<onnx::QuantOp>(original.op))
    return true;
  if (shifts)
    note = std::string(
               "its zero point is added after rounding, Quant adds it before, so that ties and the rounding of the "
               "sum differ; ") +
           (rounds ? "operations in front of it round first" : "it is left to Quant");
  OnnxSteps steps(original.op);
  Value x = quantizer.input;
  if (rounds) {
    x = writeRounding(steps, quantizer);
    if (!isWidth)
      x = writeLimits(steps, quantizer, x);
    quantizer.rounding = runtime::RoundingMode::kHalfEven;
  }
  finishQuant(steps, x, quantizer, getWidth(quantizer));
  return true;
}

/// The codes that a constant may have: those that it was limited to, else those of its type.
static QuantWidth getWidth(Value codes) {
  auto range = codes.getDefiningOp()->getAttrOfType<DenseI64ArrayAttr>(kCodesAttr);
  auto type = cast<IntegerType>(cast<RankedTensorType>(codes.getType()).getElementType());
  if (!range || range.size() != 2)
    return {int(type.getWidth()), type.isSigned(), false};
  Quantizer limited;
  limited.low = range[0];
  limited.high = range[1];
  return getWidth(limited);
}

Tensor dequantize(const Tensor &codes, const Tensor &scale, const Tensor &zeroPoint) {
  runtime::BroadcastIndex scaleAt(scale.shape(), codes.shape()), zeroAt(zeroPoint.shape(), codes.shape());
  std::vector<float> values;
  for (int64_t i = 0; i < codes.size(); ++i)
    values.push_back(float(codes.DoubleAt(i) - zeroPoint.DoubleAt(zeroAt(i))) * scale.Floats()[scaleAt(i)]);
  return Tensor::FromFloats(codes.shape(), values);
}

/// Whether the quantizer finds the codes in the values.
static bool givesBack(const Tensor &values, const Tensor &codes, const Tensor &scale, const Tensor &zeroPoint) {
  runtime::BroadcastIndex scaleAt(scale.shape(), values.shape()), zeroAt(zeroPoint.shape(), values.shape());
  for (int64_t i = 0; i < values.size(); ++i) {
    float quotient = values.Floats()[i] / scale.Floats()[scaleAt(i)];
    float sum = quotient + zeroPoint.Floats()[zeroAt(i)];
    if (runtime::RoundToIntegral(sum, runtime::RoundingMode::kHalfEven) != double(codes.IntegerAt(i)))
      return false;
  }
  return true;
}

bool QonnxWriter::writeDequantize(Operation *op, std::string &reason, std::string &note) const {
  if (std::optional<FloatFormat> format =
          getFloatFormat(cast<RankedTensorType>(op->getOperand(0).getType()).getElementType()))
    return writeFloatQuant(op, *format, reason);
  data::ConstantAttr codes = getConstant(op->getOperand(0)), scale = getConstant(op->getOperand(1));
  data::ConstantAttr zero = op->getNumOperands() > 2 ? getConstant(op->getOperand(2)) : nullptr;
  if (!codes || !scale || (op->getNumOperands() > 2 && !zero) || !scale.getType().getElementType().isF32())
    return true; // integers at a border of the model: a standard operator
  std::optional<Tensor> scales = spreadParameter(op, scale.getTensor(), reason);
  std::optional<Tensor> zeros = spreadParameter(op, zero ? toFloats(zero.getTensor()) : Tensor::ScalarFloat(0), reason);
  if (!scales || !zeros)
    return false;
  QuantWidth width = getWidth(op->getOperand(0));
  Tensor values = dequantize(codes.getTensor(), *scales, *zeros);
  if (!givesBack(values, codes.getTensor(), *scales, *zeros)) {
    note = "its codes have more than 24 bits, of which float32 and so Quant keeps the first";
    if (!allowApproximate) {
      reason = note;
      return false;
    }
  }
  OnnxSteps steps(op);
  Value floats = steps.constant(data::ConstantAttr::get(op->getContext(), nameValues(codes.getName()), values));
  Quantizer quantizer;
  quantizer.scale = std::move(*scales);
  quantizer.zeroPoint = std::move(*zeros);
  finishQuant(steps, floats, quantizer, width);
  return true;
}

} // namespace qcompile
