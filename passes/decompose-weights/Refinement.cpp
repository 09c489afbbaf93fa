//===- Refinement.cpp - Factors that suit a layer's inputs ----------------===//
#include "passes/decompose-weights/Refinement.h"

#include <algorithm>
#include <cmath>

#include "passes/compression/SecondOrder.h"

namespace qcompile::decomposition {

Refinement::Refinement(const Settings &settings, const Vector &target, const Matrix &moments, Factors start)
    : settings(settings), target(target), moments(moments), factors(std::move(start)) {
  difference = factors.expand(settings, target.size()) * factors.scale - target;
  gradient = moments * difference;
}

int64_t Refinement::width(int64_t vector) const {
  return std::min(settings.vector, target.size() - vector * settings.vector);
}

double Refinement::limit() const { return std::ldexp(1.0, int(settings.basisBits) - 1) - 1; }

void Refinement::moveWeights(const Vector &change) {
  difference += change;
  gradient += moments * change;
}

Matrix Refinement::getDerivative(int64_t block) const {
  const int64_t n = settings.vector, first = block * settings.length;
  const int64_t last = std::min(first + settings.length, factors.coefficients.rows());
  Matrix out = Matrix::Zero(target.size(), n * n);
  for (int64_t v = first; v < last; ++v)
    for (int64_t j = 0; j < width(v); ++j)
      for (int64_t i = 0; i < n; ++i)
        out(v * n + j, i * n + j) = factors.coefficients(v, i) * factors.scale;
  return out;
}

Matrix Refinement::getImage(int64_t block) const {
  const int64_t n = settings.vector, inputs = target.size(), first = block * settings.length;
  const int64_t last = std::min(first + settings.length, factors.coefficients.rows());
  Matrix out(inputs, n * n);
  // Column (i, j) of M has elements at positions j of the vectors only.
  for (int64_t j = 0; j < n; ++j) {
    const int64_t count = last - first - (j >= width(last - 1));
    const Matrix columns = moments(Eigen::all, Eigen::seqN(first * n + j, count, n));
    const Matrix image = columns * factors.coefficients.middleRows(first, count) * factors.scale;
    for (int64_t i = 0; i < n; ++i)
      out.col(i * n + j) = image.col(i);
  }
  return out;
}

void Refinement::fitBases() {
  const int64_t n = settings.vector;
  for (int64_t block = 0; block < settings.blocks(target.size()); ++block) {
    const Matrix m = getDerivative(block);
    Eigen::MatrixXd normal = m.transpose() * getImage(block);
    // Rows of the basis that no coefficient uses stay as they are.
    normal.diagonal().array() += 1e-9 * normal.diagonal().mean() + 1e-300;
    const Vector change = Eigen::LDLT<Eigen::MatrixXd>(normal).solve(-(m.transpose() * gradient));
    if (!change.allFinite())
      continue;
    factors.basis.middleRows(block * n, n) += Eigen::Map<const Matrix>(change.data(), n, n);
    moveWeights(m * change);
  }
}

void Refinement::changeCoefficient(int64_t vector, int64_t index, double value) {
  const int64_t n = settings.vector, count = width(vector);
  const double change = value - factors.coefficients(vector, index);
  if (change == 0)
    return;
  factors.coefficients(vector, index) = value;
  const Vector row = factors.basis.row(vector / settings.length * n + index).head(count) * (change * factors.scale);
  difference.segment(vector * n, count) += row;
  gradient += moments.middleCols(vector * n, count) * row;
}

bool Refinement::sweepCoefficients(double price) {
  const int64_t n = settings.vector;
  const bool fixed = std::isinf(price);
  const double charge = fixed ? 0 : price;
  bool changed = false;
  for (int64_t v = 0; v < factors.coefficients.rows(); ++v) {
    const int64_t count = width(v);
    for (int64_t i = 0; i < n; ++i) {
      const double old = factors.coefficients(v, i);
      if (old == 0 && fixed)
        continue;
      const Vector row = factors.basis.row(v / settings.length * n + i).head(count) * factors.scale;
      const double curvature = row.dot(moments.block(v * n, v * n, count, count) * row);
      if (!(curvature > 0))
        continue;
      // The error is a parabola around the optimum: of the powers of two the nearest one is the best.
      const double optimum = old - row.dot(gradient.segment(v * n, count)) / curvature;
      auto getCost = [&](double value) {
        const double away = value - optimum;
        return curvature * away * away + (value != 0 ? charge : 0);
      };
      double best = roundToPowerOfTwo(optimum, 0, int(settings.levels) - 1);
      if (best == 0 && fixed)
        best = std::copysign(1.0, optimum);
      if (!fixed && getCost(0) <= getCost(best))
        best = 0;
      if (best == old || getCost(best) >= getCost(old) * (1 - 1e-12))
        continue;
      changeCoefficient(v, i, best);
      changed = true;
    }
  }
  return changed;
}

Matrix Refinement::getCostOfZero() const {
  const int64_t n = settings.vector;
  Matrix out = Matrix::Zero(factors.coefficients.rows(), n);
  for (int64_t v = 0; v < out.rows(); ++v) {
    const int64_t count = width(v);
    for (int64_t i = 0; i < n; ++i) {
      const double c = factors.coefficients(v, i);
      if (c == 0)
        continue;
      const Vector row = factors.basis.row(v / settings.length * n + i).head(count) * (c * factors.scale);
      out(v, i) =
          row.dot(moments.block(v * n, v * n, count, count) * row) - 2 * row.dot(gradient.segment(v * n, count));
    }
  }
  return out;
}

void Refinement::roundBases() {
  const int64_t n = settings.vector;
  const double largest = factors.basis.cwiseAbs().maxCoeff() * factors.scale;
  const double scale = largest > 0 ? std::max(float(largest / limit()), 0x1p-126f) : 1;
  factors.basis *= factors.scale / scale;
  factors.scale = scale;
  for (int64_t block = 0; block < settings.blocks(target.size()); ++block) {
    const Matrix m = getDerivative(block);
    Matrix normal = m.transpose() * getImage(block);
    normal.diagonal().array() += 1e-9 * normal.diagonal().mean() + 1e-300;
    auto basis = factors.basis.middleRows(block * n, n);
    const Matrix flat = Eigen::Map<const Matrix>(Matrix(basis).data(), 1, n * n);
    const Matrix rounded = compression::roundWithCorrection(flat, normal, 0, [&](int64_t, int64_t, double value) {
      return std::clamp(std::nearbyint(value), -limit(), limit());
    });
    basis = Eigen::Map<const Matrix>(rounded.data(), n, n);
    moveWeights(m * (rounded - flat).transpose());
  }
}

bool Refinement::sweepBases() {
  const int64_t n = settings.vector;
  bool changed = false;
  for (int64_t block = 0; block < settings.blocks(target.size()); ++block) {
    const Matrix m = getDerivative(block);
    const Matrix image = getImage(block);
    for (int64_t e = 0; e < n * n; ++e) {
      const double curvature = m.col(e).dot(image.col(e));
      double &element = factors.basis(block * n + e / n, e % n);
      if (!(curvature > 0))
        continue;
      const double optimum = element - m.col(e).dot(gradient) / curvature;
      const double best = std::clamp(std::nearbyint(optimum), -limit(), limit());
      if (best == element || std::abs(best - optimum) >= std::abs(element - optimum) * (1 - 1e-12))
        continue;
      const double change = best - element;
      element = best;
      difference += m.col(e) * change;
      gradient += image.col(e) * change;
      changed = true;
    }
  }
  return changed;
}

void Refinement::fitScale() {
  const Vector weights = target + difference;
  const Vector image = moments * weights;
  const double square = weights.dot(image);
  const double factor = square > 0 ? image.dot(target) / square : 1;
  if (!(factor > 0) || !std::isfinite(factor))
    return;
  const double scale = std::max(float(factors.scale * factor), 0x1p-126f);
  const double ratio = scale / factors.scale;
  factors.scale = scale;
  difference = weights * ratio - target;
  gradient = moments * difference;
}

} // namespace qcompile::decomposition
