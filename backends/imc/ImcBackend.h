//===- ImcBackend.h - The in-memory-computing backend -----------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_IMCBACKEND_H
#define QCOMPILE_BACKENDS_IMC_IMCBACKEND_H

#include "compiler/backend/Backend.h"

namespace qcompile::imc {

/// Instructions for a sparse digital in-memory-computing macro (docs/Imc.md), run on its simulator.
/// The keys of the target description are the backend's options, with '-' for '_'.
class ImcBackend : public Backend {
public:
  llvm::StringRef name() const override { return "imc"; }
  llvm::StringRef summary() const override {
    return "instructions and simulator of a sparse digital in-memory-computing macro";
  }
  llvm::StringRef version() const override { return "1"; }

  std::vector<OptionSpec> options() const override;
  void registerDialects(mlir::DialectRegistry &registry) const override;
  void registerPasses() const override;
  llvm::Expected<std::unique_ptr<BackendSession>> createSession(const OptionValues &options) const override;
};

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_IMCBACKEND_H
