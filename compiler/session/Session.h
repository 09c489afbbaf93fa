//===- Session.h - One compilation ------------------------------*- C++ -*-===//
//
// What the tools and embedders use: read a model or a printed stage, run stages, compile, run. A session
// owns its context, registry and diagnostics; two sessions in one process do not see each other.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_SESSION_SESSION_H
#define QCOMPILE_COMPILER_SESSION_SESSION_H

#include <functional>
#include <memory>

#include "compiler/backend/Registry.h"
#include "compiler/frontend/Frontend.h"
#include "compiler/io/InputBatches.h"
#include "compiler/session/Stages.h"
#include "compiler/session/StoredWeights.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

namespace qcompile {

/// A diagnostic as users see it.
struct Diagnostic {
  enum class Severity { Error, Warning, Remark };
  Severity severity = Severity::Error;
  std::string code; ///< "QC-I003", or empty
  std::string file;
  std::string node; ///< the ONNX node, or empty
  std::string message;
};

/// How a compilation ended; the values are the exit codes of the command.
enum class Outcome {
  Success = 0,
  InvalidModel = 1,
  Usage = 2,
  Unsupported = 3,
  Different = 4,
  FileSystem = 5,
  Internal = 70,
  Interrupted = 130,
};

struct SessionOptions {
  std::string backend = "cpu";
  std::vector<std::string> backendOptions; ///< key=value
  ImportOptions import;
  std::optional<std::string> saveIntermediates; ///< folder for NN-stage.mlir
};

class Session {
public:
  explicit Session(SessionOptions options);
  ~Session();

  BackendRegistry &backends() { return *registry; }
  /// Uses the backends of another session, which are immutable.
  void shareBackends(Session &other) { registry = other.registry; }
  mlir::MLIRContext &context() { return *mlirContext; }
  const SessionOptions &getOptions() const { return options; }

  /// Called for every diagnostic, in order. Errors also decide `outcome`.
  std::function<void(const Diagnostic &)> onDiagnostic;
  /// Called when a stage begins.
  std::function<void(Stage)> onStage;

  /// Reads an ONNX file (stage import), or, where `from` is given, a stage printed by `print`, which was
  /// reached by then.
  bool load(llvm::StringRef path, std::optional<Stage> from = std::nullopt);

  /// The same from the bytes of an ONNX file; `name` stands for it in messages. External data is refused.
  bool loadBytes(llvm::StringRef bytes, llvm::StringRef name);

  /// Checks that the backend exists and takes its options, before any work.
  bool selectBackend();

  /// Runs the stages up to `stage` (at most target). Before stage target the backend is asked about every
  /// operation.
  bool runTo(Stage stage);

  /// What keeps a backend from compiling the model as it stands (stage bound), all at once; empty where nothing does.
  /// The session is unchanged.
  std::vector<Diagnostic> findObstacles(llvm::StringRef backend);

  /// Writes the current stage: text at `path`, constants beside it with the suffix ".weights".
  bool print(llvm::StringRef path);

  /// Emits the artifact folder (after stage target).
  bool emit(llvm::StringRef directory);
  /// Makes the model runnable in this process (after stage target).
  std::unique_ptr<Executable> prepare();
  /// Opens an artifact folder with the backend that its manifest names.
  std::unique_ptr<Executable> openArtifact(llvm::StringRef directory);

  mlir::ModuleOp module() { return *ownedModule; }
  Stage stage() const { return currentStage; }
  const ImportReport &importReport() const { return report; }
  Outcome outcome() const { return result; }
  const ModelInfo &modelInfo() const { return info; }

  /// Reports an error that no diagnostic of the context carries.
  bool fail(Outcome outcome, Code code, const llvm::Twine &message);
  /// Reports why input data cannot be had: files that cannot be read, or data that does not fit.
  bool failInput(llvm::Error error);
  /// Fails where samples depend on each other and do not fill the last batch.
  llvm::Error checkBatches(const InputBatches &inputs) const;
  /// Ends with the outcome of another session, whose diagnostics have been passed on.
  void adoptOutcome(Outcome outcome);

private:
  void registerBackendDialects();
  bool checkBackendSupport();
  bool runPasses(Stage stage);
  llvm::Error writeReport(ArtifactSink &sink);
  /// Whether a model has been read; what was not said of one that has not, is.
  bool finishImport();
  bool saveIntermediate();
  void handle(mlir::Diagnostic &diagnostic);

  SessionOptions options;
  std::shared_ptr<BackendRegistry> registry = std::make_shared<BackendRegistry>();
  mlir::DialectRegistry dialects;
  std::unique_ptr<mlir::MLIRContext> mlirContext;
  mlir::OwningOpRef<mlir::ModuleOp> ownedModule;
  std::unique_ptr<BackendSession> backend;
  std::map<std::string, std::string> backendValues;
  ImportReport report;
  ModelInfo info;
  /// Before the backend lowers them; empty where an earlier run has.
  std::vector<StoredWeights> storedWeights;
  Stage currentStage = Stage::Import;
  Outcome result = Outcome::Success;
};

/// Adds the dialects that every tool knows.
void registerDialects(mlir::DialectRegistry &registry);

/// "tfc_1w1a" of "models/tfc-1w1a.onnx": a C identifier.
std::string makeModelName(llvm::StringRef path);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_SESSION_SESSION_H
