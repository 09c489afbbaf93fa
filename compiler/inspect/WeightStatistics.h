//===- WeightStatistics.h - How weights are distributed ---------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_WEIGHTSTATISTICS_H
#define QCOMPILE_COMPILER_INSPECT_WEIGHTSTATISTICS_H

#include <cstdint>
#include <optional>
#include <vector>

#include "mlir/IR/Value.h"

namespace qcompile::inspect {

/// Counts of values in equal steps; the first step begins at `low`.
struct Histogram {
  double low = 0, step = 1;
  bool ofCodes = false; ///< steps are the codes themselves, `low` the lowest of them
  std::vector<int64_t> counts;
};

struct WeightStatistics {
  int64_t elements = 0;
  int64_t nonzero = 0;      ///< elements whose real number is not zero
  double low = 0, high = 0; ///< of the real numbers
  Histogram histogram;
};

/// Reads weights that depend on constants alone, piece by piece: of large ones only a piece is ever in memory, and
/// pages of mapped files are given back. Weights that are integers without a quantizer have the zero point `zero`.
/// Nothing where they cannot be read.
std::optional<WeightStatistics> readWeights(mlir::Value weights, int64_t zero = 0);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_WEIGHTSTATISTICS_H
