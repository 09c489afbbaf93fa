//===- PruneTesting.h - Random layers and the best by brute force *- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_PASSES_PRUNETESTING_H
#define QCOMPILE_TESTS_UNIT_PASSES_PRUNETESTING_H

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "passes/prune-weights/RowProblem.h"

namespace qcompile::compression {

using Row = RowProblem::Row;

/// Uniform in [-1, 1), from the raw generator: library distributions differ between implementations.
inline double draw(std::mt19937 &random) { return double(random() >> 5) / (1u << 26) - 1; }

inline Matrix drawMatrix(std::mt19937 &random, int64_t rows, int64_t columns) {
  Matrix m(rows, columns);
  for (int64_t i = 0; i < m.size(); ++i)
    m.data()[i] = draw(random);
  return m;
}

/// Damped moments of correlated inputs.
inline Matrix drawMoments(std::mt19937 &random, int64_t k) {
  Matrix x = drawMatrix(random, 3 * k + 5, k) * drawMatrix(random, k, k);
  Matrix h = x.transpose() * x / double(x.rows());
  dampen(h, 0.01);
  return h;
}

inline double getLoss(const Matrix &h, const Row &target, const Row &w) {
  return ((w - target) * h).dot(w - target);
}

/// The minimum over the weights that `kept` leaves free, from the normal equations by another factorization.
inline Row fitByDefinition(const Matrix &h, const Row &target, const std::vector<bool> &kept) {
  std::vector<int64_t> inside;
  for (size_t j = 0; j < kept.size(); ++j)
    if (kept[j])
      inside.push_back(int64_t(j));
  Row w = Row::Zero(target.size());
  if (inside.empty())
    return w;
  Eigen::VectorXd right = (target * h)(inside).transpose();
  Eigen::VectorXd solution = Eigen::MatrixXd(h(inside, inside)).fullPivLu().solve(right);
  for (size_t i = 0; i < inside.size(); ++i)
    w[inside[i]] = solution[int64_t(i)];
  return w;
}

inline double getLeastLoss(const Matrix &h, const Row &target, const std::vector<bool> &kept) {
  return getLoss(h, target, fitByDefinition(h, target, kept));
}

/// One after the other, without threads.
inline void forRowsInOrder(int64_t count, llvm::function_ref<void(int64_t)> body) {
  for (int64_t i = 0; i < count; ++i)
    body(i);
}

} // namespace qcompile::compression

#endif // QCOMPILE_TESTS_UNIT_PASSES_PRUNETESTING_H
