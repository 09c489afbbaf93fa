//===- PruneTesting.h - Random layers and the best by brute force *- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_PASSES_PRUNETESTING_H
#define QCOMPILE_TESTS_UNIT_PASSES_PRUNETESTING_H

#include <algorithm>
#include <random>
#include <vector>

#include "passes/prune-weights/RowProblem.h"
#include "tests/unit/passes/RandomMatrices.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "gtest/gtest.h"

namespace qcompile::compression {

using Row = RowProblem::Row;

inline Matrix drawDampedMoments(std::mt19937 &random, int64_t k) {
  Matrix h = drawMoments(random, k);
  dampen(h, 0.01);
  return h;
}

inline double getLoss(const Matrix &h, const Row &target, const Row &w) { return ((w - target) * h).dot(w - target); }

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
