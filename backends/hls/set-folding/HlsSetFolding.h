//===- HlsSetFolding.h - Elements per clock of every stage ------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_HLSSETFOLDING_H
#define QCOMPILE_BACKENDS_HLS_HLSSETFOLDING_H

#include "mlir/Pass/Pass.h"

namespace qcompile::hls {

#define GEN_PASS_DECL
#include "backends/hls/set-folding/HlsSetFolding.h.inc"
#define GEN_PASS_REGISTRATION
#include "backends/hls/set-folding/HlsSetFolding.h.inc"

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_HLSSETFOLDING_H
