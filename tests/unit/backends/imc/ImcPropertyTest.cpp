//===- ImcPropertyTest.cpp - Random networks against the evaluator --------===//
#include <set>

#include "tests/unit/backends/imc/TestConvNetworks.h"

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
          "max-weight-bits=8",
          "threshold-words=" + std::to_string(256 + network.below(500)),
          "index-bits=" + std::to_string(network.below(4)),
          network.below(2) ? "weight-layout=slots" : "weight-layout=slices",
          network.below(2) ? "access=gather" : "access=broadcast"};
}

/// Small banks, but all else as large as by default.
std::vector<std::string> roomyTarget(NetworkBuilder &network) {
  return {"rows=64", "slots=32", "columns=48", "banks=" + std::to_string(1 + network.below(6)),
          "accumulators=" + std::to_string(60 + network.below(200))};
}

/// Lowers a network, runs it on the simulator and compares all outputs with the evaluator's.
void expectEqualToEvaluator(TestContext &test, NetworkBuilder &network, ModuleOp module, const BackendSession &session,
                            int runs) {
  ASSERT_TRUE(succeeded(verify(module))) << test.errors;
  OwningOpRef<ModuleOp> source(module.clone());
  auto evaluator = Evaluator::create(source->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
  source->walk([&](Operation *op) {
    Capability capability = session.checkSupport(op);
    EXPECT_TRUE(capability.supported) << capability.reason;
  });
  ASSERT_TRUE(succeeded(runPipeline(session, module))) << test.errors;
  auto executable = session.prepare(module, {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  ASSERT_EQ((*executable)->inputs()[0].name, "image");
  ASSERT_EQ((*executable)->outputs()[0].name, "scores");
  for (int run = 0; run < runs; ++run) {
    Executable::Tensors inputs = {randomFloats((*executable)->inputs()[0].shape, network)};
    auto expected = evaluator->run(inputs);
    ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
    auto found = (*executable)->run(inputs);
    ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
    ASSERT_TRUE((*found)[0] == *expected);
  }
}

TEST(ImcProperty, RandomNetworksEqualTheEvaluator) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    TestContext test;
    NetworkBuilder network(&test.context, seed);
    OwningOpRef<ModuleOp> module = network.build(1 + seed % 4);
    auto session = makeSession(randomTarget(network));
    expectEqualToEvaluator(test, network, *module, *session, 3);
  }
}

TEST(ImcProperty, RandomConvNetworksEqualTheEvaluator) {
  std::set<std::string> kinds;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    TestContext test;
    ConvNetworkBuilder network(&test.context, seed);
    OwningOpRef<ModuleOp> module = network.build(1 + seed % 6);
    module->walk([&](Operation *op) { kinds.insert(op->getName().getStringRef().str()); });
    auto session = seed % 2 ? makeSession(roomyTarget(network)) : makeSession({});
    ASSERT_NO_FATAL_FAILURE(expectEqualToEvaluator(test, network, *module, *session, 2));
  }
  // Every operation of the integer form has been there, but reshapes.
  for (const char *kind :
       {"add", "arg_max", "concat", "conv", "conv_transpose", "depth_to_space", "gather", "lookup", "matmul",
        "max_pool", "mul", "pad", "requantize", "slice", "sum_pool", "table", "threshold", "top_k", "transpose"})
    EXPECT_TRUE(kinds.count(std::string("qnn.") + kind)) << kind;
}

} // namespace
} // namespace qcompile::imc
