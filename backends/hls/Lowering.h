//===- Lowering.h - What the hls backend takes ------------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_LOWERING_H
#define QCOMPILE_BACKENDS_HLS_LOWERING_H

#include "backends/hls/dialect/HlsDialect.h"
#include "compiler/backend/Backend.h"

namespace qcompile::hls {

/// The name of the design that the lowering makes.
inline constexpr llvm::StringLiteral kDesign = "design";

/// Whether an operation of the `qnn` form has stages, in any layout: the pipeline makes channels
/// the last dimension.
Capability checkOperation(mlir::Operation *op);

/// Whether a reshape or transpose leaves every element at its place in row-major order.
bool isFreeRearrangement(mlir::Operation *op);

/// The constant behind a value, or null.
data::ConstantAttr getConstant(mlir::Value value);

/// The bounds of all partial sums of inputs of a type with every column of weights [K, M]; nothing
/// where a bound does not fit 62 bits.
std::optional<qnn::Bounds> getSumBounds(mlir::Type input, data::ConstantAttr weights);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_LOWERING_H
