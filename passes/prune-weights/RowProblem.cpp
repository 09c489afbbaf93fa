//===- RowProblem.cpp - The best weights of one output --------------------===//
#include "passes/prune-weights/RowProblem.h"

#include <algorithm>
#include <limits>

namespace qcompile::compression {
namespace {

std::vector<int64_t> listColumns(const std::vector<bool> &kept, bool wanted) {
  std::vector<int64_t> columns;
  for (int64_t j = 0; j < int64_t(kept.size()); ++j)
    if (kept[j] == wanted)
      columns.push_back(j);
  return columns;
}

} // namespace

RowProblem::RowProblem(const Matrix &moments, const Row &target, const std::vector<bool> &kept) : kept(kept) {
  const int64_t k = moments.rows();
  std::vector<int64_t> inside = listColumns(kept, true), outside = listColumns(kept, false);
  const Row right = target * moments;

  // The matrix of the normal equations with the right side as its last row and column, then all columns of S swept at
  // once.
  outside.push_back(k);
  auto full = [&](int64_t i, int64_t j) {
    return i < k ? (j < k ? moments(i, j) : right[i]) : j < k ? right[j] : right.dot(target);
  };
  const int64_t s = int64_t(inside.size()), n = int64_t(outside.size());
  Eigen::MatrixXd hss(s, s), hsn(s, n), hnn(n, n);
  for (int64_t i = 0; i < s; ++i) {
    for (int64_t j = 0; j < s; ++j)
      hss(i, j) = full(inside[i], inside[j]);
    for (int64_t j = 0; j < n; ++j)
      hsn(i, j) = full(inside[i], outside[j]);
  }
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      hnn(i, j) = full(outside[i], outside[j]);

  Eigen::LLT<Eigen::MatrixXd> llt(hss);
  const Eigen::MatrixXd inverse = llt.solve(Eigen::MatrixXd::Identity(s, s)), solved = inverse * hsn;
  hnn -= hsn.transpose() * solved;
  table.resize(k + 1, k + 1);
  for (int64_t i = 0; i < s; ++i) {
    for (int64_t j = 0; j < s; ++j)
      table(inside[i], inside[j]) = -inverse(i, j);
    for (int64_t j = 0; j < n; ++j)
      table(inside[i], outside[j]) = table(outside[j], inside[i]) = solved(i, j);
  }
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      table(outside[i], outside[j]) = hnn(i, j);
}

RowProblem RowProblem::keepAll(const Matrix &inverse, const Row &target) {
  const int64_t k = inverse.rows();
  RowProblem problem;
  problem.kept.assign(k, true);
  problem.table.resize(k + 1, k + 1);
  problem.table.topLeftCorner(k, k) = -inverse;
  problem.table.row(k).head(k) = target;
  problem.table.col(k).head(k) = target.transpose();
  problem.table(k, k) = 0;
  return problem;
}

RowProblem::Row RowProblem::weights() const {
  Row w = Row::Zero(size());
  for (int64_t j = 0; j < size(); ++j)
    if (kept[j])
      w[j] = table(size(), j);
  return w;
}

double RowProblem::getLossOfRemoving(int64_t column) const {
  const double v = table(size(), column);
  return v * v / -table(column, column);
}

double RowProblem::getLossOfRemoving(int64_t begin, int64_t count) const {
  if (count == 1)
    return getLossOfRemoving(begin);
  const Eigen::MatrixXd p = -table.block(begin, begin, count, count);
  const Eigen::VectorXd v = table.row(size()).segment(begin, count);
  return v.dot(p.llt().solve(v));
}

double RowProblem::getGainOfSwap(int64_t removed, int64_t added) const {
  const int64_t last = size();
  const double p = -table(removed, removed), v = table(last, removed);
  // What is left of `added` once `removed` is out, and then in.
  const double u = table(removed, added);
  const double residual = table(last, added) + u * v / p;
  const double spread = table(added, added) + u * u / p;
  return residual * residual / spread - v * v / p;
}

void RowProblem::pivot(int64_t column, double sign) {
  const double pivot = table(column, column);
  const Row row = table.row(column);
  // table -= rowᵀ row / pivot, one row after the other in memory.
  for (int64_t i = 0; i < table.rows(); ++i)
    table.row(i) -= (row[i] / pivot) * row;
  table.row(column) = row * (sign / pivot);
  table.col(column) = table.row(column).transpose();
  table(column, column) = -1 / pivot;
}

void RowProblem::remove(int64_t column) {
  pivot(column, -1);
  kept[column] = false;
}

void RowProblem::add(int64_t column) {
  pivot(column, 1);
  kept[column] = true;
}

RowProblem::Row fitKept(const Matrix &moments, const RowProblem::Row &target, const std::vector<bool> &kept) {
  const std::vector<int64_t> inside = listColumns(kept, true);
  RowProblem::Row weights = RowProblem::Row::Zero(target.size());
  if (inside.empty())
    return weights;
  const Eigen::MatrixXd hss = moments(inside, inside);
  const Eigen::VectorXd right = (target * moments)(inside).transpose();
  const Eigen::VectorXd solution = hss.llt().solve(right);
  for (size_t i = 0; i < inside.size(); ++i)
    weights[inside[i]] = solution[int64_t(i)];
  return weights;
}

std::vector<Removal> removeCheapest(RowProblem &problem, int64_t unit, int64_t keep) {
  const int64_t k = problem.size(), units = (k + unit - 1) / unit;
  auto length = [&](int64_t u) { return std::min(unit, k - u * unit); };
  std::vector<int64_t> left;
  for (int64_t u = 0; u < units; ++u)
    if (problem.isKept(u * unit))
      left.push_back(u);
  std::vector<Removal> removed;
  while (int64_t(left.size()) > keep) {
    size_t best = 0;
    double cost = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < left.size(); ++i)
      if (double c = problem.getLossOfRemoving(left[i] * unit, length(left[i])); c < cost)
        cost = c, best = i;
    for (int64_t j = 0; j < length(left[best]); ++j)
      problem.remove(left[best] * unit + j);
    removed.push_back({left[best], cost});
    left.erase(left.begin() + int64_t(best));
  }
  return removed;
}

int64_t searchSwaps(RowProblem &problem, int64_t group, const std::vector<bool> &excluded) {
  const int64_t k = problem.size(), most = 4 * k; // a bound: each swap lowers the loss, but by little at the end
  for (int64_t swaps = 0;; ++swaps) {
    double best = 1e-6 * problem.loss();
    int64_t out = -1, in = -1;
    for (int64_t begin = 0; begin < k; begin += group)
      for (int64_t i = begin, end = std::min(begin + group, k); i < end; ++i)
        for (int64_t j = begin; problem.isKept(i) && j < end; ++j)
          if (!problem.isKept(j) && (excluded.empty() || !excluded[j]))
            if (double gain = problem.getGainOfSwap(i, j); gain > best)
              best = gain, out = i, in = j;
    if (out < 0 || swaps == most)
      return swaps;
    problem.remove(out);
    problem.add(in);
  }
}

} // namespace qcompile::compression
