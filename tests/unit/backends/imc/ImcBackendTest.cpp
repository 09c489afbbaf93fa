//===- ImcBackendTest.cpp - Artifacts, reports and refusals ---------------===//
#include "tests/unit/backends/imc/TestConvNetworks.h"

#include "backends/imc/dialect/ImcDialect.h"
#include "compiler/backend/ArtifactSink.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace qcompile::imc {
namespace {

/// A folder that is removed at the end.
struct TemporaryFolder {
  TemporaryFolder() { (void)llvm::sys::fs::createUniqueDirectory("imc-test", path); }
  ~TemporaryFolder() { (void)llvm::sys::fs::remove_directories(path); }
  std::string operator/(llvm::StringRef name) const {
    llvm::SmallString<128> out(path);
    llvm::sys::path::append(out, name);
    return out.str().str();
  }
  llvm::SmallString<128> path;
};

struct Lowered {
  explicit Lowered(uint64_t seed) : network(&test.context, seed), module(network.build(3)) {
    session = makeSession({});
    EXPECT_TRUE(succeeded(runPipeline(*session, *module))) << test.errors;
  }
  TestContext test;
  NetworkBuilder network;
  OwningOpRef<ModuleOp> module;
  std::unique_ptr<BackendSession> session;
};

void emitTo(Lowered &lowered, const std::string &path) {
  auto sink = ArtifactSink::create(path);
  ASSERT_TRUE(bool(sink)) << llvm::toString(sink.takeError());
  llvm::Error error = lowered.session->emit(*lowered.module, {"net"}, **sink);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  // The driver writes the manifest; without one the folder is not an artifact.
  ASSERT_FALSE(bool((*sink)->write("manifest.json", "manifest", "", "{\"format\": \"qcompile artifact 1\"}")));
  ASSERT_FALSE(bool((*sink)->commit()));
}

std::string contents(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : "missing";
}

constexpr llvm::StringLiteral kFiles[] = {"net.imc", "net.imcs", "host_before.qcp", "host_after.qcp", "wiring.json"};

TEST(ImcBackend, ArtifactsAreReproducibleAndRun) {
  TemporaryFolder folder;
  Lowered first(5), second(5);
  ASSERT_NO_FATAL_FAILURE(emitTo(first, folder / "a"));
  ASSERT_NO_FATAL_FAILURE(emitTo(second, folder / "b"));
  for (llvm::StringRef file : kFiles) {
    EXPECT_NE(contents(folder / ("a/" + file).str()), "missing");
    EXPECT_EQ(contents(folder / ("a/" + file).str()), contents(folder / ("b/" + file).str()));
  }
  auto opened = first.session->open(folder / "a", {"net"});
  ASSERT_TRUE(bool(opened)) << llvm::toString(opened.takeError());
  auto prepared = first.session->prepare(*first.module, {"net"});
  ASSERT_TRUE(bool(prepared));
  Executable::Tensors inputs = {runtime::Tensor(runtime::DataType::Float32(), (*opened)->inputs()[0].shape)};
  auto expected = (*prepared)->run({inputs, inputs});
  auto found = (*opened)->run({inputs, inputs});
  ASSERT_TRUE(bool(expected) && bool(found));
  EXPECT_TRUE(*found == *expected);
  EXPECT_EQ(found->size(), 2u);
  const llvm::json::Object statistics = (*opened)->statistics();
  const llvm::json::Object *costs = statistics.getObject("imc_per_batch");
  ASSERT_TRUE(costs);
  EXPECT_GT(*costs->getInteger("cycles"), 0);
  EXPECT_EQ(*costs->getInteger("batches"), 2);
}

TEST(ImcBackend, BrokenArtifactsAreRefused) {
  TemporaryFolder folder;
  Lowered lowered(6);
  for (llvm::StringRef file : kFiles) {
    if (file == "net.imcs") // for people; nothing reads it back
      continue;
    std::string path = folder / "a";
    ASSERT_NO_FATAL_FAILURE(emitTo(lowered, path));
    std::string whole = contents(folder / ("a/" + file).str());
    std::error_code code;
    {
      llvm::raw_fd_ostream out(folder / ("a/" + file).str(), code);
      out << whole.substr(0, whole.size() / 2);
    }
    auto opened = lowered.session->open(path, {"net"});
    ASSERT_FALSE(bool(opened)) << file.str();
    std::string message = llvm::toString(opened.takeError());
    EXPECT_NE(message.find(file.str()), std::string::npos) << message;
    (void)llvm::sys::fs::remove(folder / ("a/" + file).str());
    opened = lowered.session->open(path, {"net"});
    ASSERT_FALSE(bool(opened));
    message = llvm::toString(opened.takeError());
    EXPECT_NE(message.find(("cannot read '" + file + "'").str()), std::string::npos) << message;
  }
}

TEST(ImcBackend, WiringIsChecked) {
  TemporaryFolder folder;
  Lowered lowered(7);
  ASSERT_NO_FATAL_FAILURE(emitTo(lowered, folder / "a"));
  for (llvm::StringRef wiring :
       {"{}", "[]", "{\"core_inputs\": [], \"after_inputs\": []}",
        "{\"core_inputs\": [{\"part\": \"before\", \"index\": 9}], \"after_inputs\": [{\"part\": "
        "\"core\", \"index\": 0}]}",
        "{\"core_inputs\": [{\"part\": \"core\", \"index\": 0}], \"after_inputs\": [{\"part\": "
        "\"core\", \"index\": 0}]}",
        "{\"core_inputs\": [{\"part\": \"before\", \"index\": -1}], \"after_inputs\": [{\"part\": "
        "\"core\", \"index\": 0}]}"}) {
    std::error_code code;
    {
      llvm::raw_fd_ostream out(folder / "a/wiring.json", code);
      out << wiring;
    }
    auto opened = lowered.session->open(folder / "a", {"net"});
    EXPECT_FALSE(bool(opened)) << wiring.str();
    llvm::consumeError(opened.takeError());
  }
}

TEST(ImcBackend, ReportListsLayersAndHostOperations) {
  Lowered lowered(8);
  llvm::json::Object report = lowered.session->report(*lowered.module);
  const llvm::json::Array *host = report.getArray("host_operations");
  ASSERT_TRUE(host);
  ASSERT_EQ(host->size(), 2u); // the quantizer and the dequantizer
  EXPECT_EQ(*(*host)[0].getAsObject()->getString("part"), "host_before");
  EXPECT_EQ(*(*host)[1].getAsObject()->getString("operation"), "qnn.dequantize");
  const llvm::json::Object *costs = report.getObject("imc_per_batch");
  ASSERT_TRUE(costs);
  int64_t sum = 0;
  for (const llvm::json::Value &layer : *costs->getArray("layers"))
    sum += *layer.getAsObject()->getInteger("cycles");
  EXPECT_EQ(sum, *costs->getInteger("cycles"));
  EXPECT_TRUE(costs->getObject("estimated_energy_nanojoules"));
}

TEST(ImcBackend, PrintedProgramsReadBack) {
  Lowered lowered(10);
  auto print = [](Operation *op) {
    std::string text;
    llvm::raw_string_ostream(text) << *op;
    return text;
  };
  std::string text = print(*lowered.module->getOps<ProgramOp>().begin());
  OwningOpRef<ModuleOp> parsed = parseSourceString<ModuleOp>(text, lowered.module->getContext());
  ASSERT_TRUE(parsed) << lowered.test.errors;
  EXPECT_EQ(print(*parsed->getOps<ProgramOp>().begin()), text);
}

TEST(ImcBackend, OptionsAreTheTargetKeys) {
  ImcBackend backend;
  auto options = OptionValues::parse(backend.options(), {"rows=64", "weight-layout=slots"});
  ASSERT_TRUE(bool(options)) << llvm::toString(options.takeError());
  EXPECT_EQ(options->getInteger("rows"), 64);
  EXPECT_EQ(options->getInteger("cell-bits"), 1);
  auto wrong = OptionValues::parse(backend.options(), {"columns=4"});
  ASSERT_TRUE(bool(wrong));
  auto session = backend.createSession(*wrong);
  ASSERT_FALSE(bool(session));
  EXPECT_EQ(llvm::toString(session.takeError()),
            "target description: a weight of 16 bits needs 16 columns, the target has 4");
}

constexpr llvm::StringLiteral kSmall = R"(
  func.func @main(%q: tensor<1x4xsi10>) -> tensor<1x2xf32> {
    %w = qnn.constant <"w", [1, -1, 0, 1, 1, 1, -1, 0] : tensor<4x2xsi2>>
    %y = qnn.matmul %q, %w : (tensor<1x4xsi10>, tensor<4x2xsi2>) -> tensor<1x2xsi12>
    %f = qnn.dequantize %y axis 1 scale <"t", [0.25] : tensor<1xf64>>
        zero_point <"u", [0] : tensor<1xsi64>> : (tensor<1x2xsi12>) -> tensor<1x2xf32>
    return %f : tensor<1x2xf32>
  }
)";

