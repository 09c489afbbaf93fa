//===- GroupSweep.h - N of m weights, group by group ------------*- C++ -*-===//
//
// SparseGPT (Frantar and Alistarh 2023): the columns are gone through once, from group to group. Which weights of a
// group stay is decided when the sweep reaches it, by what they are worth then: earlier groups have moved their errors
// to later ones. Within the group the choice is made by exact removals and swaps, given that all later columns are
// free.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS_GROUPSWEEP_H
#define QCOMPILE_PASSES_PRUNEWEIGHTS_GROUPSWEEP_H

#include "passes/compression/Matrix.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile::compression {

/// At most `n` weights other than zero in each group of `m` consecutive columns, 1 <= n < m. The last group of a row
/// may be shorter; it keeps at most n, too.
struct GroupPattern {
  int64_t n = 2, m = 4;
};

struct SweptWeights {
  Matrix weights;
  Mask pruned;
};

/// `target` [rows, K], `moments` [K, K] positive definite (dampen), `excluded`: weights that are zero in any case.
/// `fix(row, column, value)` gives the number that a kept weight takes, near `value`. `forRows(n, f)` calls f(0) to f(n
/// - 1), in any order. Takes K³ / 3 + rows K² operations, and those of the choices.
using ForRows = llvm::function_ref<void(int64_t, llvm::function_ref<void(int64_t)>)>;
SweptWeights sweepGroups(const Matrix &target, const Matrix &moments, GroupPattern pattern, const Mask &excluded,
                         llvm::function_ref<double(int64_t, int64_t, double)> fix, ForRows forRows);

/// True but for the n weights of largest magnitude of every group that `excluded` leaves; of equal ones the first stay.
Mask pruneSmallestInGroups(const Matrix &weights, GroupPattern pattern, const Mask &excluded);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS_GROUPSWEEP_H
