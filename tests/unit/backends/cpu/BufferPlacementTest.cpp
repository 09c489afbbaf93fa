// Placement of workspace buffers: those in use at the same time do not overlap.
#include "backends/cpu/lower-to-kernels/KernelPlan.h"

#include <random>

#include "gtest/gtest.h"

namespace qcompile::cpu {
namespace {

TEST(PlaceBuffers, DisjointWhereAliveTogether) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    KernelPlan plan;
    uint64_t sum = 0;
    for (unsigned i = 0, count = 1 + random() % 20; i < count; ++i) {
      unsigned first = random() % 10;
      Buffer buffer{Buffer::Kind::Workspace, 0, 1 + random() % 500, first, unsigned(first + random() % 4)};
      if (random() % 5 == 0)
        buffer.kind = Buffer::Kind::Input;
      else
        sum += (buffer.size + 63) / 64 * 64;
      plan.buffers.push_back(buffer);
    }
    placeBuffers(plan);
    EXPECT_LE(plan.workspaceSize, sum);
    for (const Buffer &a : plan.buffers) {
      if (a.kind != Buffer::Kind::Workspace)
        continue;
      EXPECT_EQ(a.at % 64, 0u);
      EXPECT_LE(a.at + a.size, plan.workspaceSize);
      for (const Buffer &b : plan.buffers) {
        if (&a == &b || b.kind != Buffer::Kind::Workspace)
          continue;
        bool together = a.firstStep <= b.lastStep && b.firstStep <= a.lastStep;
        bool overlap = a.at < b.at + b.size && b.at < a.at + a.size;
        EXPECT_FALSE(together && overlap);
      }
    }
  }
}

TEST(PlaceBuffers, ReusesWhatIsNoLongerAlive) {
  KernelPlan plan;
  for (unsigned step : {0u, 2u, 4u})
    plan.buffers.push_back({Buffer::Kind::Workspace, 0, 100, step, step + 1});
  placeBuffers(plan);
  EXPECT_EQ(plan.workspaceSize, 128u);
}

} // namespace
} // namespace qcompile::cpu
