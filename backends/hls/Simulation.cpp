//===- Simulation.cpp - Designs compiled and run on the host --------------===//
#include "backends/hls/Simulation.h"

#include <cstdlib>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/io/ScopedPath.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Port;
using qcompile::runtime::Tensor;

namespace qcompile::hls {
namespace {

//===----------------------------------------------------------------------===//
// Files and processes
//===----------------------------------------------------------------------===//

std::string join(StringRef directory, const Twine &name) {
  SmallString<256> path(directory);
  sys::path::append(path, name);
  return path.str().str();
}

Expected<std::unique_ptr<MemoryBuffer>> readFile(const std::string &path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError("cannot read '" + path + "': " + buffer.getError().message());
  return std::move(*buffer);
}

Error writeFile(const std::string &path, StringRef bytes) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (!code) {
    os << bytes;
    os.close();
    code = os.error();
    os.clear_error();
  }
  return code ? createStringError("cannot write '" + path + "': " + code.message()) : Error::success();
}

/// Runs a program; its output becomes part of the error where it fails.
Error runProgram(ArrayRef<StringRef> command, const ScopedPath &work, StringRef what) {
  std::string log = join(work.path(), "log");
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log), StringRef(log)};
  std::string message;
  int status = sys::ExecuteAndWait(command[0], command, /*Env=*/std::nullopt, redirects,
                                   /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  if (status == 0)
    return Error::success();
  auto output = readFile(log);
  std::string text = output ? (*output)->getBuffer().take_front(2000).str() : std::string();
  if (!output)
    consumeError(output.takeError());
  return createStringError(what + " failed with status " + Twine(status) + (message.empty() ? "" : ": " + message) +
                           (text.empty() ? "" : "\n" + text));
}

Expected<std::string> findCompiler() {
  if (const char *chosen = std::getenv("CXX"); chosen && *chosen)
    if (auto path = sys::findProgramByName(chosen))
      return *path;
  for (StringRef name : {"clang++-22", "clang++", "g++", "c++"})
    if (auto path = sys::findProgramByName(name))
      return *path;
  return createStringError("cannot run the design: no C++ compiler found (clang++-22, clang++, g++ "
                           "or c++); set CXX");
}

Expected<std::string> findApTypes() {
  const char *folder = std::getenv(kApTypesVariable.data());
  if (!folder || !sys::fs::exists(join(folder, "ap_int.h")))
    return createStringError("cannot run the design: expected environment variable " + kApTypesVariable +
                             " to name the folder of the vendor's ap_int.h and hls_stream.h (in the hls4ml wheel: "
                             "hls4ml/templates/vivado/ap_types), found '" +
                             (folder ? folder : "") + "'");
  return std::string(folder);
}

