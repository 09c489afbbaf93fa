//===- ProgramBuilder.h - Functions as programs of the runtime --*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_EVALUATOR_PROGRAMBUILDER_H
#define QCOMPILE_COMPILER_EVALUATOR_PROGRAMBUILDER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "runtime/program/program.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// Names of the model's inputs and outputs, as attributes of the function's arguments and results.
inline constexpr llvm::StringLiteral kPortNameAttr = "onnx.name";

/// The operands by formal parameter: null where an optional one is absent in the middle, as the operand segments
/// tell.
llvm::SmallVector<mlir::Value> getFormalOperands(mlir::Operation *op);

/// The results by formal parameter: null where an optional one before the last is absent.
llvm::SmallVector<mlir::Value> getFormalResults(mlir::Operation *op);

/// The runtime's name and attributes of an operation: its own attributes, and for operations of `qnn` also
/// `result_type` and `shape` of the result (docs/Qnn.md).
runtime::Operation convertOperation(mlir::Operation *op);

/// A function with `onnx` and `qnn` operations as a program that computes the same. Calls of other functions
/// of the module are inlined. `ids`, where given, receives the program's value of every value of
/// the function. Fails where a tensor type is not static or an operation cannot travel.
llvm::Expected<runtime::Program> buildProgram(mlir::func::FuncOp function,
                                              llvm::DenseMap<mlir::Value, int32_t> *ids = nullptr);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_EVALUATOR_PROGRAMBUILDER_H
