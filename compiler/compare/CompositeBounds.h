//===- CompositeBounds.h - Bounds of functions of sums ----------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_COMPOSITEBOUNDS_H
#define QCOMPILE_COMPILER_COMPARE_COMPOSITEBOUNDS_H

#include "compiler/compare/Interval.h"
#include "mlir/IR/Operation.h"

namespace qcompile::compare {

/// How far the result of a logarithm of sums, a local response normalization or an interpolation may lie from `result`,
/// its middle; nothing where no bound is known, and for other operations.
std::optional<Radius> getCompositeRadius(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                         const runtime::Tensor &result);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_COMPOSITEBOUNDS_H
