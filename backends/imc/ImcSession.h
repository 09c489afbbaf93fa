//===- ImcSession.h - One compilation for the macro -------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_IMCSESSION_H
#define QCOMPILE_BACKENDS_IMC_IMCSESSION_H

#include "compiler/backend/Backend.h"
#include "runtime/imc/target.h"

namespace qcompile::imc {

class ImcSession : public BackendSession {
public:
  explicit ImcSession(const runtime::imc::Target &target) : target(target) {}

  Capability checkSupport(mlir::Operation *op) const override;
  /// Tiles take the sparse form of the fewest slots, found from the zeros themselves.
  bool takesEncoding(encoding::EncodingAttr encoding) const override {
    return mlir::isa<encoding::NmAttr, encoding::CooAttr, encoding::RunLengthAttr>(encoding);
  }
  void buildPipeline(mlir::OpPassManager &pm) const override;
  llvm::Error emit(mlir::ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const override;
  /// Cycles, counts and energy of one inference: the program has no branches, so that they do not
  /// depend on data.
  llvm::json::Object report(mlir::ModuleOp module) const override;
  /// Needs no files.
  llvm::Expected<std::unique_ptr<Executable>> prepare(mlir::ModuleOp module, const ModelInfo &info) const override;
  llvm::Expected<std::unique_ptr<Executable>> open(llvm::StringRef directory, const ModelInfo &info) const override;

private:
  runtime::imc::Target target;
};

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_IMCSESSION_H
