//===- Emit.h - A layer as PqMatMul -----------------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_EMIT_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_EMIT_H

#include "passes/product-quantize/LayerProduct.h"

namespace qcompile::pq {

/// Why the layer has no such form, or an empty string: groups, a bias that is not constant, shapes that are not static.
std::string findObstacle(const compression::Layer &layer);

/// Writes the product before the layer, with a quantizer of its input where the grid is its own, and puts the result
/// into its place: all uses of the layer's result but the layer. A convolution's windows become rows: a border of
/// zeros, `Gather` of the positions along each spatial dimension, a transposition; and back behind the product. Returns
/// the value that stands for the result.
mlir::Value emitProduct(const compression::Layer &layer, const LayerProduct &product);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_EMIT_H