TEST(ImcBackend, UnsupportedLayersAreNamed) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(kSmall, &test.context);
  ASSERT_TRUE(module) << test.errors;
  auto session = makeSession({"max-input-bits=8"});
  std::vector<std::string> reasons;
  module->walk([&](Operation *op) {
    Capability capability = session->checkSupport(op);
    if (!capability.supported)
      reasons.push_back(capability.reason);
  });
  EXPECT_EQ(reasons, (std::vector<std::string>{"inputs are int10, the target has max_input_bits=8"}));
  EXPECT_TRUE(failed(runPipeline(*session, *module)));
  EXPECT_NE(test.errors.find("[QC-B002] node 'qnn.matmul': inputs are int10, the target has "
                             "max_input_bits=8"),
            std::string::npos)
      << test.errors;
}

TEST(ImcBackend, TensorsMustFitTheBuffer) {
  Lowered big(9); // fits by default
  TestContext test;
  NetworkBuilder network(&test.context, 9);
  OwningOpRef<ModuleOp> module = network.build(3);
  auto session = makeSession({"activation-bytes=16"});
  EXPECT_TRUE(failed(runPipeline(*session, *module)));
  EXPECT_NE(test.errors.find("the target has activation_bytes=16"), std::string::npos) << test.errors;
}

