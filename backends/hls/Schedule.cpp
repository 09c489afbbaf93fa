// Goes from one read or write to the next: clocks in which nothing moves cost nothing.
#include "backends/hls/Schedule.h"

#include <algorithm>

namespace qcompile::hls {

int64_t ScheduledStage::steps() const {
  int64_t sum = 0;
  for (const Segment &segment : segments)
    sum += segment.steps;
  return sum * repeats;
}

int64_t ScheduledStage::reads(size_t input) const {
  int64_t sum = 0;
  for (const Segment &segment : segments)
    sum += segment.reads[input];
  return sum * repeats;
}

int64_t ScheduledStage::writes() const {
  int64_t sum = 0;
  for (const Segment &segment : segments)
    sum += segment.writes;
  return sum * repeats;
}

namespace {

/// When words entered and left a queue. Times of words that are long gone are overwritten.
class Queue {
public:
  /// `depth` is the room, `kept` the number of words whose times are kept.
  Queue(int64_t depth, int64_t kept) : room(depth), written(kept), read(kept) {}

  bool hasWord() const { return reads < writes; }
  bool hasRoom() const { return writes - reads < room; }
  /// The first clock in which the next word can be read or written.
  int64_t readable() const { return at(written, reads) + 1; }
  int64_t writable() const { return writes < room ? 0 : at(read, writes - room) + 1; }
  void push(int64_t clock) { at(written, writes++) = clock; }
  void pop(int64_t clock) { at(read, reads++) = clock; }

  /// Words that it must hold so that no write waits. All times must have been kept.
  int64_t findDepth() const {
    int64_t most = 0, left = 0;
    for (int64_t word = 0; word < writes; ++word) {
      while (left < reads && read[left] < written[word])
        ++left;
      most = std::max(most, word + 1 - left);
    }
    return most;
  }

private:
  static int64_t &at(std::vector<int64_t> &times, int64_t word) { return times[word % times.size()]; }
  static int64_t at(const std::vector<int64_t> &times, int64_t word) { return times[word % times.size()]; }

  int64_t room, writes = 0, reads = 0;
  std::vector<int64_t> written, read;
};

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Where a stage stands: its next step that reads or writes.
class Cursor {
public:
  explicit Cursor(const ScheduledStage &stage) : stage(stage) { settle(); }

  /// The step within the segment, and what happens in it.
  int64_t step() const { return next; }
  bool reads(size_t input) const { return readSteps[input] == next; }
  bool writes() const { return writeStep == next; }
  int64_t sample() const { return samples; }
  bool startsSample() const { return segment == 0 && repeat == 0 && done[0] + done[1] + done[2] == 0; }
  /// Steps since the last event, this one included.
  int64_t distance() const { return skipped + next - last; }

  void advance() {
    for (size_t input : {0, 1})
      done[input] += reads(input);
    done[2] += writes();
    skipped = 0;
    last = next;
    settle();
  }

  /// Steps behind the last event of a sample.
  int64_t trailing() const { return tail; }

private:
  /// Finds the next event, in this segment or a later one.
  void settle() {
    tail = 0;
    for (size_t visited = 0;; ++visited) {
      const Segment &now = stage.segments[segment];
      next = INT64_MAX;
      for (size_t input : {0, 1}) {
        readSteps[input] = done[input] < now.reads[input] ? done[input] * now.steps / now.reads[input] : INT64_MAX;
        next = std::min(next, readSteps[input]);
      }
      writeStep = done[2] < now.writes ? divideUp((done[2] + 1) * now.steps, now.writes) - 1 : INT64_MAX;
      next = std::min(next, writeStep);
      if (next != INT64_MAX || visited > stage.segments.size())
        return;
      skipped += now.steps - 1 - last;
      last = -1;
      done = {0, 0, 0};
      if (++segment < stage.segments.size())
        continue;
      segment = 0;
      if (++repeat < stage.repeats)
        continue;
      repeat = 0;
      ++samples;
      tail = skipped;
    }
  }

  const ScheduledStage &stage;
  size_t segment = 0;
  int64_t repeat = 0, samples = 0, next = 0, last = -1, skipped = 0, tail = 0;
  std::array<int64_t, 3> done = {0, 0, 0};
  std::array<int64_t, 2> readSteps = {0, 0};
  int64_t writeStep = 0;
};

/// The clocks of a stage's events.
class Runner {
public:
  Runner(const ScheduledStage &stage, std::vector<Queue> &queues) : stage(stage), queues(queues), cursor(stage) {}

  /// Goes as far as queues let it, at most through `samples` samples, of which none starts before
  /// `interval` clocks for each one before it. Gives the number of events.
  int64_t run(int64_t samples, int64_t interval = 0) {
    int64_t events = 0;
    for (; cursor.sample() < samples && canStep(); ++events) {
      if (cursor.startsSample())
        clock = std::max(clock, cursor.sample() * interval - 1);
      step();
    }
    return events;
  }

