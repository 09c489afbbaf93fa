// Parameter blocks of the kernels: selects the kernel of a product and lays out weights,
// thresholds and scales. For compilers; compiled networks only carry the blocks.
#ifndef QCOMPILE_RUNTIME_KERNELS_PACKING_H_
#define QCOMPILE_RUNTIME_KERNELS_PACKING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/data_type.h"
#include "runtime/kernels/kernels.h"

namespace qcompile::runtime {

// A block, to be placed at an address that is a multiple of 64.
using ParameterBlock = std::vector<uint8_t>;

// Formats of the codes of an integer type. Planes and bytes hold types of at most 8 bits.
qcrt_format PlanesFormat(DataType type);
qcrt_format BytesFormat(DataType type);
qcrt_format Int32Format();
qcrt_format Int64Format();
// Dense containers, as tensors outside of a network have them.
qcrt_format ContainerFormat(DataType type);
// The smallest integer layout that holds every code: 32 bits for up to 31, else 64.
qcrt_format IntegerFormat(DataType type);
// Whether planes and bytes can hold the type.
bool FitsBytes(DataType type);

bool operator==(const qcrt_format& a, const qcrt_format& b);

// y[m] = sum over k of a[k] * weights[k * n + m].
struct MatmulProblem {
  int64_t k = 0;
  int64_t n = 0;
  DataType activation_type;
  absl::Span<const int64_t> weights;
  bool joined =
      false;  // outputs of several products, which share the kernel: no block reaches across
};

// The kernel for a problem, and what its operand and result look like.
struct MatmulPlan {
  int32_t kind = QCRT_MATMUL_WIDE;
  int weight_planes = 0;
  int64_t rounds = 0;  // of QCRT_MATMUL_SPARSE
  int64_t block = 0;   // of QCRT_MATMUL_CIRCULANT
  qcrt_format activations;
  qcrt_format accumulators;
};

// Looks at the values of the weights, not at their declared type. Fails where the sizes are wrong
// or a sum could leave 64 bits.
absl::StatusOr<MatmulPlan> SelectMatmul(const MatmulProblem& problem);
// The block of `plan`, which SelectMatmul gave for the same problem or which the caller changed to
// a more general kernel.
absl::StatusOr<ParameterBlock> PackMatmul(const MatmulProblem& problem, const MatmulPlan& plan);

// Thresholds as in qnn.threshold, channel by channel: `directions` has an element per channel, and
// there are as many channels as columns (n), or one for all.
struct ThresholdProblem {
  int32_t operand = QCRT_X_INT32;  // QCRT_X_...
  int64_t n = 0;
  int64_t count = 0;                         // thresholds per channel
  absl::Span<const int64_t> thresholds;      // integer operands
  absl::Span<const float> float_thresholds;  // QCRT_X_FLOAT32
  absl::Span<const int64_t> directions;
  int64_t low = 0;
  int64_t step = 1;
  qcrt_format out;
  int32_t in_layout = 0;  // of integer operands; 0: QCRT_INT32 or QCRT_INT64
  bool per_row = false;   // channels are those of rows, repeating, not of columns
};
absl::StatusOr<ParameterBlock> PackThreshold(const ThresholdProblem& problem);

// Scales and zero points: one, or one per column.
struct QuantizeProblem {
  int32_t rounding = QCRT_ROUND;
  int64_t n = 0;
  absl::Span<const float> scales;
  absl::Span<const float> zero_points;
  int64_t low = 0;
  int64_t high = 0;
  qcrt_format out;
};
absl::StatusOr<ParameterBlock> PackQuantize(const QuantizeProblem& problem);

// Scales, zero points and biases: one, or one per column.
struct DequantizeProblem {
  int32_t operand = QCRT_X_INT32;
  int64_t n = 0;
  DataType code_type;  // bounds code - zero_point
  absl::Span<const double> scales;
  absl::Span<const int64_t> zero_points;
  absl::Span<const double> biases;
  int64_t divisor = 1;
  int32_t in_layout = 0;  // 0: QCRT_INT32 or QCRT_INT64
};
absl::StatusOr<ParameterBlock> PackDequantize(const DequantizeProblem& problem);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_KERNELS_PACKING_H_
