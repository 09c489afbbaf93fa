//===- Thresholds.h - From a monotone chain to thresholds -------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_THRESHOLDS_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_THRESHOLDS_H

#include "passes/convert-onnx-to-qnn/CodeFunction.h"

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

/// Row-major [channels, levels]: the threshold of every level, as a position.
struct Positions {
  std::vector<int64_t> values;
  std::vector<int64_t> directions;
};

/// Whether the function is proven monotone: by the certificates of its operations, none of which gives a NaN.
llvm::Expected<bool> isMonotoneWhole(CodeFunction &function, std::vector<Interval> channels);

/// Direction +1: the least position whose code is at least low + step * level, or high + 1. Direction -1: the
/// greatest such position, or low - 1. The function is monotone.
llvm::Expected<Positions> bisect(CodeFunction &function, std::vector<Interval> channels, const CodeRange &range);

Thresholds makeIntegerThresholds(Positions positions, const CodeRange &range);

/// Thresholds on float32 values that give the same codes as the chain for every float, infinities included.
llvm::Expected<Thresholds> findFloatThresholds(const Chain &chain, const ConstantValues &constants,
                                               const CodeRange &range);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_THRESHOLDS_H
