//===- QdqWriter.cpp - One quantizer by linear operators ------------------===//
#include "passes/write-qdq/QdqWriter.h"

#include "passes/rewriting/OnnxSteps.h"
#include "passes/rewriting/QuantizerRounding.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// What QuantizeLinear does otherwise than the quantizer, in words; an empty string where it gives the same codes.
static std::string describeDifference(const Quantizer &quantizer) {
  std::string out;
  if (roundsAsQuantizeLinear(quantizer) || quantizer.op->hasAttr(kRoundsAlikeAttr))
    return out;
  if (quantizer.rounding != runtime::RoundingMode::kHalfEven) {
    absl::string_view name = runtime::RoundingModeName(quantizer.rounding);
    out = "it rounds by " + std::string(name.data(), name.size()) + ", QuantizeLinear half to even";
  }
  if (quantizer.hasZeroPoint() && !quantizer.roundsFirst)
    out += std::string(out.empty() ? "" : ", and ") +
           "it adds the zero point before rounding, QuantizeLinear after it, so that ties and the "
           "rounding of the sum differ";
  return out;
}

/// Whether runtimes limit integers of the type.
static bool hasClip(DataType type) { return type.bits == 8 || type.bits == 32; }

/// Limits codes where the type has more. Of constants it may have fewer than the range, but all that there are.
static Value writeClip(OnnxSteps &steps, Value codes, DataType type, int64_t low, int64_t high) {
  low = std::max(low, type.MinValue());
  high = std::min(high, type.MaxValue());
  if (low == type.MinValue() && high == type.MaxValue())
    return codes;
  auto bound = [&](StringRef name, int64_t value) {
    return steps.constant(name, *Tensor::FromIntegers(type, {}, {value}));
  };
  return steps.apply("Clip", {codes, bound("low", low), bound("high", high)}, {}, codes.getType());
}

void QdqWriter::writeStoredClip(Operation *op) const {
  Operation *constant = op->getOperand(0).getDefiningOp();
  auto range = constant ? constant->getAttrOfType<DenseI64ArrayAttr>(kCodesAttr) : nullptr;
  data::ConstantAttr codes = getConstant(op->getOperand(0));
  if (!choice.clip || !range || range.size() != 2 || !codes)
    return;
  OnnxSteps steps(op);
  op->setOperand(0, writeClip(steps, op->getOperand(0), codes.getTensor().type(), range[0], range[1]));
}

bool QdqWriter::writeConstant(const Quantizer &quantizer, const Granularity &granularity, std::string &reason) const {
  llvm::Expected<runtime::Value> result = evaluateOnConstants(quantizer.op);
  if (!result || !result->quantized) {
    reason = result ? "it has no codes" : llvm::toString(result.takeError());
    return false;
  }
  const Tensor &codes = result->quantized->codes;
  std::optional<DataType> type = chooseConstantStorage(quantizer, codes, choice, reason);
  std::optional<Tensor> zeroPoint = type ? makeZeroPoints(granularity.zeroPoint, *type, reason) : std::nullopt;
  if (!zeroPoint)
    return false;
  OnnxSteps steps(quantizer.op);
  Value stored = steps.constant(
      data::ConstantAttr::get(quantizer.op->getContext(), nameCodes(getConstant(quantizer.input).getName()),
                              *Tensor::FromIntegers(*type, codes.shape(), codes.ToIntegers())));
  if (choice.clip && hasClip(*type))
    stored = writeClip(steps, stored, *type, quantizer.low, quantizer.high);
  SmallVector<Value> parameters{stored, steps.constant("scale", granularity.scale)};
  if (type->bits != 32)
    parameters.push_back(steps.constant("zero_code", *zeroPoint));
  steps.finish("DequantizeLinear", parameters, granularity.getAttributes(steps));
  return true;
}

