//===- Timing.h - Designs over time -----------------------------*- C++ -*-===//
//
// Connects the operations of a design with the plain model in Schedule.h.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_HLS_TIMING_H
#define QCOMPILE_BACKENDS_HLS_TIMING_H

#include "backends/hls/Schedule.h"
#include "backends/hls/dialect/HlsDialect.h"

namespace qcompile::hls {

/// When a stage reads and writes during a sample. Queues have no steps.
ScheduledStage getStage(mlir::Operation *op);

/// How a reorder stage walks its words.
ReorderPlan getPlan(ReorderOp op);

/// The stages and queues of a design. A queue is known by its producer's result.
struct DesignSchedule {
  explicit DesignSchedule(DesignOp design);

  std::vector<mlir::Operation *> operations;
  std::vector<ScheduledStage> stages;
  std::vector<mlir::Value> queues;
  /// As the design's `hls.fifo` say; 2 words without one.
  std::vector<int64_t> depths;

  /// Clocks of the slowest stage, and reads and writes of a sample in all stages.
  int64_t slowest() const;
  int64_t events() const;

private:
  int addQueue(mlir::Value result, llvm::DenseMap<mlir::Value, int> &numbers);
};

/// Runs the design's stages on their queues. Nothing where that would take long.
std::optional<Schedule> simulateDesign(const DesignSchedule &design);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_TIMING_H
