//===- Artifact.h - The files of an imc artifact ----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_ARTIFACT_H
#define QCOMPILE_BACKENDS_IMC_ARTIFACT_H

#include "backends/imc/Wiring.h"
#include "compiler/backend/Backend.h"
#include "runtime/imc/program.h"

namespace qcompile::imc {

/// Everything that running a lowered model takes.
struct CompiledModel {
  runtime::Program before;
  runtime::imc::Program core;
  runtime::Program after;
  Wiring wiring;
};

llvm::Expected<CompiledModel> compileModule(mlir::ModuleOp module);

/// NAME.imc and NAME.imcs, host_before.qcp, host_after.qcp, wiring.json.
llvm::Error writeArtifact(const CompiledModel &model, const ModelInfo &info, ArtifactSink &sink);

llvm::Expected<CompiledModel> readArtifact(llvm::StringRef directory, const ModelInfo &info);

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_ARTIFACT_H
