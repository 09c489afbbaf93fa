//===- Activation.cpp - Quantizers with the chain before them -------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Most thresholds of one activation (docs/Qnn.md, qnn.threshold C1).
static constexpr int64_t kMaxThresholds = 255;
/// Up to this many levels, comparing floats is cheaper than the quantizer's division.
static constexpr int64_t kMaxFloatThresholds = 15;

std::optional<CodeRange> Converter::getCodeRange(Operation *op) const {
  if (isa<onnx::BipolarQuantOp>(op))
    return CodeRange{DataType::Bipolar(), -1, 2, 1};
  if (auto quant = dyn_cast<onnx::QuantOp>(op)) {
    auto bitWidth = constants.find(quant->getOperand(3));
    if (bitWidth == constants.end())
      return std::nullopt;
    int bits = int(bitWidth->second.tensor.DoubleAt(0));
    bool isSigned = quant.getSigned_() != 0, narrow = quant.getNarrow() != 0;
    if (bits == 1 && isSigned)
      return CodeRange{DataType::Bipolar(), -1, 2, 1};
    DataType type = isSigned ? DataType::Signed(bits) : DataType::Unsigned(bits);
    int64_t low = type.MinValue() + (isSigned && narrow);
    int64_t high = type.MaxValue() - (!isSigned && narrow);
    return CodeRange{type, low, 1, high - low};
  }
  return std::nullopt;
}

Value Converter::createThreshold(Operation *op, Value input, int64_t axis,
                                 const Thresholds &thresholds) {
  auto type = RankedTensorType::get(
      cast<RankedTensorType>(input.getType()).getShape(),
      qnn::getCodeType(builder.getContext(), thresholds.codeType));
  return qnn::ThresholdOp::create(builder, op->getLoc(), type, input, axis,
                                  makeConstant(op->getLoc(), "thresholds", thresholds.values),
                                  thresholds.directions, thresholds.low, thresholds.step);
}

/// The scale and zero point of a quantizer as a view without codes.
static runtime::QuantizedView getParameters(Operation *op, const ConstantValues &constants,
                                            int64_t rank) {
  auto padded = [&](const Tensor &t) {
    runtime::Shape shape(std::max<int64_t>(rank - t.rank(), 0), 1);
    shape.insert(shape.end(), t.shape().begin(), t.shape().end());
    return t.Reshaped(shape);
  };
  Tensor zero = isa<onnx::BipolarQuantOp>(op)
                    ? Tensor::ScalarFloat(0)
                    : constants.find(op->getOperand(2))->second.tensor;
  return {Tensor(), padded(constants.find(op->getOperand(1))->second.tensor), padded(zero)};
}

/// Records that the result of quantizer `op` is `codes`. False, with the reason, where its parameters have no
/// integer reading.
bool Converter::setQuantizedResult(Operation *op, Value codes, const CodeRange &range,
                                   std::string &reason) {
  runtime::QuantizedView view =
      getParameters(op, constants, cast<RankedTensorType>(codes.getType()).getRank());
  view.codes = Tensor(range.type, {0});
  std::optional<IntegerForm> form = readQuantizedView(view, reason);
  if (!form)
    return false;
  form->codes = codes;
  form->bounds = {{range.low, range.low + range.step * range.levels}};
  forms[op->getResult(0)] = std::move(*form);
  return true;
}

bool Converter::convertIntegerActivation(Operation *op, Chain chain, const CodeRange &range,
                                         std::string &reason) {
  const IntegerForm &source = *getForm(chain.source);
  if (!adoptAxis(chain, source)) {
    reason = "its parameters vary along another dimension than the scale of its input";
    return false;
  }
  if (range.levels > kMaxThresholds) {
    reason = "it has " + std::to_string(range.levels + 1) + " levels, more than 256";
    return false;
  }
  // A quantizer with one code (unsigned, narrow, 1 bit) gets a threshold that nothing reaches.
  CodeRange searched = range;
  searched.levels = std::max<int64_t>(range.levels, 1);
  llvm::Expected<Thresholds> thresholds =
      findIntegerThresholds(chain, constants, source, searched, enumerationLimit);
  if (!thresholds) {
    reason = llvm::toString(thresholds.takeError());
    return false;
  }
  Value codes = createThreshold(op, source.codes, chain.axis, *thresholds);
  return setQuantizedResult(op, codes, range, reason);
}

