//===- BoundAccumulators.cpp - Narrowest safe accumulators ----------------===//
#include "passes/bound-accumulators/BoundAccumulators.h"

#include "dialects/qnn/QnnDialect.h"
#include "passes/rewriting/ElementTypes.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_BOUNDACCUMULATORS
#include "passes/bound-accumulators/BoundAccumulators.h.inc"

namespace {

struct BoundAccumulatorsPass : impl::BoundAccumulatorsBase<BoundAccumulatorsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    DenseSet<Value> pinned = findPinnedValues(getOperation());
    // In program order, so that a narrower operand narrows what is computed from it.
    DenseSet<Value> changed;
    getOperation().walk([&](Operation *op) {
      if (op->getNumResults() == 0 || pinned.contains(op->getResult(0)))
        return;
      Type type;
      if (op->hasTrait<qnn::Accumulates>())
        type = getNarrowestAccumulator(op);
      else if (llvm::any_of(op->getOperands(), [&](Value v) { return changed.contains(v); }))
        type = inferElementType(op);
      Value result = op->getResult(0);
      // One signed bit, for 0 alone, stays: the unsigned one has a value that it lacks.
      Type current = tensorOf(result).getElementType();
      if (!type || type == current || !holdsType(current, type))
        return;
      setElementType(result, type);
      changed.insert(result);
    });
  }
};

} // namespace
} // namespace qcompile
