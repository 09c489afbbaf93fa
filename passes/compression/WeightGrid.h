//===- WeightGrid.h - The numbers that a weight quantizer can give *- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_WEIGHTGRID_H
#define QCOMPILE_PASSES_COMPRESSION_WEIGHTGRID_H

#include <cstdint>
#include <vector>

#include "passes/compression/Matrix.h"

namespace qcompile::compression {

/// The values scale * (code - zeroPoint) for codes from low() to high(), per output or for all outputs. Scales are
/// float32 numbers, zero points integers. A bipolar grid has the values -scale and +scale.
struct WeightGrid {
  int bits = 8; ///< 1 to 32
  bool isSigned = true;
  bool narrow = true;                ///< leaves out the lowest signed (or highest unsigned) code
  bool bipolar = false;              ///< bits is 1
  std::vector<double> scale{1};      ///< one, or one per output; positive
  std::vector<int64_t> zeroPoint{0}; ///< one, or one per output

  int64_t low() const;
  int64_t high() const;
  double scaleOf(int64_t output) const { return scale[scale.size() == 1 ? 0 : output]; }
  int64_t zeroPointOf(int64_t output) const { return zeroPoint[zeroPoint.size() == 1 ? 0 : output]; }

  /// The nearest code, ties to even, clamped.
  int64_t quantize(double weight, int64_t output) const;
  /// float32(scale * (code - zeroPoint)): what the model computes with.
  double dequantize(int64_t code, int64_t output) const;
  /// The nearest value of the grid.
  double round(double weight, int64_t output) const { return dequantize(quantize(weight, output), output); }
  /// Every element rounded by itself.
  Matrix round(const Matrix &weights) const;
  /// Whether every element is a value of the grid.
  bool contains(const Matrix &weights) const;
};

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_WEIGHTGRID_H
