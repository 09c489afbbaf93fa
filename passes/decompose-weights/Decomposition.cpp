//===- Decomposition.cpp - Coefficients times a small basis ---------------===//
#include "passes/decompose-weights/Decomposition.h"

#include <algorithm>
#include <cmath>

namespace qcompile::decomposition {
namespace {

/// Relative size below which the least squares take a direction for absent (the source's rcond).
constexpr double kCondition = 1e-10;

/// argmin over x of ||a x - b||, the shortest one.
Matrix solveLeastSquares(const Matrix &a, const Matrix &b) {
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver;
  solver.setThreshold(kCondition);
  solver.compute(a);
  return solver.solve(b);
}

/// The exponent of the power of two that is nearest to a positive number.
int getNearestExponent(double value) {
  int exponent;
  const double fraction = std::frexp(value, &exponent); // [0.5, 1)
  return fraction > 0.75 ? exponent : exponent - 1;
}

/// Zeroes what the thresholds take from the coefficients. `unit` is what they are relative to.
void applyThresholds(Matrix &c, const Settings &settings, double unit) {
  for (Eigen::Index v = 0; v < c.rows(); ++v)
    if (c.row(v).cwiseAbs().sum() < settings.vectorThreshold * unit)
      c.row(v).setZero();
  double least = settings.threshold * unit;
  const auto keep = int64_t(std::llround(settings.density * double(c.size())));
  if (keep < c.size()) {
    std::vector<double> sizes(c.data(), c.data() + c.size());
    for (double &size : sizes)
      size = std::abs(size);
    std::sort(sizes.begin(), sizes.end(), std::greater<>());
    // Strictly above the first that has to go: of equal ones all go.
    least = std::max(least, std::nextafter(sizes[keep], INFINITY));
  }
  c = (c.cwiseAbs().array() < least).select(0, c);
}

/// The source's alternation on one block a [m, n]. Coefficients come out as integers.
void decomposeBlock(const Matrix &a, const Settings &settings, Eigen::Ref<Matrix> coefficients,
                    Eigen::Ref<Matrix> basis) {
  const double unit = a.cwiseAbs().maxCoeff();
  coefficients.setZero();
  basis.setZero();
  if (!(unit > 0))
    return;
  Matrix c = a, rounded, previous;
  double least = INFINITY;
  for (int64_t i = 0; i < settings.iterations; ++i) {
    applyThresholds(c, settings, unit);
    const double largest = c.cwiseAbs().maxCoeff();
    if (!(largest > 0) || !std::isfinite(largest))
      return;
    const int high = getNearestExponent(largest), low = high - int(settings.levels) + 1;
    rounded = c.unaryExpr([&](double x) { return roundToPowerOfTwo(x, low, high); });
    const Matrix b = solveLeastSquares(rounded, a);
    const double error = (a - rounded * b).squaredNorm();
    if (error < least) {
      least = error;
      coefficients = rounded * std::ldexp(1.0, -low);
      basis = b * std::ldexp(1.0, low);
    }
    if (i > 0 && rounded == previous)
      return;
    previous = rounded;
    c = solveLeastSquares(b.transpose(), a.transpose()).transpose();
  }
}

} // namespace

double roundToPowerOfTwo(double value, int low, int high) {
  const double size = std::abs(value);
  if (!(size > std::ldexp(0.5, low)))
    return 0;
  const int exponent = std::clamp(getNearestExponent(size), low, high);
  return std::copysign(std::ldexp(1.0, exponent), value);
}

Vector Factors::expand(const Settings &settings, int64_t inputs) const {
  const int64_t n = settings.vector;
  Vector out(inputs);
  for (int64_t k = 0; k < inputs; ++k) {
    const int64_t v = k / n;
    out(k) = coefficients.row(v).dot(basis.col(k % n).segment(v / settings.length * n, n));
  }
  return out;
}

Factors decompose(const Vector &weights, const Settings &settings) {
  const int64_t n = settings.vector, vectors = settings.vectors(weights.size()),
                blocks = settings.blocks(weights.size());
  Matrix padded = Matrix::Zero(vectors, n);
  for (int64_t k = 0; k < weights.size(); ++k)
    padded(k / n, k % n) = weights(k);
  Factors out{Matrix(vectors, n), Matrix(blocks * n, n), 1};
  for (int64_t b = 0; b < blocks; ++b) {
    const int64_t first = b * settings.length, count = std::min(settings.length, vectors - first);
    decomposeBlock(padded.middleRows(first, count), settings, out.coefficients.middleRows(first, count),
                   out.basis.middleRows(b * n, n));
  }
  return out;
}

} // namespace qcompile::decomposition
