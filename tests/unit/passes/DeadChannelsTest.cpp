//===- DeadChannelsTest.cpp - Networks without their dead channels --------===//
#include "RandomPath.h"
#include "passes/compression/Layer.h"
#include "passes/remove-dead-channels/RemoveDeadChannels.h"

namespace qcompile::compression {
namespace {

using testing::RandomPath;

int64_t countOutputs(mlir::ModuleOp module) {
  int64_t count = 0;
  for (const Layer &layer : findLayers(RandomPath::getMain(module)))
    count += layer.outputs();
  return count;
}

/// Runs the pass on random networks; returns how many channels went.
int64_t removeFrom(int64_t zeroOutputs, int64_t zeroInputs, int64_t lowBiases) {
  int64_t removed = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomPath network(1000 + seed);
    network.zeroOutputs = zeroOutputs;
    network.zeroInputs = zeroInputs;
    network.lowBiases = lowBiases;
    network.build();
    mlir::OwningOpRef<mlir::ModuleOp> copy = network.module->clone();
    mlir::PassManager pm(&network.context, mlir::ModuleOp::getOperationName());
    pm.addNestedPass<mlir::func::FuncOp>(createRemoveDeadChannels());
    EXPECT_TRUE(mlir::succeeded(pm.run(*copy))) << network.messages << RandomPath::dump(*copy);
    auto before = Evaluator::create(network.main);
    auto after = Evaluator::create(RandomPath::getMain(*copy));
    EXPECT_TRUE(bool(before) && bool(after));
    if (!before || !after)
      return removed;
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(testing::findDifference(*before, *after, {network.drawInput()}), "");
    removed += countOutputs(*network.module) - countOutputs(*copy);
    if (::testing::Test::HasFailure())
      return removed;
  }
  return removed;
}

TEST(DeadChannelsTest, LeavesOutConstantChannels) { EXPECT_GT(removeFrom(40, 0, 0), 100); }
TEST(DeadChannelsTest, LeavesOutZeroChannels) { EXPECT_GT(removeFrom(40, 0, 80), 150); }
TEST(DeadChannelsTest, LeavesOutUnusedChannels) { EXPECT_GT(removeFrom(0, 30, 0), 150); }
TEST(DeadChannelsTest, LeavesOutBoth) { EXPECT_GT(removeFrom(30, 30, 50), 300); }

} // namespace
} // namespace qcompile::compression
