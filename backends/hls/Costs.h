//===- Costs.h - Costs of the stages of a design ----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_COSTS_H
#define QCOMPILE_BACKENDS_HLS_COSTS_H

#include "backends/hls/Estimate.h"
#include "backends/hls/dialect/HlsDialect.h"

namespace qcompile::hls {

/// The estimator's view of a unit.
MatrixVectorShape getShape(MatrixVectorOp op);
MatrixVectorShape getShape(VectorVectorOp op);
Folding getFolding(MatrixVectorOp op);
Folding getFolding(VectorVectorOp op);

/// Clocks per sample and resources of a stage.
struct StageCost {
  int64_t cycles = 0;
  Resources resources;
};
StageCost getCost(mlir::Operation *stage);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_COSTS_H
