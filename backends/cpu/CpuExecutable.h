//===- CpuExecutable.h - A compiled network, ready to run -------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_CPUEXECUTABLE_H
#define QCOMPILE_BACKENDS_CPU_CPUEXECUTABLE_H

#include <memory>

#include "compiler/backend/Backend.h"

namespace qcompile::cpu {

/// Compiles a lowered module into this process.
llvm::Expected<std::unique_ptr<Executable>> makeJitted(mlir::ModuleOp module, llvm::StringRef cpu);

/// Loads the library and the parameter file of an artifact.
llvm::Expected<std::unique_ptr<Executable>> loadArtifact(llvm::StringRef directory, llvm::StringRef name);

/// Where an artifact has its parameters: "weights/NAME.bin".
std::string parameterFile(llvm::StringRef name);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_CPUEXECUTABLE_H
