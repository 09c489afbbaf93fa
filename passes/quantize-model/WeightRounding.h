//===- WeightRounding.h - A grid and its values for a layer -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_QUANTIZEMODEL_WEIGHTROUNDING_H
#define QCOMPILE_PASSES_QUANTIZEMODEL_WEIGHTROUNDING_H

#include <optional>
#include <vector>

#include "passes/compression/WeightGrid.h"
#include "passes/quantize-model/ScaleSearch.h"

namespace qcompile::quantization {

using compression::Mask;
using compression::Matrix;
using compression::WeightGrid;

struct WeightOptions {
  int bits = 8; ///< 2 to 8
  /// Two codes t1, t2 of `bits` bits (2 to 4) per weight, s (2^bits t1 + t2), symmetric: one grid of twice the bits
  /// whose codes go to (2^bits + 1) (2^(bits-1) - 1) on either side (Choukroun et al. 2019, "dual", with scales of that
  /// ratio).
  bool dual = false;
  bool affine = false;
  bool narrow = true; ///< without the lowest code; affine grids have all codes
  bool perChannel = true;
  bool weighted = false; ///< RangeKind::Mse counts errors by the second moment of their input
  RangeOptions range;
};

/// What is to be quantized.
struct WeightProblem {
  Matrix target; ///< [outputs, K]
  /// Per group of outputs [K, K]: second moments about the mean of the inputs, where a bias makes up for the mean.
  /// None: every weight is rounded by itself.
  std::vector<Matrix> moments;
  std::optional<Mask> zeros; ///< weights that stay zero
  /// Rows that are circulant blocks of this many rows and columns, cut from the first row and column on; 0: none.
  /// Weights of equal place (column - row) mod block in a block stay equal, and the rows of a block share their scale.
  int64_t block = 0;
};

struct QuantizedWeights {
  WeightGrid grid;
  Matrix values; ///< values of the grid
};

/// Chooses scales by `options.range` and rounds; with moments by error correction (SecondOrder.h) in the order of
/// falling moments, then by descent from weight to weight. With RangeKind::Mse the scales, too, are fitted to the error
/// of the outputs: <t, q>_H / <q, q>_H for the codes found, while that lowers the error.
QuantizedWeights quantizeWeights(WeightProblem problem, const WeightOptions &options);

} // namespace qcompile::quantization

#endif // QCOMPILE_PASSES_QUANTIZEMODEL_WEIGHTROUNDING_H
