//===- ModelCost.h - Multiplications and bits of a model --------*- C++ -*-===//
//
// The definitions of qonnx's inference cost: multiplications of linear operations with constant weights, times the
// fraction of weights that are not zero; bit operations are the sum of multiplications · bits of the input · bits of
// the weights. Biases, activations, thresholds and products of two activations are not counted. The size differs from
// qonnx's mem_w_bits: weights take the bits that their encoding stores (docs/Encodings.md), and where they have none
// all of theirs, zeros too.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPRESS_MODELCOST_H
#define QCOMPILE_COMPILER_COMPRESS_MODELCOST_H

#include <optional>
#include <string>
#include <vector>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/JSON.h"

namespace qcompile::compress {

/// A linear operation with constant weights. Counts are those of one run with the batch of the file.
struct LayerCost {
  std::string name;      ///< the node's
  std::string operation; ///< "Conv"
  double macs = 0;       ///< with zero weights left out
  double denseMacs = 0;
  int64_t weights = 0; ///< elements
  int64_t nonzero = 0; ///< of these, not zero
  int inputBits = 32, weightBits = 32;
  double bits = 0;    ///< that the weights take
  bool known = false; ///< that is: the weights are codes, or have a structure

  double bops() const { return macs * inputBits * weightBits; }
};

/// What a compression pass says about a layer: one entry of the attribute `compression.report`.
struct LayerReport {
  std::string pass, layer, technique;
  std::optional<double> weightError, outputError;
  double bitsBefore = 0, bitsAfter = 0;
  llvm::json::Object all; ///< every key, as the pass wrote it
};

/// The entries that passes have left on the function, in order. Fails where one is no such entry: a mistake in a pass.
llvm::Expected<std::vector<LayerReport>> readReports(mlir::func::FuncOp function);
std::optional<LayerReport> parseReport(llvm::json::Object entry);

struct ModelCost {
  std::vector<LayerCost> layers; ///< in the model's order
  double macs = 0, bops = 0, bits = 0;
};

/// The cost of a function of the `onnx` dialect. Weights take the bits of their codes under the structure that is
/// recorded on their constant. Where they are floats without one, and for layers that are no longer there, the last
/// report says.
ModelCost getModelCost(mlir::func::FuncOp function, llvm::ArrayRef<LayerReport> reports);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_MODELCOST_H
