//===- Chain.h - The operations between integers and a quantizer *- C++ -*-===//
//
// A chain is the part of the source model through which an integer value reaches a quantizer: pointwise operations
// of the value, of each other and of constants, which treat elements of one channel alike. So the quantizer's code is
// a function of (channel, integer), which ChainEvaluator evaluates.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAIN_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAIN_H

#include "passes/convert-onnx-to-qnn/IntegerForm.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// Values of the source model that depend on constants alone.
using ConstantValues = llvm::DenseMap<mlir::Value, runtime::Value>;

struct Chain {
  llvm::SmallVector<mlir::Value> sources;          ///< the values that the chain starts from
  llvm::SmallVector<mlir::Operation *> operations; ///< in order; the last is the quantizer
  int64_t axis = 0;                                ///< the channel dimension
  int64_t channels = 1;                            ///< extent along `axis`, or 1 where all channels are alike
  /// Whether every operation is certified monotone and uses one value of the chain once.
  bool monotone = true;
  /// Whether every operation is monotone in each operand, so that the corners of intervals enclose its values.
  bool enclosable = true;

  mlir::Value source() const { return sources.front(); }
};

/// The largest chain of one source that ends in `last`: the source is a value for which `isSource` holds, or, where
/// there is none, the first value that no pointwise operation computes or that several values enter. Nothing where the
/// operations do not agree on a channel dimension. What a long chain has beyond 16
/// operations is taken off `steps`; where none are left, the chain starts there.
std::optional<Chain> collectChain(mlir::Operation *last, const ConstantValues &constants,
                                  llvm::function_ref<bool(mlir::Value)> isSource, int64_t &steps);

/// The chain of all pointwise operations between `last` and such values, however many these are; nothing where there
/// are more than two of them.
std::optional<Chain> collectJoin(mlir::Operation *last, const ConstantValues &constants,
                                 llvm::function_ref<bool(mlir::Value)> isSource, int64_t &steps);

/// Restricts the channel dimension to that of `form` (which a source of the chain has).
bool adoptAxis(Chain &chain, const IntegerForm &form);

/// A chain that ends in a float, with the constants of its operations for the channels that are left of it.
struct PendingChain {
  Chain chain;
  ConstantValues constants;
  bool quantized = false; ///< whether the model quantizes the source
};

/// The chain between a value with a form and `value`, which a pointwise operation computes; nothing where there is none
/// of one source, or where it has no channel dimension beside the batch.
std::optional<Chain> collectPending(mlir::Value value, const ConstantValues &constants,
                                    llvm::function_ref<bool(mlir::Value)> isSource, int64_t &steps);
std::shared_ptr<const PendingChain> makePending(Chain chain, const ConstantValues &constants, bool quantized);

/// The chain for channels `pick` of it.
std::shared_ptr<const PendingChain> pickChannels(const PendingChain &pending, llvm::ArrayRef<int64_t> pick);

/// Whether an element of a float tensor is a NaN.
bool hasNan(const runtime::Tensor &tensor);

/// The lowest and highest codes that the chain may give for values of its one source between `low` and `high`, element
/// by element. The chain is enclosable.
struct CodeEnclosure {
  std::vector<int64_t> low, high;
  bool sawNan = false;
};
llvm::Expected<CodeEnclosure> encloseCodes(const Chain &chain, const ConstantValues &constants,
                                           const runtime::Value &low, const runtime::Value &high);

/// Arranges a [count, channels] tensor as the chain's operations see it.
runtime::Shape getChainShape(const Chain &chain, int64_t count);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAIN_H
