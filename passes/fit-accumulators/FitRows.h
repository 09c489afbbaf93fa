//===- FitRows.h - Integer weights that an accumulator holds ----*- C++ -*-===//
//
// Outputs (rows) whose sums are too wide get new codes and scales, by the technique that leaves each with the smallest
// error on the calibration inputs:
//   scale raising   nearest codes on the first of growing scales on which they fit (techniques: 11.4, the strong
//   baseline) projection      the Euclidean projection onto what fits, rounded towards zero, over a range of scales
//   (A2Q's EP-init on the
//                   true feasible set)
//   greedy          second-order rounding that gives each weight only the codes that still have room, over a range of
//   scales greedy, shrunk  the same with the projection's shrinkage before rounding (AXE)
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS_FITROWS_H
#define QCOMPILE_PASSES_FITACCUMULATORS_FITROWS_H

#include <string>

#include "passes/compression/Matrix.h"
#include "passes/fit-accumulators/AccumulatorLimit.h"

namespace qcompile::fit {

enum class Technique { ScaleRaising, Projection, Greedy, ShrunkGreedy };
llvm::StringRef getTechniqueName(Technique technique);

/// Which scales an output may be given.
enum class ScaleRule {
  Search,     ///< any
  PowerOfTwo, ///< its own, times a power of two
  Keep,       ///< its own
};

/// Rows that share their inputs: those of one group.
struct RowProblem {
  compression::Matrix target;                   ///< [rows, K], what the weights should be
  const compression::Matrix *moments = nullptr; ///< of the inputs, [K, K]; null: errors are those of the weights
  bool secondOrder = false;                     ///< greedy techniques are tried; needs `moments`
  std::vector<double> scale;                    ///< own scale of every row
  std::vector<qnn::Bounds> codes;               ///< of every row, zero point subtracted; 0 is one of them
  const compression::Mask *zeros = nullptr;     ///< [rows, K], weights that stay zero
  RowLimits limits;
  ScaleRule rule = ScaleRule::Search;
};

struct FittedRow {
  std::vector<int64_t> codes; ///< zero point subtracted
  double scale = 1;           ///< a float32 number
  double error = 0;           ///< d H d' with d the difference of the target and the new weights
  Technique technique = Technique::ScaleRaising;
};

/// One row each, all within the limits. Deterministic; takes about 3e10 multiplications at most, or three roundings.
std::vector<FittedRow> fitRows(const RowProblem &problem);

} // namespace qcompile::fit

#endif // QCOMPILE_PASSES_FITACCUMULATORS_FITROWS_H
