// The schedule on cases worked out by hand, against a simulation clock by clock, and the depths
// that it gives.
#include "backends/hls/Schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace qcompile::hls {
namespace {

/// A matrix-vector unit of `in` words and `out` words: out folds of `in` steps, the first of which
/// reads.
ScheduledStage matrixVector(int64_t in, int64_t out, int from, int to) {
  return {.segments = {{in, {in, 0}, 1}, {in * (out - 1), {0, 0}, out - 1}}, .inputs = {from}, .outputs = {to}};
}

ScheduledStage copy(int64_t words, std::vector<int> from, std::vector<int> to) {
  return {.segments = {{words, {words, words}, words}}, .inputs = from, .outputs = to};
}

/// `lead` words are read before the first of `words` leaves.
ScheduledStage window(int64_t lead, int64_t words, int from, int to) {
  return {.segments = {{lead, {lead, 0}, 0}, {words, {words - lead, 0}, words}}, .inputs = {from}, .outputs = {to}};
}

//===----------------------------------------------------------------------===//
// Clock by clock
//===----------------------------------------------------------------------===//

/// Step s of a sample, unrolled.
struct Step {
  bool reads[2] = {false, false};
  bool writes = false;
};

std::vector<Step> unroll(const ScheduledStage &stage) {
  std::vector<Step> steps;
  for (int64_t repeat = 0; repeat < stage.repeats; ++repeat)
    for (const Segment &segment : stage.segments)
      for (int64_t s = 0; s < segment.steps; ++s) {
        Step step;
        for (int input : {0, 1})
          for (int64_t r = 0; r < segment.reads[input]; ++r)
            step.reads[input] |= r * segment.steps / segment.reads[input] == s;
        for (int64_t w = 0; w < segment.writes; ++w)
          step.writes |= ((w + 1) * segment.steps + segment.writes - 1) / segment.writes - 1 == s;
        steps.push_back(step);
      }
  return steps;
}

Schedule simulateClocks(const std::vector<ScheduledStage> &stages, const std::vector<int64_t> &depths,
                        int64_t samples) {
  std::vector<std::vector<Step>> steps;
  for (const ScheduledStage &stage : stages)
    steps.push_back(unroll(stage));
  std::vector<int64_t> words(depths.size(), 0), now(stages.size(), 0), ends(samples, 0);
  for (int64_t clock = 1;; ++clock) {
    std::vector<size_t> ready;
    bool finished = true;
    for (size_t i = 0; i < stages.size(); ++i) {
      const int64_t length = steps[i].size();
      if (now[i] == length * samples)
        continue;
      finished = false;
      const Step &step = steps[i][now[i] % length];
      bool can = true;
      for (size_t input = 0; input < stages[i].inputs.size(); ++input)
        if (int queue = stages[i].inputs[input]; step.reads[input] && queue >= 0)
          can &= words[queue] > 0;
      for (int queue : stages[i].outputs)
        if (step.writes && queue >= 0)
          can &= words[queue] < depths[queue];
      if (can)
        ready.push_back(i);
    }
    if (finished) {
      return {ends.front(), ends[samples - 1] - ends[samples - 2], false, {}};
    }
    if (ready.empty())
      return {.deadlock = true, .stuck = {}};
    for (size_t i : ready) {
      const int64_t length = steps[i].size();
      const Step &step = steps[i][now[i] % length];
      for (size_t input = 0; input < stages[i].inputs.size(); ++input)
        if (int queue = stages[i].inputs[input]; step.reads[input] && queue >= 0)
          --words[queue];
      for (int queue : stages[i].outputs)
        if (step.writes && queue >= 0)
          ++words[queue];
      if (++now[i] % length == 0)
        ends[now[i] / length - 1] = std::max(ends[now[i] / length - 1], clock);
    }
  }
}

void expectSame(const std::vector<ScheduledStage> &stages, const std::vector<int64_t> &depths, int64_t samples) {
  const Schedule expected = simulateClocks(stages, depths, samples);
  const Schedule actual = simulateSchedule(stages, depths, samples);
  EXPECT_EQ(actual.deadlock, expected.deadlock);
  EXPECT_EQ(actual.latency, expected.latency);
  EXPECT_EQ(actual.interval, expected.interval);
}

/// A chain with forks around parts of it that join again.
struct RandomDesign {
  std::vector<ScheduledStage> stages;
  int queues = 0;
  int64_t slowest = 1;

  explicit RandomDesign(unsigned seed) : random(seed) {
    const int64_t words = 2 + random() % 10;
    int at = add(copy(words, {-1}, {}), 1);
    for (int block = 0; block < 3; ++block) {
      if (random() % 2) {
        at = longWay(words, at);
        continue;
      }
      const int around = add(copy(words, {at}, {}), 2);
      int inside = around + 1;
      for (int depth = 1 + random() % 3; depth > 0; --depth)
        inside = longWay(words, inside);
      at = add(copy(words, {around, inside}, {}), 1);
    }
    stages.push_back(copy(words, {at}, {-1}));
  }

private:
  int add(ScheduledStage stage, int outputs) {
    const int first = queues;
    for (int i = 0; i < outputs; ++i)
      stage.outputs.push_back(queues++);
    slowest = std::max(slowest, stage.steps());
    stages.push_back(stage);
    return first;
  }

