//===- ValueBounds.h - Bounds of integer dot products -----------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_QNN_VALUEBOUNDS_H
#define QCOMPILE_DIALECTS_QNN_VALUEBOUNDS_H

#include <cstdint>
#include <optional>
#include <vector>

#include "mlir/IR/Value.h"
#include "mlir/IR/ValueRange.h"
#include "runtime/core/tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace mlir {
class FunctionOpInterface;
} // namespace mlir

namespace qcompile::qnn {

/// A closed interval of integers.
struct Bounds {
  int64_t low = 0;
  int64_t high = 0;

  friend bool operator==(Bounds a, Bounds b) { return a.low == b.low && a.high == b.high; }

  /// Whether both ends are values of `type`. A bipolar result never is a sum's type.
  bool fit(runtime::DataType type) const { return type.Contains(low) && type.Contains(high); }
  /// The narrowest integer type that holds the interval, unsigned where nothing is negative
  /// (techniques: signed P = 1 + ceil(log2(max(-low, high + 1)))).
  runtime::DataType narrowestType() const;
};

/// The smallest interval that contains both.
Bounds unite(Bounds a, Bounds b);
Bounds unite(llvm::ArrayRef<Bounds> bounds);

/// The values of an element type.
Bounds getTypeBounds(mlir::Type elementType);

/// The values that the elements of `value` may take: those of its element type, or fewer where the operations that
/// select, move or make codes say so. Accumulators are taken by their type, so that a proof never has to look further
/// back than the last one.
Bounds getValueBounds(mlir::Value value);

/// Says of the arguments of `function`, which stand for `values`, what these may take.
void keepArgumentBounds(mlir::ValueRange values, mlir::FunctionOpInterface function);

/// Per output, the bounds of every partial sum, in any order, of products of inputs in `input` with the weights of that
/// output: max = high * S+ - low * S-, min = low * S+ - high * S-, extended to contain 0, where a
/// partial sum starts (techniques: 11, exact facts for given weights). Outputs lie along dimension `axis` of the
/// weights. Nothing where a bound does not fit 62 bits.
std::optional<std::vector<Bounds>> getDotProductBounds(Bounds input, const runtime::Tensor &weights, int64_t axis = 1);

/// The same with the output of weight i given by `outputOf(i)`, below `outputs`.
std::optional<std::vector<Bounds>> getDotProductBounds(Bounds input, const runtime::Tensor &weights, int64_t outputs,
                                                       llvm::function_ref<int64_t(int64_t)> outputOf);

/// The bounds of any dot product of `count` terms whose factors lie in `lhs` and `rhs`.
std::optional<Bounds> getDotProductBounds(Bounds lhs, Bounds rhs, int64_t count);

/// The bounds of a product of values in `lhs` and `rhs`.
std::optional<Bounds> getProductBounds(Bounds lhs, Bounds rhs);

/// The bounds of every partial sum of `lhs + rhs`, 0 included.
std::optional<Bounds> getSumBounds(Bounds lhs, Bounds rhs);

} // namespace qcompile::qnn

#endif // QCOMPILE_DIALECTS_QNN_VALUEBOUNDS_H
