//===- ScaleSearch.h - Scales and zero points for given numbers -*- C++ -*-===//
//
// A uniform quantizer stands for v by s (clamp(round(v / s) + z) - z). What is chosen here is s and z, for numbers with
// (or without) weights: from their extremes, from a quantile, or by the least weighted squared error (MMSE; Choukroun
// et al. 2019, "OMSE").
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_QUANTIZEMODEL_SCALESEARCH_H
#define QCOMPILE_PASSES_QUANTIZEMODEL_SCALESEARCH_H

#include <cstdint>
#include <vector>

#include "llvm/ADT/ArrayRef.h"

namespace qcompile::quantization {

/// The codes of a quantizer of 2 to 8 bits. Affine ones have a zero point among the codes, all others zero point 0.
struct Codes {
  int64_t low = -127, high = 127;
  bool affine = false;
};

enum class RangeKind {
  MinMax,     ///< nothing is clipped
  Percentile, ///< the outermost numbers are
  Mse,        ///< as the squared error wants it
};

struct RangeOptions {
  RangeKind kind = RangeKind::MinMax;
  double percentile = 99.99; ///< of the numbers on each side (or of the magnitudes) that are not clipped, in percent
  double unit = 0;           ///< scales are this times a power of two; 0: any
};

/// Numbers and how much each counts (none: all alike), which is used by RangeKind::Mse only.
struct Sample {
  llvm::ArrayRef<double> values;
  llvm::ArrayRef<double> importance;
};

struct Scale {
  double scale = 1; ///< a positive float32 number
  int64_t zeroPoint = 0;
};

/// round(v / s) + z, ties to even, clamped to the codes.
int64_t getCode(double value, Scale scale, const Codes &codes);

/// sum of importance * (v - s (code - z))^2.
double getSquaredError(const Sample &sample, Scale scale, const Codes &codes);

/// The scale for one set of numbers; 1 where all are zero. Zero is always a value of the grid.
/// RangeKind::Mse tries scales from 1/100 to twice the one that clips nothing, refines between the neighbours of
/// the best by golden section, then alternates codes q and scale <v, q> / <q, q> while the error falls. With zero
/// points, both ends of the range are shrunk together, then each alone.
Scale findScale(const Sample &sample, const Codes &codes, const RangeOptions &options);

/// The numbers of several batches in one: every n-th where there are more than about `limit`.
std::vector<double> thin(llvm::ArrayRef<llvm::ArrayRef<float>> parts, size_t limit);

} // namespace qcompile::quantization

#endif // QCOMPILE_PASSES_QUANTIZEMODEL_SCALESEARCH_H
