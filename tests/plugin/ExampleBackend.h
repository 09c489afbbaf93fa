//===- ExampleBackend.h - A backend from outside the tree -------*- C++ -*-===//
#ifndef EXAMPLE_EXAMPLEBACKEND_H
#define EXAMPLE_EXAMPLEBACKEND_H

#include "compiler/backend/Backend.h"

namespace example {

/// Writes the integer network as readable text, and as a program of the runtime that runs it.
class ExampleBackend : public qcompile::Backend {
public:
  llvm::StringRef name() const override { return "example"; }
  llvm::StringRef summary() const override { return "a listing of the integer network"; }
  llvm::StringRef version() const override { return "1"; }

  std::vector<qcompile::OptionSpec> options() const override;
  void registerPasses() const override;
  llvm::Expected<std::unique_ptr<qcompile::BackendSession>>
  createSession(const qcompile::OptionValues &options) const override;
};

/// One compilation: holds the options.
class ExampleSession : public qcompile::BackendSession {
public:
  explicit ExampleSession(int64_t maxInner) : maxInner(maxInner) {}

  qcompile::Capability checkSupport(mlir::Operation *op) const override;
  void buildPipeline(mlir::OpPassManager &pm) const override;
  llvm::Error emit(mlir::ModuleOp module, const qcompile::ModelInfo &info, qcompile::ArtifactSink &sink) const override;
  llvm::json::Object report(mlir::ModuleOp module) const override;
  llvm::Expected<std::unique_ptr<qcompile::Executable>> open(llvm::StringRef directory,
                                                             const qcompile::ModelInfo &info) const override;

private:
  int64_t maxInner;
};

} // namespace example

#endif // EXAMPLE_EXAMPLEBACKEND_H
