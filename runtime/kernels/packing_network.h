// Parameter blocks of the kernels on networks' tensors (spatial_kernels.h, elementwise_kernels.h):
// chooses the kernel of a convolution, lays out windows, copies and broadcasts. For compilers, as
// packing.h. Extents are trusted to be positive and to agree with each other: verifiers see to
// that.
#ifndef QCOMPILE_RUNTIME_KERNELS_PACKING_NETWORK_H_
#define QCOMPILE_RUNTIME_KERNELS_PACKING_NETWORK_H_

#include "runtime/core/tensor.h"
#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/packing.h"

namespace qcompile::runtime {

// Windows over an input [batch, spatial extents..., channels].
struct WindowProblem {
  Shape input;
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
};

// [batch, output extents...]
Shape OutputPositions(const WindowProblem& problem);

struct ConvProblem {
  WindowProblem window;
  int64_t groups = 1;
  int64_t outputs = 1;
  DataType input_type;
  DataType result_type;  // holds every partial sum
  // [outputs, kernel..., channels / groups]; none: sums of windows.
  absl::Span<const int64_t> weights;
};

// The kernel for a convolution: the one place that decides by bits and shape.
struct ConvPlan {
  int32_t kind = QCRT_SUM_PRODUCTS;
  MatmulPlan product;  // of every group
  qcrt_format in;      // what the kernel reads, rows of all channels
  qcrt_format sums;
};

absl::StatusOr<ConvPlan> SelectConv(const ConvProblem& problem);

// What follows the sums. `block` is that of the kernel, for rows of `outputs` sums in the plan's
// format; without one the sums are stored as `out`.
struct ConvEpilogue {
  int32_t then = QCRT_THEN_STORE;
  absl::Span<const uint8_t> block;
  qcrt_format out;
};

absl::StatusOr<ParameterBlock> PackConv(const ConvProblem& problem, const ConvPlan& plan,
                                        const ConvEpilogue& epilogue);

absl::StatusOr<ParameterBlock> PackMaxPool(const WindowProblem& problem, DataType type);

// A dimension of a copy: element i comes from offset table[i] of the input and goes to i *
// out_stride.
struct CopyDimension {
  std::vector<int64_t> table;
  int64_t out_stride = 0;
};

// The table of a dimension that is read in even steps.
std::vector<int64_t> EvenTable(int64_t extent, int64_t stride, int64_t offset = 0);

// Between containers of `container_bytes`.
absl::StatusOr<ParameterBlock> PackCopy(std::vector<CopyDimension> dimensions, int64_t out_offset,
                                        int64_t container_bytes);

// y = a_multiplier * a + b_multiplier * b, or a * b (then the multipliers mean nothing).
struct BinaryProblem {
  int32_t operation = QCRT_CODES_ADD;
  DataType a_type, b_type, result_type;
  Shape a, b, result;
  int64_t a_multiplier = 1;
  int64_t b_multiplier = 1;
};
absl::StatusOr<ParameterBlock> PackBinary(const BinaryProblem& problem);

// y = a * b, matrices of two activations; shapes as in qnn.matmul.
struct ProductProblem {
  DataType a_type, b_type, result_type;
  Shape a, b, result;
};
absl::StatusOr<ParameterBlock> PackProduct(const ProductProblem& problem);

// How rows of n elements pair with parameters: one for all, one per column, or one per row,
// repeating.
struct RowChannels {
  int64_t n = 0;
  bool per_row = false;
};

struct RequantizeProblem {
  RowChannels rows;
  DataType type;  // of x
  int32_t in_layout = 0;
  int32_t rounding = QCRT_ROUND;
  // One, or as many as there are columns or channels of rows.
  absl::Span<const int64_t> multipliers;
  absl::Span<const int64_t> offsets;
  int64_t shift = 0;
  int64_t low = 0;
  int64_t high = 0;
  qcrt_format out;
};
absl::StatusOr<ParameterBlock> PackRequantize(const RequantizeProblem& problem);

struct TableProblem {
  RowChannels rows;
  int32_t in_layout = 0;
  DataType result_type;
  int64_t channels = 1;
  int64_t low = 0;
  absl::Span<const int64_t> values;  // [channels, length]
};
ParameterBlock PackTable(const TableProblem& problem);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_KERNELS_PACKING_NETWORK_H_
