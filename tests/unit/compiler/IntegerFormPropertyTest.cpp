//===- IntegerFormPropertyTest.cpp - Integer form against the source ------===//
//
// The promise of the conversion: the same codes for every input. The source model is evaluated as written (the exact
// reading), the integer form by the semantics of qnn; the two share no code that computes thresholds.
//
//===----------------------------------------------------------------------===//
#include "RandomNetwork.h"

#include "runtime/program/program.h"

namespace qcompile::testing {
namespace {

constexpr int kSeedsPerTest = 30;
constexpr int kSamples = 20;

class IntegerFormPropertyTest : public ::testing::TestWithParam<int> {};

void checkSeed(unsigned seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomNetwork network(seed);
  network.build();
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*network.module))) << network.messages;
  mlir::OwningOpRef<mlir::ModuleOp> integer = network.toIntegerForm();
  ASSERT_TRUE(integer) << network.messages << Network::dump(*network.module);
  auto source = Evaluator::create(network.main);
  auto form = Evaluator::create(Network::getMain(*integer));
  ASSERT_TRUE(bool(source)) << llvm::toString(source.takeError());
  ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
  for (int i = 0; i < kSamples; ++i) {
    std::vector<runtime::Tensor> inputs = {network.sample(source->inputs()[0])};
    std::string difference = findDifference(*source, *form, inputs);
    if (difference.empty())
      continue;
    std::string values;
    for (float value : inputs[0].Floats())
      values += std::to_string(value) + " ";
    FAIL() << difference << "\ninput " << values << "\n" << Network::dump(*network.module) << Network::dump(*integer);
  }
}

TEST_P(IntegerFormPropertyTest, SameCodes) {
  for (int i = 0; i < kSeedsPerTest && !HasFailure(); ++i)
    checkSeed(unsigned(GetParam() * kSeedsPerTest + i));
}

INSTANTIATE_TEST_SUITE_P(Seeds, IntegerFormPropertyTest, ::testing::Range(0, 10));

/// The generator reaches what it is for: integer layers, and islands in some models only.
TEST(RandomNetworkTest, MostLayersBecomeIntegers) {
  int products = 0, islands = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    RandomNetwork network(seed);
    network.build();
    mlir::OwningOpRef<mlir::ModuleOp> integer = network.toIntegerForm();
    ASSERT_TRUE(integer) << network.messages;
    integer->walk([&](mlir::Operation *op) {
      products += op->getName().getStringRef() == "qnn.matmul";
      islands += op->getName().getStringRef() == "onnx.MatMul" || op->getName().getStringRef() == "onnx.Gemm";
    });
  }
  EXPECT_GT(products, 50);
  EXPECT_GT(islands, 0);
  EXPECT_LT(islands, products / 2);
}

/// What travels in artifacts computes the same: a program survives its byte form.
TEST(ProgramTest, SerializedProgramsAgree) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    RandomNetwork network(seed);
    network.build();
    mlir::OwningOpRef<mlir::ModuleOp> integer = network.toIntegerForm();
    ASSERT_TRUE(integer) << network.messages;
    auto program = buildProgram(Network::getMain(*integer));
    ASSERT_TRUE(bool(program)) << llvm::toString(program.takeError());
    std::string bytes = runtime::SerializeProgram(*program);
    auto parsed = runtime::ParseProgram({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
    ASSERT_TRUE(parsed.ok()) << std::string(parsed.status().message());
    EXPECT_EQ(runtime::SerializeProgram(*parsed), bytes);
    auto executor = runtime::ProgramExecutor::Create(std::move(*parsed));
    ASSERT_TRUE(executor.ok()) << std::string(executor.status().message());
    auto evaluator = Evaluator::create(network.main);
    ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
    for (int i = 0; i < 5; ++i) {
      std::vector<runtime::Tensor> inputs = {network.sample(evaluator->inputs()[0])};
      auto expected = evaluator->run(inputs);
      ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
      ASSERT_TRUE(executor->Run(inputs).ok());
      for (size_t output = 0; output < expected->size(); ++output)
        for (int64_t j = 0; j < (*expected)[output].size(); ++j)
          EXPECT_EQ(executor->output(output).DoubleAt(j), (*expected)[output].DoubleAt(j)) << seed;
    }
  }
}

} // namespace
} // namespace qcompile::testing
