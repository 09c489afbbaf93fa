//===- ValueBounds.h - Bounds of integer dot products -----------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_VALUEBOUNDS_H
#define QCOMPILE_DIALECTS_QNN_VALUEBOUNDS_H

#include <cstdint>
#include <optional>
#include <vector>

#include "mlir/IR/Value.h"
#include "runtime/core/tensor.h"

namespace qcompile::qnn {

/// A closed interval of integers.
struct Bounds {
  int64_t low = 0;
  int64_t high = 0;

  /// Whether both ends are values of `type`. A bipolar result never is a sum's type.
  bool fit(runtime::DataType type) const { return type.Contains(low) && type.Contains(high); }
  /// The narrowest integer type that holds the interval, unsigned where nothing is negative
  /// (techniques: signed P = 1 + ceil(log2(max(-low, high + 1)))).
  runtime::DataType narrowestType() const;
};

/// The values that `value` may take: those of its element type.
Bounds getTypeBounds(mlir::Type elementType);

/// Per column, the bounds of every partial sum, in any order, of a dot product of inputs in `input`
/// with the column of `weights` (shape [K, M]): max = high * S+ - low * S-, min = low * S+ - high *
/// S-, extended to contain 0, where a partial sum starts. Nothing where a bound does not fit 62
/// bits.
std::optional<std::vector<Bounds>> getDotProductBounds(Bounds input,
                                                       const runtime::Tensor &weights);

/// The bounds of any dot product of `count` terms whose factors lie in `lhs` and `rhs`.
std::optional<Bounds> getDotProductBounds(Bounds lhs, Bounds rhs, int64_t count);

} // namespace qcompile::qnn

#endif // QCOMPILE_DIALECTS_QNN_VALUEBOUNDS_H
