//===- Tables.h - Tables of products, refitted and rounded ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_TABLES_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_TABLES_H

#include "passes/product-quantize/Codebooks.h"

namespace qcompile::pq {

/// T[space][prototype][output], row-major.
struct Tables {
  int64_t spaces = 0, prototypes = 0, outputs = 0;
  std::vector<double> values;

  std::span<double> entry(int64_t space, int64_t prototype) {
    return std::span(values).subspan(size_t((space * prototypes + prototype) * outputs), size_t(outputs));
  }
};

/// T[s][p][m] = sum over l of centroid[s][p][l] * weights[s * length + l][m]. `weights` is [columns][outputs], in the
/// unit of the outputs per step of the codes.
Tables makeTables(const CodebookDesign &design, std::span<const double> weights, int64_t columns, int64_t outputs);

/// What tables are fitted to: positions [space][row] of calibration rows, and the outputs [row][output] that these
/// should have.
struct FitData {
  std::vector<std::vector<uint16_t>> positions;
  std::vector<float> targets;
  int64_t rows = 0;

  /// Rows `first` to `first + count - 1` alone.
  FitData slice(int64_t first, int64_t count, int64_t outputs) const;
};

/// targets - sum over s of T[s][position], [row][output].
std::vector<float> getResidual(const FitData &data, const Tables &tables);
/// Sum of squares of the residual, divided by that of the targets (0 where all is 0).
double getRelativeError(const FitData &data, const Tables &tables);

/// Minimises ||Y - G T||^2 + ridge * ||T - T0||^2 over the tables, G the one-hot matrix of the positions and T0 the
/// given tables: the regression of MADDNESS (Blalock, Guttag 2021). Solved one sub-space after the other: G of one
/// sub-space has orthogonal columns, so that each step is exact and closed, and the sequence converges to the solution
/// of the normal equations (Gauss-Seidel on a positive definite system). Stops after `sweeps`, or where a sweep gains
/// less than `gain` of the objective.
Tables refitTables(const FitData &data, const Tables &tables, double ridge, int sweeps = 30, double gain = 1e-4);

/// The ridge of `candidates` with which tables fitted to the first four fifths of the rows have the least error on the
/// others. Nothing where no fit is better there than the given tables, or there are fewer than 5 rows.
std::optional<double> chooseRidge(const FitData &data, const Tables &tables, std::span<const double> candidates);

/// Integer tables: T[s][p][m] ~ scale[m] * values[s][p][m], and the sum of what they were centred by, bias[m].
struct IntegerTables {
  std::vector<int32_t> values;
  std::vector<double> scale, bias; ///< one per output
};

/// Tables of `bits` (2 to 16) bits, from -2^(bits-1) to 2^(bits-1) - 1. The entries of a sub-space and output are
/// centred: the middle of their range goes into the bias, and the scale is the largest half range, of each output or
/// (`perLayer`) of all, by 2^(bits-1) - 1. With `data`, sub-spaces are rounded in order, each after it has taken over,
/// in the sense of refitTables with `ridge`, what the rounding of those before left; else each entry is rounded half
/// away from zero.
IntegerTables quantizeTables(const Tables &tables, int bits, bool perLayer, const FitData *data = nullptr,
                             double ridge = 0);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_TABLES_H
