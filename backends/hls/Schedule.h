// The course of a dataflow design over time, clock by clock: how long a sample takes, and how far
// apart samples leave. Plain C++: no MLIR.
//
// A stage does at most one step per clock. It can, where every queue that the step reads has a word
// and every queue that it writes has room, both as of the clock's beginning. The depth of pipelines
// is not part of the model: it lengthens the latency, not the interval.
#ifndef QCOMPILE_BACKENDS_HLS_SCHEDULE_H
#define QCOMPILE_BACKENDS_HLS_SCHEDULE_H

#include <cstdint>
#include <vector>

namespace qcompile::hls {

/// A stage by its steps: step s of a sample reads a word of every input where
/// s / readPeriod % readPhases == 0 and s % readPeriod % readEvery == 0, and writes one to every
/// output where s % writeEvery == writeEvery - 1.
struct ScheduledStage {
  int64_t steps = 1;
  int64_t readEvery = 1;
  /// Of `readPhases` phases of `readPeriod` steps, only the first reads.
  int64_t readPeriod = 1;
  int64_t readPhases = 1;
  int64_t writeEvery = 1;
  /// Queues; -1 is a port of the design, where words always come and go.
  std::vector<int> inputs, outputs;

  bool reads(int64_t step) const {
    return step / readPeriod % readPhases == 0 && step % readEvery == 0;
  }
  bool writes(int64_t step) const { return step % writeEvery == writeEvery - 1; }
};

struct Schedule {
  /// Clocks from the start until the first sample has left, and between the last two samples.
  int64_t latency = 0;
  int64_t interval = 0;
  bool deadlock = false;
};

/// Runs `samples` samples (at least 2) through stages with queues of the given depths.
Schedule simulateSchedule(const std::vector<ScheduledStage> &stages,
                          const std::vector<int64_t> &depths, int64_t samples);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_SCHEDULE_H
