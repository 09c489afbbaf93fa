//===- EncodedWeightsTest.cpp - Encoded weights on every backend ----------===//
//
// A convolution and a matrix product with weights of every structure and of sizes that blocks, groups and vectors do
// not divide: all backends give the evaluator's bits, whose weights are the decoded ones.
//
//===----------------------------------------------------------------------===//
#include "backends/RegisterBackends.h"
#include "compiler/session/StoredWeights.h"
#include "tests/unit/dialects/StructuredWeights.h"
#include "tests/unit/passes/CodeNetwork.h"

using namespace mlir;

namespace qcompile {
namespace {

using runtime::DataType;
using runtime::Tensor;
using testing::CodeNetwork;
using testing::Ints;
using testing::StructuredWeights;
using testing::WeightMaker;

/// The constant whose codes are what the stored form decodes to.
Value addWeights(CodeNetwork &net, const StructuredWeights &weights) {
  auto bytes = weights.encoding.encode(weights.tensor);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  auto decoded = weights.encoding.decode(weights.tensor.type(), weights.tensor.shape(), *bytes);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return net.qnn().constant("w", *decoded, weights.encoding);
}

/// quantize, conv, threshold, reshape, matmul, dequantize.
void build(CodeNetwork &net, int kind) {
  WeightMaker maker(net.context, net.random());
  OpBuilder &builder = net.builder;
  auto typed = [&](Value like, Type element) { return RankedTensorType::get(tensorOf(like).getShape(), element); };
  int64_t batch = net.between(1, 2), c = net.between(1, 5), o = net.between(1, 9), k = net.between(1, 3);
  int64_t size = net.between(k, 6);
  Value x = net.addInput({batch, c, size, size}, builder.getF32Type());
  Value codes = qnn::QuantizeOp::create(builder, net.loc(), typed(x, builder.getIntegerType(4, /*isSigned=*/true)), x,
                                        net.attribute(Tensor::FromFloats({1, 1, 1, 1}, {0.5f})),
                                        net.attribute(Tensor::FromFloats({1, 1, 1, 1}, {0.0f})), -8, 7,
                                        builder.getStringAttr("ROUND"));
  Value kernel = addWeights(net, maker.make(kind, 4, {o, c, k, k}, {0, 1, 2, 3}, 1));
  Value sums =
      net.qnn().conv(codes, kernel, 1, {1, 1}, {1, 1}, 1, Type(), builder.getIntegerType(48, /*isSigned=*/true));
  Ints thresholds = {net.between(-20, -5), net.between(-4, 4), net.between(5, 20)};
  Value levels = qnn::ThresholdOp::create(
      builder, net.loc(), typed(sums, builder.getIntegerType(2, /*isSigned=*/false)), sums, 1,
      net.attribute(*Tensor::FromIntegers(DataType::Signed(8), {1, 3}, thresholds)), Ints{1}, 0, 1);
  ArrayRef<int64_t> shape = tensorOf(levels).getShape();
  int64_t joined = shape[1] * shape[2] * shape[3], m = net.between(1, 9);
  Value flat = net.qnn().reshape(levels, {batch, joined});
  Value rhs = addWeights(net, maker.make(kind, 4, {joined, m}, {1, 0}, 1));
  auto type = RankedTensorType::get({batch, m}, builder.getIntegerType(48, /*isSigned=*/true));
  Value products = qnn::MatMulOp::create(builder, net.loc(), type, flat, rhs);
  setElementType(products, getNarrowestAccumulator(products.getDefiningOp()));
  Value y = qnn::DequantizeOp::create(builder, net.loc(), typed(products, builder.getF32Type()), products, 1,
                                      net.attribute(Tensor::FromDoubles({1}, {0.25})), net.integers({0}), nullptr);
  net.finish(y);
}

/// Lowers a copy, runs it and compares the outputs by their bits.
void expectSame(CodeNetwork &net, const BackendSession &session) {
  auto evaluator = Evaluator::create(net.main);
  ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
  OwningOpRef<ModuleOp> lowered = net.module->clone();
  PassManager pm(&net.context, ModuleOp::getOperationName());
  session.buildPipeline(pm);
  ASSERT_TRUE(succeeded(pm.run(*lowered))) << net.messages << CodeNetwork::dump(*net.module);
  auto executable = session.prepare(*lowered, {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  std::vector<Executable::Tensors> batches;
  for (int i = 0; i < 3; ++i)
    batches.push_back(net.sample(*evaluator));
  auto found = (*executable)->run(batches);
  ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
  for (size_t i = 0; i < batches.size(); ++i) {
    auto expected = evaluator->run(batches[i]);
    ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
    EXPECT_EQ((*found)[i], *expected) << CodeNetwork::dump(*net.module);
  }
}

struct EncodedWeights : ::testing::Test {
  EncodedWeights() { llvm::cantFail(registerBackends(registry)); }

  std::unique_ptr<BackendSession> makeSession(StringRef name, std::vector<std::string> settings = {}) {
    const Backend &backend = *registry.find(name);
    return llvm::cantFail(backend.createSession(llvm::cantFail(OptionValues::parse(backend.options(), settings))));
  }

  void run(StringRef name, unsigned seeds, const std::vector<std::string> &settings = {}) {
    for (unsigned seed = 0; seed < seeds; ++seed) {
      CodeNetwork net(seed);
      DialectRegistry dialects;
      registry.find(name)->registerDialects(dialects);
      net.context.appendDialectRegistry(dialects);
      net.context.loadAllAvailableDialects();
      build(net, int(seed) % WeightMaker::kKinds);
      expectSame(net, *makeSession(name, settings));
      if (HasFailure())
        return;
    }
  }

  BackendRegistry registry;
};

TEST_F(EncodedWeights, CpuGivesTheEvaluatorsBits) { run("cpu", 50); }

TEST_F(EncodedWeights, ImcGivesTheEvaluatorsBits) {
  run("imc", 50);
  // Index bits for rows, and tiles that hold a part of each layer.
  run("imc", 50, {"index-bits=8", "slots=8", "rows=64", "columns=32"});
}

TEST_F(EncodedWeights, HlsGivesTheEvaluatorsBits) {
  const char *headers = std::getenv("QCOMPILE_AP_TYPES_DIR");
  if (!headers || !*headers)
    GTEST_SKIP() << "QCOMPILE_AP_TYPES_DIR names no folder with ap_int.h";
  run("hls", WeightMaker::kKinds); // one design each: their compilation takes its time
}

TEST_F(EncodedWeights, StoredFormsTakeTheBytesThatAreReported) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    CodeNetwork net(seed);
    build(net, int(seed) % WeightMaker::kKinds);
    std::unique_ptr<BackendSession> session = makeSession("imc");
    std::vector<StoredWeights> weights = collectStoredWeights(*net.module, *session);
    ASSERT_EQ(weights.size(), 2u);
    std::string file = joinStoredWeights(weights);
    llvm::json::Array rows = toJson(weights);
    SmallVector<data::ConstantAttr> constants;
    net.module->walk([&](qnn::ConstantOp op) { constants.push_back(op.getValue()); });
    int64_t offset = 0;
    for (size_t i = 0; i < 2; ++i) {
      const llvm::json::Object &row = *rows[i].getAsObject();
      int64_t size = *row.getInteger("bytes");
      EXPECT_EQ(size, (*row.getInteger("bits") + 7) / 8);
      EXPECT_EQ(*row.getInteger("offset"), offset);
      Tensor codes = constants[i].getTensor();
      ArrayRef<uint8_t> bytes(reinterpret_cast<const uint8_t *>(file.data()) + offset, size);
      auto decoded = weights[i].encoding.decode(codes.type(), codes.shape(), bytes);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      EXPECT_EQ(*decoded, codes);
      offset += size;
      bool sparse = isa<encoding::NmAttr, encoding::CooAttr, encoding::RunLengthAttr>(weights[i].encoding);
      EXPECT_EQ(weights[i].taken, sparse);
    }
    EXPECT_EQ(offset, int64_t(file.size()));
  }
}

TEST_F(EncodedWeights, ImcTakesFewerSlotsAndCyclesThanDense) {
  // 1:4 weights of 64 inputs: 16 entries of 64, as tile form that the macro computes with.
  auto cost = [&](bool sparse) {
    CodeNetwork net(7);
    DialectRegistry dialects;
    registry.find("imc")->registerDialects(dialects);
    net.context.appendDialectRegistry(dialects);
    net.context.loadAllAvailableDialects();
    Ints values;
    for (int64_t i = 0; i < 64 * 16; ++i)
      values.push_back(!sparse || i / 16 % 4 == i % 4 ? net.between(1, 7) : 0);
    Value x = net.addInput({1, 64}, DataType::Signed(4));
    Value w = net.constant(*Tensor::FromIntegers(DataType::Signed(4), {64, 16}, values));
    auto type = RankedTensorType::get({1, 16}, net.builder.getIntegerType(48, true));
    Value y = qnn::MatMulOp::create(net.builder, net.loc(), type, x, w);
    setElementType(y, getNarrowestAccumulator(y.getDefiningOp()));
    net.finish(y);
    std::unique_ptr<BackendSession> session = makeSession("imc", {"tree-slots=8"});
    OwningOpRef<ModuleOp> lowered = net.module->clone();
    PassManager pm(&net.context, ModuleOp::getOperationName());
    session->buildPipeline(pm);
    EXPECT_TRUE(succeeded(pm.run(*lowered))) << net.messages;
    auto executable = llvm::cantFail(session->prepare(*lowered, {"net"}));
    auto evaluator = llvm::cantFail(Evaluator::create(net.main));
    EXPECT_TRUE(bool(executable->run({net.sample(evaluator)})));
    llvm::json::Object statistics = executable->statistics();
    const llvm::json::Object *counts = statistics.getObject("imc_per_batch");
    EXPECT_TRUE(counts);
    return std::pair(counts ? counts->getInteger("weight_slots_written").value_or(0) : 0,
                     counts ? counts->getInteger("cycles").value_or(0) : 0);
  };
  auto [denseSlots, denseCycles] = cost(false);
  auto [sparseSlots, sparseCycles] = cost(true);
  EXPECT_EQ(sparseSlots * 4, denseSlots);
  EXPECT_LT(sparseCycles, denseCycles);
}

} // namespace
} // namespace qcompile
