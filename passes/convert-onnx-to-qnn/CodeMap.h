//===- CodeMap.h - A chain as thresholds and tables -------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CODEMAP_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CODEMAP_H

#include "passes/convert-onnx-to-qnn/Thresholds.h"
#include "passes/select-requantization/AffineSearch.h"

namespace qcompile {

/// Integers to codes: by thresholds; where there are too many levels for these, by an affine function or the sum of
/// several thresholds; by a table, or by a table behind thresholds, which count the interval that an integer lies in.
struct CodeMap {
  std::optional<AffineForm> affine;
  std::optional<Thresholds> thresholds;
  std::vector<Thresholds> furtherThresholds; ///< what they count is added
  std::optional<runtime::Tensor> table;      ///< [channels or 1, length]
  int64_t tableLow = 0;
  runtime::DataType codeType;
  qnn::Bounds codes;           ///< what the codes may be
  runtime::QuantizedView view; ///< their scale and zero point
};

/// A map on the integers of `form` that gives the same codes as the chain for every integer within the form's
/// bounds. `range` is what the quantizer can give; where it is not known, the chain's values within the bounds are
/// found. Fails, with the reason, where equality cannot be proven.
llvm::Expected<CodeMap> findCodeMap(const Chain &chain, const ConstantValues &constants, const IntegerForm &form,
                                    std::optional<CodeRange> range, int64_t enumerationLimit);

/// A table of the codes that the chain gives for pairs of integers of two forms, at first * extent(second) + second,
/// each counted from its lowest value.
struct PairTable {
  CodeMap map;
  int64_t multiplier = 1; ///< extent of the second form
};
llvm::Expected<PairTable> findPairTable(const Chain &chain, const ConstantValues &constants, const IntegerForm &first,
                                        const IntegerForm &second, std::optional<CodeRange> range);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CODEMAP_H
