//===- WeightFit.cpp - Weights for decoded inputs -------------------------===//
#include "passes/product-quantize/WeightFit.h"

#include <Eigen/Cholesky>

#include "passes/compression/Matrix.h"

using qcompile::compression::Activations;
using qcompile::compression::Matrix;

namespace qcompile::pq {

/// Rows of centroids, [rows, columns].
static Activations decode(const FitData &data, const CodebookDesign &design, int64_t columns) {
  const runtime::Codebooks &codebooks = design.codebooks;
  Activations rows(data.rows, columns);
  for (int64_t c = 0; c < columns; ++c) {
    int64_t space = c / codebooks.length, l = c % codebooks.length;
    for (int64_t r = 0; r < data.rows; ++r) {
      int64_t entry = space * codebooks.prototypes + data.positions[size_t(space)][size_t(r)];
      rows(r, c) = float(design.centroids[size_t(entry * codebooks.length + l)]);
    }
  }
  return rows;
}

namespace {
/// The normal equations of one set of rows, for any damping.
class NormalEquations {
public:
  NormalEquations(const FitData &data, const CodebookDesign &design, std::span<const double> weights, int64_t columns,
                  int64_t outputs)
      : start(Eigen::Map<const Matrix>(weights.data(), columns, outputs)) {
    Activations rows = decode(data, design, columns);
    moments = compression::getSecondMoments(rows);
    Activations rest = Eigen::Map<const Activations>(data.targets.data(), data.rows, outputs);
    rest -= rows * start.cast<float>();
    right = compression::getCrossMoments(rows, rest);
  }

  std::vector<double> solve(double damping) const {
    Matrix damped = moments;
    compression::dampen(damped, damping);
    Eigen::LLT<Eigen::MatrixXd> factor{Eigen::MatrixXd(damped)};
    Matrix fitted = start + Matrix(factor.solve(Eigen::MatrixXd(right)));
    return {fitted.data(), fitted.data() + fitted.size()};
  }

private:
  Matrix start, moments, right;
};
} // namespace

std::vector<double> fitWeights(const FitData &data, const CodebookDesign &design, std::span<const double> weights,
                               int64_t columns, int64_t outputs, double damping) {
  return NormalEquations(data, design, weights, columns, outputs).solve(damping);
}

Tables fitTables(const FitData &data, const CodebookDesign &design, std::span<const double> weights, int64_t columns,
                 int64_t outputs, std::span<const double> candidates) {
  Tables plain = makeTables(design, weights, columns, outputs);
  int64_t held = data.rows / 5;
  if (held == 0)
    return plain;
  std::optional<double> best;
  {
    FitData fitted = data.slice(0, data.rows - held, outputs);
    FitData judged = data.slice(data.rows - held, held, outputs);
    NormalEquations equations(fitted, design, weights, columns, outputs);
    double least = getRelativeError(judged, plain);
    for (double damping : candidates) {
      Tables tables = makeTables(design, equations.solve(damping), columns, outputs);
      if (double error = getRelativeError(judged, tables); error < least) {
        least = error;
        best = damping;
      }
    }
  }
  if (!best)
    return plain;
  return makeTables(design, fitWeights(data, design, weights, columns, outputs, *best), columns, outputs);
}

} // namespace qcompile::pq
