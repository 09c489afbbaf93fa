//===- Artifact.cpp - The files of an imc artifact ------------------------===//
#include "backends/imc/Artifact.h"

#include "backends/imc/LayerPlan.h"
#include "backends/imc/dialect/InstructionConversion.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "runtime/imc/assembler.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
namespace rt = qcompile::runtime;

namespace qcompile::imc {

static constexpr llvm::StringLiteral kBeforeFile = "host_before.qcp";
static constexpr llvm::StringLiteral kAfterFile = "host_after.qcp";
static constexpr llvm::StringLiteral kWiringFile = "wiring.json";

/// Ports of the host parts that are the model's own get the model's names.
static void namePorts(func::FuncOp main, CompiledModel &model) {
  for (auto [index, port] : llvm::enumerate(model.before.inputs))
    if (auto name = main.getArgAttrOfType<StringAttr>(index, kPortNameAttr))
      port.name = name.getValue().str();
  for (auto [index, port] : llvm::enumerate(model.after.outputs))
    if (auto name = main.getResultAttrOfType<StringAttr>(index, kPortNameAttr))
      port.name = name.getValue().str();
}

llvm::Expected<CompiledModel> compileModule(ModuleOp module) {
  llvm::Expected<LoweredModule> lowered = LoweredModule::get(module);
  if (!lowered)
    return lowered.takeError();
  llvm::Expected<rt::Program> before = buildProgram(lowered->before);
  if (!before)
    return before.takeError();
  llvm::Expected<rt::imc::Program> core = toProgram(lowered->core);
  if (!core)
    return core.takeError();
  llvm::Expected<rt::Program> after = buildProgram(lowered->after);
  if (!after)
    return after.takeError();
  CompiledModel model{std::move(*before), std::move(*core), std::move(*after), std::move(lowered->wiring)};
  namePorts(lowered->main, model);
  return model;
}

llvm::Error writeArtifact(const CompiledModel &model, const ModelInfo &info, ArtifactSink &sink) {
  absl::StatusOr<std::string> bytes = rt::imc::SerializeProgram(model.core);
  if (!bytes.ok())
    return toError(bytes.status());
  if (llvm::Error error =
          sink.write(info.name + ".imc", "program", "instructions, data and target of the macro", *bytes))
    return error;
  if (llvm::Error error = sink.write(info.name + ".imcs", "assembly", "the same program as assembly text",
                                     rt::imc::Disassemble(model.core)))
    return error;
  if (llvm::Error error = sink.write(kBeforeFile, "host program", "what the host computes before the macro",
                                     rt::SerializeProgram(model.before)))
    return error;
  if (llvm::Error error = sink.write(kAfterFile, "host program", "what the host computes behind the macro",
                                     rt::SerializeProgram(model.after)))
    return error;
  return sink.write(kWiringFile, "metadata", "where the inputs of each part come from",
                    llvm::formatv("{0:2}\n", model.wiring.toJson()).str());
}

static llvm::Expected<std::shared_ptr<llvm::MemoryBuffer>> readFile(StringRef directory, StringRef name) {
  SmallString<128> path(directory);
  llvm::sys::path::append(path, name);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError(buffer.getError(),
                                   "cannot read '" + name.str() + "' of the artifact: " + buffer.getError().message());
  return std::shared_ptr<llvm::MemoryBuffer>(std::move(*buffer));
}

static absl::Span<const uint8_t> bytesOf(const llvm::MemoryBuffer &buffer) {
  return {reinterpret_cast<const uint8_t *>(buffer.getBufferStart()), buffer.getBufferSize()};
}

/// Reads a file and parses it; messages name the file.
template <typename T, typename Parse>
static llvm::Error readPart(StringRef directory, StringRef name, T &out, Parse parse) {
  auto buffer = readFile(directory, name);
  if (!buffer)
    return buffer.takeError();
  absl::StatusOr<T> parsed = parse(bytesOf(**buffer), *buffer);
  if (!parsed.ok())
    return llvm::createStringError("'" + name + "': " + llvm::toString(toError(parsed.status())));
  out = *std::move(parsed);
  return llvm::Error::success();
}

llvm::Expected<CompiledModel> readArtifact(StringRef directory, const ModelInfo &info) {
  using Bytes = absl::Span<const uint8_t>;
  using Owner = std::shared_ptr<const void>;
  auto parseHost = [](Bytes bytes, Owner owner) { return rt::ParseProgram(bytes, owner); };
  auto parseCore = [](Bytes bytes, Owner) { return rt::imc::ParseProgram(bytes); };
  CompiledModel model;
  if (llvm::Error error = readPart(directory, kBeforeFile, model.before, parseHost))
    return std::move(error);
  if (llvm::Error error = readPart(directory, info.name + ".imc", model.core, parseCore))
    return std::move(error);
  if (llvm::Error error = readPart(directory, kAfterFile, model.after, parseHost))
    return std::move(error);
  auto text = readFile(directory, kWiringFile);
  if (!text)
    return text.takeError();
  llvm::Expected<Wiring> wiring = Wiring::fromJson((*text)->getBuffer(), kWiringFile);
  if (!wiring)
    return wiring.takeError();
  model.wiring = std::move(*wiring);
  return model;
}

} // namespace qcompile::imc
