//===- LayerPairs.h - Layers whose channels meet ----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EQUALIZELAYERS_LAYERPAIRS_H
#define QCOMPILE_PASSES_EQUALIZELAYERS_LAYERPAIRS_H

#include "passes/compression/Layer.h"

namespace qcompile::equalization {

using compression::Layer;
using compression::Matrix;
using compression::Vector;

/// A layer whose output channels are the input channels of another, with nothing between but operations f with f(s x) =
/// s f(x).
struct LayerPair {
  size_t first, second; ///< positions in the list of layers
  /// Constant operands of additions to the first layer's output, as (operation, operand).
  llvm::SmallVector<std::pair<mlir::Operation *, unsigned>> biases;
  int64_t positions =
      1; ///< columns of the second layer per channel and tap, where a convolution's features were flattened
};

/// The pairs among `layers`, in order of the first.
std::vector<LayerPair> findPairs(llvm::ArrayRef<Layer> layers);

/// The largest magnitude of the weights that read each input channel of a layer (all groups), with `positions` columns
/// each.
Vector getInputRanges(const Layer &layer, const Matrix &weights, int64_t positions, int64_t channels);
/// Multiplies those weights.
void scaleInputs(const Layer &layer, Matrix &weights, int64_t positions, const Vector &scale);

/// Divides what is added to the first layer's outputs by one number per channel.
void divideBiases(const Layer &first, const LayerPair &pair, const Vector &scale);

} // namespace qcompile::equalization

#endif // QCOMPILE_PASSES_EQUALIZELAYERS_LAYERPAIRS_H
