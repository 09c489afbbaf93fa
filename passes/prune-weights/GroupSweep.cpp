//===- GroupSweep.cpp - N of m weights, group by group --------------------===//
#include "passes/prune-weights/GroupSweep.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "passes/compression/SecondOrder.h"
#include "passes/prune-weights/RowProblem.h"

namespace qcompile::compression {
namespace {

/// Columns whose effect on later ones is added in one product.
constexpr int64_t kBlock = 128;

/// What the sweep holds: with R the reversed factor of the moments and D = target - weights, the optimum of column j
/// given all columns before it is target_j + (D R)_j / R_jj (SecondOrder.h).
struct Sweep {
  const Matrix &target;
  const Matrix factor;
  GroupPattern pattern;
  const Mask &excluded;
  llvm::function_ref<double(int64_t, int64_t, double)> fix;
  Matrix difference, weights;
  Mask pruned;

  /// `owed`: D R of the columns of the group, by the columns before it.
  void fixGroup(int64_t row, int64_t begin, int64_t length, const RowProblem::Row &owed, const Matrix &moments,
                const Matrix &inverse) {
    auto block = factor.block(begin, begin, length, length);
    // The optimum of the whole group while it is free: y R_gg = owed, column by column.
    RowProblem::Row free = owed;
    block.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(free);
    free += target.row(row).segment(begin, length);
    std::vector<bool> kept = choose(row, begin, free, moments, inverse);
    RowProblem::Row debt = owed;
    for (int64_t j = 0; j < length; ++j) {
      const double value = target(row, begin + j) + debt[j] / block(j, j);
      const double chosen = kept[j] ? fix(row, begin + j, value) : 0;
      weights(row, begin + j) = chosen;
      pruned(row, begin + j) = !kept[j];
      difference(row, begin + j) = target(row, begin + j) - chosen;
      debt += difference(row, begin + j) * block.row(j);
    }
  }

  /// Which columns of a group stay. `moments`: those of the group when all later columns make up for it.
  std::vector<bool> choose(int64_t row, int64_t begin, const RowProblem::Row &free, const Matrix &moments,
                           const Matrix &inverse) const {
    const int64_t length = free.size();
    std::vector<bool> out(length), kept(length);
    int64_t allowed = 0;
    for (int64_t j = 0; j < length; ++j) {
      out[j] = excluded(row, begin + j);
      kept[j] = !out[j];
      allowed += kept[j];
    }
    if (allowed <= pattern.n)
      return kept;
    RowProblem problem = allowed == length ? RowProblem::keepAll(inverse, free) : RowProblem(moments, free, kept);
    removeCheapest(problem, 1, pattern.n);
    searchSwaps(problem, length, out);
    for (int64_t j = 0; j < length; ++j)
      kept[j] = problem.isKept(j);
    return kept;
  }
};

} // namespace

SweptWeights sweepGroups(const Matrix &target, const Matrix &moments, GroupPattern pattern, const Mask &excluded,
                         llvm::function_ref<double(int64_t, int64_t, double)> fix, ForRows forRows) {
  const int64_t rows = target.rows(), columns = target.cols();
  Sweep sweep{target,
              getReversedFactor(moments),
              pattern,
              excluded,
              fix,
              Matrix::Zero(rows, columns),
              Matrix::Zero(rows, columns),
              Mask::Constant(rows, columns, false)};
  const int64_t width = std::max(pattern.m, kBlock / pattern.m * pattern.m);
  for (int64_t begin = 0; begin < columns; begin += width) {
    const int64_t end = std::min(begin + width, columns);
    // What the columns before the block left for it to take over.
    const Matrix owed = sweep.difference.leftCols(begin) * sweep.factor.block(0, begin, begin, end - begin);
    std::vector<Matrix> groupMoments, inverses;
    for (int64_t g = begin; g < end; g += pattern.m) {
      const int64_t length = std::min(pattern.m, end - g);
      const Matrix factor = sweep.factor.block(g, g, length, length);
      groupMoments.push_back(factor * factor.transpose());
      inverses.push_back(groupMoments.back().llt().solve(Matrix::Identity(length, length)));
    }
    forRows(rows, [&](int64_t row) {
      for (int64_t g = begin, i = 0; g < end; g += pattern.m, ++i) {
        const int64_t length = std::min(pattern.m, end - g);
        RowProblem::Row debt = owed.row(row).segment(g - begin, length);
        debt += sweep.difference.row(row).segment(begin, g - begin) * sweep.factor.block(begin, g, g - begin, length);
        sweep.fixGroup(row, g, length, debt, groupMoments[i], inverses[i]);
      }
    });
  }
  return {std::move(sweep.weights), std::move(sweep.pruned)};
}

Mask pruneSmallestInGroups(const Matrix &weights, GroupPattern pattern, const Mask &excluded) {
  Mask pruned = Mask::Constant(weights.rows(), weights.cols(), true);
  std::vector<int64_t> order;
  for (int64_t row = 0; row < weights.rows(); ++row)
    for (int64_t begin = 0; begin < weights.cols(); begin += pattern.m) {
      order.clear();
      for (int64_t j = begin; j < std::min(begin + pattern.m, int64_t(weights.cols())); ++j)
        if (!excluded(row, j))
          order.push_back(j);
      std::stable_sort(order.begin(), order.end(),
                       [&](int64_t a, int64_t b) { return std::abs(weights(row, a)) > std::abs(weights(row, b)); });
      for (int64_t i = 0; i < std::min(pattern.n, int64_t(order.size())); ++i)
        pruned(row, order[i]) = false;
    }
  return pruned;
}

} // namespace qcompile::compression
