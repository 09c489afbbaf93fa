// Clock-by-clock simulation of queues and stages.
#include "backends/hls/Schedule.h"

#include <algorithm>

namespace qcompile::hls {

namespace {

class Simulation {
public:
  Simulation(const std::vector<ScheduledStage> &stages, const std::vector<int64_t> &depths)
      : stages(stages), depths(depths), words(depths.size()), steps(stages.size()) {}

  /// One clock; false where no stage could do anything.
  bool advance(int64_t samples) {
    std::vector<size_t> ready;
    for (size_t i = 0; i < stages.size(); ++i)
      if (steps[i] < stages[i].steps * samples && canStep(i))
        ready.push_back(i);
    for (size_t i : ready)
      step(i);
    return !ready.empty();
  }

  /// Samples that every stage is through with.
  int64_t finished() const {
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < stages.size(); ++i)
      least = std::min(least, steps[i] / stages[i].steps);
    return least;
  }

private:
  bool canStep(size_t i) const {
    const ScheduledStage &stage = stages[i];
    const int64_t now = steps[i] % stage.steps;
    auto hasWord = [&](int queue) { return queue < 0 || words[queue] > 0; };
    auto hasRoom = [&](int queue) { return queue < 0 || words[queue] < depths[queue]; };
    return (!stage.reads(now) || std::all_of(stage.inputs.begin(), stage.inputs.end(), hasWord)) &&
           (!stage.writes(now) || std::all_of(stage.outputs.begin(), stage.outputs.end(), hasRoom));
  }

  void step(size_t i) {
    const ScheduledStage &stage = stages[i];
    const int64_t now = steps[i]++ % stage.steps;
    if (stage.reads(now))
      for (int queue : stage.inputs)
        if (queue >= 0)
          --words[queue];
    if (stage.writes(now))
      for (int queue : stage.outputs)
        if (queue >= 0)
          ++words[queue];
  }

  const std::vector<ScheduledStage> &stages;
  const std::vector<int64_t> &depths;
  std::vector<int64_t> words, steps;
};

} // namespace

Schedule simulateSchedule(const std::vector<ScheduledStage> &stages,
                          const std::vector<int64_t> &depths, int64_t samples) {
  Simulation simulation(stages, depths);
  Schedule schedule;
  int64_t clock = 0, done = 0, lastEnd = 0;
  while (done < samples) {
    if (!simulation.advance(samples)) {
      schedule.deadlock = true;
      return schedule;
    }
    ++clock;
    const int64_t finished = simulation.finished();
    if (finished == done)
      continue;
    if (done == 0)
      schedule.latency = clock;
    schedule.interval = clock - lastEnd;
    lastEnd = clock;
    done = finished;
  }
  return schedule;
}

} // namespace qcompile::hls
