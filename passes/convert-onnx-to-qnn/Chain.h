//===- Chain.h - The operations between integers and a quantizer *- C++ -*-===//
//
// A chain is the part of the source model through which an integer value reaches a quantizer: every operation
// has one operand on the chain and constants otherwise, and treats elements of one channel alike. So the
// quantizer's code is a function of (channel, integer), which this file evaluates.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAIN_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAIN_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"
#include "passes/convert-onnx-to-qnn/IntegerForm.h"

namespace qcompile {

/// Values of the source model that depend on constants alone.
using ConstantValues = llvm::DenseMap<mlir::Value, runtime::Value>;

struct Chain {
  mlir::Value source;                            ///< the value that the chain starts from
  llvm::SmallVector<mlir::Operation *> operations; ///< from the source on; the last is the quantizer
  int64_t axis = 0;     ///< the channel dimension
  int64_t channels = 1; ///< extent along `axis`, or 1 where all channels are alike
  bool monotone = true; ///< whether every operation is certified monotone
};

/// The longest chain that ends in `last` and starts at a value for which `isSource` holds, or, where there is
/// none, at the first value that no pointwise operation computes. Nothing where the operations
/// do not agree on a channel dimension.
std::optional<Chain> collectChain(mlir::Operation *last, const ConstantValues &constants,
                                  llvm::function_ref<bool(mlir::Value)> isSource);

/// Restricts the channel dimension to that of `form` (which the chain's source has).
bool adoptAxis(Chain &chain, const IntegerForm &form);

/// The codes that a chain gives.
struct ChainCodes {
  std::vector<int64_t> codes;
  /// Whether a step before the quantizer gave a NaN: monotone steps then are no monotone whole.
  bool sawNan = false;
};

/// The codes that `chain` gives for source values of shape [count, channels] (row-major).
llvm::Expected<ChainCodes> evaluateChain(const Chain &chain, const ConstantValues &constants,
                                         const runtime::Value &values);

/// Arranges a [count, channels] tensor as the chain's operations see it.
runtime::Shape getChainShape(const Chain &chain, int64_t count);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAIN_H
