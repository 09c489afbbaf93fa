//===- Ranges.cpp - Scales that equalize two ranges -----------------------===//
#include "passes/equalize-layers/Ranges.h"

#include <cmath>

namespace qcompile::equalization {

double getEqualizingScale(double r1, double r2, bool powerOfTwo) {
  if (!(r1 > 0) || !(r2 > 0))
    return 1;
  const double scale = std::sqrt(r1 / r2);
  // A channel that one side hardly uses would take float32 to its limits for nothing.
  if (!(scale >= 0x1p-20 && scale <= 0x1p20))
    return 1;
  return powerOfTwo ? std::exp2(std::nearbyint(std::log2(r1 / r2) / 2)) : scale;
}

} // namespace qcompile::equalization
