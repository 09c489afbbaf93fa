//===- SumBounds.h - What the order of additions may change -----*- C++ -*-===//
//
// A float32 sum of n addends lies within gamma_n * sum |addend| of the exact one whatever the order, with
// gamma_n = n u / (1 - n u) and u = 2^-24.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPARE_SUMBOUNDS_H
#define QCOMPILE_COMPILER_COMPARE_SUMBOUNDS_H

#include "llvm/ADT/ArrayRef.h"
#include "mlir/IR/Operation.h"
#include "runtime/core/value.h"

namespace qcompile::compare {

/// What float32 evaluation may make of one value. A value without ends is a point.
struct Interval {
  runtime::Value middle; ///< the exact reading
  std::optional<std::pair<runtime::Value, runtime::Value>> ends;

  bool isPoint() const { return !ends; }
  const runtime::Value &low() const { return ends ? ends->first : middle; }
  const runtime::Value &high() const { return ends ? ends->second : middle; }
};

/// Whether the exact reading takes `op` as one sum, given its operands (null for absent ones), or the operation has no
/// order of its own, like a batch norm.
bool isSum(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands);

/// How far the first result of a sum may lie from `result`, its middle, element by element; nothing where every order of
/// additions gives the same: all operands are points and all partial sums are float32 numbers.
std::optional<runtime::Tensor> getSumRadius(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                            const runtime::Tensor &result);

/// The same for other operations on floats, as libraries compute them that are not correctly rounded, or fold constants
/// into their neighbours first; nothing for operations that only choose or move elements.
std::optional<runtime::Tensor> getLibraryRadius(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                                const runtime::Tensor &result);

/// Moves both ends away from the middle; without a radius nothing happens.
void widen(Interval &interval, const std::optional<runtime::Tensor> &radius);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_SUMBOUNDS_H
