//===- Metric.h - Quadratic distances of a sub-space ------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_METRIC_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_METRIC_H

#include "passes/product-quantize/Codebooks.h"

namespace qcompile::pq {

/// A distance (x - y)' A (x - y) with A = C C', C lower triangular: z = C' x turns it into the square of a difference.
/// At first A = 1.
struct Metric {
  explicit Metric(int64_t length);

  int64_t length;
  std::vector<double> factor; ///< C, [length][length]

  /// A = W W' of rows `first` to `first + length - 1` of the weights [columns][outputs], plus 1e-4 of the mean of its
  /// diagonal there (1 where all weights are 0).
  void setWeights(std::span<const double> weights, int64_t first, int64_t columns, int64_t outputs);

  /// z = C' x for every point.
  void map(WeightedPoints &points) const;
  /// x from z, in place, for vectors one after the other.
  void unmap(std::span<double> vectors) const;
  /// C z: where z = C' x, that is A x.
  void applyTransposed(std::span<const double> z, std::span<double> out) const;
};

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_METRIC_H
