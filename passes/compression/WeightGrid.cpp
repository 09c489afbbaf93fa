//===- WeightGrid.cpp - The numbers that a weight quantizer can give ------===//
#include "passes/compression/WeightGrid.h"

#include <algorithm>
#include <cmath>

namespace qcompile::compression {

int64_t WeightGrid::low() const {
  if (bipolar)
    return -1;
  return isSigned ? -(int64_t{1} << (bits - 1)) + (narrow ? 1 : 0) : 0;
}

int64_t WeightGrid::high() const {
  if (bipolar)
    return 1;
  return isSigned ? (int64_t{1} << (bits - 1)) - 1 : (int64_t{1} << bits) - 1 - (narrow ? 1 : 0);
}

int64_t WeightGrid::quantize(double weight, int64_t output) const {
  if (bipolar)
    return weight >= 0 ? 1 : -1;
  double code = std::nearbyint(weight / scaleOf(output)) + double(zeroPointOf(output));
  return int64_t(std::clamp(code, double(low()), double(high())));
}

double WeightGrid::dequantize(int64_t code, int64_t output) const {
  return float(scaleOf(output) * double(code - zeroPointOf(output)));
}

Matrix WeightGrid::round(const Matrix &weights) const {
  Matrix out(weights.rows(), weights.cols());
  for (Eigen::Index o = 0; o < weights.rows(); ++o)
    for (Eigen::Index k = 0; k < weights.cols(); ++k)
      out(o, k) = round(weights(o, k), o);
  return out;
}

bool WeightGrid::contains(const Matrix &weights) const { return round(weights) == weights; }

} // namespace qcompile::compression
