//===- LineBounds.h - Bounds of what normalizes lines -----------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_LINEBOUNDS_H
#define QCOMPILE_COMPILER_COMPARE_LINEBOUNDS_H

#include "compiler/compare/Interval.h"
#include "mlir/IR/Operation.h"

namespace qcompile::compare {

/// Whether every result of `op` depends on one line of its first operand: layer and instance normalization, norms,
/// softmax.
bool isLineOperation(mlir::Operation *op);

/// How far the results may lie from `middles`, whatever the order and the usual formula; nothing where no bound is
/// known.
std::optional<std::vector<Radius>> getLineRadii(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                                llvm::ArrayRef<runtime::Value> middles, Accumulation accumulation);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_LINEBOUNDS_H
