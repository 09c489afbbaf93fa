//===- RandomMatrices.h - Weights and moments for tests ---------*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_PASSES_RANDOMMATRICES_H
#define QCOMPILE_TESTS_UNIT_PASSES_RANDOMMATRICES_H

#include <random>

#include "passes/compression/Matrix.h"

namespace qcompile::compression {

/// Uniform in [-1, 1), from the raw generator: library distributions differ between implementations.
inline double draw(std::mt19937 &random) { return double(random() >> 5) / (1u << 26) - 1; }

inline Matrix drawMatrix(std::mt19937 &random, int64_t rows, int64_t columns) {
  Matrix m(rows, columns);
  for (int64_t i = 0; i < m.size(); ++i)
    m.data()[i] = draw(random);
  return m;
}

/// Moments of correlated inputs.
inline Matrix drawMoments(std::mt19937 &random, int64_t k) {
  Matrix x = drawMatrix(random, 3 * k + 5, k) * drawMatrix(random, k, k);
  return x.transpose() * x / double(x.rows());
}

} // namespace qcompile::compression

#endif // QCOMPILE_TESTS_UNIT_PASSES_RANDOMMATRICES_H
