//===- ConvertQnnToHls.h - The integer core as a dataflow design ---*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS_H
#define QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS_H

#include "mlir/Pass/Pass.h"

namespace qcompile::hls {

#define GEN_PASS_DECL
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h.inc"
#define GEN_PASS_REGISTRATION
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h.inc"

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_CONVERTQNNTOHLS_H
