//===- Trunc.cpp - Dropped low bits by linear operators -------------------===//
#include <cmath>

#include "passes/rewriting/QuantizerRounding.h"
#include "passes/write-qdq/QdqWriter.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// 2^round(log2(ratio)). No fraction has the logarithm n + 1/2, so comparing squares decides.
static double getNearestPowerOfTwo(double ratio) {
  int exponent;
  double mantissa = std::frexp(ratio, &exponent);
  return std::ldexp(1.0, mantissa * mantissa > 0.5 ? exponent : exponent - 1);
}

/// Integers at the scale of the input, divided by a power of two, rounded, at the scale of the result: values on the
/// grid, which a quantizer only has to find again.
bool QdqWriter::writeTrunc(Operation *op, std::string &reason) const {
  SmallVector<double> numbers;
  for (Value operand : op->getOperands().drop_front()) {
    data::ConstantAttr constant = getConstant(operand);
    if (!constant || constant.getType().getNumElements() != 1) {
      reason = "expected one constant number for each of its parameters";
      return false;
    }
    numbers.push_back(constant.getTensor().DoubleAt(0));
  }
  auto scale = float(numbers[0]);
  bool hasOwnScale = numbers.size() == 5; // scale, zero point, bits, scale of the result, bits
  auto outScale = hasOwnScale ? float(numbers[3]) : scale;
  double factor =
      hasOwnScale ? 1 / getNearestPowerOfTwo(double(outScale) / double(scale)) : std::exp2(numbers[3] - numbers[2]);
  // The zero point shrinks with the codes where these get a scale of their own.
  double zeroPoint = numbers[1], outZeroPoint = hasOwnScale ? zeroPoint * factor : zeroPoint;
  auto range = op->getAttrOfType<DenseI64ArrayAttr>(kCodesAttr);
  auto name = op->getAttrOfType<StringAttr>("rounding_mode");
  std::string mode = name ? name.getValue().str() : "FLOOR";
  auto rounding = runtime::ParseRoundingMode(mode);
  if (!range || !rounding.ok()) {
    reason = "nothing is known of the codes that Trunc gives, so that they have no storage type";
    return false;
  }
  Quantizer quantizer;
  quantizer.op = op;
  quantizer.input = op->getOperand(0);
  quantizer.scale = Tensor::ScalarFloat(outScale);
  quantizer.zeroPoint = Tensor::ScalarFloat(float(outZeroPoint));
  quantizer.low = range[0];
  quantizer.high = range[1];
  std::optional<runtime::DataType> type = chooseStorage(quantizer, choice, reason);
  std::optional<Tensor> zeroCode = type ? makeZeroPoints(quantizer.zeroPoint, *type, reason) : std::nullopt;
  if (!zeroCode)
    return false;
  if (!canRoundBefore(quantizer)) {
    reason = "its values are not finite, or have more than 17 bits";
    return false;
  }
  OnnxSteps steps(op);
  Value x = steps.apply("Div", {quantizer.input, steps.constant("step", Tensor::ScalarFloat(scale))});
  if (zeroPoint != 0)
    x = steps.apply("Add", {x, steps.constant("shift", Tensor::ScalarFloat(float(zeroPoint)))});
  x = writeRound(steps, x, runtime::RoundingMode::kHalfEven);
  x = steps.apply("Mul", {x, steps.constant("factor", Tensor::ScalarFloat(float(factor)))});
  x = writeRound(steps, x, *rounding);
  if (quantizer.hasZeroPoint())
    x = steps.apply("Sub", {x, steps.constant("out_shift", quantizer.zeroPoint)});
  x = steps.apply("Mul", {x, steps.constant("out_step", quantizer.scale)});
  Granularity granularity{quantizer.scale, quantizer.zeroPoint, 0};
  finishPair(quantizer, granularity, *type, *zeroCode, x);
  return true;
}

} // namespace qcompile