/// A quantizer of a float: by comparing with thresholds where these are few and the chain before it is monotone,
/// else by its own formula.
bool Converter::convertFloatQuantizer(Operation *op, const std::optional<Chain> &chain,
                                      const CodeRange &range, std::string &reason) {
  if (chain && !getForm(chain->source) && range.levels >= 1 &&
      range.levels <= kMaxFloatThresholds) {
    llvm::Expected<Thresholds> thresholds = findFloatThresholds(*chain, constants, range);
    if (thresholds) {
      Value codes = createThreshold(op, chain->source, chain->axis, *thresholds);
      return setQuantizedResult(op, codes, range, reason);
    }
    llvm::consumeError(thresholds.takeError());
  }
  // One comparison only: BipolarQuant and 1-bit Quant have no formula in qnn.
  Value input = getFloat(op->getOperand(0));
  auto type = cast<RankedTensorType>(input.getType());
  if (range.type.kind == runtime::TypeKind::kBipolar) {
    std::optional<Chain> single =
        collectChain(op, constants, [&](Value value) { return value == op->getOperand(0); });
    if (!single) {
      reason = "its parameters vary along more than one dimension";
      return false;
    }
    if (llvm::Expected<Thresholds> thresholds = findFloatThresholds(*single, constants, range))
      return setQuantizedResult(op, createThreshold(op, input, single->axis, *thresholds), range,
                                reason);
    else
      reason = llvm::toString(thresholds.takeError());
    return false;
  }
  runtime::QuantizedView parameters = getParameters(op, constants, type.getRank());
  Value codes = qnn::QuantizeOp::create(
      builder, op->getLoc(),
      RankedTensorType::get(type.getShape(), qnn::getCodeType(builder.getContext(), range.type)),
      input, makeConstant(op->getLoc(), "scale", parameters.scale),
      makeConstant(op->getLoc(), "zero_point", parameters.zero_point), range.low,
      range.low + range.step * range.levels, cast<onnx::QuantOp>(op).getRoundingMode());
  return setQuantizedResult(op, codes, range, reason);
}

/// A ReLU of codes whose zero is on the grid is a selection of codes: linear operations behind it still see a
/// quantized value.
bool Converter::convertRelu(Operation *op) {
  const IntegerForm *source = isa<onnx::ReluOp>(op) ? getForm(op->getOperand(0)) : nullptr;
  if (!source || !source->quantized || !source->isPerTensor() || source->bounds.size() != 1)
    return false;
  qnn::Bounds bounds = source->bounds[0];
  int64_t zero = source->zeroPoint[0];
  DataType type = *data::getDataType(source->getType().getElementType());
  if (type.kind == runtime::TypeKind::kBipolar || zero < bounds.low || zero >= bounds.high ||
      bounds.high - zero > kMaxThresholds)
    return false;
  Chain chain{op->getOperand(0), {op}, source->axis, 1, true};
  CodeRange range{type, zero, 1, bounds.high - zero};
  llvm::Expected<Thresholds> thresholds =
      findIntegerThresholds(chain, constants, *source, range, enumerationLimit);
  if (!thresholds) {
    llvm::consumeError(thresholds.takeError());
    return false;
  }
  IntegerForm form = *source;
  form.codes = createThreshold(op, source->codes, chain.axis, *thresholds);
  form.bounds = {{zero, bounds.high}};
  forms[op->getResult(0)] = std::move(form);
  return true;
}

bool Converter::convertActivation(Operation *op, std::string &reason) {
  if (convertRelu(op))
    return true;
  std::optional<CodeRange> range = getCodeRange(op);
  if (!range || constants.contains(op->getOperand(0)))
    return false;
  auto isSource = [&](Value value) { return getForm(value) != nullptr; };
  std::optional<Chain> chain = collectChain(op, constants, isSource);
  std::string integerReason;
  if (chain && getForm(chain->source) &&
      convertIntegerActivation(op, *chain, *range, integerReason))
    return true;
  // What stands between the integers and this quantizer stays float, and the quantizer says why.
  if (!integerReason.empty() && chain->operations.size() > 1)
    reasons[chain->operations.front()] = integerReason;
  return convertFloatQuantizer(op, chain, *range, reason);
}

} // namespace qcompile
