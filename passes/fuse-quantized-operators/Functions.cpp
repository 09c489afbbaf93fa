//===- Functions.cpp - Functions of one quantized tensor ------------------===//
#include <cmath>

#include "dialects/onnx/OnnxOps.h"
#include "passes/fuse-quantized-operators/Fusion.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;

namespace qcompile {

namespace {
/// How a function of one tensor is called on codes.
struct Form {
  StringRef name;
  SmallVector<NamedAttribute> attributes;
};
} // namespace

static int64_t getInt(Operation *op, StringRef name, int64_t otherwise) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getInt() : otherwise;
}

/// QLinearSoftmax counts steps of 1 / floor(1 / scale).
static std::optional<Form> readSoftmax(Operation *op, float scale, OnnxSteps &steps, std::string &reason) {
  if (1.0f / std::floor(1.0f / scale) != scale) {
    reason = "QLinearSoftmax has scales of one over an integer, found " + std::to_string(scale);
    return std::nullopt;
  }
  return Form{"QLinearSoftmax",
              {steps.attribute("axis", getInt(op, "axis", -1)), steps.attribute("opset", int64_t(13))}};
}

static std::optional<Form> readAveragePool(onnx::AveragePoolOp op, OnnxSteps &steps, std::string &reason) {
  auto dilations = op->getAttrOfType<DenseI64ArrayAttr>("dilations");
  if (dilations && llvm::any_of(dilations.asArrayRef(), [](int64_t d) { return d != 1; })) {
    reason = "QLinearAveragePool has no dilations";
    return std::nullopt;
  }
  if (getInt(op, "ceil_mode", 0) != 0 && getInt(op, "count_include_pad", 0) != 0) {
    reason = "QLinearAveragePool counts what windows have behind the padding, AveragePool does not";
    return std::nullopt;
  }
  Form form{"QLinearAveragePool", {}};
  for (NamedAttribute attribute : op->getAttrs())
    if (attribute.getName() != "dilations")
      form.attributes.push_back(attribute);
  return form;
}

/// The dimensions that a mean is taken over: all but the first and the channels, which are the second or the last.
/// Gives whether they are the last; nothing for other means.
static std::optional<bool> readChannelsLast(Operation *op) {
  int64_t rank = cast<RankedTensorType>(op->getOperand(0).getType()).getRank();
  if (rank < 3)
    return std::nullopt;
  if (isa<onnx::GlobalAveragePoolOp>(op))
    return false;
  data::ConstantAttr axes = op->getNumOperands() > 1 ? getConstant(op->getOperand(1)) : nullptr;
  if (!axes || getInt(op, "keepdims", 1) == 0 || axes.size() != rank - 2)
    return std::nullopt;
  llvm::SmallSet<int64_t, 4> found;
  for (int64_t axis : axes.getTensor().ToIntegers())
    found.insert(axis < 0 ? axis + rank : axis);
  if (int64_t(found.size()) != rank - 2 || found.contains(0) || found.contains(1) == found.contains(rank - 1))
    return std::nullopt;
  return found.contains(1);
}

/// ONNX Runtime refuses quotients of scales that are out of its range.
static std::optional<Form> readGlobalPool(Operation *op, float from, float to, OnnxSteps &steps, std::string &reason) {
  std::optional<bool> last = readChannelsLast(op);
  if (!last) {
    reason = "its mean is not over all dimensions but samples and channels";
    return std::nullopt;
  }
  int64_t count = cast<RankedTensorType>(op->getOperand(0).getType()).getNumElements() /
                  std::max<int64_t>(cast<RankedTensorType>(op->getResult(0).getType()).getNumElements(), 1);
  float quotient = from / (to * float(count));
  if (count >= int64_t{1} << 24 || !(quotient >= 0x1p-32f) || !(quotient < 256)) {
    reason = "QLinearGlobalAveragePool has no scales so far apart";
    return std::nullopt;
  }
  return Form{"QLinearGlobalAveragePool", {steps.attribute("channels_last", int64_t(*last))}};
}

bool Fusion::joinFunction(Operation *op, std::string &reason) const {
  std::optional<CodedOperand> x = readAlike(op->getOperand(0), reason);
  data::ConstantAttr scale = getConstant(quantize->getOperand(1));
  if (!x || !scale) {
    reason = x ? "its scale is computed while the model runs" : reason;
    return false;
  }
  float from = getConstant(x->scale).getTensor().Floats()[0], to = scale.getTensor().Floats()[0];
  OnnxSteps steps(quantize);
  std::optional<Form> form;
  if (isa<onnx::SigmoidOp>(op))
    form = Form{"QLinearSigmoid", {}};
  else if (isa<onnx::LeakyReluOp>(op))
    form = Form{"QLinearLeakyRelu", SmallVector<NamedAttribute>(op->getAttrs())};
  else if (isa<onnx::SoftmaxOp>(op))
    form = readSoftmax(op, to, steps, reason);
  else if (auto pool = dyn_cast<onnx::AveragePoolOp>(op))
    form = readAveragePool(pool, steps, reason);
  else
    form = readGlobalPool(op, from, to, steps, reason);
  if (!form)
    return false;
  materialise(steps, *x);
  steps.finish(form->name, {x->codes, x->scale, x->zeroPoint, quantize->getOperand(1), quantize->getOperand(2)},
               form->attributes);
  return true;
}

} // namespace qcompile
