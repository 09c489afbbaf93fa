//===- Session.cpp - One compilation --------------------------------------===//
#include "compiler/session/Session.h"

#include "compiler/frontend/InputRanges.h"
#include "compiler/io/WriteFile.h"
#include "compiler/session/Manifest.h"
#include "dialects/data/DataDialect.h"
#include "dialects/data/SideFile.h"
#include "dialects/diagnostics/Occurrences.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

namespace qcompile {

void registerDialects(DialectRegistry &registry) {
  registry
      .insert<func::FuncDialect, data::DataDialect, encoding::EncodingDialect, onnx::OnnxDialect, qnn::QnnDialect>();
}

std::string makeModelName(StringRef path) {
  std::string name = llvm::sys::path::stem(llvm::sys::path::filename(path.rtrim('/'))).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  if (name.empty() || llvm::isDigit(name[0]))
    name.insert(0, "model_");
  return name;
}

Session::Session(SessionOptions options) : options(std::move(options)) {
  registerDialects(dialects);
  // One thread: models are single functions, and order of diagnostics is part of the contract.
  mlirContext = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  mlirContext->getDiagEngine().registerHandler([this](mlir::Diagnostic &d) { handle(d); });
}

Session::~Session() = default;

/// The exit code that goes with the area of a diagnostic's code.
static Outcome getOutcome(StringRef code) {
  if (code == "QC-I001" || code == "QC-U003")
    return Outcome::FileSystem;
  if (code == "QC-I003" || code == "QC-I004" || code == "QC-I005" || code == "QC-I010" || code == "QC-B001" ||
      code == "QC-B002" || code == "QC-B006" || code == "QC-X001" || code == "QC-X002")
    return Outcome::Unsupported;
  if (code == "QC-B003" || code == "QC-B005" || code == "QC-U001" || code == "QC-U002")
    return Outcome::Usage;
  return Outcome::InvalidModel;
}

void Session::handle(mlir::Diagnostic &diagnostic) {
  Diagnostic out;
  std::string text = diagnostic.str();
  for (mlir::Diagnostic &note : diagnostic.getNotes())
    text += "; " + note.str();
  auto [code, message] = splitCode(text);
  out.code = code.str();
  out.message = message.str();
  out.node = onnx::getNodeName(diagnostic.getLocation()).str();
  diagnostic.getLocation()->walk([&](Location inner) {
    if (auto place = dyn_cast<FileLineColLoc>(inner))
      out.file = place.getFilename().str();
    return WalkResult::advance();
  });
  switch (diagnostic.getSeverity()) {
  case DiagnosticSeverity::Error:
    out.severity = Diagnostic::Severity::Error;
    // The first error decides.
    if (result == Outcome::Success)
      result = getOutcome(code);
    break;
  case DiagnosticSeverity::Warning:
    out.severity = Diagnostic::Severity::Warning;
    break;
  default:
    out.severity = Diagnostic::Severity::Remark;
  }
  if (onDiagnostic)
    onDiagnostic(out);
}

bool Session::fail(Outcome outcome, Code code, const llvm::Twine &message) {
  if (result == Outcome::Success)
    result = outcome;
  Diagnostic out;
  out.code = getCodeName(code).str();
  out.message = message.str();
  if (onDiagnostic)
    onDiagnostic(out);
  return false;
}

/// Whether an error is one of the file system, which carry its code where other ones do not; and its message.
static std::pair<bool, std::string> splitSystemError(llvm::Error error) {
  std::error_code code;
  std::string message;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    code = info.convertToErrorCode();
    message = info.message();
  });
  return {code && code != llvm::inconvertibleErrorCode(), message};
}

bool Session::failInput(llvm::Error error) {
  auto [file, message] = splitSystemError(std::move(error));
  return fail(file ? Outcome::FileSystem : Outcome::Usage, file ? Code::I001 : Code::U002, message);
}

llvm::Error Session::checkBatches(const InputBatches &inputs) const {
  if (report.batchCoupling.empty() || inputs.samples % inputs.samplesPerBatch == 0)
    return llvm::Error::success();
  return llvm::createStringError(
      "node '" + report.batchCoupling +
      "' computes across the samples of a batch, so none can be filled up: expected a multiple of " +
      llvm::Twine(inputs.samplesPerBatch) + " samples, found " + llvm::Twine(inputs.samples));
}

