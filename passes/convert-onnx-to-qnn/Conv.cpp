//===- Conv.cpp - Convolutions of quantized operands ----------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "passes/convert-onnx-to-qnn/Weights.h"
#include "passes/convert-onnx-to-qnn/Window.h"

using namespace mlir;

namespace qcompile {

/// The input of a convolution whose weights are quantized too; its scale varies along channels at most.
std::optional<IntegerForm> Converter::getConvInput(Operation *op, std::string &reason) {
  const IntegerForm *input = getForm(op->getOperand(0));
  auto weights = constants.find(op->getOperand(1));
  if (!input || !input->quantized)
    reason = "its input is not quantized";
  else if (!hasWindowRank(input->getType()))
    reason = "it has " + std::to_string(input->getType().getRank() - 2) + " spatial dimensions, not 1 to 3";
  else if (weights == constants.end() || !weights->second.quantized)
    reason = weights == constants.end() ? "its weights are not constant" : "its weights are not quantized";
  else
    return alongAxis(op->getLoc(), *input, 1, reason);
  return std::nullopt;
}

bool Converter::readLinearBias(Value value, float beta, int64_t outputs, IntegerForm &form, std::string &reason) {
  if (!value)
    return true;
  auto bias = constants.find(value);
  if (bias == constants.end()) {
    reason = "its bias is not constant";
    return false;
  }
  return readBias(bias->second, beta, outputs, form, reason);
}

Value Converter::padWindows(Location loc, const IntegerForm &form, const Window &window, RankedTensorType result,
                            const std::vector<int64_t> &values) {
  SmallVector<int64_t> low = {0, 0}, high = {0, 0};
  for (int64_t d = 0; d < window.rank(); ++d) {
    low.push_back(window.low[d]);
    high.push_back(window.getReach(d, form.getType().getDimSize(d + 2), result.getDimSize(d + 2)));
  }
  return pad(loc, form.codes, 1, low, high, values);
}

bool Converter::convertConv(Operation *op, std::string &reason) {
  if (!isa<onnx::ConvOp>(op))
    return false;
  std::optional<IntegerForm> input = getConvInput(op, reason);
  if (!input)
    return false;
  const runtime::QuantizedView &view = *constants.find(op->getOperand(1))->second.quantized;
  const runtime::Shape &shape = view.codes.shape();
  int64_t groups = getInteger(op, "group", 1), outputs = shape[0], channels = shape[1];
  int64_t taps = runtime::NumElements({shape.data() + 2, shape.size() - 2});
  auto outputOf = [=](int64_t i) { return i / taps / channels; };
  auto channelOf = [=](int64_t i) { return outputOf(i) / (outputs / groups) * channels + i / taps % channels; };
  std::optional<IntegerWeights> weights = makeIntegerWeights(view, {outputs, outputOf, channelOf}, *input, 1, reason);
  if (!weights)
    return false;
  IntegerForm form;
  form.axis = 1;
  form.scale = std::move(weights->scale);
  form.zeroPoint = std::move(weights->zeroPoint);
  Value bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
  if (!readLinearBias(bias, 1, outputs, form, reason))
    return false;
  RankedTensorType result = tensorOf(op->getResult(0));
  Window window = readWindow(op, ArrayRef(shape).drop_front(2), input->getType(), result);
  // The code of the real number 0.
  Value codes = padWindows(op->getLoc(), *input, window, result, input->zeroPoint);
  Value rhs = makeWeights(op, op->getOperand(1), weights->codes);
  auto type = RankedTensorType::get(result.getShape(), makeWidestType());
  auto conv = qnn::ConvOp::create(builder, op->getLoc(), type, codes, rhs, /*axis=*/1, window.strides, window.dilations,
                                  groups);
  return accumulate(op, conv, std::move(form), reason);
}

/// Where the result of a transposed convolution begins in the full one; nothing where padding is negative. The formulas
/// are those of the operator's specification.
static std::optional<SmallVector<int64_t>> getOffsets(Operation *op, const Window &window, RankedTensorType input,
                                                      RankedTensorType result) {
  auto automatic = op->getAttrOfType<StringAttr>("auto_pad");
  StringRef mode = automatic ? automatic.getValue() : "NOTSET";
  bool derived = op->hasAttr("output_shape") || mode.starts_with("SAME");
  auto outputPadding = op->getAttrOfType<DenseI64ArrayAttr>("output_padding");
  SmallVector<int64_t> offsets;
  for (int64_t d = 0; d < window.rank(); ++d) {
    int64_t offset = mode == "NOTSET" ? window.low[d] : 0;
    if (derived) {
      int64_t extra = outputPadding && d < outputPadding.size() ? outputPadding[d] : 0;
      int64_t full = window.strides[d] * (input.getDimSize(d + 2) - 1) + extra + window.getSpan(d);
      int64_t total = std::max<int64_t>(full - result.getDimSize(d + 2), 0);
      offset = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    }
    if (offset < 0)
      return std::nullopt;
    offsets.push_back(offset);
  }
  return offsets;
}

bool Converter::convertConvTranspose(Operation *op, std::string &reason) {
  if (!isa<onnx::ConvTransposeOp>(op))
    return false;
  std::optional<IntegerForm> input = getConvInput(op, reason);
  if (!input)
    return false;
  const runtime::QuantizedView &view = *constants.find(op->getOperand(1))->second.quantized;
  const runtime::Shape &shape = view.codes.shape();
  int64_t groups = getInteger(op, "group", 1), perGroup = shape[1], inputsPerGroup = shape[0] / groups;
  int64_t taps = runtime::NumElements({shape.data() + 2, shape.size() - 2});
  auto channelOf = [=](int64_t i) { return i / taps / perGroup; };
  auto outputOf = [=](int64_t i) { return channelOf(i) / inputsPerGroup * perGroup + i / taps % perGroup; };
  // What lies between the inputs is the real number 0, so zero points go first.
  IntegerForm centered = *input;
  centered.codes = center(op->getLoc(), *input);
  centered.zeroPoint = {0};
  int64_t outputs = groups * perGroup;
  std::optional<IntegerWeights> weights = makeIntegerWeights(view, {outputs, outputOf, channelOf}, centered, 1, reason);
  if (!weights)
    return false;
  IntegerForm form;
  form.axis = 1;
  form.scale = std::move(weights->scale);
  form.zeroPoint = {0};
  Value bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
  if (!readLinearBias(bias, 1, outputs, form, reason))
    return false;
  RankedTensorType result = tensorOf(op->getResult(0));
  Window window = readWindow(op, ArrayRef(shape).drop_front(2), input->getType(), result);
  std::optional<SmallVector<int64_t>> offsets = getOffsets(op, window, input->getType(), result);
  if (!offsets) {
    reason = "its padding is negative";
    return false;
  }
  Value rhs = makeWeights(op, op->getOperand(1), weights->codes);
  auto type = RankedTensorType::get(result.getShape(), makeWidestType());
  auto conv = qnn::ConvTransposeOp::create(builder, op->getLoc(), type, centered.codes, rhs, window.strides,
                                           window.dilations, *offsets, groups);
  return accumulate(op, conv, std::move(form), reason);
}

} // namespace qcompile
