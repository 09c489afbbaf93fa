//===- BoundAccumulators.cpp - Narrowest safe accumulators ----------------===//
#include "passes/bound-accumulators/BoundAccumulators.h"

#include "dialects/qnn/QnnDialect.h"
#include "dialects/qnn/ValueBounds.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_BOUNDACCUMULATORS
#include "passes/bound-accumulators/BoundAccumulators.h.inc"

namespace {

void setElementType(Value value, Type elementType) {
  auto type = cast<RankedTensorType>(value.getType());
  value.setType(RankedTensorType::get(type.getShape(), elementType));
  // Rearrangements have the element type of their operand.
  for (Operation *user : value.getUsers())
    if (isa<qnn::ReshapeOp, qnn::TransposeOp>(user))
      setElementType(user->getResult(0), elementType);
}

/// Whether the value, or a rearrangement of it, leaves the function: its type is part of a signature then.
bool leavesFunction(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>() ||
           (isa<qnn::ReshapeOp, qnn::TransposeOp>(user) && leavesFunction(user->getResult(0)));
  });
}

struct BoundAccumulatorsPass : impl::BoundAccumulatorsBase<BoundAccumulatorsPass> {
  void runOnOperation() override {
    getOperation().walk([](qnn::MatMulOp op) {
      auto weights = op.getRhs().getDefiningOp<qnn::ConstantOp>();
      if (!weights || leavesFunction(op.getResult()))
        return;
      Type inputType = cast<RankedTensorType>(op.getLhs().getType()).getElementType();
      auto columns = qnn::getDotProductBounds(qnn::getTypeBounds(inputType),
                                              weights.getValue().getTensor());
      qnn::Bounds all;
      for (qnn::Bounds column : *columns) // the verifier has proven that they fit
        all = {std::min(all.low, column.low), std::max(all.high, column.high)};
      setElementType(op.getResult(), qnn::getCodeType(op.getContext(), all.narrowestType()));
    });
  }
};

} // namespace
} // namespace qcompile
