//===- ShapeInference.h - Result types of one operation ---------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_NODES_SHAPEINFERENCE_H
#define QCOMPILE_COMPILER_NODES_SHAPEINFERENCE_H

#include <string>

#include "mlir/IR/Operation.h"

namespace qcompile::nodes {

/// Constants up to this many elements may be parameters (axes, shapes, scales) whose values inference needs; bigger
/// ones are only data.
inline constexpr uint64_t kParameterElements = 64;

/// Makes the library's shape inference safe where it trusts attributes; once per process.
void guardSchemas();

/// The types of the results of an `onnx` operation by the inference of its ONNX schema, from the types of the operands
/// and the values of those that are small constants. Dimensions that stay open keep what the old type says. Fails, with
/// the reason in `problem`, where the operands contradict each other or the old types.
mlir::FailureOr<llvm::SmallVector<mlir::Type>> inferResultTypes(mlir::Operation *op, std::string &problem);

/// What the library says of a node, as the end of a sentence: its first line, without the kind of error.
std::string formatInferenceError(llvm::StringRef text);

} // namespace qcompile::nodes

#endif // QCOMPILE_COMPILER_NODES_SHAPEINFERENCE_H
