// Formats, and the blocks of thresholds, quantizers and dequantizers.
#include "runtime/kernels/packing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/kernels/block_writer.h"

namespace qcompile::runtime {
namespace {

// Up to this many thresholds a column counts them all; above it searches (measured, see
// tests/bench/kernels_bench.cc).
constexpr int64_t kCountedThresholds = 127;

int64_t PaddedColumns(int64_t n) { return (n + 63) / 64 * 64; }

int32_t IntegerLayout(int32_t operand, int32_t layout) {
  if (layout != 0) return layout;
  return operand == QCRT_X_INT32 ? QCRT_INT32 : QCRT_INT64;
}

absl::Status CheckParameterCount(absl::string_view what, size_t found, int64_t n) {
  if (found == 1 || static_cast<int64_t>(found) == n) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected 1 or ", n, " ", what, ", found ", found));
}

template <typename T>
T Pick(absl::Span<const T> values, int64_t column) {
  return values[values.size() == 1 ? 0 : column];
}

// The values per column, padded to a multiple of 64, or the only one.
template <typename T>
std::vector<T> Columns(absl::Span<const T> values, bool per_column, int64_t n, int64_t padded,
                       T padding) {
  std::vector<T> result(per_column ? padded : 1, padding);
  for (int64_t c = 0; c < (per_column ? n : 1); ++c) result[c] = Pick(values, c);
  return result;
}

// How a kind of operand stores directions and thresholds (kernels.h).
struct Int32Thresholds {
  using Mask = int32_t;
  using Stored = int32_t;
  static constexpr Mask kBackwards = -1;
  // Nothing is greater.
  static constexpr Stored kUnreachable = std::numeric_limits<int32_t>::max();
  static Stored Encode(const ThresholdProblem& problem, int64_t i, bool backwards) {
    const int64_t combined = backwards ? ~problem.thresholds[i] : problem.thresholds[i];
    // x > t - 1 stands for x >= t. Operands lie strictly within 32 bits, so that both ends of the
    // range may stand for all that lies beyond.
    constexpr int64_t kMin = std::numeric_limits<int32_t>::min();
    if (combined <= kMin) return static_cast<Stored>(kMin);
    return static_cast<Stored>(std::min<int64_t>(combined - 1, kUnreachable));
  }
};

struct Int64Thresholds {
  using Mask = int64_t;
  using Stored = int64_t;
  static constexpr Mask kBackwards = -1;
  static constexpr Stored kUnreachable = std::numeric_limits<int64_t>::max();
  static Stored Encode(const ThresholdProblem& problem, int64_t i, bool backwards) {
    return backwards ? ~problem.thresholds[i] : problem.thresholds[i];
  }
};

struct FloatThresholds {
  using Mask = int32_t;
  using Stored = float;
  static constexpr Mask kBackwards = std::numeric_limits<int32_t>::min();
  static constexpr Stored kUnreachable = std::numeric_limits<float>::quiet_NaN();
  static Stored Encode(const ThresholdProblem& problem, int64_t i, bool backwards) {
    return backwards ? -problem.float_thresholds[i] : problem.float_thresholds[i];
  }
};

template <typename Kind>
absl::StatusOr<ParameterBlock> PackThresholds(const ThresholdProblem& problem) {
  using Stored = typename Kind::Stored;
  BlockWriter<qcrt_threshold_block> writer;
  qcrt_threshold_block& header = writer.header;
  const int64_t channels = static_cast<int64_t>(problem.directions.size());
  header.operand = problem.operand;
  header.per_column = channels != 1 && !problem.per_row;
  header.row_channels = channels != 1 && problem.per_row ? static_cast<int32_t>(channels) : 0;
  header.in_layout = IntegerLayout(problem.operand, problem.in_layout);
  header.n = problem.n;
  header.count = static_cast<int32_t>(problem.count);
  header.out = problem.out;
  header.first = (problem.low - problem.out.offset) / problem.out.multiplier;
  header.delta = problem.step / problem.out.multiplier;
  header.identity = header.first == 0 && header.delta == 1;
  header.by_column = problem.count > kCountedThresholds && problem.operand != QCRT_X_INT64;
  header.stride = 1;
  while (header.stride < problem.count) header.stride = 2 * header.stride + 1;

  const bool by_column = header.by_column || header.row_channels;
  const int64_t columns = header.per_column ? PaddedColumns(problem.n) : channels;
  std::vector<typename Kind::Mask> masks(columns, 0);
  std::vector<Stored> thresholds(columns * (by_column ? header.stride : problem.count),
                                 Kind::kUnreachable);
  for (int64_t c = 0; c < channels; ++c) {
    const bool backwards = problem.directions[c] < 0;
    masks[c] = backwards ? Kind::kBackwards : 0;
    Stored previous = 0;
    for (int64_t t = 0; t < problem.count; ++t) {
      const Stored stored = Kind::Encode(problem, c * problem.count + t, backwards);
      if (stored != stored || (t > 0 && stored < previous)) {
        return absl::InvalidArgumentError(
            absl::StrCat("expected the thresholds of channel ", c, " sorted along its direction"));
      }
      previous = stored;
      thresholds[by_column ? c * header.stride + t : t * columns + c] = stored;
    }
  }
  header.masks_at = writer.Append(masks);
  header.thresholds_at = writer.Append(thresholds);
  return writer.Finish();
}

// Whether planes and bytes can hold every output.
absl::Status CheckOutputs(const ThresholdProblem& problem) {
  const qcrt_format& out = problem.out;
  if (out.layout != QCRT_PLANES && out.layout != QCRT_BYTES) return absl::OkStatus();
  const int64_t last = problem.low + problem.step * problem.count;
  const int64_t stored_max = out.layout == QCRT_BYTES ? 255 : (int64_t{1} << out.planes) - 1;
  if (std::min(problem.low, last) >= out.offset &&
      std::max(problem.low, last) <= out.offset + out.multiplier * stored_max &&
      (problem.low - out.offset) % out.multiplier == 0 && problem.step % out.multiplier == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected outputs that the layout holds, found ", problem.low, " to ", last));
}

absl::Status CheckThresholds(const ThresholdProblem& problem) {
  if (problem.count < 1 || problem.count > 255) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected 1 to 255 thresholds per channel, found ", problem.count));
  }
  absl::Status status;
  if (!problem.per_row) {
    status = CheckParameterCount("channels", problem.directions.size(), problem.n);
  }
  if (!status.ok()) return status;
  const size_t found = problem.operand == QCRT_X_FLOAT32 ? problem.float_thresholds.size()
                                                         : problem.thresholds.size();
  if (found != problem.directions.size() * problem.count) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", problem.directions.size() * problem.count, " thresholds, found ", found));
  }
  return CheckOutputs(problem);
}

}  // namespace

