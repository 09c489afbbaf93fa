//===- CoarseSum.h - A sum in fewer bits that thresholds cannot tell -*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_COARSESUM_H
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_COARSESUM_H

#include <optional>

#include "dialects/qnn/QnnDialect.h"

namespace qcompile {

/// A sum lhs * m + rhs * n of codes that only thresholds read, with smaller multipliers. Two codes have few values
/// together: where, for every threshold, all pairs below it have smaller coarse sums than all pairs that reach it, a
/// threshold between those decides the same, for every input.
class CoarseSum {
public:
  /// The finest one that float32 holds; nothing where none keeps the thresholds apart, or something else reads the sum.
  static std::optional<CoarseSum> find(qnn::AddOp op);

  int64_t lhsMultiplier = 0, rhsMultiplier = 0;
  qnn::Bounds bounds{0, 0};

  /// The threshold that coarse sums reach (of `direction` -1: do not exceed) where the sums do so with `threshold`.
  int64_t mapThreshold(double threshold, int64_t direction) const;

private:
  struct Sum {
    int64_t left, right, fine;
    int64_t coarse = 0;
  };
  void sort(qnn::AddOp op);
  bool fill(qnn::AddOp op, int shift);
  /// How many sums are below the threshold, or do not exceed it.
  size_t count(double threshold, int64_t direction) const;
  bool keepsApart(qnn::ThresholdOp op) const;

  std::vector<Sum> sums;                        ///< of all pairs, ascending
  std::vector<int64_t> largestOf, smallestFrom; ///< coarse sums of the first i pairs, and from pair i on
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_COARSESUM_H
