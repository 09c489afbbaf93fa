//===- Thresholds.h - From a chain to thresholds ----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_THRESHOLDS_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_THRESHOLDS_H

#include "passes/convert-onnx-to-qnn/Chain.h"

namespace qcompile {

/// The constants of qnn.threshold.
struct Thresholds {
  runtime::Tensor values;          ///< [channels or 1, levels]
  std::vector<int64_t> directions; ///< per row, 1 or -1
  int64_t low = 0;
  int64_t step = 1;
  runtime::DataType codeType;
};

/// The codes that a quantizer can give: low, low + step, ..., low + step * levels.
struct CodeRange {
  runtime::DataType type;
  int64_t low = 0;
  int64_t step = 1;
  int64_t levels = 0;
};

/// Thresholds on the integers of `form` that give the same codes as the chain for every integer within the
/// form's bounds. Fails, with the reason, where that cannot be proven.
llvm::Expected<Thresholds> findIntegerThresholds(const Chain &chain,
                                                 const ConstantValues &constants,
                                                 const IntegerForm &form, const CodeRange &range,
                                                 int64_t enumerationLimit);

/// Thresholds on float32 values that give the same codes as the chain for every float, infinities included.
llvm::Expected<Thresholds> findFloatThresholds(const Chain &chain,
                                               const ConstantValues &constants,
                                               const CodeRange &range);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_THRESHOLDS_H
