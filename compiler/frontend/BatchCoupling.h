//===- BatchCoupling.h - What computes across samples -----------*- C++ -*-===//
//
// The first dimension of the inputs is that of samples, which are given to a model in batches of any size. That makes no
// difference only while every sample is computed by itself.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_FRONTEND_BATCHCOUPLING_H
#define QCOMPILE_COMPILER_FRONTEND_BATCHCOUPLING_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile::frontend {

/// The first operation that certainly computes one sample's values from those of others, or null: one that reduces,
/// normalizes, joins, cuts or multiplies along the dimension of samples. That is the first one of `inputs`, arguments of the
/// function; it is followed through `onnx` operations, and where it cannot be followed, nothing is claimed.
mlir::Operation *findBatchCoupling(mlir::func::FuncOp function, llvm::ArrayRef<mlir::BlockArgument> inputs);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_BATCHCOUPLING_H
