// The clock-by-clock model on cases worked out by hand, and the rule for queue depths on it.
#include "backends/hls/Schedule.h"

#include <gtest/gtest.h>

#include <random>

namespace qcompile::hls {
namespace {

/// A matrix-vector unit of `in` words and `out` words: out folds of `in` steps, the first of which
/// reads.
ScheduledStage matrixVector(int64_t in, int64_t out, int from, int to) {
  return {.steps = in * out,
          .readPeriod = in,
          .readPhases = out,
          .writeEvery = in,
          .inputs = {from},
          .outputs = {to}};
}

TEST(Schedule, OneStage) {
  const Schedule schedule = simulateSchedule({matrixVector(4, 3, -1, -1)}, {}, 3);
  EXPECT_EQ(schedule.latency, 12);
  EXPECT_EQ(schedule.interval, 12);
}

TEST(Schedule, StagesThatReadEvenlyOverlap) {
  // Three copies of 5 words: each word is one clock behind, per stage.
  const ScheduledStage copy{.steps = 5, .inputs = {-1}, .outputs = {0}};
  const ScheduledStage second{.steps = 5, .inputs = {0}, .outputs = {1}};
  const ScheduledStage third{.steps = 5, .inputs = {1}, .outputs = {-1}};
  const Schedule schedule = simulateSchedule({copy, second, third}, {2, 2}, 4);
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

TEST(Schedule, AQueueOfOneVectorKeepsThePace) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<ScheduledStage> stages;
    std::vector<int64_t> depths;
    int64_t words = 1 + random() % 12, slowest = 0;
    const int count = 2 + int(random() % 4);
    for (int i = 0; i < count; ++i) {
      const int64_t out = 1 + random() % 12;
      stages.push_back(matrixVector(words, out, i - 1, i + 1 < count ? i : -1));
      slowest = std::max(slowest, stages.back().steps);
      // The rule of hls-insert-fifos.
      if (i > 0)
        depths.push_back(out == 1 ? 2 : std::max<int64_t>(2, words));
      words = out;
    }
    const Schedule schedule = simulateSchedule(stages, depths, 12);
    EXPECT_FALSE(schedule.deadlock);
    EXPECT_EQ(schedule.interval, slowest) << "trial " << trial;
  }
}

TEST(Schedule, FindsDeadlocks) {
  // A join: one branch gives its word only after 3 words, the other holds at most 2.
  const ScheduledStage fork{.steps = 3, .inputs = {-1}, .outputs = {0, 1}};
  const ScheduledStage late{.steps = 3, .writeEvery = 3, .inputs = {0}, .outputs = {2}};
  const ScheduledStage join{
      .steps = 3, .readEvery = 1, .readPeriod = 3, .inputs = {1, 2}, .outputs = {-1}};
  EXPECT_TRUE(simulateSchedule({fork, late, join}, {2, 2, 2}, 2).deadlock);
}

} // namespace
} // namespace qcompile::hls
