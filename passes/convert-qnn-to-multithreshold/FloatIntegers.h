//===- FloatIntegers.h - Integers that float32 holds ------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_FLOATINTEGERS_H
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_FLOATINTEGERS_H

#include <cstdint>

namespace qcompile {

/// Significands of float32 have 24 bits: it holds every integer of up to this magnitude, and above that every second
/// one, so that a product, a sum or a difference whose exact value is no further from 0 is not rounded.
inline constexpr int64_t kLargestFloatInteger = int64_t{1} << 24;

/// The first integer above one of up to that magnitude that float32 holds: a threshold that nothing up to `value`
/// reaches.
inline float getFloatAbove(int64_t value) { return float(value < kLargestFloatInteger ? value + 1 : value + 2); }

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_FLOATINTEGERS_H
