//===- SecondOrder.cpp - Weights that make up for each other --------------===//
#include "passes/compression/SecondOrder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "passes/compression/Factorization.h"
#include "llvm/Support/Parallel.h"

namespace qcompile::compression {
namespace {

using Columns = Eigen::MatrixXd; // column-major: what Eigen's factorization is fast on

/// Columns whose effect on later ones is added in one product.
constexpr int64_t kBlock = 128;

/// Inverts an upper triangular matrix in place. [A B; 0 C]⁻¹ = [A⁻¹, -A⁻¹ B C⁻¹; 0, C⁻¹].
void invertUpper(Eigen::Ref<Columns> r) {
  const Eigen::Index n = r.rows(), half = n / 2;
  if (n <= 32) {
    Columns inverse = Columns::Identity(n, n);
    r.triangularView<Eigen::Upper>().solveInPlace(inverse);
    r = inverse;
    return;
  }
  invertUpper(r.topLeftCorner(half, half));
  invertUpper(r.bottomRightCorner(n - half, n - half));
  Columns left = r.topLeftCorner(half, half).triangularView<Eigen::Upper>() * r.topRightCorner(half, n - half);
  r.topRightCorner(half, n - half).noalias() =
      -(left * r.bottomRightCorner(n - half, n - half).triangularView<Eigen::Upper>());
}

/// Rows are independent of each other: parts of them, on all threads.
void forRows(int64_t rows, llvm::function_ref<void(int64_t, int64_t)> body) {
  constexpr int64_t kPart = 64;
  llvm::parallelFor(0, (rows + kPart - 1) / kPart, [&](size_t part) {
    const int64_t begin = int64_t(part) * kPart;
    body(begin, std::min(kPart, rows - begin));
  });
}

/// Moves the weights of a row one after the other, as long as that helps.
void descend(const Matrix &h, int64_t row, CorrectedRounding::Choice choose, int sweeps, Descent &descent) {
  auto values = descent.values.row(row), slope = descent.slope.row(row);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    bool changed = false;
    for (int64_t j = 0; j < values.size(); ++j) {
      const double best = values(j) + slope(j) / h(j, j);
      if (!std::isfinite(best))
        continue;
      const double chosen = choose(row, j, best), step = chosen - values(j);
      // The error changes by -2 step slope + step² H_jj.
      if (step == 0 || !(step * (step * h(j, j) - 2 * slope(j)) < 0))
        continue;
      slope -= step * h.row(j);
      values(j) = chosen;
      changed = true;
    }
    if (!changed)
      break;
  }
}

Columns getFactor(const Matrix &moments) {
  const Eigen::Index n = moments.rows();
  if (n == 0)
    return {};
  const double mean = moments.diagonal().cwiseAbs().mean();
  if (!moments.allFinite() || !std::isfinite(mean))
    return Columns::Identity(n, n);
  const double unit = mean > 0 ? mean : 1;
  // A sum of products has rounding errors of about 1e-16 of the diagonal per term; each step forgives a hundred times
  // more.
  for (double extra : {0.0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2}) {
    Columns reversed = moments.reverse();
    reversed.diagonal().array() += extra * unit;
    if (!factorize(reversed))
      continue;
    Columns r = reversed.reverse();
    r.triangularView<Eigen::StrictlyLower>().setZero();
    return r;
  }
  // Indefinite: no matrix of moments. Its diagonal alone is still a sensible weight.
  return moments.diagonal().cwiseAbs().cwiseMax(1e-2 * unit).cwiseSqrt().asDiagonal();
}

} // namespace

Matrix getReversedFactor(const Matrix &moments) { return getFactor(moments); }

Matrix getInverseFactor(Matrix moments) {
  Columns r = getFactor(moments);
  invertUpper(r);
  return r;
}

CorrectedRounding::CorrectedRounding(const Matrix &moments, double damping, llvm::ArrayRef<int64_t> order)
    : sequence(order.begin(), order.end()) {
  if (sequence.empty()) {
    sequence.resize(moments.rows());
    std::iota(sequence.begin(), sequence.end(), 0);
  }
  Matrix damped = moments(sequence, sequence);
  added = dampen(damped, damping);
  factor = getFactor(damped);
}

Matrix CorrectedRounding::round(const Matrix &target, Choice choose, Vector *errors) const {
  Matrix result(target.rows(), target.cols());
  Vector sums = Vector::Zero(target.rows());
  forRows(target.rows(), [&](int64_t begin, int64_t count) {
    Matrix rounded =
        roundRows(target.middleRows(begin, count), sums.segment(begin, count),
                  [&](int64_t row, int64_t column, double value) { return choose(begin + row, column, value); });
    result.middleRows(begin, count) = rounded;
  });
  if (errors)
    *errors = sums.cwiseMax(0);
  return result;
}

Matrix CorrectedRounding::roundRows(const Matrix &target, Eigen::Ref<Vector> errors, Choice choose) const {
  const int64_t rows = target.rows(), columns = target.cols();
  // Everything below is in the order of processing, one column after the other in memory.
  const Columns w = target(Eigen::all, sequence);
  Columns difference = Columns::Zero(rows, columns), chosen(rows, columns);
  for (int64_t begin = 0; begin < columns; begin += kBlock) {
    const int64_t width = std::min(kBlock, columns - begin);
    // What the columns before the block left for it to take over.
    Columns owed = difference.leftCols(begin) * factor.block(0, begin, begin, width);
    for (int64_t j = begin; j < begin + width; ++j) {
      const double diagonal = factor(j, j);
      auto debt = owed.col(j - begin);
      debt.noalias() += difference.middleCols(begin, j - begin) * factor.block(begin, j, j - begin, 1);
      for (int64_t row = 0; row < rows; ++row) {
        const double value = w(row, j) + debt(row) / diagonal;
        chosen(row, j) = choose(row, sequence[j], value);
        difference(row, j) = w(row, j) - chosen(row, j);
      }
      // D H Dᵀ is the squared length of D R, whose column j is complete now.
      errors += (debt + diagonal * difference.col(j)).cwiseAbs2();
    }
  }
  errors -= added * difference.rowwise().squaredNorm();
  Matrix result(rows, columns);
  for (int64_t j = 0; j < columns; ++j)
    result.col(sequence[j]) = chosen.col(j);
  return result;
}

Matrix roundWithCorrection(const Matrix &target, const Matrix &moments, double damping,
                           CorrectedRounding::Choice choose, llvm::ArrayRef<int64_t> order) {
  return CorrectedRounding(moments, damping, order).round(target, choose);
}

Descent lowerByDescent(const Matrix &target, const Matrix &damped, const Matrix &values,
                       CorrectedRounding::Choice choose, int sweeps) {
  Descent out{values, getProduct(target - values, damped)};
  forRows(target.rows(), [&](int64_t begin, int64_t count) {
    for (int64_t row = begin; row < begin + count; ++row)
      descend(damped, row, choose, sweeps, out);
  });
  return out;
}

std::vector<int64_t> getOrderByMoment(const Matrix &moments) {
  std::vector<int64_t> order(moments.rows());
  std::iota(order.begin(), order.end(), 0);
  auto weight = [&](int64_t i) { return std::isfinite(moments(i, i)) ? moments(i, i) : 0; };
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
  return order;
}

} // namespace qcompile::compression
