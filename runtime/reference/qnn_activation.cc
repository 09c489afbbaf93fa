// qnn.threshold, qnn.table and qnn.requantize. Check numbers are those of docs/Qnn.md.
#include <algorithm>
#include <cmath>

#include "runtime/reference/qnn_support.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// The checked form of qnn.threshold's attributes.
struct Thresholds {
  Tensor values;  // [C, T] or [1, T]
  std::vector<int64_t> directions;
  int64_t low = 0;
  int64_t step = 0;
  DataType type;
  PerAxis channel;
};

// threshold_c1 and threshold_c3
absl::Status CheckThresholdTable(const Thresholds& t, const Tensor& x) {
  const Shape& shape = t.values.shape();
  if (shape.size() != 2 || shape[1] < 1 || shape[1] > 255) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a table of 1 to 255 thresholds per channel, found shape ", ShapeToString(shape)));
  }
  if (t.values.type().IsInteger() != x.type().IsInteger() ||
      (!x.type().IsInteger() && (x.type() != t.values.type() || x.type().bits != 32))) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected integer thresholds for integers or float32 ones for float32, found ",
                     t.values.type().ToString(), " for ", x.type().ToString()));
  }
  if (static_cast<int64_t>(t.directions.size()) != shape[0]) {  // threshold_c2
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", shape[0], " directions, found ", t.directions.size()));
  }
  for (int64_t c = 0; c < shape[0]; ++c) {
    const int64_t direction = t.directions[static_cast<size_t>(c)];
    if (direction != 1 && direction != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected directions of 1 or -1, found ", direction));
    }
    auto before = [&](int64_t i, int64_t j) {
      return t.values.type().IsInteger() ? t.values.IntegerAt(i) < t.values.IntegerAt(j)
                                         : t.values.Floats()[i] < t.values.Floats()[j];
    };
    for (int64_t i = c * shape[1]; i < (c + 1) * shape[1]; ++i) {
      if (!t.values.type().IsInteger() && std::isnan(t.values.Floats()[i])) {
        return absl::InvalidArgumentError("expected thresholds that are numbers, found nan");
      }
      if (i == c * shape[1]) continue;
      if (direction == 1 ? before(i, i - 1) : before(i - 1, i)) {
        return absl::InvalidArgumentError(
            absl::StrCat("expected thresholds sorted in the direction of their channel, found "
                         "unsorted ones in row ",
                         c));
      }
    }
  }
  return absl::OkStatus();
}

// threshold_c4
absl::Status CheckLevels(const Thresholds& t) {
  int64_t last = 0;
  const bool overflows = __builtin_mul_overflow(t.step, t.values.shape()[1], &last) ||
                         __builtin_add_overflow(last, t.low, &last);
  const bool sound = !overflows && t.step != 0 && t.type.Contains(t.low) && t.type.Contains(last);
  const bool bipolar = t.type.kind != TypeKind::kBipolar || t.values.shape()[1] == 1;
  if (sound && bipolar) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("expected levels of type ", t.type.ToString(),
                                                 ", found low ", t.low, " and step ", t.step,
                                                 " with ", t.values.shape()[1], " thresholds"));
}

// A list or an integer tensor.
absl::StatusOr<std::vector<int64_t>> ReadDirections(const Attributes& attributes) {
  if (const auto* list = attributes.Find<std::vector<int64_t>>("directions")) return *list;
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor tensor, TensorAttribute(attributes, "directions"));
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(tensor, "directions"));
  return tensor.ToIntegers();
}

