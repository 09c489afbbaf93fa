//===- Pruner.h - Which weights of a layer stay, and their values *- C++ -*-===//
//
// With second moments of the inputs: a first choice by SparseGPT or optimal brain surgeon, improved by swaps, then for
// every output the least-squares optimum of the weights that stay. All three need K³ operations per output; where that
// is too much, the last and then the second step are left out (docs/Pruning.md). Without moments: by magnitude, weights
// as they are.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS_PRUNER_H
#define QCOMPILE_PASSES_PRUNEWEIGHTS_PRUNER_H

#include "passes/compression/WeightGrid.h"
#include "passes/prune-weights/GroupSweep.h"

namespace qcompile::compression {

struct PruneProblem {
  /// What the weights should be, [outputs, K].
  Matrix target;
  /// Positive definite second moments of the inputs (dampen), one [K, K] matrix per group of outputs; empty: none
  /// known.
  std::vector<Matrix> moments;
  /// Weights that are zero in any case.
  Mask excluded;
  /// The values that weights may take; null: any.
  const WeightGrid *grid = nullptr;
  ForRows forRows;
  /// The most work that the search (outputs * K³) and the optimum (sum of |S|³ / 3 over all outputs) may be.
  double searchLimit = 1e10, fitLimit = 5e10;

  const Matrix &momentsOf(int64_t row) const { return moments[row / (target.rows() / int64_t(moments.size()))]; }
};

struct PrunedWeights {
  Matrix weights;    ///< values of the grid, where there is one
  int64_t swaps = 0; ///< by which the first choice was improved
};

/// At most n of m consecutive weights.
PrunedWeights pruneToPattern(const PruneProblem &problem, GroupPattern pattern);

/// `keep` of the layer's units: runs of `unit` weights of one output from a multiple of `unit` on.
PrunedWeights pruneToCount(const PruneProblem &problem, int64_t unit, int64_t keep);

/// The `keep` outputs with the largest mean square on the inputs, without moments those with the largest norm; of equal
/// ones the first.
PrunedWeights pruneOutputs(const PruneProblem &problem, int64_t keep);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS_PRUNER_H
