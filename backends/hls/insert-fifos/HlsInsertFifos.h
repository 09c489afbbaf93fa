//===- HlsInsertFifos.h - Queues between stages -----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS_H
#define QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS_H

#include "mlir/Pass/Pass.h"

namespace qcompile::hls {

#define GEN_PASS_DECL
#include "backends/hls/insert-fifos/HlsInsertFifos.h.inc"
#define GEN_PASS_REGISTRATION
#include "backends/hls/insert-fifos/HlsInsertFifos.h.inc"

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS_H