bool FitsBytes(DataType type) { return type.IsInteger() && type.bits <= 8; }

qcrt_format BytesFormat(DataType type) { return {QCRT_BYTES, 0, type.MinValue(), 1}; }

qcrt_format PlanesFormat(DataType type) {
  qcrt_format format = BytesFormat(type);
  format.layout = QCRT_PLANES;
  format.planes = type.bits;
  if (type.kind == TypeKind::kBipolar) format.multiplier = 2;
  return format;
}

qcrt_format Int32Format() { return {QCRT_INT32, 0, 0, 1}; }
qcrt_format Int64Format() { return {QCRT_INT64, 0, 0, 1}; }

qcrt_format IntegerFormat(DataType type) { return type.bits <= 31 ? Int32Format() : Int64Format(); }

qcrt_format ContainerFormat(DataType type) {
  const bool is_unsigned = type.kind == TypeKind::kUnsigned || type.kind == TypeKind::kBool;
  switch (type.ContainerSize()) {
    case 1:
      return {is_unsigned ? QCRT_DENSE_UINT8 : QCRT_DENSE_INT8, 0, 0, 1};
    case 2:
      return {is_unsigned ? QCRT_DENSE_UINT16 : QCRT_DENSE_INT16, 0, 0, 1};
    case 4:
      return {is_unsigned ? QCRT_DENSE_UINT32 : QCRT_DENSE_INT32, 0, 0, 1};
    default:
      return Int64Format();
  }
}

