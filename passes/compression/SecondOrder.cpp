//===- SecondOrder.cpp - Weights that make up for each other --------------===//
#include "passes/compression/SecondOrder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "passes/compression/Factorization.h"

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
  Columns left = r.topLeftCorner(half, half).triangularView<Eigen::Upper>() *
                 r.topRightCorner(half, n - half);
  r.topRightCorner(half, n - half).noalias() =
      -(left * r.bottomRightCorner(n - half, n - half).triangularView<Eigen::Upper>());
}

Columns getFactor(const Matrix &moments) {
  const Eigen::Index n = moments.rows();
  if (n == 0)
    return {};
  const double mean = moments.diagonal().cwiseAbs().mean();
  if (!moments.allFinite() || !std::isfinite(mean))
    return Columns::Identity(n, n);
  const double unit = mean > 0 ? mean : 1;
  // A sum of products has rounding errors of about 1e-16 of the diagonal per term; each step forgives a hundred times more.
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

Matrix roundWithCorrection(const Matrix &target, const Matrix &moments, double damping,
                           llvm::function_ref<double(int64_t, int64_t, double)> choose,
                           llvm::ArrayRef<int64_t> order) {
  const int64_t rows = target.rows(), columns = target.cols();
  std::vector<int64_t> sequence(order.begin(), order.end());
  if (sequence.empty()) {
    sequence.resize(columns);
    std::iota(sequence.begin(), sequence.end(), 0);
  }
  Matrix damped = moments(sequence, sequence);
  dampen(damped, damping);
  const Columns r = getFactor(damped);

  // Everything below is in the order of processing, one column after the other in memory.
  const Columns w = target(Eigen::all, sequence);
  Columns difference = Columns::Zero(rows, columns), chosen(rows, columns);
  for (int64_t begin = 0; begin < columns; begin += kBlock) {
    const int64_t width = std::min(kBlock, columns - begin);
    // What the columns before the block left for it to take over.
    Columns owed = difference.leftCols(begin) * r.block(0, begin, begin, width);
    for (int64_t j = begin; j < begin + width; ++j) {
      auto debt = owed.col(j - begin);
      debt.noalias() += difference.middleCols(begin, j - begin) * r.block(begin, j, j - begin, 1);
      for (int64_t row = 0; row < rows; ++row) {
        const double value = w(row, j) + debt(row) / r(j, j);
        chosen(row, j) = choose(row, sequence[j], value);
        difference(row, j) = w(row, j) - chosen(row, j);
      }
    }
  }
  Matrix result(rows, columns);
  for (int64_t j = 0; j < columns; ++j)
    result.col(sequence[j]) = chosen.col(j);
  return result;
}

Matrix lowerByDescent(const Matrix &target, const Matrix &moments, double damping, Matrix values,
                      llvm::function_ref<double(int64_t, int64_t, double)> choose, int sweeps) {
  Matrix h = moments;
  dampen(h, damping);
  // Half of what the error falls by per unit of each weight.
  Matrix slope = (target - values) * h;
  for (int64_t row = 0; row < values.rows(); ++row) {
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      bool changed = false;
      for (int64_t j = 0; j < values.cols(); ++j) {
        const double best = values(row, j) + slope(row, j) / h(j, j);
        if (!std::isfinite(best))
          continue;
        const double chosen = choose(row, j, best), step = chosen - values(row, j);
        // The error changes by -2 step slope + step² H_jj.
        if (step == 0 || !(step * (step * h(j, j) - 2 * slope(row, j)) < 0))
          continue;
        slope.row(row) -= step * h.row(j);
        values(row, j) = chosen;
        changed = true;
      }
      if (!changed)
        break;
    }
  }
  return values;
}

std::vector<int64_t> getOrderByMoment(const Matrix &moments) {
  std::vector<int64_t> order(moments.rows());
  std::iota(order.begin(), order.end(), 0);
  auto weight = [&](int64_t i) { return std::isfinite(moments(i, i)) ? moments(i, i) : 0; };
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return weight(a) != weight(b) ? weight(a) > weight(b) : a < b;
  });
  return order;
}

} // namespace qcompile::compression