/// The value of code -1 or +1: on the grid, whatever is divided and rounded then.
static Value writeSign(OnnxSteps &steps, const Quantizer &quantizer) {
  RankedTensorType type = quantizer.getType();
  Value x = quantizer.input, scale = steps.constant("step", quantizer.scale);
  if (quantizer.hasZeroPoint()) {
    x = steps.apply("Div", {x, scale});
    x = steps.apply("Add", {x, steps.constant("shift", quantizer.zeroPoint)});
  }
  Value positive =
      steps.apply("GreaterOrEqual", {x, steps.constant(0.0f)}, {}, type.clone(IntegerType::get(type.getContext(), 1)));
  Value up = quantizer.hasZeroPoint() ? steps.constant("positive_step", getValue(quantizer, 1)) : scale;
  return steps.apply("Where", {positive, up, steps.constant("negative_step", getValue(quantizer, -1))});
}

/// Whether codes are limited as floats: what is beyond the value of the last code has that code, rounding being
/// monotone.
bool QdqWriter::hasLimits(const Quantizer &quantizer, DataType type) const {
  bool whole = quantizer.low == type.MinValue() && quantizer.high == type.MaxValue();
  bool clips = choice.clip && hasClip(type);
  return quantizer.ranges || (!whole && !clips && !quantizer.isBipolar);
}

void QdqWriter::finishPair(const Quantizer &quantizer, const Granularity &granularity, DataType type,
                           const Tensor &zeroPoint, Value x) const {
  // The names of its steps do not depend on what stands before.
  OnnxSteps steps(quantizer.op);
  if (hasLimits(quantizer, type))
    x = writeLimits(steps, quantizer, x);
  Value scale = steps.constant("scale", granularity.scale);
  // Not the name of a float zero point of QONNX.
  Value zero = steps.constant("zero_code", zeroPoint);
  SmallVector<NamedAttribute> where = granularity.getAttributes(steps);
  Type codeType = quantizer.getType().clone(cast<RankedTensorType>(zero.getType()).getElementType());
  Value codes = steps.apply("QuantizeLinear", {x, scale, zero}, where, codeType);
  if (choice.clip && hasClip(type))
    codes = writeClip(steps, codes, type, quantizer.low, quantizer.high);
  steps.finish("DequantizeLinear", {codes, scale, zero}, where);
}

bool QdqWriter::writeActivation(const Quantizer &quantizer, const Granularity &granularity, std::string &reason,
                                std::string &note) const {
  std::optional<DataType> type = chooseStorage(quantizer, choice, reason);
  std::optional<Tensor> zeroPoint = type ? makeZeroPoints(granularity.zeroPoint, *type, reason) : std::nullopt;
  if (!zeroPoint)
    return false;
  std::string difference = describeDifference(quantizer);
  bool rounds = !difference.empty() && !allowApproximate;
  if (quantizer.hasBipolarElements) {
    reason =
        "its bit widths vary, and elements of one signed bit have the codes -1 and +1, for which limits have no form";
    return false;
  }
  if ((rounds || hasLimits(quantizer, *type)) && !canRoundBefore(quantizer)) {
    reason = (rounds ? difference : "its codes are fewer than those of " + type->ToString()) +
             ", and its largest values are not finite, or have more than 17 bits";
    return false;
  }
  OnnxSteps steps(quantizer.op);
  Value x = quantizer.input;
  if (quantizer.isBipolar) {
    x = writeSign(steps, quantizer);
  } else if (rounds) {
    x = writeRounding(steps, quantizer);
    note = difference + "; operations in front of it round first";
  } else if (!difference.empty()) {
    note = difference + "; it is left to QuantizeLinear";
  }
  finishPair(quantizer, granularity, *type, *zeroPoint, x);
  return true;
}

bool QdqWriter::write(const Quantizer &quantizer, std::string &reason, std::string &note) const {
  std::optional<Granularity> granularity = getGranularity(cast<RankedTensorType>(quantizer.input.getType()),
                                                          quantizer.scale, quantizer.zeroPoint, choice.opset, reason);
  if (!granularity)
    return false;
  if (getConstant(quantizer.input))
    return writeConstant(quantizer, *granularity, reason);
  return writeActivation(foldRounding(quantizer), *granularity, reason, note);
}

} // namespace qcompile
