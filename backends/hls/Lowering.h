//===- Lowering.h - What the hls backend takes, and helpers -----*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_LOWERING_H
#define QCOMPILE_BACKENDS_HLS_LOWERING_H

#include "backends/hls/Estimate.h"
#include "backends/hls/dialect/HlsDialect.h"
#include "compiler/backend/Backend.h"

namespace qcompile::hls {

/// The name of the design that the lowering makes.
inline constexpr llvm::StringLiteral kDesign = "design";

/// Whether an operation of the `qnn` form has a stage.
Capability checkOperation(mlir::Operation *op);

/// Whether a reshape or transpose leaves every element at its place in row-major order.
bool isFreeRearrangement(mlir::Operation *op);

/// The constant behind a value, or null.
data::ConstantAttr getConstant(mlir::Value value);

/// The same activation with `rows` rows: row i is row `source(i)` of the old one.
ActivationAttr selectRows(ActivationAttr activation, int64_t rows,
                          llvm::function_ref<int64_t(int64_t)> source);

/// The estimator's view of a stage.
MatrixVectorShape getShape(MatrixVectorOp op);
Folding getFolding(MatrixVectorOp op);

/// Clocks per sample and resources of a stage.
struct StageCost {
  int64_t cycles = 0;
  Resources resources;
};
StageCost getCost(mlir::Operation *stage);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_LOWERING_H