Error compileDesigns(ArrayRef<ArtifactPlace> artifacts, bool optimise, const ScopedPath &work) {
  Expected<std::string> compiler = findCompiler();
  if (!compiler)
    return compiler.takeError();
  Expected<std::string> apTypes = findApTypes();
  if (!apTypes)
    return apTypes.takeError();
  std::vector<ArtifactPlace> places;
  for (const ArtifactPlace &artifact : artifacts) {
    SmallString<256> path(artifact.directory);
    if (std::error_code code = sys::fs::make_absolute(path))
      return createStringError("cannot find '" + path + "': " + code.message());
    places.push_back({path.str().str(), artifact.name});
  }
  std::string program = join(work.path(), "batch.cpp");
  if (Error error = writeFile(program, getBatchProgram(places)))
    return error;
  std::string include = "-I" + places.front().directory, out = join(work.path(), "testbench");
  SmallVector<StringRef> command{*compiler};
  command.append(std::begin(kHostFlags), std::end(kHostFlags));
  if (!optimise)
    command.push_back("-O0"); // the last one holds
  command.append({include, "-isystem", *apTypes, program, "-o", out});
  return runProgram(command, work, "compiling the design with '" + *compiler + "'");
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

class Simulator : public Executable {
public:
  Simulator(HostParts parts, runtime::ProgramExecutor before, runtime::ProgramExecutor after,
            std::shared_ptr<ScopedPath> work, int64_t number, json::Object costs)
      : parts(std::move(parts)), before(std::move(before)), after(std::move(after)), work(std::move(work)),
        number(std::to_string(number)), costs(std::move(costs)) {}

  ArrayRef<Port> inputs() const override { return parts.inputs; }
  ArrayRef<Port> outputs() const override { return parts.outputs; }

  Expected<std::vector<Tensors>> run(ArrayRef<Tensors> batches) override {
    std::vector<Tensors> results;
    // A process handles many batches; more of them at once would only take memory.
    constexpr size_t chunk = 1024;
    for (size_t first = 0; first < batches.size(); first += chunk)
      if (Error error = runChunk(batches.slice(first, std::min(chunk, batches.size() - first)), results))
        return std::move(error);
    samples += batches.size();
    return results;
  }

  json::Object statistics() const override {
    return json::Object{{"estimate", json::Object(costs)}, {"samples", int64_t(samples)}};
  }

private:
  static Error execute(runtime::ProgramExecutor &executor, const Tensors &values, ArrayRef<int64_t> operands,
                       Tensors &results) {
    Tensors inputs;
    for (int64_t operand : operands)
      inputs.push_back(values[operand]);
    if (absl::Status status = executor.Run(inputs); !status.ok())
      return toError(status);
    for (size_t i = 0; i < executor.program().outputs.size(); ++i)
      results.push_back(executor.output(i));
    return Error::success();
  }

  Error runChunk(ArrayRef<Tensors> batches, std::vector<Tensors> &results) {
    const Wiring &wiring = parts.wiring;
    std::vector<Tensors> values(batches.begin(), batches.end());
    std::vector<int64_t> codes;
    for (Tensors &value : values) {
      Tensors more;
      if (Error error = execute(before, value, wiring.operands[Wiring::Before], more))
        return error;
      append_range(value, more);
      for (int64_t operand : wiring.operands[Wiring::Core])
        append_range(codes, value[operand].ToIntegers());
    }
    if (Error error = runCore(codes))
      return error;
    const int64_t *next = codes.data();
    for (Tensors &value : values) {
      if (Error error = appendCoreOutputs(next, value))
        return error;
      Tensors more;
      if (Error error = execute(after, value, wiring.operands[Wiring::After], more))
        return error;
      append_range(value, more);
      Tensors outputs;
      for (int64_t output : wiring.outputs)
        outputs.push_back(value[output]);
      results.push_back(std::move(outputs));
    }
    return Error::success();
  }

  static int64_t countElements(const std::vector<Port> &ports) {
    int64_t count = 0;
    for (const Port &port : ports)
      count += runtime::NumElements(port.shape);
    return count;
  }

  /// Replaces the codes of inputs by those of outputs.
  Error runCore(std::vector<int64_t> &codes) {
    std::string in = join(work->path(), "inputs"), out = join(work->path(), "outputs"),
                bench = join(work->path(), "testbench");
    StringRef bytes(reinterpret_cast<const char *>(codes.data()), codes.size() * sizeof(int64_t));
    if (Error error = writeFile(in, bytes))
      return error;
    if (Error error = runProgram({bench, number, in, out}, *work, "the design's test bench"))
      return error;
    auto result = readFile(out);
    if (!result)
      return result.takeError();
    size_t runs = codes.size() / std::max<int64_t>(1, countElements(parts.coreInputs));
    size_t expected = runs * countElements(parts.coreOutputs) * sizeof(int64_t);
    if ((*result)->getBufferSize() != expected)
      return createStringError("expected " + Twine(expected) + " bytes from the test bench, found " +
                               Twine((*result)->getBufferSize()));
    codes.resize(expected / sizeof(int64_t));
    std::memcpy(codes.data(), (*result)->getBufferStart(), expected);
    return Error::success();
  }

  Error appendCoreOutputs(const int64_t *&next, Tensors &values) {
    for (const Port &port : parts.coreOutputs) {
      size_t size = runtime::NumElements(port.shape);
      auto tensor = Tensor::FromIntegers(port.type, port.shape, {next, size});
      if (!tensor.ok())
        return toError(tensor.status());
      values.push_back(std::move(*tensor));
      next += size;
    }
    return Error::success();
  }

  HostParts parts;
  runtime::ProgramExecutor before, after;
  /// Of all designs that were compiled together, and which of them this is.
  std::shared_ptr<ScopedPath> work;
  std::string number;
  json::Object costs;
  size_t samples = 0;
};

Expected<runtime::Program> readProgram(const std::string &path) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef bytes = (*buffer)->getBuffer();
  auto program = runtime::ParseProgram({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()});
  if (!program.ok())
    return createStringError("'" + path + "': " + std::string(program.status().message()));
  return std::move(*program);
}

/// Everything of an artifact but its compiled design.
Expected<std::unique_ptr<Executable>> openCompiled(const ArtifactPlace &artifact, int64_t number,
                                                   std::shared_ptr<ScopedPath> work) {
  Expected<runtime::Program> before = readProgram(join(artifact.directory, "host_before.qcp"));
  if (!before)
    return before.takeError();
  Expected<runtime::Program> after = readProgram(join(artifact.directory, "host_after.qcp"));
  if (!after)
    return after.takeError();
  std::string portsPath = join(artifact.directory, artifact.name + ".ports.json");
  auto text = readFile(portsPath);
  if (!text)
    return text.takeError();
  Expected<json::Value> json = json::parse((*text)->getBuffer());
  if (!json)
    return json.takeError();
  Expected<HostParts> parts = HostParts::fromJson(*json, *before, *after);
  if (!parts)
    return createStringError("'" + portsPath + "': " + toString(parts.takeError()));
  auto runBefore = runtime::ProgramExecutor::Create(std::move(*before));
  if (!runBefore.ok())
    return toError(runBefore.status());
  auto runAfter = runtime::ProgramExecutor::Create(std::move(*after));
  if (!runAfter.ok())
    return toError(runAfter.status());
  const json::Object *costs = json->getAsObject()->getObject("estimate");
  return std::make_unique<Simulator>(std::move(*parts), std::move(*runBefore), std::move(*runAfter), std::move(work),
                                     number, costs ? *costs : json::Object());
}

} // namespace

Expected<std::vector<std::unique_ptr<Executable>>> openArtifacts(ArrayRef<ArtifactPlace> artifacts, bool optimise) {
  Expected<std::unique_ptr<ScopedPath>> created = createTemporaryFolder("qcompile-hls");
  if (!created)
    return created.takeError();
  std::shared_ptr<ScopedPath> work = std::move(*created);
  std::vector<std::unique_ptr<Executable>> executables;
  for (auto [number, artifact] : enumerate(artifacts)) {
    auto executable = openCompiled(artifact, number, work);
    if (!executable)
      return executable.takeError();
    executables.push_back(std::move(*executable));
  }
  if (!executables.empty())
    if (Error error = compileDesigns(artifacts, optimise, *work))
      return std::move(error);
  return executables;
}

Expected<std::unique_ptr<Executable>> openArtifact(StringRef directory, StringRef name) {
  auto executables = openArtifacts({{directory.str(), name.str()}});
  if (!executables)
    return executables.takeError();
  return std::move(executables->front());
}

} // namespace qcompile::hls
