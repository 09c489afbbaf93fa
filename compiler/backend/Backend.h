//===- Backend.h - The interface of backends --------------------*- C++ -*-===//
//
// A backend is an immutable object of the process; a session of it carries the options of one
// compilation. In-tree backends use nothing that an outside one could not (docs/HowToBackend.md).
//
// The life of a compilation:
//   Backend::createSession(options) → Session::checkSupport on the `qnn` form, before any lowering →
//   Session::buildPipeline (stage "target") → Session::emit (stage "emit") or Session::prepare.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_BACKEND_BACKEND_H
#define QCOMPILE_COMPILER_BACKEND_BACKEND_H

#include <memory>
#include <string>
#include <vector>

#include "compiler/backend/ArtifactSink.h"
#include "compiler/backend/OptionSchema.h"
#include "dialects/encoding/EncodingDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "runtime/program/program.h"
#include "llvm/Support/JSON.h"

namespace qcompile {

/// Raised when the interface changes; a plugin built for another number is refused.
inline constexpr unsigned kBackendApiVersion = 3;

/// Whether a backend takes an operation.
struct Capability {
  bool supported = true;
  /// Why not, or under which rewriting; empty for a plain yes.
  std::string reason;

  static Capability yes() { return {}; }
  static Capability no(std::string reason) { return {false, std::move(reason)}; }
};

/// A compiled model, ready to run.
class Executable {
public:
  virtual ~Executable() = default;

  /// Names, element types and shapes (of one batch), in the model's order.
  virtual llvm::ArrayRef<runtime::Port> inputs() const = 0;
  virtual llvm::ArrayRef<runtime::Port> outputs() const = 0;

  using Tensors = std::vector<runtime::Tensor>;
  /// Runs batches one after the other. Every batch holds one tensor per input port, of exactly its
  /// type and shape; the result holds one tensor per output port for every batch.
  virtual llvm::Expected<std::vector<Tensors>> run(llvm::ArrayRef<Tensors> batches) = 0;

  /// What the run cost, by the backend's own model (cycles, energy); an empty object where it has
  /// none. Estimates are called estimates.
  virtual llvm::json::Object statistics() const { return {}; }
};

/// What emit and prepare know about the model beside the IR.
struct ModelInfo {
  std::string name; ///< a C identifier, from the file's name: "tfc_1w1a"
};

/// One compilation.
class BackendSession {
public:
  virtual ~BackendSession() = default;

  /// Whether this session takes `op` of the integer form, with its types and attributes.
  virtual Capability checkSupport(mlir::Operation *op) const = 0;

  /// Whether the target may compute with weights stored that way. The session reports others as decoded [QC-B007]; who
  /// takes some layers only reports the rest. Operations see the decoded codes in either case.
  virtual bool takesEncoding(encoding::EncodingAttr encoding) const { return false; }

  /// Appends the passes that bring a module from the bounded `qnn` form to the form that `emit` takes.
  virtual void buildPipeline(mlir::OpPassManager &pm) const = 0;

  /// Appends the passes that find out whether a model lowers, where these are fewer than those of `buildPipeline`.
  virtual void buildCheckPipeline(mlir::OpPassManager &pm) const { buildPipeline(pm); }

  /// Writes the files of the artifact; manifest.json is written by the driver.
  virtual llvm::Error emit(mlir::ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const = 0;

  /// Cost tables for report.json, labelled as estimates.
  virtual llvm::json::Object report(mlir::ModuleOp module) const { return {}; }

  /// Makes a lowered module runnable in this process. By default: emit to a temporary folder, open.
  virtual llvm::Expected<std::unique_ptr<Executable>> prepare(mlir::ModuleOp module, const ModelInfo &info) const;

  /// Opens an artifact that `emit` wrote.
  virtual llvm::Expected<std::unique_ptr<Executable>> open(llvm::StringRef directory, const ModelInfo &info) const = 0;
};

class Backend {
public:
  virtual ~Backend() = default;

  virtual llvm::StringRef name() const = 0;    ///< as in --backend=NAME
  virtual llvm::StringRef summary() const = 0; ///< one line
  virtual llvm::StringRef version() const = 0;

  virtual std::vector<OptionSpec> options() const { return {}; }
  virtual void registerDialects(mlir::DialectRegistry &registry) const {}
  /// Registers the backend's passes and pipelines for qcompile-opt.
  virtual void registerPasses() const {}

  /// Checks options against each other and against the target's limits.
  virtual llvm::Expected<std::unique_ptr<BackendSession>> createSession(const OptionValues &options) const = 0;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_BACKEND_BACKEND_H
