//===- InspectLayers.h - Integer layers and their accumulators --*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_INSPECTLAYERS_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_INSPECTLAYERS_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace qcompile::tool {

/// An operation that accumulates: a sum of `inner` products, or a sum or product of its inputs.
struct Layer {
  mlir::Operation *op = nullptr;
  llvm::SmallVector<mlir::Value, 2> inputs;
  mlir::Value weights; ///< null where there are none: pools and joins
  int64_t inner = 1;   ///< products per sum
  int64_t outputs = 1; ///< channels of the result
  int64_t macs = 0;
  /// The largest magnitude of the result by data types alone, and with the norms of the weights; nothing where weights
  /// are data, or above 61 bits.
  std::optional<int64_t> typeBound, normBound;
};

/// The layer that the operation is; nothing for other operations.
std::optional<Layer> describeLayer(mlir::Operation *op);

/// All layers of the module, in order.
std::vector<Layer> collectLayers(mlir::ModuleOp module);

/// Prints layers with weights as a table, or gives them for programs.
void printLayers(llvm::ArrayRef<Layer> layers);
llvm::json::Array toJson(llvm::ArrayRef<Layer> layers);

/// Why an accumulator does not overflow. Widths are those of a two's complement number, but for `exact`, which is
/// unsigned where nothing is negative.
struct AccumulatorProof {
  struct Operand {
    runtime::DataType type;
    qnn::Bounds codes;                  ///< padding included; of the elements where they are constant
    std::optional<qnn::Bounds> padding; ///< codes of the padding in front of the layer
  };
  Layer layer;
  std::vector<Operand> inputs;
  std::optional<Operand> weights;
  std::optional<int> typeBits; ///< asked for by any weights and inputs of these types
  std::optional<int> normBits; ///< asked for by these weights and any inputs of their type
  qnn::Bounds sums;            ///< of every partial sum, in any order, with these weights
  runtime::DataType exact;     ///< the narrowest type that holds them
  runtime::DataType chosen;
  int64_t channels = 0; ///< outputs for which the proof was made one by one, or 1
};

/// Nothing where a sum cannot be bounded in 62 bits.
std::optional<AccumulatorProof> proveAccumulator(const Layer &layer);

/// Prints the proofs as a table, or gives them for programs.
void printProofs(llvm::ArrayRef<AccumulatorProof> proofs);
llvm::json::Array toJson(llvm::ArrayRef<AccumulatorProof> proofs);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_INSPECTLAYERS_H
