//===- FloatFormats.cpp - float8 types as FloatQuant ----------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/LinearParameters.h"
#include "passes/write-qonnx/QonnxWriter.h"
#include "runtime/reference/broadcast.h"

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
static std::optional<Tensor> decode(data::ConstantAttr codes, const Tensor &scales) {
  RankedTensorType type = codes.getType();
  const llvm::fltSemantics &semantics = cast<FloatType>(type.getElementType()).getFloatSemantics();
  std::vector<float> values;
  runtime::Shape shape(type.getShape().begin(), type.getShape().end());
  runtime::BroadcastIndex scaleAt(scales.shape(), shape);
  for (auto [i, byte] : llvm::enumerate(codes.getBytes())) {
    llvm::APFloat value(semantics, llvm::APInt(8, byte));
    bool lost;
    value.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven, &lost);
    if (!value.isFinite())
      return std::nullopt;
    values.push_back(value.convertToFloat() * scales.Floats()[scaleAt(int64_t(i))]);
  }
  return Tensor::FromFloats(shape, values);
}

/// Whether the float8 value that stands for 0 is 0.
static bool isZero(Value zeroPoint) {
  data::ConstantAttr constant = getConstant(zeroPoint);
  return constant && llvm::all_of(constant.getBytes(), [](uint8_t byte) { return byte == 0; });
}

/// What a saturating QuantizeLinear of the same scales, in float32, makes the float8 values of; null for others.
static Value findQuantized(Operation *dequantize) {
  auto quantize = dequantize->getOperand(0).getDefiningOp<onnx::QuantizeLinearOp>();
  if (!quantize)
    return nullptr;
  auto saturate = quantize->getAttrOfType<IntegerAttr>("saturate");
  bool same = computesInFloat32(quantize) && (!saturate || saturate.getInt() != 0) && haveSameParameters(quantize, dequantize);
  return same ? quantize->getOperand(0) : Value();
}

bool writeFloatQuant(Operation *op, const FloatFormat &format, std::string &reason) {
  data::ConstantAttr scale = getConstant(op->getOperand(1));
  if (!scale || !scale.getType().getElementType().isF32()) {
    reason = "expected constant float32 scales for float8 values";
    return false;
  }
  Tensor scales = spreadParameter(op, scale.getTensor());
  if (op->getNumOperands() > 2 && !isZero(op->getOperand(2))) {
    reason = "FloatQuant has no zero point";
    return false;
  }
  data::ConstantAttr constant = getConstant(op->getOperand(0));
  std::optional<Tensor> values = constant ? decode(constant, scales) : std::nullopt;
  Value x = findQuantized(op);
  if (!x && !values) {
    reason = constant ? "a float8 constant is not finite"
                      : "float8 values that no saturating QuantizeLinear of the same scales makes have no form in QONNX";
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
               {x, steps.constant("scale", scales),
                number("exponent_bits", format.exponentBits), number("mantissa_bits", format.mantissaBits),
                number("exponent_bias", format.bias), number("max_val", format.largest)},
               attributes);
  return true;
}

} // namespace qcompile
