//===- SumBounds.h - What the order of additions may change -----*- C++ -*-===//
//
// A float32 sum of n addends lies within gamma_n * sum |addend| of the exact one whatever the order (Higham 4.2), with
// gamma_n = n u / (1 - n u) and u = 2^-24.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPARE_SUMBOUNDS_H
#define QCOMPILE_COMPILER_COMPARE_SUMBOUNDS_H

#include "compiler/compare/Interval.h"
#include "mlir/IR/Operation.h"

namespace qcompile::compare {

/// Whether the exact reading takes `op` as one sum, given its operands (null for absent ones), or the operation has no
/// order of its own, like a batch norm.
bool isSum(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands);

/// How far the first result of a sum may lie from `result`, its middle; empty where every order of additions gives the
/// same: all operands are points and all partial sums are float32 numbers. Nothing where no bound is known.
std::optional<Radius> getSumRadius(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                   const runtime::Tensor &result, Accumulation accumulation);

/// Whether `op` is made of sums and products of its float operands, and no sum of the exact reading.
bool isPolynomial(mlir::Operation *op);

/// The same for a polynomial.
std::optional<Radius> getPolynomialRadius(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                          const runtime::Tensor &result, Accumulation accumulation);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_SUMBOUNDS_H
