//===- WeightFit.h - Weights for decoded inputs -----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_WEIGHTFIT_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_WEIGHTFIT_H

#include "passes/product-quantize/Tables.h"

namespace qcompile::pq {

/// The weights V [columns][outputs] of the least sum of squares ||Y - X V||^2 + rows * damping * d * ||V - W||^2: Y the
/// targets, X the rows that the centroids at the data's positions stand for, d the mean second moment of X. By the
/// normal equations (Cholesky): it makes up for what quantizing one input does to others that depend on it, with far
/// fewer parameters than the tables have.
std::vector<double> fitWeights(const FitData &data, const CodebookDesign &design, std::span<const double> weights,
                               int64_t columns, int64_t outputs, double damping);

/// Tables of fitted weights: with the damping of `candidates` that has the least error on the last fifth of the rows
/// when fitted to the others; those of the given weights where no fit is better there, or there are fewer than 5 rows.
Tables fitTables(const FitData &data, const CodebookDesign &design, std::span<const double> weights, int64_t columns,
                 int64_t outputs, std::span<const double> candidates);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_WEIGHTFIT_H
