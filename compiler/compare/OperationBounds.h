//===- OperationBounds.h - Intervals of results -----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_OPERATIONBOUNDS_H
#define QCOMPILE_COMPILER_COMPARE_OPERATIONBOUNDS_H

#include "compiler/compare/Interval.h"
#include "mlir/IR/Operation.h"

namespace qcompile::compare {

/// What other programs may make of the results of `op`, given its operands (null for absent ones) and the exact reading
/// of the results: in any order of additions, and, where `allowLibraries` is set, with functions of elements that are
/// not correctly rounded, or with constants that are folded into neighbours first. Results of operations that are not
/// known to be bounded have no bound.
std::vector<Interval> boundResults(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands,
                                   std::vector<runtime::Value> middles, bool allowLibraries);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_OPERATIONBOUNDS_H
