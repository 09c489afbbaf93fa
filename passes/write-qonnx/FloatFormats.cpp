//===- FloatFormats.cpp - float8 types as FloatQuant ----------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/write-qonnx/QonnxWriter.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

std::optional<FloatFormat> getFloatFormat(Type elementType) {
  if (isa<Float8E4M3FNType>(elementType))
    return FloatFormat{4, 3, 7, 448};
  if (isa<Float8E5M2Type>(elementType))
    return FloatFormat{5, 2, 15, 57344};
  if (isa<Float8E4M3FNUZType>(elementType))
    return FloatFormat{4, 3, 8, 240};
  if (isa<Float8E5M2FNUZType>(elementType))
    return FloatFormat{5, 2, 16, 57344};
  return std::nullopt;
}

/// The values of float8 codes times `scale`; nothing where one is not finite.
static std::optional<Tensor> decode(data::ConstantAttr codes, float scale) {
  RankedTensorType type = codes.getType();
  const llvm::fltSemantics &semantics = cast<FloatType>(type.getElementType()).getFloatSemantics();
  std::vector<float> values;
  for (uint8_t byte : codes.getBytes()) {
    llvm::APFloat value(semantics, llvm::APInt(8, byte));
    bool lost;
    value.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven, &lost);
    if (!value.isFinite())
      return std::nullopt;
    values.push_back(value.convertToFloat() * scale);
  }
  return Tensor::FromFloats({type.getShape().begin(), type.getShape().end()}, values);
}

bool writeFloatQuant(Operation *op, const FloatFormat &format, std::string &reason) {
  data::ConstantAttr scale = getConstant(op->getOperand(1));
  if (!scale || scale.getType().getNumElements() != 1 || !scale.getType().getElementType().isF32()) {
    reason = "expected one constant float32 scale for float8 values";
    return false;
  }
  Value codes = op->getOperand(0), x;
  std::optional<Tensor> values;
  auto quantize = codes.getDefiningOp<onnx::QuantizeLinearOp>();
  auto saturate = quantize ? quantize->getAttrOfType<IntegerAttr>("saturate") : nullptr;
  data::ConstantAttr constant = getConstant(codes);
  if (constant)
    values = decode(constant, float(scale.getTensor().DoubleAt(0)));
  else if (quantize && getConstant(quantize->getOperand(1)) == scale && (!saturate || saturate.getInt() != 0))
    x = quantize->getOperand(0);
  if (!x && !values) {
    reason = constant ? "a float8 constant is not finite"
                      : "float8 values that no saturating QuantizeLinear of the same scale makes have no form in QONNX";
    return false;
  }
  OnnxSteps steps(op);
  if (values)
    x = steps.constant(data::ConstantAttr::get(op->getContext(), nameValues(constant.getName()), *values));
  auto number = [&](StringRef name, float value) { return steps.constant(name, Tensor::ScalarFloat(value)); };
  NamedAttribute attributes[] = {
      steps.attribute("has_inf", int64_t(0)), steps.attribute("has_nan", int64_t(1)),
      steps.attribute("has_subnormal", int64_t(1)), steps.attribute("saturation", int64_t(1)),
      steps.attribute("rounding_mode", StringRef("ROUND"))};
  steps.finish("FloatQuant",
               {x, steps.constant("scale", scale.getTensor().Reshaped({})),
                number("exponent_bits", format.exponentBits), number("mantissa_bits", format.mantissaBits),
                number("exponent_bias", format.bias), number("max_val", format.largest)},
               attributes);
  return true;
}

} // namespace qcompile