TEST(ImcBackend, ConvolutionalArtifactsRun) {
  for (uint64_t seed = 100; seed < 110; ++seed) {
    SCOPED_TRACE(seed);
    TemporaryFolder folder;
    TestContext test;
    ConvNetworkBuilder network(&test.context, seed);
    OwningOpRef<ModuleOp> module = network.build(4);
    auto session = makeSession({});
    ASSERT_TRUE(succeeded(runPipeline(*session, *module))) << test.errors;
    auto prepared = session->prepare(*module, {"net"});
    ASSERT_TRUE(bool(prepared)) << llvm::toString(prepared.takeError());
    auto sink = llvm::cantFail(ArtifactSink::create(folder / "a"));
    ASSERT_FALSE(bool(session->emit(*module, {"net"}, *sink)));
    ASSERT_FALSE(bool(sink->write("manifest.json", "manifest", "", "{\"format\": \"qcompile artifact 1\"}")));
    ASSERT_FALSE(bool(sink->commit()));
    auto opened = session->open(folder / "a", {"net"});
    ASSERT_TRUE(bool(opened)) << llvm::toString(opened.takeError());
    Executable::Tensors inputs = {runtime::Tensor(runtime::DataType::Float32(), (*opened)->inputs()[0].shape)};
    auto expected = (*prepared)->run({inputs});
    auto found = (*opened)->run({inputs});
    ASSERT_TRUE(bool(expected) && bool(found));
    EXPECT_TRUE(*found == *expected);
    EXPECT_TRUE(session->report(*module).getObject("imc_per_batch"));
  }
}

constexpr llvm::StringLiteral kConv = R"(
  func.func @main(%q: tensor<1x6x6x2xui2>) -> tensor<1x4x4x3xf32> {
    %w = qnn.constant <"w", [
      1, -1, 0, 1, 1, 1, -1, 0, 1, 1, -1, 0, 1, 1, 1, -1, 0, 1, 1, -1, 0, 1, 1, 1, -1, 0, 1,
      1, -1, 0, 1, 1, 1, -1, 0, 1, 1, -1, 0, 1, 1, 1, -1, 0, 1, 1, -1, 0, 1, 1, 1, -1, 0, 1]
      : tensor<3x3x3x2xsi2>>
    %y = qnn.conv %q, %w axis 3 strides [1, 1] dilations [1, 1] groups 1
        : (tensor<1x6x6x2xui2>, tensor<3x3x3x2xsi2>) -> tensor<1x4x4x3xsi8>
    %f = qnn.dequantize %y axis 3 scale <"t", [0.25] : tensor<1xf64>>
        zero_point <"u", [0] : tensor<1xsi64>> : (tensor<1x4x4x3xsi8>) -> tensor<1x4x4x3xf32>
    return %f : tensor<1x4x4x3xf32>
  }
)";

/// The errors of a module that does not fit a target.
std::string errorsOn(llvm::StringRef text, const std::string &setting) {
  TestContext test;
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &test.context);
  EXPECT_TRUE(module) << test.errors;
  auto session = makeSession({setting});
  EXPECT_TRUE(failed(runPipeline(*session, *module)));
  return test.errors;
}

// The input takes 72 bytes; the results 48, of one byte each.
TEST(ImcBackend, LimitsNameNodeAndNumbers) {
  std::string memory = errorsOn(kConv, "activation-bytes=119");
  EXPECT_NE(memory.find("[QC-B002] node 'qnn.conv'"), std::string::npos) << memory;
  EXPECT_NE(memory.find("a tensor takes 48 bytes beside 72 bytes that are in use, the target has "
                        "activation_bytes=119"),
            std::string::npos)
      << memory;
  // Types, window, a tile, two loops with their ends around stream, product and result.
  std::string code = errorsOn(kConv, "instructions=9");
  EXPECT_NE(code.find("node 'qnn.conv': the program takes 10 instructions up to here, the target "
                      "has instructions=9"),
            std::string::npos)
      << code;
  // One message, though the program has 11 with its halt.
  EXPECT_EQ(code.find("11 instructions"), std::string::npos) << code;
}

} // namespace
} // namespace qcompile::imc
