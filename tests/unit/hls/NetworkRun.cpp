// The way of a network through the backend.
#include "backends/hls/HlsBackend.h"
#include "backends/hls/Simulation.h"
#include "compiler/evaluator/Evaluator.h"
#include "mlir/IR/Verifier.h"
#include "tests/unit/hls/Network.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace qcompile::hls::testing {

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

void Network::evaluate(int64_t samples) {
  ASSERT_TRUE(succeeded(verify(*module))) << name;
  auto evaluator = Evaluator::create(main);
  ASSERT_TRUE(bool(evaluator)) << name << ": " << llvm::toString(evaluator.takeError());
  const runtime::Port port = evaluator->inputs()[0];
  for (int64_t sample = 0; sample < samples; ++sample) {
    std::vector<int64_t> codes;
    for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i)
      codes.push_back(pick(port.type));
    inputs.push_back({*Tensor::FromIntegers(port.type, port.shape, codes)});
    auto outputs = evaluator->run(inputs.back());
    ASSERT_TRUE(bool(outputs)) << name << ": " << llvm::toString(outputs.takeError());
    expected.push_back(*outputs);
  }
}

void Network::lower(const std::vector<std::string> &settings) {
  session = makeSession(settings);
  PassManager pm(&context);
  session->buildPipeline(pm);
  ASSERT_TRUE(succeeded(pm.run(*module))) << name;
}

void Network::emit(const std::string &folder) {
  auto created = ArtifactSink::create(folder);
  ASSERT_TRUE(bool(created)) << llvm::toString(created.takeError());
  sink = std::move(*created);
  llvm::Error error = session->emit(*module, {name}, *sink);
  ASSERT_FALSE(bool(error)) << name << ": " << llvm::toString(std::move(error));
}

void Network::compare(Executable &executable) {
  auto actual = executable.run(inputs);
  ASSERT_TRUE(bool(actual)) << name << ": " << llvm::toString(actual.takeError());
  ASSERT_EQ(actual->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ((*actual)[i], expected[i]) << name << ", sample " << i;
}

void Network::check(std::vector<std::string> settings, int64_t samples) {
  evaluate(samples);
  if (::testing::Test::HasFatalFailure())
    return;
  lower(settings);
  if (::testing::Test::HasFatalFailure())
    return;
  if (!canRun())
    GTEST_SKIP() << "QCOMPILE_AP_TYPES_DIR names no folder with ap_int.h";
  auto executable = session->prepare(*module, {name});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  compare(**executable);
}

void checkTogether(ArrayRef<std::unique_ptr<Network>> networks, const std::string &folder) {
  std::vector<ArtifactPlace> places;
  for (const auto &network : networks) {
    network->emit(folder + "/" + network->name);
    if (::testing::Test::HasFatalFailure())
      return;
    places.push_back({network->sink->stagingDirectory().str(), network->name});
  }
  if (!canRun())
    GTEST_SKIP() << "QCOMPILE_AP_TYPES_DIR names no folder with ap_int.h";
  auto executables = openArtifacts(places, /*optimise=*/false);
  ASSERT_TRUE(bool(executables)) << llvm::toString(executables.takeError());
  for (auto [network, executable] : llvm::zip(networks, *executables))
    network->compare(*executable);
}

} // namespace qcompile::hls::testing
