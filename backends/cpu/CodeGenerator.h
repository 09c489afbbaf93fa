//===- CodeGenerator.h - Native code of a lowered module --------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_CODEGENERATOR_H
#define QCOMPILE_BACKENDS_CPU_CODEGENERATOR_H

#include <memory>
#include <string>

#include "mlir/IR/BuiltinOps.h"
#include "runtime/artifact/artifact.h"
#include "llvm/Support/Error.h"

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace qcompile::cpu {

/// Whether LLVM can generate code for the processor ("x86-64", "znver4", ...) on this architecture.
llvm::Error checkTargetCpu(llvm::StringRef cpu);

/// A relocatable object with the code of a module of the llvm dialect.
llvm::Expected<std::string> generateObject(mlir::ModuleOp module, llvm::StringRef cpu);

/// Code of a lowered module in this process.
class JittedNetwork {
public:
  static llvm::Expected<JittedNetwork> create(mlir::ModuleOp module, llvm::StringRef cpu);
  JittedNetwork(JittedNetwork &&);
  ~JittedNetwork();

  const qcrt_descriptor *descriptor() const { return found; }

private:
  JittedNetwork(std::unique_ptr<llvm::orc::LLJIT> jit, const qcrt_descriptor *found);

  std::unique_ptr<llvm::orc::LLJIT> jit;
  const qcrt_descriptor *found;
};

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_CODEGENERATOR_H
