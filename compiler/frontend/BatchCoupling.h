//===- BatchCoupling.h - What computes across samples -----------*- C++ -*-===//
//
// The first dimension of the inputs is that of samples, which are given to a model in batches of any size. That makes
// no difference only while every sample is computed by itself.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_FRONTEND_BATCHCOUPLING_H
#define QCOMPILE_COMPILER_FRONTEND_BATCHCOUPLING_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile::frontend {

struct BatchCoupling {
  /// The first operation that certainly computes one sample's values from those of others, or null: one that reduces,
  /// normalizes, joins, cuts or multiplies along the dimension of samples.
  mlir::Operation *across = nullptr;
  /// The first operation behind which it is not known where the samples lie, or null.
  mlir::Operation *lost = nullptr;
};

/// Follows samples, the first dimension of `inputs`, which are arguments of the function, through `onnx` operations.
/// `isFree` says that there is one sample for want of a number: a 1 that the model writes into shapes then is no number
/// of samples.
BatchCoupling findBatchCoupling(mlir::func::FuncOp function, llvm::ArrayRef<mlir::BlockArgument> inputs, bool isFree);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_BATCHCOUPLING_H
