// The whole backend on networks of matrix products, and what it promises of artifacts and options.
#include "backends/hls/HlsBackend.h"
#include "tests/unit/hls/Network.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace qcompile::hls {
namespace {

using namespace testing;

TEST(Backend, BipolarNetworkWithFloatOutput) {
  Network net(1);
  Value x = net.begin({1, 60}, net.code(DataType::Bipolar()));
  x = net.threshold(net.matmul(x, 12, DataType::Bipolar()), 1, 1, DataType::Bipolar());
  x = net.threshold(net.matmul(x, 10, DataType::Bipolar()), 1, 3, DataType::Unsigned(2));
  x = net.matmul(x, 5, DataType::Bipolar());
  net.finish({net.dequantize(x)});
  net.check({"target-cycles=20"});
}

TEST(Backend, MixedWidthsBatchesAndMemoryPorts) {
  Network net(2);
  Value x = net.begin({3, 14}, net.code(DataType::Signed(5)));
  x = net.threshold(net.matmul(x, 15, DataType::Signed(3)), 1, 15, DataType::Signed(4));
  x = net.threshold(net.matmul(x, 6, DataType::Bipolar()), 1, 255, DataType::Unsigned(8));
  x = net.matmul(x, 7, DataType::Signed(8));
  net.finish({x});
  net.check({"folding=5:7,2:3,7:2", "interface=memory", "multiplier=dsp"});
}

TEST(Backend, ForksReshapesAndThresholdsApart) {
  Network net(3);
  Value x = net.begin({2, 8}, net.code(DataType::Unsigned(3)));
  Value sums = net.matmul(x, 12, DataType::Signed(2));
  // Channels along another axis, a stage of its own because the sums are used twice.
  Value split = net.reshape(sums, {2, 3, 4});
  Value a = net.threshold(split, 1, 2, DataType::Unsigned(2));
  Value b = net.threshold(net.reshape(sums, {24}), 0, 1, DataType::Bipolar(), /*perChannel=*/false);
  Value c = net.matmul(net.reshape(a, {4, 6}), 3, DataType::Signed(4));
  net.finish({c, b, sums, x});
  net.check({"target-cycles=13"});
}

TEST(Backend, OneClockPerSampleWithWideWords) {
  Network net(4);
  Value x = net.begin({1, 300}, net.code(DataType::Signed(4)));
  x = net.threshold(net.matmul(x, 2, DataType::Signed(4)), 1, 3, DataType::Unsigned(2));
  net.finish({x});
  net.check({"folding=2:300"}, 5);
}

TEST(Backend, ArtifactsAreReproducible) {
  auto emit = [](std::string folder) {
    Network net(5);
    Value x = net.begin({1, 12}, net.code(DataType::Unsigned(4)));
    net.finish({net.threshold(net.matmul(x, 8, DataType::Signed(4)), 1, 3, DataType::Unsigned(2))});
    auto session = makeSession({});
    PassManager pm(&net.context);
    session->buildPipeline(pm);
    EXPECT_TRUE(succeeded(pm.run(*net.module)));
    auto sink = ArtifactSink::create(folder);
    EXPECT_FALSE(bool(session->emit(*net.module, {"net"}, **sink)));
    std::string digest;
    for (const ArtifactFile &file : (*sink)->files())
      digest += file.name + " " + file.sha256 + "\n";
    return digest;
  };
  const std::string first = emit(::testing::TempDir() + "/hls-a");
  EXPECT_NE(first.find("net_top.cpp "), std::string::npos);
  EXPECT_NE(first.find("tb/testbench.cpp "), std::string::npos);
  EXPECT_EQ(first, emit(::testing::TempDir() + "/hls-b"));
}

TEST(Backend, TheArtifactChecksItself) {
  if (!canRun())
    GTEST_SKIP() << "QCOMPILE_AP_TYPES_DIR names no folder with ap_int.h";
  Network net(8);
  Value x = net.begin({1, 12}, net.code(DataType::Signed(4)));
  net.finish({net.threshold(net.matmul(x, 8, DataType::Signed(4)), 1, 3, DataType::Unsigned(2))});
  auto session = makeSession({});
  PassManager pm(&net.context);
  session->buildPipeline(pm);
  ASSERT_TRUE(succeeded(pm.run(*net.module)));
  // A name that would hide a system header and the main function if the design took it as it is.
  std::string folder = ::testing::TempDir() + "/hls-self-check/string";
  auto sink = ArtifactSink::create(folder);
  ASSERT_FALSE(bool(session->emit(*net.module, {"string"}, **sink)));
  std::string make = "make -s -C '" + (*sink)->stagingDirectory().str() + "' test AP_TYPES='" +
                     std::getenv("QCOMPILE_AP_TYPES_DIR") + "'";
  EXPECT_EQ(std::system(make.c_str()), 0);
}

TEST(Backend, TheSlowestStageSetsThePace) {
  for (unsigned seed = 100; seed < 140; ++seed) {
    Network net(seed);
    auto extent = [&] { return int64_t(1 + net.random() % 48); };
    Value x = net.begin({int64_t(1 + net.random() % 2), extent()}, net.code(DataType::Unsigned(2)));
    for (int layer = 0; layer < 4; ++layer)
      x = net.threshold(net.matmul(x, extent(), DataType::Signed(2)), 1, 3, DataType::Unsigned(2));
    net.finish({x});
    auto session = makeSession({"target-cycles=" + std::to_string(1 + net.random() % 300)});
    PassManager pm(&net.context);
    session->buildPipeline(pm);
    ASSERT_TRUE(succeeded(pm.run(*net.module)));
    llvm::json::Object report = session->report(*net.module);
    EXPECT_EQ(report.getObject("schedule")->getInteger("interval_cycles"),
              report.getObject("estimate")->getInteger("max_cycles"))
        << "seed " << seed;
  }
}

TEST(Backend, RefusesFoldingsThatDoNotDivide) {
  Network net(6);
  Value x = net.begin({1, 12}, net.code(DataType::Unsigned(4)));
  net.finish({net.matmul(x, 8, DataType::Signed(4))});
  std::string message;
  ScopedDiagnosticHandler handler(&net.context, [&](Diagnostic &diagnostic) {
    message += diagnostic.str();
    return success();
  });
  auto session = makeSession({"folding=3:5"});
  PassManager pm(&net.context);
  session->buildPipeline(pm);
  EXPECT_TRUE(failed(pm.run(*net.module)));
  EXPECT_NE(message.find("expected PE to divide 8 outputs and SIMD to divide 12 inputs, found 3 and 5"),
            std::string::npos)
      << message;
}

TEST(Backend, SaysWhatItDoesNotTake) {
  Network net(7);
  Value x = net.begin({2, 3}, net.code(DataType::Unsigned(4)));
  Value product = net.matmul(x, 3, DataType::Signed(33));
  Capability capability = makeSession({})->checkSupport(product.getDefiningOp());
  EXPECT_FALSE(capability.supported);
  EXPECT_EQ(capability.reason, "expected weights of at most 32 bits, found 33");
}

} // namespace
} // namespace qcompile::hls
