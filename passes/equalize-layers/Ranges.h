//===- Ranges.h - Scales that equalize two ranges ---------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EQUALIZELAYERS_RANGES_H
#define QCOMPILE_PASSES_EQUALIZELAYERS_RANGES_H

namespace qcompile::equalization {

/// sqrt(r1 r2) / r2 = sqrt(r1 / r2), by which the side of range r1 is divided and that of r2 multiplied; 1 where a
/// range is 0 or the scale is not between 2^-20 and 2^20. With `powerOfTwo` the nearest one in ratio.
double getEqualizingScale(double r1, double r2, bool powerOfTwo);

} // namespace qcompile::equalization

#endif // QCOMPILE_PASSES_EQUALIZELAYERS_RANGES_H
