//===- Rearrange.cpp - Reshapes and transposes of codes -------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;

namespace qcompile {

bool Converter::convertRearrangement(Operation *op, std::string &reason) {
  bool reshape = isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
                     onnx::IdentityOp, onnx::DropoutOp>(op);
  auto transpose = dyn_cast<onnx::TransposeOp>(op);
  if (!reshape && !transpose)
    return false;
  const IntegerForm *source = getForm(op->getOperand(0));
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
    if (!keepsAxes && (!form.isPerTensor() || form.bounds.size() > 1)) {
      reason = "it rearranges a tensor whose scale varies by channel";
      return false;
    }
    if (!keepsAxes)
      form.axis = type.getRank() >= 2 ? 1 : 0;
    form.codes = qnn::ReshapeOp::create(builder, op->getLoc(), codeType, source->codes);
  }
  forms[op->getResult(0)] = std::move(form);
  return true;
}

} // namespace qcompile
