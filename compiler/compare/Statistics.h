//===- Statistics.h - How far two tensors are apart -------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_STATISTICS_H
#define QCOMPILE_COMPILER_COMPARE_STATISTICS_H

#include "compiler/compare/Trace.h"

namespace qcompile::compare {

/// Why elements differ; see Judge.h. These add up to the differing ones.
struct Verdict {
  int64_t ambiguous = 0; ///< some order of additions gives the other value
  int64_t following = 0; ///< an earlier tensor differs, and from there the value is right
  int64_t unbounded = 0; ///< it is not known how far such an operation may be off
  int64_t departing = 0; ///< none of these: here the other side computes something else
  size_t batch = 0;      ///< the first one in which an element departs
};

/// A tensor that both sides have, and how it differs.
struct TensorRow {
  std::string name, node; ///< the node that computes it, where that is known
  size_t index = 0;       ///< its place in the model's order
  int64_t elements = 0, differing = 0;
  bool isConstant = false;   ///< no sample changes it
  bool isCodes = false;      ///< codes were compared, else values
  int64_t steps = 0;         ///< the largest difference of codes
  double worst = 0;          ///< the largest absolute difference: of values, where both are known, else of codes
  double relative = 0;       ///< the largest one in proportion to the larger magnitude
  double meanSquare = 0;     ///< of the differences
  double snr = 0;            ///< signal to noise in dB; infinite without a difference
  std::vector<bool> batches; ///< which ones differ
  std::optional<Verdict> verdict;
};

/// Whether the tensors have as many elements, and both codes or values of one kind.
bool areComparable(const TracedTensor &a, const TracedTensor &b);

/// Compares codes where both have them on one grid, else values. The noise is that of `b` against the signal `a`.
TensorRow compareTensors(llvm::StringRef name, const TracedTensor &a, const TracedTensor &b,
                         const InputBatches &inputs);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_STATISTICS_H
