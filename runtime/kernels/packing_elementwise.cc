// Blocks of operations element by element, and of products of activations.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/kernels/block_writer.h"
#include "runtime/kernels/packing_network.h"

namespace qcompile::runtime {
namespace {

// A dimension that two operands are walked along.
struct PairDimension {
  int64_t extent, a_stride, b_stride;
};

// Strides of a dense operand that broadcasts to `rank` dimensions; 0 where it repeats.
std::vector<int64_t> BroadcastStrides(absl::Span<const int64_t> shape, size_t rank,
                                      int64_t innermost) {
  std::vector<int64_t> strides(rank, 0);
  int64_t stride = innermost;
  for (size_t d = shape.size(); d-- > 0;) {
    strides[rank - shape.size() + d] = shape[d] == 1 ? 0 : stride;
    stride *= shape[d];
  }
  return strides;
}

// The dimensions of `result`, joined where both operands go on evenly. `unit` is the number of
// elements of what the innermost dimension counts, per operand.
std::vector<PairDimension> PairDimensions(absl::Span<const int64_t> a, absl::Span<const int64_t> b,
                                          absl::Span<const int64_t> result, int64_t a_unit,
                                          int64_t b_unit) {
  const std::vector<int64_t> a_strides = BroadcastStrides(a, result.size(), a_unit);
  const std::vector<int64_t> b_strides = BroadcastStrides(b, result.size(), b_unit);
  std::vector<PairDimension> dimensions;
  for (size_t d = 0; d < result.size(); ++d) {
    if (result[d] == 1) continue;
    const PairDimension next = {result[d], a_strides[d], b_strides[d]};
    if (!dimensions.empty() && dimensions.back().a_stride == next.a_stride * next.extent &&
        dimensions.back().b_stride == next.b_stride * next.extent) {
      dimensions.back() = {dimensions.back().extent * next.extent, next.a_stride, next.b_stride};
    } else {
      dimensions.push_back(next);
    }
  }
  if (dimensions.empty()) dimensions.push_back({1, 0, 0});
  return dimensions;
}

template <typename Header>
absl::Status SetDimensions(const std::vector<PairDimension>& dimensions, Header& header) {
  if (dimensions.size() > QCRT_MAX_RANK) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected at most ", QCRT_MAX_RANK, " dimensions, found ", dimensions.size()));
  }
  header.rank = static_cast<decltype(header.rank)>(dimensions.size());
  for (size_t d = 0; d < dimensions.size(); ++d) {
    header.extents[d] = dimensions[d].extent;
    header.a_strides[d] = dimensions[d].a_stride;
    header.b_strides[d] = dimensions[d].b_stride;
  }
  return absl::OkStatus();
}

template <typename Problem, typename Header>
void SetLayouts(const Problem& problem, Header& header) {
  header.a_layout = ContainerFormat(problem.a_type).layout;
  header.b_layout = ContainerFormat(problem.b_type).layout;
  header.out_layout = ContainerFormat(problem.result_type).layout;
  header.wide = problem.result_type.bits > 31;
}

// |value|, where the most negative number stays within 64 bits as well.
uint64_t Magnitude(int64_t value) {
  return value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

uint64_t LargestMagnitude(absl::Span<const int64_t> values) {
  uint64_t largest = 0;
  for (int64_t value : values) largest = std::max(largest, Magnitude(value));
  return largest;
}

// Whether multiplier * x + offset and what rounding adds stay below 2^30 (see RoundShifted).
bool FitsInt32(const RequantizeProblem& problem) {
  constexpr uint64_t kLimit = uint64_t{1} << 30;
  const uint64_t x =
      std::max(Magnitude(problem.type.MinValue()), Magnitude(problem.type.MaxValue()));
  const uint64_t multiplier = LargestMagnitude(problem.multipliers);
  const uint64_t offset = LargestMagnitude(problem.offsets);
  if (problem.shift > 29 || x >= kLimit || multiplier >= kLimit || offset >= kLimit) return false;
  return x * multiplier + offset < kLimit;
}

// One parameter, or one per column (padded) or channel of rows.
template <typename T>
std::vector<T> Spread(absl::Span<const int64_t> values, size_t count, size_t padded) {
  std::vector<T> result(padded, 0);
  for (size_t i = 0; i < count; ++i) {
    result[i] = static_cast<T>(values[values.size() == 1 ? 0 : i]);
  }
  return result;
}

template <typename T>
std::vector<T> Narrowed(absl::Span<const int64_t> values) {
  std::vector<T> result;
  result.reserve(values.size());
  for (int64_t value : values) result.push_back(static_cast<T>(value));
  return result;
}

}  // namespace

absl::StatusOr<ParameterBlock> PackBinary(const BinaryProblem& problem) {
  BlockWriter<qcrt_binary_block> writer;
  qcrt_binary_block& header = writer.header;
  header.operation = problem.operation;
  SetLayouts(problem, header);
  header.a_multiplier = problem.a_multiplier;
  header.b_multiplier = problem.b_multiplier;
  absl::Status status =
      SetDimensions(PairDimensions(problem.a, problem.b, problem.result, 1, 1), header);
  if (!status.ok()) return status;
  return writer.Finish();
}

absl::StatusOr<ParameterBlock> PackProduct(const ProductProblem& problem) {
  BlockWriter<qcrt_product_block> writer;
  qcrt_product_block& header = writer.header;
  SetLayouts(problem, header);
  header.k = problem.a.back();
  header.n = problem.b.back();
  header.rows = problem.a.size() > 1 ? problem.a[problem.a.size() - 2] : 1;
  auto batch = [](const Shape& shape) {
    return absl::MakeConstSpan(shape).first(shape.size() > 2 ? shape.size() - 2 : 0);
  };
  absl::Status status =
      SetDimensions(PairDimensions(batch(problem.a), batch(problem.b), batch(problem.result),
                                   header.rows * header.k, header.k * header.n),
                    header);
  if (!status.ok()) return status;
  return writer.Finish();
}

absl::StatusOr<ParameterBlock> PackRequantize(const RequantizeProblem& problem) {
  const size_t channels = std::max(problem.multipliers.size(), problem.offsets.size());
  const bool shared = channels == 1;
  if (!shared && !problem.rows.per_row && static_cast<int64_t>(channels) != problem.rows.n) {
    return absl::InvalidArgumentError(absl::StrCat("expected 1 or ", problem.rows.n,
                                                   " multipliers and offsets, found ", channels));
  }
  BlockWriter<qcrt_requantize_block> writer;
  qcrt_requantize_block& header = writer.header;
  header.rounding = problem.rounding;
  header.wide = !FitsInt32(problem);
  header.per_column = !shared && !problem.rows.per_row;
  header.row_channels = !shared && problem.rows.per_row ? static_cast<int32_t>(channels) : 0;
  header.in_layout = problem.in_layout;
  header.shift = static_cast<int32_t>(problem.shift);
  header.n = problem.rows.n;
  header.out = problem.out;
  header.low = problem.low;
  header.high = problem.high;
  const size_t padded = (channels + 63) / 64 * 64;
  if (header.wide) {
    header.multipliers_at = writer.Append(Spread<int64_t>(problem.multipliers, channels, padded));
    header.offsets_at = writer.Append(Spread<int64_t>(problem.offsets, channels, padded));
    return writer.Finish();
  }
  // Bounds beyond 32 bits bound nothing.
  constexpr int64_t kMin = std::numeric_limits<int32_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  header.low = std::clamp(problem.low, kMin, kMax);
  header.high = std::clamp(problem.high, kMin, kMax);
  header.multipliers_at = writer.Append(Spread<int32_t>(problem.multipliers, channels, padded));
  header.offsets_at = writer.Append(Spread<int32_t>(problem.offsets, channels, padded));
  return writer.Finish();
}

ParameterBlock PackTable(const TableProblem& problem) {
  BlockWriter<qcrt_table_block> writer;
  qcrt_table_block& header = writer.header;
  header.in_layout = problem.in_layout;
  header.container_bytes = static_cast<int32_t>(problem.result_type.ContainerSize());
  header.per_column = problem.channels != 1 && !problem.rows.per_row;
  header.n = problem.rows.n;
  header.channels = problem.channels;
  header.low = problem.low;
  header.length = static_cast<int64_t>(problem.values.size()) / problem.channels;
  switch (header.container_bytes) {
    case 1:
      header.values_at = writer.Append(Narrowed<int8_t>(problem.values));
      break;
    case 2:
      header.values_at = writer.Append(Narrowed<int16_t>(problem.values));
      break;
    case 4:
      header.values_at = writer.Append(Narrowed<int32_t>(problem.values));
      break;
    default:
      header.values_at = writer.Append(Narrowed<int64_t>(problem.values));
  }
  return writer.Finish();
}

}  // namespace qcompile::runtime
