// Parameter blocks of products by product quantization.
#ifndef QCOMPILE_RUNTIME_KERNELS_PACKING_PQ_H_
#define QCOMPILE_RUNTIME_KERNELS_PACKING_PQ_H_

#include "runtime/kernels/packing.h"
#include "runtime/kernels/pq_kernels.h"

namespace qcompile::runtime {

// As in qnn.pq (docs/Qnn.md), whose constraints hold.
struct PqProblem {
  int64_t k = 0, spaces = 0, prototypes = 0, length = 0, n = 0;
  int64_t factor = 1;
  int64_t rows = 1;  // that the kernel will be called with, for the choice
  int32_t norm = 2;
  DataType input_type;
  DataType sum_type;
  absl::Span<const int64_t> values;   // [spaces][prototypes][length]
  absl::Span<const int64_t> offsets;  // [spaces][prototypes]
  absl::Span<const int64_t> tables;   // [spaces][prototypes][n]
};

// What the kernel for a problem reads and writes.
struct PqPlan {
  int32_t kind = QCRT_PQ_ANY;
  qcrt_format input;
  qcrt_format sums;
};

// One of the kernels for bytes where they take the problem, else QCRT_PQ_ANY.
PqPlan SelectPq(const PqProblem& problem);
// The block of `plan`, which SelectPq gave for the same problem.
absl::StatusOr<ParameterBlock> PackPq(const PqProblem& problem, const PqPlan& plan);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_KERNELS_PACKING_PQ_H_
