//===- ChooseLayout.cpp - Layouts of spatial operations -------------------===//
#include "passes/choose-layout/ChooseLayout.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/choose-layout/LayoutRewriter.h"
#include "passes/rewriting/ElementTypes.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_CHOOSELAYOUT
#include "passes/choose-layout/ChooseLayout.h.inc"

namespace {

/// Whether the operation does the same with every element.
bool treatsElementsAlike(Operation *op) {
  if (auto threshold = dyn_cast<qnn::ThresholdOp>(op))
    return threshold.getThresholds().getType().getDimSize(0) == 1;
  if (auto table = dyn_cast<qnn::TableOp>(op))
    return table.getValues().getType().getDimSize(0) == 1;
  if (auto requantize = dyn_cast<qnn::RequantizeOp>(op))
    return requantize.getMultipliers().size() == 1 && requantize.getOffsets().size() == 1;
  return false;
}

/// Moves reshapes behind operations that do the same with every element, so that one that flattens for a matrix product
/// stands right before it.
void sinkReshapes(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!treatsElementsAlike(&op))
      continue;
    auto reshape = op.getOperand(0).getDefiningOp<qnn::ReshapeOp>();
    if (!reshape || !reshape->hasOneUse() || tensorOf(reshape.getInput()).getRank() < 1)
      continue;
    RankedTensorType type = tensorOf(op.getResult(0)), source = tensorOf(reshape.getInput());
    OpBuilder builder(&op);
    builder.setInsertionPointAfter(&op);
    auto moved = qnn::ReshapeOp::create(builder, reshape.getLoc(), type, op.getResult(0));
    op.getResult(0).replaceAllUsesExcept(moved.getResult(), moved);
    op.getResult(0).setType(RankedTensorType::get(source.getShape(), type.getElementType()));
    op.setOperand(0, reshape.getInput());
    op.setAttr("axis", builder.getI64IntegerAttr(source.getRank() > 1 ? 1 : 0));
    reshape->erase();
  }
}

struct ChooseLayoutPass : impl::ChooseLayoutBase<ChooseLayoutPass> {
  using ChooseLayoutBase::ChooseLayoutBase;

  void runOnOperation() override {
    if (getOperation().isExternal() || !getOperation().getBody().hasOneBlock())
      return;
    Block &block = getOperation().front();
    sinkReshapes(block);
    LayoutAssignment assignment(layout, border);
    assignment.run(block);
    LayoutRewriter(assignment, layout, border).run(block);
    if (report)
      reportTransposes(block);
  }

private:
  void reportTransposes(Block &block) {
    int64_t count = 0;
    for (Operation &op : block) {
      if (!isa<qnn::TransposeOp, onnx::TransposeOp>(op))
        continue;
      ++count;
      auto remark = emitRemark(op.getLoc(), Code::P005);
      remark << "a transpose of " << op.getOperand(0).getType() << " remains";
      if (!op.use_empty())
        remark << " before node '" << onnx::describe(*op.getUsers().begin()) << "'";
    }
    emitRemark(getOperation().getLoc(), Code::P005)
        << "transposes that remain in '" << getOperation().getName() << "': " << count;
  }
};

} // namespace
} // namespace qcompile
