//===- HlsBackend.h - HLS C++ for FPGA dataflow -----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_HLSBACKEND_H
#define QCOMPILE_BACKENDS_HLS_HLSBACKEND_H

#include "compiler/backend/Backend.h"

namespace qcompile::hls {

/// Streaming C++ for vendor HLS tools that also compiles and runs on the host.
class HlsBackend : public Backend {
public:
  llvm::StringRef name() const override { return "hls"; }
  llvm::StringRef summary() const override { return "streaming HLS C++ for FPGA dataflow"; }
  llvm::StringRef version() const override { return "0.1.0"; }

  std::vector<OptionSpec> options() const override;
  void registerDialects(mlir::DialectRegistry &registry) const override;
  void registerPasses() const override;
  llvm::Expected<std::unique_ptr<BackendSession>> createSession(const OptionValues &options) const override;
};

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_HLSBACKEND_H
