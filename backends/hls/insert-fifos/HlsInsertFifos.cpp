//===- HlsInsertFifos.cpp - Queues between stages -------------------------===//
#include "backends/hls/insert-fifos/HlsInsertFifos.h"

#include "backends/hls/Lowering.h"

using namespace mlir;

namespace qcompile::hls {

#define GEN_PASS_DEF_HLSINSERTFIFOS
#include "backends/hls/insert-fifos/HlsInsertFifos.h.inc"

namespace {

/// Words that let the producer go on while the consumer reads nothing.
int64_t getDepth(Operation *consumer) {
  auto unit = dyn_cast<MatrixVectorOp>(consumer);
  if (!unit || unit.getOutputs() == int64_t(unit.getPe()))
    return 2;
  return std::max<int64_t>(2, unit.getInputs() / unit.getSimd());
}

struct HlsInsertFifosPass : impl::HlsInsertFifosBase<HlsInsertFifosPass> {
  void runOnOperation() override {
    for (DesignOp design : getOperation().getOps<DesignOp>()) {
      removeFifos(design);
      for (Operation &op : llvm::make_early_inc_range(design.getBlock()))
        if (!isa<FifoOp>(op))
          for (Value result : op.getResults())
            insertAfter(result);
    }
  }

private:
  void removeFifos(DesignOp design) {
    for (FifoOp fifo : llvm::make_early_inc_range(design.getBlock().getOps<FifoOp>())) {
      fifo.getResult().replaceAllUsesWith(fifo.getInput());
      fifo.erase();
    }
  }

  void insertAfter(Value stream) {
    OpOperand &use = *stream.use_begin();
    if (isa<OutputOp>(use.getOwner())) // a port of the design
      return;
    OpBuilder builder(stream.getContext());
    builder.setInsertionPointAfterValue(stream);
    use.set(FifoOp::create(builder, stream.getLoc(), stream.getType(), stream,
                           builder.getI64IntegerAttr(getDepth(use.getOwner()))));
  }
};

} // namespace
} // namespace qcompile::hls
