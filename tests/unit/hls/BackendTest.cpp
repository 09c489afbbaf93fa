// The whole backend on random networks: lowered, emitted, compiled on the host, and compared with
// the reference evaluator code by code.
#include "backends/hls/HlsBackend.h"
#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/qnn/QnnDialect.h"
#include "dialects/qnn/ValueBounds.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"

#include <gtest/gtest.h>

#include <random>

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::hls {
namespace {

/// Builds @main of a random network.
class Network {
public:
  explicit Network(unsigned seed) : random(seed), builder(&context) {
    DialectRegistry registry;
    registry.insert<func::FuncDialect, qnn::QnnDialect, data::DataDialect>();
    HlsBackend().registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = ModuleOp::create(builder.getUnknownLoc());
  }

  /// Starts @main with one argument of a shape and type.
  Value begin(ArrayRef<int64_t> shape, Type type) {
    builder.setInsertionPointToEnd(module->getBody());
    argumentType = RankedTensorType::get(shape, type);
    main = func::FuncOp::create(builder, builder.getUnknownLoc(), "main",
                                builder.getFunctionType({argumentType}, {}));
    builder.setInsertionPointToStart(main.addEntryBlock());
    return main.getArgument(0);
  }

  void finish(ArrayRef<Value> results) {
    func::ReturnOp::create(builder, builder.getUnknownLoc(), results);
    main.setFunctionType(builder.getFunctionType({argumentType}, TypeRange(results)));
  }

  Type code(DataType type) { return qnn::getCodeType(&context, type); }

  data::ConstantAttr constant(DataType type, runtime::Shape shape, ArrayRef<int64_t> values) {
    auto tensor = Tensor::FromIntegers(type, shape, {values.data(), values.size()});
    EXPECT_TRUE(tensor.ok());
    return data::ConstantAttr::get(&context, "c" + std::to_string(constants++), *tensor);
  }

  int64_t pick(DataType type) {
    if (type.kind == runtime::TypeKind::kBipolar)
      return random() % 2 ? 1 : -1;
    return std::uniform_int_distribution<int64_t>(type.MinValue(), type.MaxValue())(random);
  }

  Value matmul(Value input, int64_t outputs, DataType weightType) {
    auto type = cast<RankedTensorType>(input.getType());
    int64_t inputs = type.getShape().back();
    std::vector<int64_t> weights;
    for (int64_t i = 0; i < inputs * outputs; ++i)
      weights.push_back(pick(weightType));
    data::ConstantAttr attribute = constant(weightType, {inputs, outputs}, weights);
    auto rhs =
        qnn::ConstantOp::create(builder, builder.getUnknownLoc(), attribute.getType(), attribute);
    auto columns =
        qnn::getDotProductBounds(qnn::getTypeBounds(type.getElementType()), attribute.getTensor());
    qnn::Bounds all;
    for (qnn::Bounds column : *columns)
      all = {std::min(all.low, column.low), std::max(all.high, column.high)};
    // Sometimes wider than needed, as another pass may leave it.
    DataType result = random() % 2 ? all.narrowestType() : DataType::Signed(40);
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = outputs;
    last = all;
    return qnn::MatMulOp::create(builder, builder.getUnknownLoc(),
                                 RankedTensorType::get(shape, code(result)), input, rhs);
  }

  /// Thresholds around the middle of the last sums' range.
  Value threshold(Value input, int64_t axis, int64_t count, DataType result,
                  bool perChannel = true) {
    auto type = cast<RankedTensorType>(input.getType());
    int64_t rows = perChannel ? type.getDimSize(axis) : 1;
    std::uniform_int_distribution<int64_t> any(last.low / 4 - 2, last.high / 4 + 2);
    std::vector<int64_t> values, directions;
    for (int64_t row = 0; row < rows; ++row) {
      directions.push_back(random() % 3 ? 1 : -1);
      std::vector<int64_t> line;
      for (int64_t t = 0; t < count; ++t)
        line.push_back(any(random));
      std::sort(line.begin(), line.end());
      if (directions.back() < 0)
        std::reverse(line.begin(), line.end());
      values.insert(values.end(), line.begin(), line.end());
    }
    bool bipolar = result.kind == runtime::TypeKind::kBipolar;
    return qnn::ThresholdOp::create(builder, builder.getUnknownLoc(),
                                    RankedTensorType::get(type.getShape(), code(result)), input,
                                    builder.getI64IntegerAttr(axis),
                                    constant(DataType::Signed(41), {rows, count}, values),
                                    builder.getDenseI64ArrayAttr(directions),
                                    builder.getI64IntegerAttr(bipolar ? -1 : result.MinValue()),
                                    builder.getI64IntegerAttr(bipolar ? 2 : 1));
  }

  Value reshape(Value input, ArrayRef<int64_t> shape) {
    Type element = cast<RankedTensorType>(input.getType()).getElementType();
    return qnn::ReshapeOp::create(builder, builder.getUnknownLoc(),
                                  RankedTensorType::get(shape, element), input);
  }

  Value dequantize(Value input) {
    auto type = cast<RankedTensorType>(input.getType());
    auto scale = data::ConstantAttr::get(&context, "scale", Tensor::FromDoubles({1}, {0.3}));
    return qnn::DequantizeOp::create(builder, builder.getUnknownLoc(),
                                     RankedTensorType::get(type.getShape(), builder.getF32Type()),
                                     input, builder.getI64IntegerAttr(1), scale,
                                     constant(DataType::Int64(), {1}, {3}), nullptr);
  }

  /// Runs the network on both sides.
  void check(std::vector<std::string> settings, int64_t samples = 20);

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::mt19937 random;

private:
  std::vector<std::vector<Tensor>> makeInputs(const runtime::Port &port, int64_t samples) {
    std::vector<std::vector<Tensor>> batches;
    for (int64_t sample = 0; sample < samples; ++sample) {
      std::vector<int64_t> codes;
      for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i)
        codes.push_back(pick(port.type));
      batches.push_back({*Tensor::FromIntegers(port.type, port.shape, codes)});
    }
    return batches;
  }

  OpBuilder builder;
  func::FuncOp main;
  RankedTensorType argumentType;
  qnn::Bounds last{-8, 8};
  int constants = 0;
};

std::unique_ptr<BackendSession> makeSession(const std::vector<std::string> &settings) {
  HlsBackend backend;
  auto options = OptionValues::parse(backend.options(), settings);
  EXPECT_TRUE(bool(options)) << llvm::toString(options.takeError());
  auto session = backend.createSession(*options);
  EXPECT_TRUE(bool(session));
  return std::move(*session);
}

bool canRun() {
  const char *folder = std::getenv("QCOMPILE_AP_TYPES_DIR");
  return folder && *folder;
}

void Network::check(std::vector<std::string> settings, int64_t samples) {
  ASSERT_TRUE(succeeded(verify(*module)));
  auto evaluator = Evaluator::create(main);
  ASSERT_TRUE(bool(evaluator)) << llvm::toString(evaluator.takeError());
  auto batches = makeInputs(evaluator->inputs()[0], samples);
  std::vector<std::vector<Tensor>> expected;
  for (const auto &batch : batches) {
    auto outputs = evaluator->run(batch);
    ASSERT_TRUE(bool(outputs)) << llvm::toString(outputs.takeError());
    expected.push_back(*outputs);
  }
  auto session = makeSession(settings);
  PassManager pm(&context);
  session->buildPipeline(pm);
  ASSERT_TRUE(succeeded(pm.run(*module)));
  if (!canRun())
    GTEST_SKIP() << "QCOMPILE_AP_TYPES_DIR names no folder with ap_int.h";
  auto executable = session->prepare(*module, {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  auto actual = (*executable)->run(batches);
  ASSERT_TRUE(bool(actual)) << llvm::toString(actual.takeError());
  ASSERT_EQ(actual->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ((*actual)[i], expected[i]) << "sample " << i;
}

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
  EXPECT_NE(
      message.find("expected PE to divide 8 outputs and SIMD to divide 12 inputs, found 3 and 5"),
      std::string::npos)
      << message;
}

TEST(Backend, SaysWhatItDoesNotTake) {
  Network net(7);
  Value x = net.begin({2, 3}, net.code(DataType::Unsigned(4)));
  OpBuilder builder(&net.context);
  builder.setInsertionPointAfterValue(x);
  auto moved =
      qnn::TransposeOp::create(builder, builder.getUnknownLoc(),
                               RankedTensorType::get({3, 2}, net.code(DataType::Unsigned(4))), x,
                               builder.getDenseI64ArrayAttr({1, 0}));
  Capability capability = makeSession({})->checkSupport(moved);
  EXPECT_FALSE(capability.supported);
  EXPECT_NE(capability.reason.find("dimensions of one element"), std::string::npos);
}

} // namespace
} // namespace qcompile::hls
