//===- CpuSession.h - One compilation for the cpu ---------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_CPUSESSION_H
#define QCOMPILE_BACKENDS_CPU_CPUSESSION_H

#include <optional>

#include "compiler/backend/Backend.h"

namespace qcompile::cpu {

struct CpuOptions {
  std::string targetCpu;
  std::optional<std::string> driver; ///< path of the C compiler driver
};

class CpuSession : public BackendSession {
public:
  explicit CpuSession(CpuOptions options) : options(std::move(options)) {}

  Capability checkSupport(mlir::Operation *op) const override;
  /// The kernels are chosen by the zeros of each layer's weights; cpu-lower-to-kernels reports dense ones.
  bool takesEncoding(encoding::EncodingAttr) const override { return true; }
  void buildPipeline(mlir::OpPassManager &pm) const override;
  void buildCheckPipeline(mlir::OpPassManager &pm) const override;
  llvm::Error emit(mlir::ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const override;
  llvm::json::Object report(mlir::ModuleOp module) const override;
  llvm::Expected<std::unique_ptr<Executable>> prepare(mlir::ModuleOp module, const ModelInfo &info) const override;
  llvm::Expected<std::unique_ptr<Executable>> open(llvm::StringRef directory, const ModelInfo &info) const override;

private:
  void build(mlir::OpPassManager &pm, bool fast) const;

  CpuOptions options;
};

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_CPUSESSION_H
