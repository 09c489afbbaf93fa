//===- NormaliseQuantization.cpp - One way of writing quantization --------===//
#include "passes/normalise-quantization/NormaliseQuantization.h"

#include "passes/normalise-quantization/Formats.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_NORMALISEQUANTIZATION
#include "passes/normalise-quantization/NormaliseQuantization.h.inc"

namespace {

struct NormaliseQuantizationPass : impl::NormaliseQuantizationBase<NormaliseQuantizationPass> {
  void runOnOperation() override {
    using namespace normalise;
    if (getOperation().isExternal())
      return;
    bool ok = true;
    // Operations are created while walking; collect first.
    SmallVector<Operation *> operations;
    llvm::SetVector<Operation *> done;
    for (Operation &op : getOperation().front().without_terminator())
      operations.push_back(&op);
    CodedValues coded(done);
    for (Operation *op : operations)
      (void)(normaliseQonnx(op, ok) || normaliseQonnxPatches(op) || normaliseQdq(op, coded, ok) ||
             normaliseQuantizedOperator(op, coded, ok) || normaliseIntegerOperator(op, coded, ok) ||
             normaliseMatMulNBits(op, ok));
    if (!ok)
      return signalPassFailure();
    coded.materialise();
    for (Operation *op : llvm::reverse(done.getArrayRef()))
      if (isOpTriviallyDead(op))
        op->erase();
    removeUnused();
    getOperation().walk(checkBias);
  }

private:
  /// Parameters of what was rewritten, and quantizers whose range was restricted behind them.
  void removeUnused() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }
};

} // namespace
} // namespace qcompile
