//===- IntervalReading.h - A model in intervals -----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_INTERVALREADING_H
#define QCOMPILE_COMPILER_COMPARE_INTERVALREADING_H

#include "compiler/compare/Interval.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"

namespace qcompile::compare {

/// Evaluates a function of the `onnx` dialect operation by operation: the exact reading, and beside it what evaluation
/// in floats and in any order of additions may give (OperationBounds.h). Refers to the function.
class IntervalReading {
public:
  /// Computes what depends on constants alone.
  static llvm::Expected<IntervalReading> create(mlir::func::FuncOp function);

  /// Called for every result in order, those of constants included; may replace it for the operations that follow.
  std::function<void(mlir::OpResult result, Interval &interval)> onResult;
  /// Whether results of other operations widen too, by the roundings of common libraries.
  bool allowLibraries = false;

  llvm::Error run(llvm::ArrayRef<runtime::Tensor> inputs);

  mlir::func::FuncOp function() const { return source; }
  bool isConstant(mlir::Value value) const { return constants.contains(value); }

private:
  explicit IntervalReading(mlir::func::FuncOp function) : source(function) {}
  llvm::Error compute(mlir::Operation *op);

  mlir::func::FuncOp source;
  llvm::DenseMap<mlir::Value, Interval> constants, values;
};

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_INTERVALREADING_H
