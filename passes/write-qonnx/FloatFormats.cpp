//===- FloatFormats.cpp - types of 8 and 4 bits as FloatQuant -------------===//
#include <cmath>

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/LinearParameters.h"
#include "passes/write-qonnx/QonnxWriter.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Whether the value that stands for 0 is 0.
static bool isZero(Value zeroPoint) {
  data::ConstantAttr constant = getConstant(zeroPoint);
  return constant && llvm::all_of(constant.getBytes(), [](uint8_t byte) { return byte == 0; });
}

/// What a saturating QuantizeLinear of the same scales, in float32, makes the values of; null for others.
static Value findQuantized(Operation *dequantize) {
  auto quantize = dequantize->getOperand(0).getDefiningOp<onnx::QuantizeLinearOp>();
  if (!quantize)
    return nullptr;
  auto saturate = quantize->getAttrOfType<IntegerAttr>("saturate");
  bool same =
      computesInFloat32(quantize) && (!saturate || saturate.getInt() != 0) && haveSameParameters(quantize, dequantize);
  return same ? quantize->getOperand(0) : Value();
}

bool writeFloatQuant(Operation *op, const FloatFormat &format, std::string &reason) {
  data::ConstantAttr scale = getConstant(op->getOperand(1));
  if (!scale || !scale.getType().getElementType().isF32()) {
    reason = "expected constant float32 scales for float8 values";
    return false;
  }
  std::optional<Tensor> scales = spreadParameter(op, scale.getTensor(), reason);
  if (!scales)
    return false;
  if (op->getNumOperands() > 2 && !isZero(op->getOperand(2))) {
    reason = "FloatQuant has no zero point";
    return false;
  }
  data::ConstantAttr constant = getConstant(op->getOperand(0));
  std::optional<Tensor> values;
  if (constant)
    values = dequantize(constant.getTensor(), *scales, Tensor::ScalarFloat(0));
  if (values && llvm::any_of(values->Floats(), [](float value) { return !std::isfinite(value); }))
    values = std::nullopt;
  Value x = findQuantized(op);
  if (!x && !values) {
    reason = constant
                 ? "a float8 constant is not finite"
                 : "float8 values that no saturating QuantizeLinear of the same scales makes have no form in QONNX";
    return false;
  }
  OnnxSteps steps(op);
  if (values)
    x = steps.constant(data::ConstantAttr::get(op->getContext(), nameValues(constant.getName()), *values));
  auto number = [&](StringRef name, double value) { return steps.constant(name, Tensor::ScalarFloat(float(value))); };
  NamedAttribute attributes[] = {steps.attribute("has_inf", int64_t(0)), steps.attribute("has_nan", int64_t(1)),
                                 steps.attribute("has_subnormal", int64_t(1)),
                                 steps.attribute("saturation", int64_t(1)),
                                 steps.attribute("rounding_mode", StringRef("ROUND"))};
  steps.finish("FloatQuant",
               {x, steps.constant("scale", *scales), number("exponent_bits", format.exponentBits),
                number("mantissa_bits", format.mantissaBits), number("exponent_bias", format.bias),
                number("max_val", format.largest)},
               attributes);
  return true;
}

} // namespace qcompile
