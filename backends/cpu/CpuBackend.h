//===- CpuBackend.h - The cpu backend ---------------------------*- C++ -*-===//
//
// Lowers a network to calls of the runtime's kernels: native code for the glue, parameters packed into
// one image, kernels that select the processor's instructions at run time.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_CPU_CPUBACKEND_H
#define QCOMPILE_BACKENDS_CPU_CPUBACKEND_H

#include "compiler/backend/Backend.h"

namespace qcompile::cpu {

class CpuBackend : public Backend {
public:
  llvm::StringRef name() const override { return "cpu"; }
  llvm::StringRef summary() const override {
    return "native code for this machine's architecture, in process or as a shared library";
  }
  llvm::StringRef version() const override { return "1"; }

  std::vector<OptionSpec> options() const override;
  void registerDialects(mlir::DialectRegistry &registry) const override;
  void registerPasses() const override;
  llvm::Expected<std::unique_ptr<BackendSession>> createSession(const OptionValues &options) const override;
};

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_CPUBACKEND_H
