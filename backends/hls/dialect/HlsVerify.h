//===- HlsVerify.h - What verifiers share -----------------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSVERIFY_H
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSVERIFY_H

#include "backends/hls/dialect/HlsDialect.h"

namespace qcompile::hls {

/// Checks the rows and codes of an activation on `channels` channels.
mlir::LogicalResult verifyActivation(mlir::Operation *op, ActivationInterface activation, int64_t channels,
                                     mlir::Type resultType);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSVERIFY_H
