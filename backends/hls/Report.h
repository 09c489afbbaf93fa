//===- Report.h - Cost tables of designs ------------------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_REPORT_H
#define QCOMPILE_BACKENDS_HLS_REPORT_H

#include "backends/hls/dialect/HlsDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace qcompile::hls {

/// Cycles, pace and resources of the whole design, by the published cost model.
llvm::json::Object estimateDesign(DesignOp design, int64_t clockMhz);

/// The estimate of every stage, and the operations that run on the host.
llvm::json::Object makeReport(mlir::ModuleOp module, DesignOp design, int64_t clockMhz);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_REPORT_H
