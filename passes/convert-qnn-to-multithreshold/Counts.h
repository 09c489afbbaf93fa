//===- Counts.h - MultiThreshold nodes --------------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_COUNTS_H
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_COUNTS_H

#include <limits>

#include "passes/rewriting/OnnxSteps.h"

namespace qcompile {

/// bias + scale * (the number of thresholds of its channel that a value reaches).
struct Counts {
  std::vector<std::vector<float>> rows;                  ///< one per channel, or one; ascending
  float filler = std::numeric_limits<float>::infinity(); ///< a threshold that nothing reaches
  float scale = 1, bias = 0;
  std::string datatype; ///< "FLOAT32", where it is not the result itself
};

/// Whether MultiThreshold has channels along `axis` of such a tensor; not needed for one row. The reason says
/// otherwise.
bool hasLayout(mlir::RankedTensorType type, int64_t axis, size_t rows, std::string &reason);

/// Writes the node, as the last step where `last` is set. Rows are filled up with thresholds that nothing reaches.
mlir::Value writeCounts(OnnxSteps &steps, mlir::Value x, int64_t axis, Counts counts, bool last);

/// The most levels of one activation.
inline constexpr int64_t kMaxLevels = 4095;

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_COUNTS_H
