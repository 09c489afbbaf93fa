//===- ChainEvaluator.h - Values and codes that a chain gives ---*- C++ -*-===//
//
// Searches ask a chain for its codes many times: operations are looked up and converted once, and values keep their
// places.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAINEVALUATOR_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAINEVALUATOR_H

#include "compiler/evaluator/Evaluator.h"
#include "passes/convert-onnx-to-qnn/Chain.h"

namespace qcompile {

/// The codes that a chain gives.
struct ChainCodes {
  std::vector<int64_t> codes;
  /// The scale and zero point of the codes.
  runtime::QuantizedView view;
  /// Whether a step before the quantizer gave a NaN: monotone steps then are no monotone whole.
  bool sawNan = false;
};

/// Refers to the chain and to its constants, which must not change while it lives.
class ChainEvaluator {
public:
  ChainEvaluator(const Chain &chain, const ConstantValues &constants) : chain(chain), constants(constants) {}
  ChainEvaluator(const ChainEvaluator &) = delete;

  /// The value that the chain gives for values of its sources, whether it ends in a quantizer or not. Sets `sawNan`
  /// where an operand was a NaN.
  llvm::Expected<runtime::Value> getValue(llvm::ArrayRef<runtime::Value> sources, bool &sawNan);

  /// The codes that the chain gives for values of its sources, all of one shape that getChainShape() arranges.
  llvm::Expected<ChainCodes> getCodes(llvm::ArrayRef<runtime::Value> sources);

private:
  struct Step {
    PreparedOperation operation;
    llvm::SmallVector<const runtime::Value *, 4> operands; ///< constants and places; null for an absent one
  };
  llvm::Error prepare();

  const Chain &chain;
  const ConstantValues &constants;
  std::vector<Step> steps;
  std::vector<runtime::Value> places; ///< of the sources, then of the results of the steps
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CHAINEVALUATOR_H
