//===- LinearOperation.h - Operations that multiply -------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_LINEAROPERATION_H
#define QCOMPILE_COMPILER_INSPECT_LINEAROPERATION_H

#include <optional>

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::inspect {

/// An operation of the `onnx` dialect whose results are sums of products.
struct LinearOperation {
  mlir::Operation *op = nullptr;
  mlir::Value input, weights; ///< `weights`: the second factor where both are data
  mlir::Value bias;           ///< null where there is none
  bool constantWeights = false;
  int packedBits = 0;          ///< of a weight where `weights` are bytes that hold several (MatMulNBits), else 0
  std::optional<double> inner; ///< products per result; nothing where a shape is unknown
  std::optional<double> macs;  ///< products of one run, zero weights included
};

/// What the operation is, or nothing. `constants`: the values that depend on constants alone; an operation of constants
/// only is none, since it takes no time when the model runs.
std::optional<LinearOperation> describeLinear(mlir::Operation *op, const llvm::DenseSet<mlir::Value> &constants);

/// The same of all operations that multiply: a recurrent operator has products with its inputs and with its state,
/// Einsum those of its equation where it has two operands.
llvm::SmallVector<LinearOperation, 2> describeProducts(mlir::Operation *op,
                                                       const llvm::DenseSet<mlir::Value> &constants);

/// Weights of the operation, or nothing where their number is unknown.
std::optional<double> countWeights(const LinearOperation &linear);

/// Elements of a tensor, or nothing where its shape is unknown.
std::optional<double> countElements(mlir::Value value);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_LINEAROPERATION_H
