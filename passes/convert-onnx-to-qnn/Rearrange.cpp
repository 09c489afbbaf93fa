//===- Rearrange.cpp - Reshapes and transposes of codes -------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;

namespace qcompile {

/// Moves the channel dimension of a form under another shape: it must go on as a dimension, or with all that
/// is inside of it, as in [N, C, H, W] to [N, C * H * W]. Bounds alone need no dimension.
static bool reshapeAxis(IntegerForm &form, RankedTensorType to) {
  RankedTensorType from = form.getType();
  if (form.isPerTensor())
    form.bounds = {qnn::unite(form.bounds)};
  if (!form.varies()) {
    form.axis = to.getRank() >= 2 ? 1 : 0;
    return true;
  }
  auto before = [](RankedTensorType type, int64_t axis) {
    return runtime::NumElements({type.getShape().data(), size_t(axis)});
  };
  int64_t channels = from.getDimSize(form.axis), outer = before(from, form.axis);
  for (int64_t d = 0; d < to.getRank(); ++d) {
    // Dimensions of one element in front share the place of the channels.
    if (before(to, d) != outer || to.getDimSize(d) % channels != 0 || to.getDimSize(d) == 0 ||
        (to.getDimSize(d) == 1 && channels > 1))
      continue;
    int64_t inner = to.getDimSize(d) / channels;
    SmallVector<int64_t> pick;
    for (int64_t i = 0; i < to.getDimSize(d); ++i)
      pick.push_back(i / inner);
    pickChannels(form, pick);
    form.axis = d;
    return true;
  }
  return false;
}

bool Converter::convertRearrangement(Operation *op, std::string &reason) {
  bool reshape =
      isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::IdentityOp, onnx::DropoutOp>(op);
  auto transpose = dyn_cast<onnx::TransposeOp>(op);
  if (!reshape && !transpose)
    return false;
  std::optional<IntegerForm> source = getFormBehind(op->getOperand(0));
  if (!source)
    return false;
  bool keepsAxes = isa<onnx::IdentityOp, onnx::DropoutOp>(op);
  IntegerForm form = *source;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto codeType = RankedTensorType::get(type.getShape(), form.getType().getElementType());
  if (transpose) {
    // The default reverses the dimensions.
    SmallVector<int64_t> perm;
    if (std::optional<ArrayRef<int64_t>> given = transpose.getPerm())
      perm.assign(given->begin(), given->end());
    else
      for (int64_t d = type.getRank(); d-- > 0;)
        perm.push_back(d);
    form.codes = qnn::TransposeOp::create(builder, op->getLoc(), codeType, source->codes, perm);
    form.axis = llvm::find(perm, source->axis) - perm.begin();
  } else {
    if (!keepsAxes && !reshapeAxis(form, type)) {
      std::optional<IntegerForm> uniform = toPerTensor(op->getLoc(), form, reason);
      if (!uniform)
        return false;
      form = std::move(*uniform);
      reshapeAxis(form, type);
      codeType = type.clone(form.getType().getElementType());
    }
    form.codes = qnn::ReshapeOp::create(builder, op->getLoc(), codeType, form.codes);
  }
  forms[op->getResult(0)] = std::move(form);
  return true;
}

} // namespace qcompile
