//===- Decomposition.h - Coefficients times a small basis -------*- C++ -*-===//
//
// SmartExchange (Zhao et al., ISCA 2020; SmartDeal, TNNLS 2022): a tall block of weights A [m, n] is written as C B
// with a small dense basis B [n, n] and sparse coefficients C [m, n] that are 0 or plus or minus a power of two, so
// that a weight row is rebuilt by shifts and additions. An output of a layer is cut into vectors of n weights, of which
// up to m share a basis.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_DECOMPOSEWEIGHTS_DECOMPOSITION_H
#define QCOMPILE_PASSES_DECOMPOSEWEIGHTS_DECOMPOSITION_H

#include <cstdint>
#include <vector>

#include "passes/compression/Matrix.h"

namespace qcompile::decomposition {

using compression::Matrix;
using compression::Vector;

struct Settings {
  int64_t vector = 3;      ///< n: weights of a vector
  int64_t length = 192;    ///< m: vectors of an output that share a basis
  int64_t levels = 7;      ///< exponents of a coefficient: 2^0 to 2^(levels - 1)
  int64_t basisBits = 8;   ///< of an element of the basis, symmetric two's complement
  int64_t iterations = 30; ///< of the alternation
  /// Coefficients below it become 0, and vectors whose coefficients have a smaller absolute sum than the second. Both
  /// relative to the largest weight of the block, which is a coefficient at the start of the alternation.
  double threshold = 1e-3, vectorThreshold = 0;
  double density = 1; ///< share of the coefficients that may stay

  int64_t vectors(int64_t inputs) const { return (inputs + vector - 1) / vector; }
  int64_t blocks(int64_t inputs) const { return (vectors(inputs) + length - 1) / length; }
};

/// One output: weight[v * n + j] = scale * sum over i of coefficients(v, i) * basis(v / length * n + i, j).
struct Factors {
  Matrix coefficients; ///< [vectors, n]: integers 0 or +-2^e, 0 <= e < levels
  Matrix basis;        ///< [blocks * n, n]: any numbers first, integers of `basisBits` bits once refined
  double scale = 1;    ///< a float32 number

  /// The sums without the scale, cut to `inputs`.
  Vector expand(const Settings &settings, int64_t inputs) const;
};

/// The nearest of 0 and +-2^e for low <= e <= high by linear distance, ties to the smaller magnitude.
double roundToPowerOfTwo(double value, int low, int high);

/// The alternation of the source on one output: coefficients rounded, basis by least squares, coefficients by least
/// squares, thresholds, until the rounded coefficients stay, and the best seen is kept. Bases are not rounded yet.
Factors decompose(const Vector &weights, const Settings &settings);

} // namespace qcompile::decomposition

#endif // QCOMPILE_PASSES_DECOMPOSEWEIGHTS_DECOMPOSITION_H