void Session::adoptOutcome(Outcome outcome) {
  if (result == Outcome::Success)
    result = outcome;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// A backend's dialects may stand in a printed stage.
void Session::registerBackendDialects() {
  for (const BackendRegistry::Entry &entry : registry->entries())
    entry.backend->registerDialects(dialects);
  mlirContext->appendDialectRegistry(dialects);
  mlirContext->loadAllAvailableDialects();
}

bool Session::loadBytes(StringRef bytes, StringRef name) {
  registerBackendDialects();
  info.name = makeModelName(name);
  if (onStage)
    onStage(Stage::Import);
  ownedModule = importOnnx(mlirContext.get(), bytes, name, /*directory=*/"", options.import, report);
  return finishImport();
}

bool Session::finishImport() {
  currentStage = Stage::Import;
  if (!ownedModule && result == Outcome::Success)
    return fail(Outcome::Internal, Code::P001, "the model could not be read, for a reason that was not said");
  return ownedModule && saveIntermediate();
}

bool Session::load(StringRef path, std::optional<Stage> from) {
  registerBackendDialects();
  info.name = makeModelName(path);
  if (!from) {
    if (onStage)
      onStage(Stage::Import);
    ownedModule = importOnnxFile(mlirContext.get(), path, options.import, report);
    if (ownedModule && options.import.getDataShapes && !report.batchCoupling.empty() && !report.freeBatches.empty()) {
      // What samples give together is asked of all that there are.
      options.import.takeBatchFromData = true;
      report = {};
      ownedModule = importOnnxFile(mlirContext.get(), path, options.import, report);
    }
    return finishImport();
  }
  auto text = llvm::MemoryBuffer::getFile(path);
  if (!text)
    return fail(Outcome::FileSystem, Code::I001, "cannot read '" + path + "': " + text.getError().message());
  std::string sidePath = (path + ".weights").str();
  if (llvm::sys::fs::exists(sidePath)) {
    auto side = llvm::MemoryBuffer::getFile(sidePath, false, false);
    if (!side)
      return fail(Outcome::FileSystem, Code::I001, "cannot read '" + sidePath + "': " + side.getError().message());
    std::shared_ptr<llvm::MemoryBuffer> owner = std::move(*side);
    std::string error;
    StringRef bytes = owner->getBuffer();
    if (!data::loadSideFile(mlirContext.get(), {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}, owner,
                            error))
      return fail(Outcome::InvalidModel, Code::I007, "side file '" + sidePath + "': " + error);
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*text), llvm::SMLoc());
  ownedModule = parseSourceFile<ModuleOp>(sources, mlirContext.get());
  if (!ownedModule)
    return fail(Outcome::InvalidModel, Code::I002, "'" + path + "' is not a printed stage");
  auto main = ownedModule->lookupSymbol<func::FuncOp>("main");
  if (!main || !main.getBody().hasOneBlock())
    return fail(Outcome::InvalidModel, Code::I002, "'" + path + "': expected a function 'main' with one block");
  if (auto coupling = main->getAttrOfType<StringAttr>(kBatchCouplingAttr))
    report.batchCoupling = coupling.getValue().str();
  report.inputRanges = getInputRanges(main);
  currentStage = *from;
  return true;
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

bool Session::selectBackend() {
  if (backend)
    return true;
  const Backend *found = registry->find(options.backend);
  if (!found) {
    std::string known;
    for (const BackendRegistry::Entry &entry : registry->entries())
      known += (known.empty() ? "" : ", ") + entry.backend->name().str();
    return fail(Outcome::Usage, Code::B003, "unknown backend '" + options.backend + "', expected one of " + known);
  }
  llvm::Expected<OptionValues> values = OptionValues::parse(found->options(), options.backendOptions);
  if (!values)
    return fail(Outcome::Usage, Code::B003, "backend '" + options.backend + "': " + llvm::toString(values.takeError()));
  backendValues = values->all();
  llvm::Expected<std::unique_ptr<BackendSession>> session = found->createSession(*values);
  if (!session)
    return fail(Outcome::Usage, Code::B003,
                "backend '" + options.backend + "': " + llvm::toString(session.takeError()));
  backend = std::move(*session);
  return true;
}

bool Session::checkBackendSupport() {
  // All unsupported operations at once, one error per operation and reason.
  std::map<std::pair<std::string, std::string>, std::pair<Operation *, unsigned>> refused;
  ownedModule->walk([&](func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return;
    for (Operation &op : function.front().without_terminator()) {
      Capability capability = backend->checkSupport(&op);
      if (!capability.supported)
        ++refused
              .try_emplace({op.getName().getStringRef().str(), capability.reason},
                           std::pair<Operation *, unsigned>(&op, 0))
              .first->second.second;
    }
  });
  for (auto &[key, first] : refused) {
    InFlightDiagnostic error = emitError(first.first->getLoc(), Code::B001);
    error << "node '" << onnx::describe(first.first) << "': backend '" << options.backend << "' does not support "
          << key.first << ": " << key.second;
    error << formatOccurrences(first.second);
  }
  return refused.empty();
}

std::vector<Diagnostic> Session::findObstacles(StringRef name) {
  std::vector<Diagnostic> obstacles;
  auto collect = [&](const Diagnostic &diagnostic) {
    if (diagnostic.severity == Diagnostic::Severity::Error)
      obstacles.push_back(diagnostic);
  };
  // The session stays as it is: what is asked of the backend is asked of a copy.
  auto pass = std::exchange(onDiagnostic, collect);
  Outcome outcome = result;
  std::string selected = std::exchange(options.backend, name.str());
  std::unique_ptr<BackendSession> previous = std::exchange(backend, nullptr);
  if (selectBackend() && checkBackendSupport()) {
    OwningOpRef<ModuleOp> copy = ownedModule->clone();
    PassManager pm(mlirContext.get(), ModuleOp::getOperationName());
    backend->buildCheckPipeline(pm);
    pm.enableVerifier(false); // once at the end: with it, half of the time goes there
    if ((failed(pm.run(*copy)) || failed(verify(*copy))) && obstacles.empty())
      fail(Outcome::Internal, Code::P001, "stage target failed without a message");
  }
  onDiagnostic = std::move(pass);
  result = outcome;
  options.backend = selected;
  backend = std::move(previous);
  return obstacles;
}

bool Session::runPasses(Stage stage) {
  PassManager pm(mlirContext.get(), ModuleOp::getOperationName());
  if (stage == Stage::Target)
    backend->buildPipeline(pm);
  else
    populateStagePipeline(pm, stage);
  pm.enableVerifier(false); // once at the end: behind every pass it takes a quarter of the time
  if (succeeded(pm.run(*ownedModule)) && succeeded(verify(*ownedModule)))
    return true;
  if (result == Outcome::Success)
    return fail(Outcome::Internal, Code::P001, "stage " + getStageName(stage) + " failed without a message");
  return false;
}

bool Session::runTo(Stage last) {
  for (Stage stage = currentStage; stage < std::min(last, Stage::Target);) {
    stage = Stage(int(stage) + 1);
    if (onStage)
      onStage(stage);
    if (stage == Stage::Target) {
      if (!selectBackend() || !checkBackendSupport())
        return false;
      storedWeights = collectStoredWeights(*ownedModule, *backend);
      reportDecodedWeights(storedWeights, options.backend);
    }
    if (!runPasses(stage))
      return false;
    currentStage = stage;
    if (!saveIntermediate())
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

bool Session::print(StringRef path) {
  OpPrintingFlags flags;
  flags.enableDebugInfo(/*enable=*/true, /*prettyForm=*/false);
  auto text = [&](llvm::raw_ostream &os) { ownedModule->print(os, flags); };
  if (path == "-") {
    text(llvm::outs());
    llvm::outs() << "\n";
    return true;
  }
  if (llvm::Error error = writeFile(path, text))
    return fail(Outcome::FileSystem, Code::U003, llvm::toString(std::move(error)));
  llvm::Error error =
      writeFile(path + ".weights", [&](llvm::raw_ostream &os) { data::writeSideFile(*ownedModule, os); });
  if (!error)
    return true;
  (void)llvm::sys::fs::remove(path); // half of a stage cannot be read
  return fail(Outcome::FileSystem, Code::U003, llvm::toString(std::move(error)));
}

bool Session::saveIntermediate() {
  if (!options.saveIntermediates)
    return true;
  if (std::error_code code = llvm::sys::fs::create_directories(*options.saveIntermediates))
    return fail(Outcome::FileSystem, Code::U003,
                "cannot create folder '" + *options.saveIntermediates + "': " + code.message());
  SmallString<128> path(*options.saveIntermediates);
  llvm::sys::path::append(path, "0" + llvm::Twine(int(currentStage)) + "-" + getStageName(currentStage) + ".mlir");
  return print(path);
}

/// report.json, and the stored forms that it names where weights are encoded.
llvm::Error Session::writeReport(ArtifactSink &sink) {
  llvm::json::Object costs = backend->report(*ownedModule);
  if (!storedWeights.empty())
    costs["weights"] = toJson(storedWeights);
  std::string stored = joinStoredWeights(storedWeights);
  if (!stored.empty())
    if (llvm::Error error =
            sink.write(info.name + ".encoded", "encoded-weights", "weights of all layers in their encodings", stored))
      return error;
  return sink.write("report.json", "report", "costs by the backend's model, estimates", formatJson(std::move(costs)));
}

bool Session::emit(StringRef directory) {
  if (onStage)
    onStage(Stage::Emit);
  if (!selectBackend())
    return false;
  llvm::Expected<std::unique_ptr<ArtifactSink>> sink = ArtifactSink::create(directory);
  auto check = [&](Outcome outcome, Code code, llvm::Error error) {
    if (!error)
      return true;
    auto [system, message] = splitSystemError(std::move(error));
    return system ? fail(Outcome::FileSystem, Code::U003, message) : fail(outcome, code, message);
  };
  if (!sink)
    return check(Outcome::FileSystem, Code::U003, sink.takeError());
  if (!check(Outcome::Unsupported, Code::B004, backend->emit(*ownedModule, info, **sink)))
    return false;
  if (!check(Outcome::FileSystem, Code::U003, writeReport(**sink)))
    return false;
  Manifest manifest{info.name, options.backend, registry->find(options.backend)->version().str(), backendValues,
                    report};
  return check(Outcome::FileSystem, Code::U003,
               (*sink)->write("manifest.json", "manifest", "what this artifact is",
                              formatManifest(manifest, (*sink)->files()))) &&
         check(Outcome::FileSystem, Code::U003, (*sink)->commit());
}

std::unique_ptr<Executable> Session::prepare() {
  if (!selectBackend())
    return nullptr;
  llvm::Expected<std::unique_ptr<Executable>> executable = backend->prepare(*ownedModule, info);
  if (executable)
    return std::move(*executable);
  fail(Outcome::Unsupported, Code::B004, llvm::toString(executable.takeError()));
  return nullptr;
}

std::unique_ptr<Executable> Session::openArtifact(StringRef directory) {
  llvm::Expected<Manifest> manifest = readManifest(directory);
  if (!manifest) {
    fail(Outcome::FileSystem, Code::I001, llvm::toString(manifest.takeError()));
    return nullptr;
  }
  options.backend = manifest->backend;
  options.backendOptions.clear();
  for (const auto &[key, value] : manifest->backendOptions)
    options.backendOptions.push_back(key + "=" + value);
  info.name = manifest->modelName;
  report.batchCoupling = manifest->model.batchCoupling;
  report.inputRanges = manifest->model.inputRanges;
  if (!selectBackend())
    return nullptr;
  llvm::Expected<std::unique_ptr<Executable>> executable = backend->open(directory, info);
  if (executable)
    return std::move(*executable);
  fail(Outcome::InvalidModel, Code::R001, llvm::toString(executable.takeError()));
  return nullptr;
}

} // namespace qcompile
