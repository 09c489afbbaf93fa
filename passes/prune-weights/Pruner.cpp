//===- Pruner.cpp - Which weights of a layer stay, and their values -------===//
#include "passes/prune-weights/Pruner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

#include "passes/compression/SecondOrder.h"
#include "passes/prune-weights/RowProblem.h"

namespace qcompile::compression {
namespace {

std::vector<bool> getKept(const Mask &pruned, int64_t row) {
  std::vector<bool> kept(pruned.cols());
  for (int64_t j = 0; j < pruned.cols(); ++j)
    kept[j] = !pruned(row, j);
  return kept;
}

double roundTo(const WeightGrid *grid, int64_t row, double value) { return grid ? grid->round(value, row) : value; }

bool canSearch(const PruneProblem &problem) {
  return double(problem.target.rows()) * std::pow(double(problem.target.cols()), 3) <= problem.searchLimit;
}

bool canFit(const PruneProblem &problem, const Mask &pruned) {
  double work = 0;
  for (int64_t row = 0; row < pruned.rows(); ++row)
    work += std::pow(double(pruned.cols() - pruned.row(row).count()), 3) / 3;
  return work <= problem.fitLimit;
}

/// Rounds the kept weights of a row to the grid: each error goes to those that are not rounded yet; then every weight
/// by itself moves to the best value given all others, as long as that helps.
void roundRow(const PruneProblem &problem, int64_t row, const std::vector<bool> &kept, RowProblem::Row &weights) {
  std::vector<int64_t> inside;
  for (int64_t j = 0; j < weights.size(); ++j)
    if (kept[j])
      inside.push_back(j);
  if (inside.empty())
    return;
  const Matrix h = problem.momentsOf(row)(inside, inside);
  const Matrix optimum = weights(inside);
  Matrix rounded = roundWithCorrection(optimum, h, 0,
                                       [&](int64_t, int64_t, double value) { return problem.grid->round(value, row); });
  RowProblem::Row gradient = (rounded - optimum) * h;
  for (int cycle = 0, moved = 1; cycle < 16 && moved; ++cycle) {
    moved = 0;
    for (int64_t j = 0; j < rounded.cols(); ++j) {
      const double best = problem.grid->round(rounded(0, j) - gradient[j] / h(j, j), row);
      const double step = best - rounded(0, j);
      // The loss changes by 2 step gradient + step² h; a tie does not move.
      if (step == 0 || step * (2 * gradient[j] + step * h(j, j)) >= 0)
        continue;
      rounded(0, j) = best;
      gradient += step * h.row(j);
      moved = 1;
    }
  }
  for (size_t i = 0; i < inside.size(); ++i)
    weights[inside[i]] = rounded(0, int64_t(i));
}

/// The optimum of every row for the weights that stay.
Matrix fitRows(const PruneProblem &problem, const Mask &pruned) {
  Matrix weights(problem.target.rows(), problem.target.cols());
  problem.forRows(weights.rows(), [&](int64_t row) {
    const std::vector<bool> kept = getKept(pruned, row);
    RowProblem::Row best = fitKept(problem.momentsOf(row), problem.target.row(row), kept);
    if (problem.grid)
      roundRow(problem, row, kept, best);
    weights.row(row) = best;
  });
  return weights;
}

/// Weights for a mask without the optimum: as they are, or by one sweep over the columns where there are moments.
Matrix sweepMask(const PruneProblem &problem, const Mask &pruned) {
  const int64_t groups = std::max<int64_t>(1, int64_t(problem.moments.size()));
  const int64_t rows = problem.target.rows() / groups;
  Matrix weights(problem.target.rows(), problem.target.cols());
  for (int64_t g = 0; g < groups; ++g) {
    auto choose = [&](int64_t row, int64_t column, double value) {
      row += g * rows;
      return pruned(row, column) ? 0 : roundTo(problem.grid, row, value);
    };
    if (!problem.moments.empty())
      weights.middleRows(g * rows, rows) =
          roundWithCorrection(problem.target.middleRows(g * rows, rows), problem.moments[g], 0, choose);
    else
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t j = 0; j < weights.cols(); ++j)
          weights(g * rows + row, j) = choose(row, j, problem.target(g * rows + row, j));
  }
  return weights;
}

Matrix makeWeights(const PruneProblem &problem, const Mask &pruned) {
  return !problem.moments.empty() && canFit(problem, pruned) ? fitRows(problem, pruned) : sweepMask(problem, pruned);
}

/// Improves the choice in every row by swaps within groups of columns.
int64_t improve(const PruneProblem &problem, int64_t group, Mask &pruned) {
  std::vector<int64_t> swaps(pruned.rows(), 0);
  problem.forRows(pruned.rows(), [&](int64_t row) {
    std::vector<bool> out(pruned.cols());
    for (int64_t j = 0; j < pruned.cols(); ++j)
      out[j] = problem.excluded(row, j);
    RowProblem search(problem.momentsOf(row), problem.target.row(row), getKept(pruned, row));
    swaps[row] = searchSwaps(search, group, out);
    for (int64_t j = 0; j < pruned.cols(); ++j)
      pruned(row, j) = !search.isKept(j);
  });
  return std::accumulate(swaps.begin(), swaps.end(), int64_t(0));
}

} // namespace

