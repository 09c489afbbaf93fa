//===- LayerwiseRun.h - A model, operation by operation ---------*- C++ -*-===//
//
// Runs a function over many samples at once, one operation after the other, twice: as it was (`source`) and as it
// is being rewritten (`current`). Values are shared while both agree and released behind their last use.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_LAYERWISERUN_H
#define QCOMPILE_PASSES_COMPRESSION_LAYERWISERUN_H

#include "compiler/io/InputData.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/core/value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::compression {

class LayerwiseRun {
public:
  /// One value per batch of samples.
  using Batches = std::vector<runtime::Value>;

  LayerwiseRun(mlir::func::FuncOp function, const InputBatches &inputs);

  /// Runs all operations that the function has now, in order. `rewrite` is called for each, after the source's results
  /// are there; it may change the operation's operands, insert operations before and one behind it, and replace its
  /// uses, but erases nothing. It returns the value that stands for the (first) result from then on. What it inserted
  /// is run for the current model only.
  llvm::Error run(llvm::function_ref<llvm::Expected<mlir::Value>(mlir::Operation *)> rewrite);

  /// The values of the source model, by the value of the function that stood for them before or stands for them now.
  const Batches &source(mlir::Value value) const;
  /// The values of the model as it is now.
  const Batches &current(mlir::Value value) const;
  /// Says what an inserted value stands for in the source model, where operations that come later use it.
  void standsFor(mlir::Value value, mlir::Value original);
  /// Runs what was inserted before an operation, where that is needed before `rewrite` returns.
  llvm::Error evaluateInserted(mlir::Operation *op);

private:
  llvm::Expected<std::vector<Batches>> evaluate(mlir::Operation *op, bool asSource);
  llvm::Error evaluateCurrent(mlir::Operation *op);
  void noteConstants(mlir::Operation *op);
  bool isLastUse(mlir::Value operand, mlir::Operation *op) const;
  void releaseSources(mlir::Operation *op);
  void release(mlir::Operation *op);

  mlir::func::FuncOp function;
  size_t batches;
  llvm::DenseMap<mlir::Value, Batches> sources, currents;
  llvm::DenseSet<mlir::Value> constants;
  llvm::DenseSet<mlir::Operation *> done;
};

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_LAYERWISERUN_H
