// Artifacts: what is in them, that they open again, and that a C program can use them.
#include "tests/unit/backends/cpu/OperationBuilder.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

namespace qcompile::cpu {
namespace {

/// A folder that is removed at the end.
struct TemporaryFolder {
  TemporaryFolder() { (void)llvm::sys::fs::createUniqueDirectory("cpu-artifact", path); }
  ~TemporaryFolder() { (void)llvm::sys::fs::remove_directories(path); }
  std::string file(const llvm::Twine &name) const { return (path.str() + "/" + name).str(); }
  llvm::SmallString<128> path;
};

std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string("missing: ") + path;
}

void writeFile(const std::string &path, llvm::StringRef contents) {
  std::error_code code;
  llvm::raw_fd_ostream(path, code) << contents;
}

/// Emits the lowered network into `folder` and returns what the manifest would list.
std::vector<ArtifactFile> emit(NetworkBuilder &net, const std::string &folder,
                               llvm::ArrayRef<std::string> settings = {}) {
  auto lowered = net.lower();
  if (!lowered) {
    ADD_FAILURE() << net.errors;
    return {};
  }
  auto sink = llvm::cantFail(ArtifactSink::create(folder));
  llvm::Error error = net.session(settings)->emit(*lowered, {"net"}, *sink);
  if (error) {
    ADD_FAILURE() << llvm::toString(std::move(error));
    return {};
  }
  std::vector<ArtifactFile> files = sink->files();
  llvm::cantFail(sink->commit());
  return files;
}

void buildPerceptron(NetworkBuilder &net, bool withIsland) {
  Value codes = net.threshold(net.addFloatInput({1, 50}), DataType::Bipolar(), 1, false);
  Value hidden = net.threshold(net.matmul(codes, 33, DataType::Bipolar()), DataType::Unsigned(2), 1, true);
  Value y = net.dequantize(net.matmul(hidden, 6, DataType::Signed(3)), 1, true, true);
  net.finish({withIsland ? net.onnxOp("Sigmoid", y) : y});
}

class Artifact : public ::testing::TestWithParam<bool> {};

TEST_P(Artifact, OpensAndGivesTheEvaluatorsBits) {
  NetworkBuilder net(1);
  buildPerceptron(net, GetParam());
  TemporaryFolder folder;
  std::vector<ArtifactFile> files = emit(net, folder.file("out"));
  std::vector<std::string> names;
  for (const ArtifactFile &file : files)
    names.push_back(file.name + " " + file.kind);
  EXPECT_EQ(names, (std::vector<std::string>{"net.h header", "net.so library", "weights/net.bin weights"}));
  auto executable = net.session()->open(folder.file("out"), {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  net.expectEqual(**executable, 20);
}

TEST(ConvolutionArtifact, OpensAndGivesTheEvaluatorsBits) {
  OperationBuilder net(3);
  Value codes = net.threshold(net.addFloatInput({1, 3, 12, 11}), DataType::Signed(4), 1, true);
  Value sums = net.conv(net.pad(codes), 20, 1, DataType::Signed(3), 1);
  Value hidden = net.threshold(sums, DataType::Signed(3), 1, true);
  Value depthwise = net.requantize(net.conv(hidden, 20, 20, DataType::Signed(5), 1), DataType::Unsigned(4));
  Value joined = net.add(depthwise, net.broadcastConstant(depthwise, DataType::Signed(6)));
  Value pooled = net.sumPool(net.maxPool(net.gather(net.concat(joined)), 1), 1);
  net.finish({net.dequantize(pooled, 1, true, false), net.argMax(pooled)});
  TemporaryFolder folder;
  emit(net, folder.file("out"));
  auto executable = net.session()->open(folder.file("out"), {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  net.expectEqual(**executable, 5);
}

TEST_P(Artifact, IsTheSameBytesInAnotherFolder) {
  NetworkBuilder net(2);
  buildPerceptron(net, GetParam());
  TemporaryFolder folder;
  auto first = emit(net, folder.file("a")), second = emit(net, folder.file("other/longer"));
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(first[i].sha256, second[i].sha256) << first[i].name;
  EXPECT_EQ(readFile(folder.file("a/net.so")).find(folder.path.str().str()), std::string::npos);
}

TEST_P(Artifact, ServesACProgram) {
  auto cc = llvm::sys::findProgramByName("cc");
  if (!cc)
    GTEST_SKIP() << "no C compiler driver";
  NetworkBuilder net(3);
  buildPerceptron(net, GetParam());
  TemporaryFolder folder;
  emit(net, folder.file("out"));
  std::string program = folder.file("program"), library = folder.file("out/net.so");
  ASSERT_EQ(llvm::sys::ExecuteAndWait(*cc, {*cc, "-std=c99", "-Wall", "-Werror", "-pedantic", "-DCOUNT_IN=50",
                                            "-DCOUNT_OUT=6", "-I" + folder.file("out"), QCOMPILE_ARTIFACT_MAIN, library,
                                            "-Wl,-rpath," + folder.file("out"), "-o", program}),
            0);
  Evaluator evaluator = llvm::cantFail(Evaluator::create(net.main));
  std::string input, expected;
  for (int i = 0; i < 7; ++i) {
    std::vector<Tensor> x = net.randomInputs();
    absl::Span<const uint8_t> bytes = x[0].bytes();
    input.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    std::vector<Tensor> y = llvm::cantFail(evaluator.run(x));
    for (float value : y[0].Floats()) {
      char text[16];
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof(bits));
      std::snprintf(text, sizeof(text), "%08x\n", unsigned(bits));
      expected += text;
    }
  }
  writeFile(folder.file("x"), input);
  std::string out = folder.file("y");
  ASSERT_EQ(llvm::sys::ExecuteAndWait(program, {program, folder.file("out/weights/net.bin"), folder.file("x")},
                                      std::nullopt, {std::nullopt, llvm::StringRef(out), std::nullopt}),
            0);
  EXPECT_EQ(readFile(out), expected);
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithIsland, Artifact, ::testing::Bool());

TEST(BrokenArtifact, IsRefused) {
  NetworkBuilder net(4), other(5);
  buildPerceptron(net, false);
  buildPerceptron(other, false);
  TemporaryFolder folder;
  emit(net, folder.file("out"));
  emit(other, folder.file("other"));
  std::string path = folder.file("out/weights/net.bin"), good = readFile(path);
  auto message = [&] {
    auto executable = net.session()->open(folder.file("out"), {"net"});
    return executable ? std::string("opened") : llvm::toString(executable.takeError());
  };
  EXPECT_EQ(message(), "opened");
  std::string damaged = good;
  damaged[damaged.size() / 2] ^= 4;
  writeFile(path, damaged);
  EXPECT_EQ(message(), "parameter image is damaged");
  writeFile(path, good.substr(0, 40));
  EXPECT_EQ(message(), "parameter image is shorter than its header");
  writeFile(path, good.substr(0, good.size() - 64));
  EXPECT_EQ(message(), "parameter image has not the size that its header says");
  writeFile(path, "");
  EXPECT_EQ(message(), "parameter image is shorter than its header");
  writeFile(path, std::string(200, 'x'));
  EXPECT_EQ(message(), "not a parameter image");
  writeFile(path, readFile(folder.file("other/weights/net.bin")));
  EXPECT_EQ(message(), "parameter image belongs to another network");
  llvm::sys::fs::remove(path);
  EXPECT_NE(message().find("cannot read"), std::string::npos);
}

TEST(Options, AreChecked) {
  CpuBackend backend;
  auto message = [&](llvm::StringRef setting) {
    auto options = llvm::cantFail(OptionValues::parse(backend.options(), {setting.str()}));
    auto session = backend.createSession(options);
    return session ? std::string() : llvm::toString(session.takeError());
  };
  EXPECT_EQ(message("target-cpu=x86-64"), "");
  EXPECT_NE(message("target-cpu=abacus").find("unknown processor 'abacus'"), std::string::npos);
  EXPECT_EQ(message("cc=no-such-driver"), "option 'cc': no program 'no-such-driver' on the path");
}

} // namespace
} // namespace qcompile::cpu
