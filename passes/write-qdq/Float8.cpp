//===- Float8.cpp - FloatQuant by float8 types ----------------------------===//
#include <cmath>

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/FloatFormat.h"
#include "passes/rewriting/OnnxSteps.h"
#include "passes/write-qdq/QdqWriter.h"
#include "runtime/reference/broadcast.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// The codes of a constant; nothing where they do not give `values` back, or are not finite.
static std::optional<std::vector<uint8_t>> encode(const Tensor &x, const Tensor &values, const Tensor &scales,
                                                  const llvm::fltSemantics &semantics) {
  std::vector<uint8_t> out;
  runtime::BroadcastIndex scaleAt(scales.shape(), x.shape());
  llvm::APFloat largest = llvm::APFloat::getLargest(semantics);
  for (int64_t i = 0; i < x.size(); ++i) {
    float scale = scales.Floats()[scaleAt(i)];
    llvm::APFloat code(x.Floats()[i] / scale);
    bool lost;
    code.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &lost);
    if (!code.isFinite())
      code = std::signbit(x.Floats()[i]) ? -largest : largest;
    out.push_back(uint8_t(code.bitcastToAPInt().getZExtValue()));
    code.convert(llvm::APFloat::IEEEsingle(), llvm::APFloat::rmNearestTiesToEven, &lost);
    if (code.convertToFloat() * scale != values.Floats()[i])
      return std::nullopt;
  }
  return out;
}

static data::ConstantAttr makeFloat8(RankedTensorType type, StringRef name, std::vector<uint8_t> bytes) {
  auto owner = std::make_shared<std::vector<uint8_t>>(std::move(bytes));
  std::string error;
  return data::ConstantAttr::getFromStorage(type, name, *owner, owner, error);
}

bool QdqWriter::writeFloat(Operation *op, std::string &reason) const {
  data::ConstantAttr scaleConstant = getConstant(op->getOperand(1));
  SmallVector<double> numbers;
  for (Value operand : op->getOperands().drop_front(2)) {
    data::ConstantAttr constant = getConstant(operand);
    if (!scaleConstant || !constant || constant.getType().getNumElements() != 1) {
      reason = "expected constant scales, and one constant number for each of its other parameters";
      return false;
    }
    numbers.push_back(constant.getTensor().DoubleAt(0));
  }
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  Tensor scales = toFloats(scaleConstant.getTensor());
  std::optional<Granularity> granularity = getGranularity(type, scales, Tensor::ScalarFloat(0), choice.opset, reason);
  if (!granularity)
    return false;
  Type elementType = findFloatType(op->getContext(), {numbers[0], numbers[1], numbers[2], numbers[3]});
  auto quant = cast<onnx::FloatQuantOp>(op);
  auto mode = runtime::ParseRoundingMode(
      absl::string_view(quant.getRoundingMode().data(), quant.getRoundingMode().size()));
  if (!elementType || !mode.ok() || *mode != runtime::RoundingMode::kHalfEven || quant.getSaturation() == 0) {
    reason = "expected a format of ONNX (E4M3FN, E4M3FNUZ, E5M2, E5M2FNUZ) with saturation and half-even rounding, found " +
             std::to_string(int(numbers[0])) + " exponent bits, " + std::to_string(int(numbers[1])) +
             " mantissa bits, bias " + std::to_string(int(numbers[2])) + " and a largest value of " +
             std::to_string(numbers[3]);
    return false;
  }
  if (choice.opset != 0 && choice.opset < 19) {
    reason = "float8 types came with opset 19, and opset " + std::to_string(choice.opset) + " is asked for";
    return false;
  }
  auto codeType = type.clone(elementType);
  OnnxSteps steps(op);
  Value codes;
  if (data::ConstantAttr constant = getConstant(op->getOperand(0))) {
    llvm::Expected<runtime::Value> result = evaluateOnConstants(op);
    std::optional<std::vector<uint8_t>> bytes;
    if (result)
      bytes = encode(constant.getTensor(), result->tensor, scales,
                     cast<FloatType>(elementType).getFloatSemantics());
    else
      reason = llvm::toString(result.takeError());
    if (!bytes) {
      reason = reason.empty() ? "a value has no code" : reason;
      return false;
    }
    codes = steps.constant(makeFloat8(codeType, nameCodes(constant.getName()), std::move(*bytes)));
  }
  runtime::Shape shape = granularity->scale.shape();
  auto zeroType = RankedTensorType::get(shape, elementType);
  std::vector<uint8_t> zeros(granularity->scale.size(), 0);
  SmallVector<NamedAttribute> where = granularity->getAttributes(steps);
  Value step = steps.constant("scale", granularity->scale);
  Value zero = steps.constant(makeFloat8(zeroType, steps.name("zero_code"), std::move(zeros)));
  if (!codes)
    codes = steps.apply("QuantizeLinear", {op->getOperand(0), step, zero}, where, codeType);
  steps.finish("DequantizeLinear", {codes, step, zero}, where);
  return true;
}

} // namespace qcompile
