//===- ImcPropertyTest.cpp - Random networks against the evaluator --------===//
#include "tests/unit/backends/imc/TestNetworks.h"

using namespace mlir;

namespace qcompile::imc {
namespace {

runtime::Tensor randomFloats(const runtime::Shape &shape, NetworkBuilder &network) {
  std::vector<float> values(runtime::NumElements(shape));
  for (float &value : values)
    value = static_cast<float>(network.below(200) - 100) / 8.0f;
  return runtime::Tensor::FromFloats(shape, values);
}

/// Small banks, so that layers are cut into tiles in both directions.
std::vector<std::string> randomTarget(NetworkBuilder &network) {
  return {"rows=32",
          "slots=16",
          "columns=24",
          "accumulators=" + std::to_string(20 + network.below(100)),
          "banks=" + std::to_string(1 + network.below(4)),
          "threshold-words=" + std::to_string(256 + network.below(500)),
          "index-bits=" + std::to_string(network.below(4)),
          network.below(2) ? "weight-layout=slots" : "weight-layout=slices",
          network.below(2) ? "access=gather" : "access=broadcast"};
}

TEST(ImcProperty, RandomNetworksEqualTheEvaluator) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    TestContext test;
    NetworkBuilder network(&test.context, seed);
    OwningOpRef<ModuleOp> module = network.build(1 + seed % 4);
    ASSERT_TRUE(succeeded(verify(*module))) << test.errors;
    OwningOpRef<ModuleOp> source(module->clone());
    auto evaluator = Evaluator::create(source->lookupSymbol<func::FuncOp>("main"));
    ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());

    auto session = makeSession(randomTarget(network));
    source->walk([&](Operation *op) {
      Capability capability = session->checkSupport(op);
      EXPECT_TRUE(capability.supported) << capability.reason;
    });
    ASSERT_TRUE(succeeded(runPipeline(*session, *module))) << test.errors;
    auto executable = session->prepare(*module, {"net"});
    ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
    ASSERT_EQ((*executable)->inputs()[0].name, "image");
    ASSERT_EQ((*executable)->outputs()[0].name, "scores");
    for (int run = 0; run < 3; ++run) {
      Executable::Tensors inputs = {randomFloats((*executable)->inputs()[0].shape, network)};
      auto expected = evaluator->run(inputs);
      ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
      auto found = (*executable)->run(inputs);
      ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
      ASSERT_TRUE((*found)[0] == *expected);
    }
  }
}

} // namespace
} // namespace qcompile::imc
