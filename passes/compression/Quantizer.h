//===- Quantizer.h - Weight grids as quantizers of the model ----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_QUANTIZER_H
#define QCOMPILE_PASSES_COMPRESSION_QUANTIZER_H

#include <optional>

#include "mlir/IR/Builders.h"
#include "passes/compression/WeightGrid.h"

namespace qcompile::compression {

/// The grid of a Quant or BipolarQuant whose operand, with its dimensions in `order` (outputs first), is a weight
/// matrix of `outputs` rows. Nothing where scale or zero point change along another dimension, or a zero point is no
/// integer.
std::optional<WeightGrid> readGrid(mlir::Operation *quantizer, llvm::ArrayRef<int64_t> order, int64_t outputs);

/// What the quantizer makes of its constant operand, in `order`, computed by reference semantics.
Matrix readQuantized(mlir::Operation *quantizer, llvm::ArrayRef<int64_t> order, int64_t outputs);

/// Makes `use` read `fresh` where it read `constant`: the path between, of transpositions and `quantizer` (or null), is
/// copied, and what nothing uses any more is left. Returns the copy of the quantizer.
mlir::Operation *replaceWeights(mlir::OpOperand &use, mlir::Operation *constant, mlir::Operation *fresh,
                                mlir::Operation *quantizer);

/// Puts a quantizer with this grid behind `constant`, in place of `quantizer` where that is not null; neither is used
/// outside of one path. Returns it.
mlir::Operation *setGrid(mlir::Operation *constant, mlir::Operation *quantizer, const WeightGrid &grid,
                         llvm::ArrayRef<int64_t> order);

/// A Quant or BipolarQuant of `value` at the builder's place: scale and zero point have `shape`, which broadcasts
/// against the value, with one element or as many as the grid has.
mlir::Operation *makeQuantizer(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, const WeightGrid &grid,
                               llvm::ArrayRef<int64_t> shape, llvm::StringRef name);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_QUANTIZER_H