PrunedWeights pruneToPattern(const PruneProblem &problem, GroupPattern pattern) {
  PrunedWeights out;
  if (problem.moments.empty()) {
    out.weights = sweepMask(problem, pruneSmallestInGroups(problem.target, pattern, problem.excluded));
    return out;
  }
  const int64_t groups = int64_t(problem.moments.size()), rows = problem.target.rows() / groups;
  Mask pruned(problem.target.rows(), problem.target.cols());
  out.weights.resize(pruned.rows(), pruned.cols());
  for (int64_t g = 0; g < groups; ++g) {
    SweptWeights swept = sweepGroups(
        problem.target.middleRows(g * rows, rows), problem.moments[g], pattern,
        problem.excluded.middleRows(g * rows, rows),
        [&](int64_t row, int64_t, double value) { return roundTo(problem.grid, g * rows + row, value); },
        problem.forRows);
    out.weights.middleRows(g * rows, rows) = swept.weights;
    pruned.middleRows(g * rows, rows) = swept.pruned;
  }
  if (canSearch(problem))
    out.swaps = improve(problem, pattern.m, pruned);
  if (canFit(problem, pruned))
    out.weights = fitRows(problem, pruned);
  return out;
}

//===----------------------------------------------------------------------===//
// A number of units in the whole layer
//===----------------------------------------------------------------------===//

namespace {

/// Removes the units of smallest worth; of equal ones the later ones.
Mask pruneByWorth(const Matrix &worth, int64_t unit, int64_t keep, const Mask &excluded) {
  const int64_t perRow = (worth.cols() + unit - 1) / unit;
  std::vector<double> sums(worth.rows() * perRow, 0);
  for (int64_t row = 0; row < worth.rows(); ++row)
    for (int64_t j = 0; j < worth.cols(); ++j)
      sums[row * perRow + j / unit] += excluded(row, j) ? 0 : worth(row, j);
  std::vector<int64_t> order(sums.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return sums[a] > sums[b]; });
  Mask pruned = Mask::Constant(worth.rows(), worth.cols(), true);
  for (int64_t i = 0; i < std::min(keep, int64_t(order.size())); ++i)
    for (int64_t row = order[i] / perRow, j = order[i] % perRow * unit, end = std::min(j + unit, int64_t(worth.cols()));
         j < end; ++j)
      pruned(row, j) = excluded(row, j);
  return pruned;
}

/// Optimal brain surgeon on every output by itself, down to nothing; then as much of every output's sequence as the
/// layer's count asks for, the cheapest next removal first (Frantar and Alistarh 2022).
Mask pruneBySurgeon(const PruneProblem &problem, int64_t unit, int64_t keep) {
  const int64_t rows = problem.target.rows(), k = problem.target.cols();
  std::vector<Matrix> inverses;
  for (const Matrix &moments : problem.moments)
    inverses.push_back(moments.llt().solve(Matrix::Identity(k, k)));
  Mask pruned = problem.excluded;
  if (unit > 1) // units are removed whole, whatever is excluded of them
    pruned.setConstant(false);
  std::vector<std::vector<Removal>> sequences(rows);
  problem.forRows(rows, [&](int64_t row) {
    const bool all = !pruned.row(row).any();
    RowProblem search =
        all ? RowProblem::keepAll(inverses[row / (rows / int64_t(inverses.size()))], problem.target.row(row))
            : RowProblem(problem.momentsOf(row), problem.target.row(row), getKept(pruned, row));
    sequences[row] = removeCheapest(search, unit, 0);
  });

  using Next = std::pair<double, int64_t>; // cost, row: of equal costs the first row
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  std::vector<size_t> taken(rows, 0);
  int64_t left = 0;
  auto offer = [&](int64_t row) {
    if (taken[row] < sequences[row].size())
      next.push({sequences[row][taken[row]].cost, row});
  };
  for (int64_t row = 0; row < rows; ++row) {
    left += int64_t(sequences[row].size());
    offer(row);
  }
  for (; left > keep; --left) {
    const int64_t row = next.top().second, begin = sequences[row][taken[row]++].unit * unit;
    next.pop();
    for (int64_t j = begin; j < std::min(begin + unit, k); ++j)
      pruned(row, j) = true;
    offer(row);
  }
  return pruned || problem.excluded;
}

/// w² / [H⁻¹]_jj: what the removal of one weight costs while all others are there.
Matrix getRemovalCosts(const PruneProblem &problem) {
  Matrix cost = problem.target.array().square();
  const int64_t groups = int64_t(problem.moments.size());
  const int64_t rows = groups ? problem.target.rows() / groups : 0;
  for (int64_t g = 0; g < groups; ++g) {
    const Matrix factor = getInverseFactor(problem.moments[g]);
    const Eigen::RowVectorXd diagonal = factor.colwise().squaredNorm();
    cost.middleRows(g * rows, rows).array().rowwise() /= diagonal.array();
  }
  return cost;
}

} // namespace

PrunedWeights pruneToCount(const PruneProblem &problem, int64_t unit, int64_t keep) {
  PrunedWeights out;
  const bool search = !problem.moments.empty() && canSearch(problem);
  Mask pruned = search ? pruneBySurgeon(problem, unit, keep)
                       : pruneByWorth(getRemovalCosts(problem), unit, keep, problem.excluded);
  if (search && unit == 1)
    out.swaps = improve(problem, problem.target.cols(), pruned);
  out.weights = makeWeights(problem, pruned);
  return out;
}

PrunedWeights pruneOutputs(const PruneProblem &problem, int64_t keep) {
  const int64_t rows = problem.target.rows();
  std::vector<double> worth(rows);
  for (int64_t row = 0; row < rows; ++row) {
    const RowProblem::Row w = problem.target.row(row);
    worth[row] = problem.moments.empty() ? w.squaredNorm() : (w * problem.momentsOf(row)).dot(w);
  }
  std::vector<int64_t> order(rows);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return worth[a] > worth[b]; });
  Mask pruned = problem.excluded;
  for (int64_t i = keep; i < rows; ++i)
    pruned.row(order[i]).setConstant(true);
  PrunedWeights out;
  out.weights = makeWeights(problem, pruned);
  return out;
}

} // namespace qcompile::compression
