// Forks and joins: queues deep enough for skip connections of any length, and designs whose queues
// are too short.
#include "backends/hls/dialect/HlsDialect.h"
#include "tests/unit/hls/Network.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace qcompile::hls {
namespace {

using namespace testing;

/// `length` padded convolutions beside a connection that skips them.
void buildSkip(Network &net, int length, int64_t width) {
  const DataType code = DataType::Unsigned(2);
  const int64_t padding[] = {0, 0, 1, 1};
  Value x = net.begin({1, 2, 5, width}, net.code(code));
  Value y = x;
  for (int i = 0; i < length; ++i) {
    y = net.conv(net.pad(y, padding, padding, {0}), 2, 1, {{3, 3}, {1, 1}, {1, 1}}, DataType::Signed(2));
    y = net.threshold(y, 1, 3, code);
  }
  net.finish({net.add(x, y, 1, 1)});
}

/// The words of the deepest queue.
int64_t getDeepest(ModuleOp module) {
  int64_t deepest = 0;
  module.walk([&](FifoOp fifo) { deepest = std::max<int64_t>(deepest, fifo.getDepth()); });
  return deepest;
}

TEST(Skips, DeeperOnesGetDeeperQueues) {
  int64_t before = 0;
  for (int length : {1, 2, 4, 8}) {
    Network net(length);
    buildSkip(net, length, 8);
    net.evaluate(3);
    net.lower({"target-cycles=" + std::to_string(200 * length)});
    llvm::json::Object report = net.session->report(*net.module);
    ASSERT_TRUE(report.getObject("schedule"));
    EXPECT_FALSE(report.getObject("schedule")->getBoolean("deadlock")) << length;
    EXPECT_GT(getDeepest(*net.module), before);
    before = getDeepest(*net.module);
  }
}

TEST(Skips, RunToTheEnd) {
  Network net(3);
  buildSkip(net, 5, 6);
  net.check({"target-cycles=500"});
}

TEST(Skips, TooShortQueuesAreReported) {
  Network net(4);
  buildSkip(net, 3, 8);
  net.lower({});
  net.module->walk([](FifoOp fifo) { fifo.setDepth(2); });
  llvm::json::Object report = net.session->report(*net.module);
  EXPECT_TRUE(report.getObject("schedule")->getBoolean("deadlock").value_or(false));
  EXPECT_FALSE(report.getObject("schedule")->getArray("waiting")->empty());
  auto sink = ArtifactSink::create(::testing::TempDir() + "/hls-standstill");
  ASSERT_TRUE(bool(sink));
  std::string message = llvm::toString(net.session->emit(*net.module, {"net"}, **sink));
  EXPECT_NE(message.find("expected queues deep enough for every stage to go on"), std::string::npos) << message;
}

} // namespace
} // namespace qcompile::hls