bool operator==(const qcrt_format& a, const qcrt_format& b) {
  return a.layout == b.layout && a.planes == b.planes && a.offset == b.offset &&
         a.multiplier == b.multiplier;
}

absl::StatusOr<ParameterBlock> PackThreshold(const ThresholdProblem& problem) {
  absl::Status status = CheckThresholds(problem);
  if (!status.ok()) return status;
  switch (problem.operand) {
    case QCRT_X_INT32:
      return PackThresholds<Int32Thresholds>(problem);
    case QCRT_X_INT64:
      return PackThresholds<Int64Thresholds>(problem);
    default:
      return PackThresholds<FloatThresholds>(problem);
  }
}

absl::StatusOr<ParameterBlock> PackQuantize(const QuantizeProblem& problem) {
  constexpr int64_t kExactInDouble = int64_t{1} << 53;
  absl::Status status = CheckParameterCount("scales", problem.scales.size(), problem.n);
  status.Update(CheckParameterCount("zero points", problem.zero_points.size(), problem.n));
  if (!status.ok()) return status;
  if (problem.low > problem.high || problem.low < -kExactInDouble ||
      problem.high > kExactInDouble) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ordered bounds of at most 54 bits, found ", problem.low, " and ", problem.high));
  }
  if (problem.out.multiplier != 1) {
    return absl::InvalidArgumentError(
        "expected a quantizer to consecutive integers, found bipolar codes");
  }
  for (float scale : problem.scales) {
    if (!(scale > 0) || !std::isfinite(scale)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected finite positive scales, found ", scale));
    }
  }
  BlockWriter<qcrt_quantize_block> writer;
  qcrt_quantize_block& header = writer.header;
  const bool per_column = problem.scales.size() != 1 || problem.zero_points.size() != 1;
  const int64_t padded = PaddedColumns(problem.n);
  header.rounding = problem.rounding;
  header.per_column = per_column;
  header.n = problem.n;
  header.low = problem.low;
  header.high = problem.high;
  header.out = problem.out;
  header.scales_at = writer.Append(Columns(problem.scales, per_column, problem.n, padded, 1.0f));
  header.zero_points_at =
      writer.Append(Columns(problem.zero_points, per_column, problem.n, padded, 0.0f));
  return writer.Finish();
}

absl::StatusOr<ParameterBlock> PackDequantize(const DequantizeProblem& problem) {
  absl::Status status = CheckParameterCount("scales", problem.scales.size(), problem.n);
  status.Update(CheckParameterCount("zero points", problem.zero_points.size(), problem.n));
  status.Update(CheckParameterCount("biases", problem.biases.size(), problem.n));
  if (!status.ok()) return status;
  constexpr int64_t kLimit = int64_t{1} << 52;
  for (int64_t zero_point : problem.zero_points) {
    if (problem.code_type.bits > 52 || zero_point < -kLimit || zero_point > kLimit) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected codes and zero points of at most 52 bits, found ",
                       problem.code_type.ToString(), " with zero point ", zero_point));
    }
  }
  BlockWriter<qcrt_dequantize_block> writer;
  qcrt_dequantize_block& header = writer.header;
  const bool per_column =
      problem.scales.size() != 1 || problem.zero_points.size() != 1 || problem.biases.size() != 1;
  const int64_t n = problem.n;
  header.in_layout = IntegerLayout(problem.operand, problem.in_layout);
  header.divisor = problem.divisor;
  header.per_column = per_column;
  header.n = n;
  header.scales_at = writer.Append(Columns(problem.scales, per_column, n, n, 0.0));
  header.zero_points_at = writer.Append(Columns(problem.zero_points, per_column, n, n, int64_t{0}));
  header.biases_at = writer.Append(Columns(problem.biases, per_column, n, n, 0.0));
  return writer.Finish();
}

}  // namespace qcompile::runtime