  /// A stage that keeps the number of words.
  int longWay(int64_t words, int from) {
    ScheduledStage stage =
        random() % 2 ? window(1 + random() % words, words, from, -1) : matrixVector(words, words, from, -1);
    stage.outputs.clear();
    return add(stage, 1);
  }

  std::mt19937 random;
};

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

TEST(Schedule, OneStage) {
  const Schedule schedule = simulateSchedule({matrixVector(4, 3, -1, -1)}, {}, 3);
  EXPECT_EQ(schedule.latency, 12);
  EXPECT_EQ(schedule.interval, 12);
}

TEST(Schedule, StagesThatReadEvenlyOverlap) {
  // Three copies of 5 words: each word is one clock behind, per stage.
  const Schedule schedule = simulateSchedule({copy(5, {-1}, {0}), copy(5, {0}, {1}), copy(5, {1}, {-1})}, {2, 2}, 4);
  EXPECT_EQ(schedule.latency, 7);
  EXPECT_EQ(schedule.interval, 5);
}

TEST(Schedule, ShortQueuesMakeStagesWait) {
  // Two units of 64 clocks, 8 words between them. The second reads one word per 8 clocks while the
  // first works, then computes for 56 clocks while the first stands still after 2 more words.
  const std::vector<ScheduledStage> stages = {matrixVector(8, 8, -1, 0), matrixVector(8, 8, 0, -1)};
  EXPECT_GT(simulateSchedule(stages, {2}, 6).interval, 64);
  EXPECT_EQ(simulateSchedule(stages, {8}, 6).interval, 64);
}

TEST(Schedule, EqualsAClockByClockSimulation) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const RandomDesign design(seed);
    std::mt19937 random(seed);
    std::vector<int64_t> depths;
    for (int i = 0; i < design.queues; ++i)
      depths.push_back(1 + random() % 12);
    SCOPED_TRACE(seed);
    expectSame(design.stages, depths, 4);
  }
}

TEST(Schedule, FindsDeadlocks) {
  // A join: one branch gives its word only after 3 words, the other holds at most 2.
  const std::vector<ScheduledStage> stages = {
      copy(3, {-1}, {0, 1}),
      {.segments = {{3, {3, 0}, 1}}, .inputs = {0}, .outputs = {2}},
      {.segments = {{1, {1, 1}, 1}, {2, {2, 0}, 2}}, .inputs = {1, 2}, .outputs = {-1}}};
  const Schedule schedule = simulateSchedule(stages, {2, 2, 2}, 2);
  EXPECT_TRUE(schedule.deadlock);
  EXPECT_EQ(schedule.stuck, (std::vector<size_t>{0, 1, 2}));
  EXPECT_FALSE(simulateSchedule(stages, {2, 3, 2}, 2).deadlock);
}

TEST(Depths, OfABranchBesideAWindow) {
  // The window gives its first word when it has read 20, and that word takes two clocks to the
  // join; so 20 or a few more words wait in the short branch.
  const std::vector<ScheduledStage> stages = {copy(64, {-1}, {0, 1}), window(20, 64, 0, 2), copy(64, {1, 2}, {-1})};
  const std::vector<int64_t> depths = findDepths(stages, 3, /*interval=*/84, 4);
  EXPECT_GE(depths[1], 20);
  EXPECT_LE(depths[1], 24);
  EXPECT_EQ(depths[2], 2);
  EXPECT_FALSE(simulateSchedule(stages, depths, 4).deadlock);
  std::vector<int64_t> shorter = depths;
  shorter[1] = 18;
  EXPECT_TRUE(simulateSchedule(stages, shorter, 4).deadlock);
}

TEST(Depths, SufficeForRandomDesigns) {
  int needed = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    const RandomDesign design(seed);
    const auto depths = findDepths(design.stages, design.queues, design.slowest, 4);
    EXPECT_FALSE(simulateSchedule(design.stages, depths, 5).deadlock) << "seed " << seed;
    needed += simulateSchedule(design.stages, std::vector<int64_t>(design.queues, 2), 5).deadlock;
  }
  EXPECT_GT(needed, 50); // designs that stand still with queues of 2 words
}

TEST(Depths, ConstantsNeedNoRoom) {
  const std::vector<ScheduledStage> stages = {{.segments = {{50, {0, 0}, 50}}, .outputs = {0}},
                                              copy(50, {0}, {1}),
                                              window(30, 50, -1, 2),
                                              copy(50, {1, 2}, {-1})};
  EXPECT_EQ(findDepths(stages, 3, 50, 4), (std::vector<int64_t>{2, 2, 2}));
}

TEST(Depths, KeepThePaceOfAChain) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<ScheduledStage> stages;
    int64_t words = 1 + random() % 12, slowest = 0;
    const int count = 2 + int(random() % 4);
    for (int i = 0; i < count; ++i) {
      const int64_t out = 1 + random() % 12;
      stages.push_back(matrixVector(words, out, i - 1, i + 1 < count ? i : -1));
      slowest = std::max(slowest, stages.back().steps());
      words = out;
    }
    const auto depths = findDepths(stages, count - 1, slowest, 4);
    const Schedule schedule = simulateSchedule(stages, depths, 12);
    EXPECT_FALSE(schedule.deadlock);
    EXPECT_EQ(schedule.interval, slowest) << "trial " << trial;
  }
}

} // namespace
} // namespace qcompile::hls
