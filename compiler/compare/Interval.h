//===- Interval.h - What other programs may make of a value -----*- C++ -*-===//
//
// Bounds follow the standard model of floating-point arithmetic (Higham, Accuracy and Stability of Numerical
// Algorithms): a step is off by a factor 1 + d with |d| <= u, the unit roundoff, and n of them by a factor 1 + t with
// |t| <= gamma_n = n u / (1 - n u).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPARE_INTERVAL_H
#define QCOMPILE_COMPILER_COMPARE_INTERVAL_H

#include <vector>

#include "runtime/core/value.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace qcompile::compare {

/// What evaluation in floats may make of one value. A value without ends is a point. Elements whose ends are both
/// infinities have no bound that is known.
struct Interval {
  runtime::Value middle; ///< the exact reading
  std::optional<std::pair<runtime::Value, runtime::Value>> ends;
  bool isBounded = true; ///< false where no bound is known of any element; it has no ends then
  /// Beyond the ends, how far from the middle programs may come that add in half precision. Whether one does is not
  /// known.
  std::vector<double> doubt = {};

  bool isPoint() const { return !ends && isBounded; }
  const runtime::Value &low() const { return ends ? ends->first : middle; }
  const runtime::Value &high() const { return ends ? ends->second : middle; }
};

/// Operands of an operation, null for absent ones.
using Operands = llvm::SmallVector<const Interval *>;

/// How far each element may lie from the middle; infinite (or NaN) where that is not known. Empty: nowhere.
using Radius = std::vector<double>;

/// The unit roundoff of a float type that is computed with, or 0.
double getUnit(runtime::DataType type);
/// How half-precision numbers are added up: in float32, as most libraries do, or in their own type.
enum class Accumulation { Wide, Own };
/// The unit roundoff of sums.
double getSumUnit(runtime::DataType type, Accumulation accumulation);
/// gamma_n; infinite from where it says nothing.
double getGamma(double count, double unit);

/// Moves both ends away from the middle.
void widen(Interval &interval, const Radius &radius);

/// The hull of several evaluations; the quantized form stays where all have it.
Interval makeHull(const runtime::Value &middle, llvm::ArrayRef<runtime::Value> others);

/// How far the ends lie from the middle; empty for a point.
Radius getRadius(const Interval &interval);

/// Adds `other` to `radius`.
void add(Radius &radius, const Radius &other);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_INTERVAL_H
