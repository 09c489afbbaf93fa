//===- RowProblem.h - The best weights of one output, for a set that is kept *- C++ -*-===//
//
// For the weights t of one output, the second moments H of its inputs and a set S of columns: the minimum of
// (w - t) H (w - t)ᵀ over all w that are zero outside of S. Optimal brain surgeon (Hassibi and Stork 1993) in the form
// of the sweep operator: everything that says what a column's removal costs or its return gains is in one table.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS_ROWPROBLEM_H
#define QCOMPILE_PASSES_PRUNEWEIGHTS_ROWPROBLEM_H

#include <cstdint>
#include <optional>
#include <vector>

#include "passes/compression/Matrix.h"

namespace qcompile::compression {

class RowProblem {
public:
  using Row = Eigen::RowVectorXd;

  /// `moments` [K, K] are positive definite (dampen). `kept` has K elements. Takes K² |S| operations.
  RowProblem(const Matrix &moments, const Row &target, const std::vector<bool> &kept);
  /// All columns are kept; `inverse` is that of the moments.
  static RowProblem keepAll(const Matrix &inverse, const Row &target);

  int64_t size() const { return int64_t(kept.size()); }
  bool isKept(int64_t column) const { return kept[column]; }
  /// The minimum.
  double loss() const { return table(size(), size()); }
  /// Where it is taken. [K]
  Row weights() const;

  /// What the minimum rises by without these kept columns.
  double getLossOfRemoving(int64_t column) const;
  double getLossOfRemoving(int64_t begin, int64_t count) const;
  /// What the minimum falls by with `added` in place of `removed`; negative where it rises.
  double getGainOfSwap(int64_t removed, int64_t added) const;

  /// K² operations each.
  void remove(int64_t column);
  void add(int64_t column);

private:
  RowProblem() = default;
  void pivot(int64_t column, double sign);

  std::vector<bool> kept;
  /// With S the kept columns, N the others, P = inverse of H_SS, v the weights and r = t H - v H:
  /// [S, S] -P, [N, S] H_NS P, [N, N] H_NN - H_NS P H_SN; the last row and column v on S, r on N, and the loss at their
  /// end.
  Matrix table;
};

/// Weights of an output where `kept` columns are free: t H_S (H_SS)⁻¹. Takes |S|³ / 3 operations. [K]
RowProblem::Row fitKept(const Matrix &moments, const RowProblem::Row &target, const std::vector<bool> &kept);

/// Removes the units (runs of `unit` columns from a multiple of `unit` on, the last one may be shorter) that cost
/// least, one after the other, until `keep` of them are left. Returns what was removed in that order, each with what it
/// cost. Of equal ones the first is removed.
struct Removal {
  int64_t unit;
  double cost;
};
std::vector<Removal> removeCheapest(RowProblem &problem, int64_t unit, int64_t keep);

/// As long as the swap of a kept column with another one of its group (`group` columns from a multiple of it on) lowers
/// the loss, does the one that lowers it most. Columns of `excluded` (empty: none) stay out. Returns the number of
/// swaps.
int64_t searchSwaps(RowProblem &problem, int64_t group, const std::vector<bool> &excluded);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS_ROWPROBLEM_H