absl::StatusOr<Thresholds> ReadThresholds(const Attributes& attributes, const Tensor& x) {
  Thresholds t;
  QCOMPILE_ASSIGN_OR_RETURN(t.values, TensorAttribute(attributes, "thresholds"));
  QCOMPILE_ASSIGN_OR_RETURN(t.directions, ReadDirections(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(t.low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(t.step, IntAttribute(attributes, "step", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(t.type, IntegerResultType(attributes));
  QCOMPILE_RETURN_IF_ERROR(CheckThresholdTable(t, x));
  QCOMPILE_RETURN_IF_ERROR(CheckLevels(t));
  QCOMPILE_ASSIGN_OR_RETURN(
      t.channel, PerAxis::Create(t.values.shape()[0], x.shape(), axis, "threshold rows"));
  return t;
}

// Counts what x reaches; `values` are the thresholds in the type of x.
template <typename T>
std::vector<int64_t> CountReached(const T* x, int64_t size, const T* values, const Thresholds& t) {
  const int64_t levels = t.values.shape()[1];
  std::vector<int64_t> codes(static_cast<size_t>(size));
  for (int64_t i = 0; i < size; ++i) {
    const int64_t c = t.channel(i);
    const T* row = values + c * levels;
    const bool upwards = t.directions[static_cast<size_t>(c)] == 1;
    // Rows are sorted in their direction: those that are reached stand in front.
    const int64_t reached =
        std::partition_point(
            row, row + levels,
            [&](T threshold) { return upwards ? x[i] >= threshold : x[i] <= threshold; }) -
        row;
    codes[static_cast<size_t>(i)] = t.low + t.step * reached;
  }
  return codes;
}

Results Threshold(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const Thresholds t, ReadThresholds(attributes, x));
  std::vector<int64_t> codes;
  if (x.type().IsInteger()) {
    const std::vector<int64_t> in = x.ToIntegers(), values = t.values.ToIntegers();
    codes = CountReached(in.data(), x.size(), values.data(), t);
  } else {
    codes = CountReached(x.Floats().data(), x.size(), t.values.Floats().data(), t);
  }
  return Single(Tensor::FromIntegers(t.type, x.shape(), codes));  // threshold_c5
}

Results Table(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor values, TensorAttribute(attributes, "values"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, IntegerResultType(attributes));
  QCOMPILE_RETURN_IF_ERROR(CheckType(values, type, "values"));  // table_c1
  if (values.rank() != 2 || values.shape()[1] < 1 || values.shape()[1] > 65536) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a table of 1 to 65536 values per channel, found shape ",
                     ShapeToString(values.shape())));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const PerAxis channel,
                            PerAxis::Create(values.shape()[0], x.shape(), axis, "table rows"));
  const int64_t length = values.shape()[1];
  const std::vector<int64_t> entries = values.ToIntegers();
  std::vector<int64_t> codes = x.ToIntegers();
  for (size_t i = 0; i < codes.size(); ++i) {
    // Unsigned: the difference of two 64-bit integers might not fit 64 bits.
    const uint64_t distance =
        codes[i] <= low ? 0 : static_cast<uint64_t>(codes[i]) - static_cast<uint64_t>(low);
    const uint64_t position = std::min(distance, static_cast<uint64_t>(length - 1));
    const int64_t row = channel(static_cast<int64_t>(i)) * length;
    codes[i] = entries[static_cast<size_t>(row) + position];
  }
  return Single(Tensor::FromIntegers(type, x.shape(), codes));  // table_c2
}

// value / 2^shift, rounded once. |value| <= 2^62, 0 <= shift <= 62.
int64_t RoundShifted(int64_t value, int64_t shift, RoundingMode mode) {
  const int64_t below = value >> shift;
  const int64_t rest = value - (below << shift);  // 0 <= rest < 2^shift
  if (rest == 0) return below;
  const bool negative = value < 0;
  const int64_t half = int64_t{1} << (shift - 1);  // rest is not 0, so shift is not
  switch (mode) {
    case RoundingMode::kFloor:
      return below;
    case RoundingMode::kCeil:
      return below + 1;
    case RoundingMode::kUp:
      return negative ? below : below + 1;
    case RoundingMode::kDown:
      return negative ? below + 1 : below;
    default:
      break;
  }
  if (rest != half) return rest > half ? below + 1 : below;
  if (mode == RoundingMode::kHalfEven) return below + (below & 1);
  const bool away = mode == RoundingMode::kHalfUp;
  return away == negative ? below : below + 1;
}

struct RequantizeParameters {
  Tensor multipliers, offsets;
  int64_t shift = 0, low = 0, high = 0;
  RoundingMode mode = RoundingMode::kHalfEven;
  DataType type;
  PerAxis multiplier_at, offset_at;
};

absl::StatusOr<RequantizeParameters> ReadRequantize(const Attributes& attributes,
                                                    const Shape& shape) {
  RequantizeParameters p;
  QCOMPILE_ASSIGN_OR_RETURN(p.multipliers, TensorAttribute(attributes, "multipliers"));
  QCOMPILE_ASSIGN_OR_RETURN(p.offsets, TensorAttribute(attributes, "offsets"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.multipliers, DataType::Int64(), "multipliers"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(p.offsets, DataType::Int64(), "offsets"));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(p.shift, IntAttribute(attributes, "shift", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(p.low, IntAttribute(attributes, "low", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(p.high, IntAttribute(attributes, "high", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string rounding,
                            StringAttribute(attributes, "rounding", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(p.mode, ParseRoundingMode(rounding));
  QCOMPILE_ASSIGN_OR_RETURN(p.type, IntegerResultType(attributes));
  // requantize_c1
  QCOMPILE_ASSIGN_OR_RETURN(p.multiplier_at,
                            PerAxis::Create(p.multipliers.size(), shape, axis, "multipliers"));
  QCOMPILE_ASSIGN_OR_RETURN(p.offset_at, PerAxis::Create(p.offsets.size(), shape, axis, "offsets"));
  if (p.shift < 0 || p.shift > 62) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a shift from 0 to 62, found ", p.shift));
  }
  if (p.low > p.high || p.type.kind == TypeKind::kBipolar || !p.type.Contains(p.low) ||
      !p.type.Contains(p.high)) {  // requantize_c3
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ordered bounds of type ", p.type.ToString(), ", found ", p.low, " and ", p.high));
  }
  return p;
}

Results Requantize(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const RequantizeParameters p, ReadRequantize(attributes, x.shape()));
  const std::vector<int64_t> multipliers = p.multipliers.ToIntegers();
  const std::vector<int64_t> offsets = p.offsets.ToIntegers();
  constexpr __int128 kLimit = __int128{1} << 62;
  std::vector<int64_t> codes = x.ToIntegers();
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    const __int128 value =
        static_cast<__int128>(multipliers[static_cast<size_t>(p.multiplier_at(n))]) * codes[i] +
        offsets[static_cast<size_t>(p.offset_at(n))];
    if (value < -kLimit || value >= kLimit) {  // requantize_c2
      return absl::OutOfRangeError(absl::StrCat(
          "expected products of at most 62 bits, found a larger one for code ", codes[i]));
    }
    const int64_t rounded = RoundShifted(static_cast<int64_t>(value), p.shift, p.mode);
    codes[i] = std::clamp(rounded, p.low, p.high);
  }
  return Single(Tensor::FromIntegers(p.type, x.shape(), codes));  // requantize_c4
}

}  // namespace

void RegisterQnnActivations(ReferenceTable& table) {
  table["qnn.requantize"] = Requantize;
  table["qnn.table"] = Table;
  table["qnn.threshold"] = Threshold;
}

}  // namespace qcompile::runtime
