//===- HlsInsertFifos.cpp - Queues between stages -------------------------===//
#include "backends/hls/insert-fifos/HlsInsertFifos.h"

#include "backends/hls/Timing.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile::hls {

#define GEN_PASS_DEF_HLSINSERTFIFOS
#include "backends/hls/insert-fifos/HlsInsertFifos.h.inc"

namespace {

/// Depths by the schedule. Beyond what can be gone through, room for all words of a sample: then no
/// stage ever waits for another to read.
std::vector<int64_t> findDesignDepths(const DesignSchedule &schedule) {
  constexpr int64_t mostEvents = 200'000'000, samples = 4;
  const int64_t events = schedule.events();
  if (events > mostEvents) {
    std::vector<int64_t> words;
    for (Value queue : schedule.queues)
      words.push_back(std::max<int64_t>(2, cast<StreamType>(queue.getType()).getWords()));
    return words;
  }
  // One sample suffices against a standstill: behind it all queues are empty again. More of them
  // keep the pace.
  return findDepths(schedule.stages, schedule.queues.size(), schedule.slowest(),
                    std::clamp<int64_t>(mostEvents / std::max<int64_t>(1, events), 1, samples));
}

struct HlsInsertFifosPass : impl::HlsInsertFifosBase<HlsInsertFifosPass> {
  void runOnOperation() override {
    for (DesignOp design : getOperation().getOps<DesignOp>()) {
      removeFifos(design);
      if (failed(checkSizes(design)))
        return signalPassFailure();
      DesignSchedule schedule(design);
      std::vector<int64_t> depths = findDesignDepths(schedule);
      for (auto [queue, depth] : llvm::zip(schedule.queues, depths))
        insertAfter(queue, depth);
    }
  }

private:
  void removeFifos(DesignOp design) {
    for (FifoOp fifo : llvm::make_early_inc_range(design.getBlock().getOps<FifoOp>())) {
      fifo.getResult().replaceAllUsesWith(fifo.getInput());
      fifo.erase();
    }
  }

  /// The emitted loops count in 32 bits.
  LogicalResult checkSizes(DesignOp design) {
    LogicalResult result = success();
    for (Operation &op : design.getBlock())
      for (Value stream : op.getResults())
        if (int64_t words = cast<StreamType>(stream.getType()).getWords(); words > INT32_MAX) {
          emitError(op.getLoc(), Code::B003) << "node '" << onnx::describe(&op) << "': expected a stream of at most "
                                             << INT32_MAX << " words per sample, found " << words;
          result = failure();
        }
    return result;
  }

  void insertAfter(Value stream, int64_t depth) {
    OpBuilder builder(stream.getContext());
    builder.setInsertionPointAfterValue(stream);
    OpOperand &use = *stream.use_begin();
    use.set(FifoOp::create(builder, stream.getLoc(), stream.getType(), stream, builder.getI64IntegerAttr(depth)));
  }
};

} // namespace
} // namespace qcompile::hls