  /// As `run` for a stage at an input port of whose words one comes every `interval / words`
  /// clocks.
  bool finished(int64_t samples) const { return cursor.sample() >= samples; }
  /// The clock in which each sample was through.
  std::vector<int64_t> ends;

  /// Words of a sample that come from a port, evenly over so many clocks; 0 where none has to be
  /// waited for.
  int64_t portInterval = 0;

private:
  bool canStep() const {
    for (size_t input = 0; input < stage.inputs.size(); ++input)
      if (cursor.reads(input) && stage.inputs[input] >= 0 && !queues[stage.inputs[input]].hasWord())
        return false;
    if (!cursor.writes())
      return true;
    return std::all_of(stage.outputs.begin(), stage.outputs.end(),
                       [&](int queue) { return queue < 0 || queues[queue].hasRoom(); });
  }

  void step() {
    int64_t now = clock + cursor.distance();
    for (size_t input = 0; input < stage.inputs.size(); ++input) {
      if (!cursor.reads(input))
        continue;
      const int queue = stage.inputs[input];
      if (queue >= 0)
        now = std::max(now, queues[queue].readable());
      else if (portInterval)
        now = std::max(now, portClock(input));
    }
    if (cursor.writes())
      for (int queue : stage.outputs)
        if (queue >= 0)
          now = std::max(now, queues[queue].writable());
    for (size_t input = 0; input < stage.inputs.size(); ++input)
      if (cursor.reads(input) && stage.inputs[input] >= 0)
        queues[stage.inputs[input]].pop(now);
    if (cursor.writes())
      for (int queue : stage.outputs)
        if (queue >= 0)
          queues[queue].push(now);
    clock = now;
    const int64_t before = cursor.sample();
    cursor.advance();
    if (cursor.sample() == before)
      return;
    ends.push_back(clock + cursor.trailing() + 1);
    portWords = {0, 0};
  }

  int64_t portClock(size_t input) {
    return cursor.sample() * portInterval +
           portWords[input]++ * portInterval / std::max<int64_t>(1, stage.reads(input));
  }

  const ScheduledStage &stage;
  std::vector<Queue> &queues;
  Cursor cursor;
  /// The clock of the last event.
  int64_t clock = -1;
  std::array<int64_t, 2> portWords = {0, 0};
};

} // namespace

Schedule simulateSchedule(const std::vector<ScheduledStage> &stages, const std::vector<int64_t> &depths,
                          int64_t samples) {
  std::vector<Queue> queues;
  for (int64_t depth : depths)
    queues.emplace_back(depth, depth);
  std::vector<Runner> runners;
  for (const ScheduledStage &stage : stages)
    runners.emplace_back(stage, queues);
  for (int64_t events = 1; events > 0;) {
    events = 0;
    for (Runner &runner : runners)
      events += runner.run(samples);
  }
  Schedule schedule;
  std::vector<int64_t> ends(samples, 0);
  for (size_t i = 0; i < stages.size(); ++i) {
    if (!runners[i].finished(samples)) {
      schedule.deadlock = true;
      schedule.stuck.push_back(i);
      continue;
    }
    for (int64_t sample = 0; sample < samples; ++sample)
      ends[sample] = std::max(ends[sample], runners[i].ends[sample]);
  }
  if (schedule.deadlock)
    return schedule;
  schedule.latency = ends.front();
  schedule.interval = ends[samples - 1] - ends[samples - 2];
  return schedule;
}

std::vector<int64_t> findDepths(const std::vector<ScheduledStage> &stages, size_t queues, int64_t interval,
                                int64_t samples) {
  // Queues that depend on stages without inputs alone are as good as ports.
  std::vector<bool> free(queues, false);
  std::vector<int64_t> words(queues, 0);
  std::vector<ScheduledStage> bound = stages;
  for (ScheduledStage &stage : bound) {
    const auto isFree = [&](int queue) { return queue >= 0 && free[queue]; };
    const bool freeStage = std::all_of(stage.inputs.begin(), stage.inputs.end(), isFree);
    for (int &queue : stage.inputs)
      queue = isFree(queue) ? -1 : queue;
    for (int &queue : stage.outputs) {
      if (queue < 0)
        continue;
      words[queue] = stage.writes() * samples;
      free[queue] = freeStage;
      queue = freeStage ? -1 : queue;
    }
  }
  std::vector<Queue> unbounded;
  for (size_t queue = 0; queue < queues; ++queue)
    unbounded.emplace_back(words[queue], free[queue] ? 1 : std::max<int64_t>(1, words[queue]));
  for (size_t i = 0; i < bound.size(); ++i) {
    Runner runner(bound[i], unbounded);
    // What waits for a port alone gets its words evenly.
    const bool port = std::find(stages[i].inputs.begin(), stages[i].inputs.end(), -1) != stages[i].inputs.end();
    runner.portInterval = port ? interval : 0;
    runner.run(samples, stages[i].inputs.empty() ? interval : 0);
  }
  std::vector<int64_t> depths;
  for (const Queue &queue : unbounded)
    depths.push_back(std::max<int64_t>(2, queue.findDepth()));
  return depths;
}

} // namespace qcompile::hls
