//===- Projection.h - The nearest weights that fit --------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS_PROJECTION_H
#define QCOMPILE_PASSES_FITACCUMULATORS_PROJECTION_H

#include "passes/fit-accumulators/AccumulatorLimit.h"

namespace qcompile::fit {

/// What positive numbers and the magnitudes of negative ones are lowered by, to not less than 0.
struct Shrinkage {
  double positive = 0, negative = 0;
  double apply(double value) const {
    return value > 0 ? std::max(value - positive, 0.0) : std::min(value + negative, 0.0);
  }
};

/// The multiplier m >= 0 with sum over i of weights[i] max(values[i] - m weights[i], 0) = total, for nonnegative values
/// and positive weights; 0 where the sum is not above `total` for m = 0. With weights of 1 it is the threshold of the
/// projection onto a simplex (Duchi et al. 2008).
double findMultiplier(llvm::ArrayRef<double> values, llvm::ArrayRef<double> weights, double total);

/// The Euclidean projection of `values` onto the real numbers that the accumulator holds (S+ and S- as sums of real
/// numbers): a shrinkage, found from the optimality conditions by trying which of the two bounds hold it.
Shrinkage projectOntoLimit(llvm::ArrayRef<double> values, const AccumulatorLimit &limit);

/// Per tile, the shrinkage that makes all tiles fit and then their sum: each step is a projection, and the second
/// one keeps what the first one reached. One entry where there are no tiles.
std::vector<Shrinkage> projectOntoLimits(llvm::ArrayRef<double> values, const RowLimits &limits);

} // namespace qcompile::fit

#endif // QCOMPILE_PASSES_FITACCUMULATORS_PROJECTION_H
