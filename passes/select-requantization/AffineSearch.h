//===- AffineSearch.h - Thresholds as an affine function --------*- C++ -*-===//
//
// A row of thresholds is a step function. An affine function behind it, y = round((m * x + b) / 2^s), reproduces it
// exactly where at every threshold T of level v the sum m * T + b is at least the smallest number that rounds to v, and
// m * (T - 1) + b is less: half planes in (m, b), whose integer points are searched without rounding.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_SELECTREQUANTIZATION_AFFINESEARCH_H
#define QCOMPILE_PASSES_SELECTREQUANTIZATION_AFFINESEARCH_H

#include <optional>
#include <vector>

#include "dialects/qnn/ValueBounds.h"
#include "runtime/reference/rounding.h"

namespace qcompile {

/// y(x) = low + #{t : x reaches thresholds[t]}, for x in `range`: at least the threshold for direction 1, at most for
/// -1. Thresholds are sorted in the direction.
struct StepFunction {
  std::vector<int64_t> thresholds;
  int64_t direction = 1;
  int64_t low = 0;
  qnn::Bounds range;

  int64_t evaluate(int64_t x) const;
};

struct AffineFunction {
  int64_t multiplier = 0;
  int64_t offset = 0;
};

/// What a qnn.requantize computes, one function per channel.
struct AffineForm {
  runtime::RoundingMode mode = runtime::RoundingMode::kFloor;
  int64_t shift = 0;
  int64_t low = 0, high = 0;
  std::vector<AffineFunction> channels;

  int64_t evaluate(const AffineFunction &channel, int64_t x) const;
};

/// The smallest form that equals every function over its range: the first rounding mode that has one, the smallest
/// shift, the smallest multipliers. Results are clamped to [low, high], which all functions keep to. Nothing where a
/// product, an offset or a sum would need more than `productBits` bits, sign included, or where a range goes beyond 48
/// bits.
std::optional<AffineForm> findAffineForm(llvm::ArrayRef<StepFunction> functions, int64_t low, int64_t high,
                                         int64_t productBits);

/// Proves or refutes that channel `channel` of `form` equals `function` over its range: both are monotone, so that
/// equality on both sides of every threshold and at the ends is equality everywhere.
bool isEqualOverRange(const AffineForm &form, const AffineFunction &channel, const StepFunction &function);

} // namespace qcompile

#endif // QCOMPILE_PASSES_SELECTREQUANTIZATION_AFFINESEARCH_H
