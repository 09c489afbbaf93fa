//===- ConstantValue.h - Values that constants alone decide -----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_CONSTANTVALUE_H
#define QCOMPILE_COMPILER_INSPECT_CONSTANTVALUE_H

#include <optional>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/core/value.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::inspect {

/// The values of a function that depend on constants alone; found without computing them.
llvm::DenseSet<mlir::Value> findConstants(mlir::func::FuncOp function);

/// What a value is that depends on constants alone: a constant, or few operations on constants. Nothing where a tensor
/// on the way has more than `limit` elements.
std::optional<runtime::Value> evaluateConstant(mlir::Value value, int64_t limit = INT64_MAX);

/// The single number that operand `index` is, or nothing.
std::optional<double> getConstantNumber(mlir::Operation *op, unsigned index);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_CONSTANTVALUE_H
