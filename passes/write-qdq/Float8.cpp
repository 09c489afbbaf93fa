//===- Float8.cpp - FloatQuant by types of 8 and 4 bits -------------------===//
#include <cmath>

#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/FloatFormat.h"
#include "passes/rewriting/OnnxSteps.h"
#include "passes/write-qdq/QdqWriter.h"
#include "runtime/reference/broadcast.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// The codes of a constant; nothing where they do not give `values` back.
static std::optional<Tensor> encode(const Tensor &x, const Tensor &values, const Tensor &scales, runtime::DataType type,
                                    double largest) {
  std::vector<double> quotients;
  runtime::BroadcastIndex scaleAt(scales.shape(), x.shape());
  for (int64_t i = 0; i < x.size(); ++i)
    quotients.push_back(std::clamp<double>(x.Floats()[i] / scales.Floats()[scaleAt(i)], -largest, largest));
  Tensor codes = Tensor::FromReals(type, x.shape(), quotients);
  for (int64_t i = 0; i < x.size(); ++i)
    if (float(codes.DoubleAt(i)) * scales.Floats()[scaleAt(i)] != values.Floats()[i])
      return std::nullopt;
  return codes;
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
  auto mode =
      runtime::ParseRoundingMode(absl::string_view(quant.getRoundingMode().data(), quant.getRoundingMode().size()));
  if (!elementType || !mode.ok() || *mode != runtime::RoundingMode::kHalfEven || quant.getSaturation() == 0) {
    reason = "expected a format of ONNX (E4M3FN, E4M3FNUZ, E5M2, E5M2FNUZ, E2M1) with saturation and half-even "
             "rounding, found " +
             std::to_string(int(numbers[0])) + " exponent bits, " + std::to_string(int(numbers[1])) +
             " mantissa bits, bias " + std::to_string(int(numbers[2])) + " and a largest value of " +
             std::to_string(numbers[3]);
    return false;
  }
  bool isSmall = isa<Float4E2M1FNType>(elementType);
  if (int64_t since = isSmall ? 23 : 19; choice.opset != 0 && choice.opset < since) {
    reason = std::string(isSmall ? "float4" : "float8") + " types came with opset " + std::to_string(since) +
             ", and opset " + std::to_string(choice.opset) + " is asked for";
    return false;
  }
  runtime::DataType dataType = *data::getDataType(elementType);
  auto codeType = type.clone(elementType);
  OnnxSteps steps(op);
  Value codes;
  if (data::ConstantAttr constant = getConstant(op->getOperand(0))) {
    llvm::Expected<runtime::Value> result = evaluateOnConstants(op);
    std::optional<Tensor> encoded;
    if (result)
      encoded = encode(constant.getTensor(), result->tensor, scales, dataType, numbers[3]);
    else
      reason = llvm::toString(result.takeError());
    if (!encoded) {
      reason = reason.empty() ? "a value has no code" : reason;
      return false;
    }
    codes = steps.constant(data::ConstantAttr::get(op->getContext(), nameCodes(constant.getName()), *encoded));
  }
  SmallVector<NamedAttribute> where = granularity->getAttributes(steps);
  Value step = steps.constant("scale", granularity->scale);
  Value zero = steps.constant("zero_code", Tensor(dataType, granularity->scale.shape()));
  if (!codes)
    codes = steps.apply("QuantizeLinear", {op->getOperand(0), step, zero}, where, codeType);
  steps.finish("DequantizeLinear", {codes, step, zero}, where);
  return true;
}

} // namespace qcompile
