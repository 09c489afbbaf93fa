// The course of a dataflow design over time, clock by clock: how long a sample takes, how far apart
// samples leave, how many words its queues must hold, and whether it comes to a standstill. Plain
// C++: no MLIR.
//
// A stage does at most one step per clock. It can, where every queue that the step reads has a word
// and every queue that it writes has room, both as of the clock's beginning. When it reads and
// writes does not depend on the data, so that what is found here holds for every input. The depth
// of pipelines is not part of the model: it lengthens the latency, not the interval.
#ifndef QCOMPILE_BACKENDS_HLS_SCHEDULE_H
#define QCOMPILE_BACKENDS_HLS_SCHEDULE_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace qcompile::hls {

/// Steps over which reads and writes are spread evenly: of n in s steps, read r comes at step
/// floor(r * s / n), as early as can be, and write w at step ceil((w + 1) * s / n) - 1, as late.
struct Segment {
  int64_t steps = 0;
  /// Words read from the first and the second input.
  std::array<int64_t, 2> reads = {0, 0};
  /// Words written to every output.
  int64_t writes = 0;
};

/// A stage by its steps for one sample: its segments, `repeats` times.
struct ScheduledStage {
  std::vector<Segment> segments;
  int64_t repeats = 1;
  /// Queues; -1 is a port of the design, where words always come and go.
  std::vector<int> inputs = {}, outputs = {};

  int64_t steps() const;
  int64_t reads(size_t input) const;
  int64_t writes() const;
};

struct Schedule {
  /// Clocks from the start until the first sample has left, and between the last two samples.
  int64_t latency = 0;
  int64_t interval = 0;
  /// Where no stage can go on: the stages that are not through.
  bool deadlock = false;
  std::vector<size_t> stuck;
};

/// Runs `samples` samples (at least 2) through stages with queues of the given depths.
Schedule simulateSchedule(const std::vector<ScheduledStage> &stages, const std::vector<int64_t> &depths,
                          int64_t samples);

/// The words that each of `queues` queues must hold for stages never to wait for room where
/// samples enter evenly, `interval` clocks apart. With them the design cannot come to a standstill,
/// whatever the pace of its ports. Stages come before those that read from them. A stage without
/// inputs that waits is no loss: queues that depend on such stages alone hold 2 words.
std::vector<int64_t> findDepths(const std::vector<ScheduledStage> &stages, size_t queues, int64_t interval,
                                int64_t samples);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_SCHEDULE_H
