//===- Evaluator.h - The reference evaluator --------------------*- C++ -*-===//
//
// Computes `onnx` and `qnn` functions by the scalar reference semantics of the runtime: the exact
// reading of a model (docs/ExactReading.md) and the oracle of every pass and backend.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_EVALUATOR_EVALUATOR_H
#define QCOMPILE_COMPILER_EVALUATOR_EVALUATOR_H

#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "runtime/reference/registry.h"

namespace qcompile {

/// Evaluates one function. Operations that depend on constants alone are computed once. Refers to values
/// of the function: do not change it while the evaluator lives.
class Evaluator {
public:
  static llvm::Expected<Evaluator> create(mlir::func::FuncOp function);

  llvm::ArrayRef<runtime::Port> inputs() const { return executor.program().inputs; }
  llvm::ArrayRef<runtime::Port> outputs() const { return executor.program().outputs; }

  /// Computes the outputs; every intermediate value stays available until the next run.
  llvm::Expected<std::vector<runtime::Tensor>> run(llvm::ArrayRef<runtime::Tensor> inputs);

  /// The value of the last run, with its exact reading where it is quantized; null for a value that
  /// the function does not compute.
  const runtime::Value *lookup(mlir::Value value) const;

private:
  Evaluator(runtime::ProgramExecutor executor, llvm::DenseMap<mlir::Value, int32_t> ids)
      : executor(std::move(executor)), ids(std::move(ids)) {}

  runtime::ProgramExecutor executor;
  llvm::DenseMap<mlir::Value, int32_t> ids;
};

/// One operation, looked up and converted once to be computed many times. Does not refer to the operation.
class PreparedOperation {
public:
  static llvm::Expected<PreparedOperation> create(mlir::Operation *op);

  /// The results from operand values (null for an absent optional one).
  llvm::Expected<std::vector<runtime::Value>> operator()(llvm::ArrayRef<const runtime::Value *> operands) const;

private:
  runtime::ReferenceFunction function = nullptr;
  runtime::Attributes attributes;
  llvm::SmallVector<bool, 1> present; ///< by formal result, whether the operation has it
};

/// Computes the results of one operation from operand values (null for an absent optional one).
llvm::Expected<std::vector<runtime::Value>> evaluateOperation(mlir::Operation *op,
                                                              llvm::ArrayRef<const runtime::Value *> operands);

/// What a valid model asks for and no evaluation gives.
class UnsupportedError : public llvm::ErrorInfo<UnsupportedError, llvm::StringError> {
public:
  static char ID;
  explicit UnsupportedError(const llvm::Twine &message) : ErrorInfo(message, llvm::inconvertibleErrorCode()) {}
};

/// Converts a status of the runtime.
llvm::Error toError(const absl::Status &status);

/// The code to report an error of evaluation with: that of unsupported operators, or `otherwise`.
Code getCode(const llvm::Error &error, Code otherwise);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_EVALUATOR_EVALUATOR_H
