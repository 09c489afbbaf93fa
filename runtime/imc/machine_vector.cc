// The part of Machine that works on accumulators.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/imc/machine.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kFactorWords = 4;

// The quotient value / 2^shift, rounded.
int64_t RoundShift(int64_t value, int64_t shift, RoundingMode mode) {
  int64_t floor = value >> shift;
  int64_t rest = value - (floor << shift);
  if (rest == 0) return floor;
  int64_t half = int64_t{1} << (shift - 1);
  bool negative = value < 0;
  switch (mode) {
    case RoundingMode::kFloor:
      return floor;
    case RoundingMode::kCeil:
      return floor + 1;
    case RoundingMode::kUp:
      return negative ? floor : floor + 1;
    case RoundingMode::kDown:
      return negative ? floor + 1 : floor;
    case RoundingMode::kHalfEven:
      return floor + (rest > half || (rest == half && (floor & 1) != 0));
    case RoundingMode::kHalfUp:
      return floor + (rest > half || (rest == half && !negative));
    case RoundingMode::kHalfDown:
      return floor + (rest > half || (rest == half && negative));
  }
  return floor;
}

absl::Status Beyond64Bits(absl::string_view what) {
  return absl::OutOfRangeError(absl::StrCat(what, " does not fit 64 bits"));
}

}  // namespace

// combine(accumulator, element, result) says whether it stayed within 64 bits.
template <typename Op, typename F>
absl::Status Machine::ForElements(const Op& op, int64_t offset, F combine) {
  int64_t bytes = ElementBytes(op.type);
  int64_t first = op.accumulator + offsets_.accumulator;
  int64_t address = op.activation + offset;
  absl::Status status = CheckAccumulators(first, op.count);
  if (!status.ok()) return status;
  status = CheckActivations(address, op.broadcast ? 1 : op.count, bytes);
  if (!status.ok()) return status;
  int64_t low = op.type.MinValue();
  int64_t high = op.type.MaxValue();
  for (int64_t i = 0; i < op.count; ++i) {
    int64_t value = ReadElement(address + (op.broadcast ? 0 : i * bytes), op.type);
    if (value < low || value > high) return NotAValue(value, op.type);
    int64_t result = 0;
    if (!combine(accumulators_[first + i], value, result)) return Beyond64Bits("a result");
    status = SetAccumulator(first + i, result);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<Cost> Machine::Do(const LoadAccumulators& op) {
  absl::Status status =
      ForElements(op, offsets_.source, [&](int64_t, int64_t element, int64_t& result) {
        return !__builtin_mul_overflow(op.multiplier, element, &result);
      });
  if (!status.ok()) return status;
  int64_t bits = op.type.bits;
  return op.multiplier == 1 ? VectorCost(op.count, bits, target_)
                            : MultiplyCost(op.count, bits, target_.accumulator_bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const AddAccumulators& op) {
  absl::Status status =
      ForElements(op, offsets_.operand, [&](int64_t sum, int64_t element, int64_t& result) {
        return !__builtin_mul_overflow(op.multiplier, element, &result) &&
               !__builtin_add_overflow(sum, result, &result);
      });
  if (!status.ok()) return status;
  int64_t bits = op.type.bits;
  return op.multiplier == 1 ? AddCost(op.count, bits, target_)
                            : MultiplyCost(op.count, bits, target_.accumulator_bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const MultiplyAccumulators& op) {
  absl::Status status =
      ForElements(op, offsets_.operand, [](int64_t value, int64_t element, int64_t& result) {
        return !__builtin_mul_overflow(value, element, &result);
      });
  if (!status.ok()) return status;
  return MultiplyCost(op.count, op.type.bits, target_.accumulator_bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const MaxAccumulators& op) {
  absl::Status status =
      ForElements(op, offsets_.operand, [](int64_t value, int64_t element, int64_t& result) {
        result = std::max(value, element);
        return true;
      });
  if (!status.ok()) return status;
  return AddCost(op.count, op.type.bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const MultiplyAdd& op) {
  int64_t address = op.scalar + offsets_.source;
  absl::Status status = CheckActivations(address, 1, ElementBytes(op.scalar_type));
  if (!status.ok()) return status;
  int64_t scalar = ReadElement(address, op.scalar_type);
  if (!op.scalar_type.Contains(scalar)) return NotAValue(scalar, op.scalar_type);
  Combine vector{op.accumulator, op.activation, op.count, op.type, 0};
  status =
      ForElements(vector, offsets_.operand, [&](int64_t sum, int64_t element, int64_t& result) {
        return !__builtin_mul_overflow(scalar, element, &result) &&
               !__builtin_add_overflow(sum, result, &result);
      });
  if (!status.ok()) return status;
  return MultiplyCost(op.count, op.type.bits, op.scalar_type.bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const StoreAccumulators& op) {
  int64_t bytes = ElementBytes(op.type);
  int64_t first = op.accumulator + offsets_.accumulator;
  int64_t address = op.activation + offsets_.destination;
  absl::Status status = CheckAccumulators(first, op.count);
  if (!status.ok()) return status;
  status = CheckActivations(address, op.count, bytes);
  if (!status.ok()) return status;
  for (int64_t i = 0; i < op.count; ++i) {
    int64_t value = accumulators_[first + i];
    if (!op.type.Contains(value)) return NotAValue(value, op.type);
    WriteElement(address + i * bytes, op.type, value);
  }
  return VectorCost(op.count, op.type.bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const MoveAccumulators& op) {
  int64_t source = op.source + offsets_.accumulator;
  int64_t destination = op.destination + offsets_.accumulator;
  absl::Status status = CheckAccumulators(source, op.count);
  if (!status.ok()) return status;
  status = CheckAccumulators(destination, op.count);
  if (!status.ok()) return status;
  // Overlapping ranges move as if through a temporary.
  std::vector<int64_t> values(accumulators_.begin() + source,
                              accumulators_.begin() + source + op.count);
  std::copy(values.begin(), values.end(), accumulators_.begin() + destination);
  return VectorCost(op.count, target_.accumulator_bits, target_);
}

// A number of one word, or of two with the lower one first.
int64_t Machine::Word(int64_t address, bool wide) const {
  if (!wide) return thresholds_[address];
  return static_cast<int64_t>(static_cast<uint32_t>(thresholds_[address])) |
         static_cast<int64_t>(thresholds_[address + 1]) * (int64_t{1} << 32);
}

// A row of the threshold memory is its direction, +1 or -1, and its sorted thresholds.
absl::Status Machine::CheckRow(const Threshold& op, int64_t row) {
  int64_t words = op.wide ? 2 : 1;
  int64_t address = op.thresholds + row * (1 + op.levels * words);
  auto key = static_cast<uint16_t>(2 * op.levels + op.wide);
  if (sorted_rows_[address] == key) return absl::OkStatus();
  int64_t direction = thresholds_[address];
  if (direction != 1 && direction != -1) {
    return absl::FailedPreconditionError(absl::StrCat("the direction of threshold row ", row,
                                                      " must be 1 or -1, found ", direction));
  }
  for (int64_t t = 1; t < op.levels; ++t) {
    int64_t before = Word(address + 1 + (t - 1) * words, op.wide);
    int64_t after = Word(address + 1 + t * words, op.wide);
    if (direction > 0 ? after < before : after > before) {
      return absl::FailedPreconditionError(
          absl::StrCat("threshold row ", row, " is not sorted in its direction"));
    }
  }
  sorted_rows_[address] = key;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Machine::CountReached(const Threshold& op, int64_t channel) {
  int64_t row = op.shared ? 0 : channel;
  absl::Status status = CheckRow(op, row);
  if (!status.ok()) return status;
  int64_t words = op.wide ? 2 : 1;
  int64_t address = op.thresholds + row * (1 + op.levels * words);
  int64_t direction = thresholds_[address];
  int64_t value = accumulators_[op.accumulator + offsets_.accumulator + channel];
  int64_t reached = 0;
  int64_t beyond = op.levels + 1;  // thresholds up to `reached` are, those from here on are not
  while (beyond - reached > 1) {
    int64_t middle = (reached + beyond) / 2;
    int64_t threshold = Word(address + 1 + (middle - 1) * words, op.wide);
    bool is_reached = direction > 0 ? value >= threshold : value <= threshold;
    (is_reached ? reached : beyond) = middle;
  }
  return reached;
}

absl::StatusOr<Cost> Machine::Do(const Threshold& op) {
  if (!output_) {
    return absl::FailedPreconditionError("codes are written before 'configure_output'");
  }
  absl::Status status = CheckAccumulators(op.accumulator + offsets_.accumulator, op.channels);
  if (!status.ok()) return status;
  int64_t row_words = 1 + op.levels * (op.wide ? 2 : 1);
  status = CheckRange("threshold words", op.thresholds, (op.shared ? 1 : op.channels) * row_words,
                      target_.threshold_words);
  if (!status.ok()) return status;
  int64_t bytes = ElementBytes(output_->type);
  int64_t address = op.activation + offsets_.destination;
  status = CheckActivations(address, op.channels, bytes);
  if (!status.ok()) return status;
  for (int64_t channel = 0; channel < op.channels; ++channel) {
    auto reached = CountReached(op, channel);
    if (!reached.ok()) return reached.status();
    int64_t value = output_->low + output_->step * *reached;
    if (!output_->type.Contains(value)) return NotAValue(value, output_->type);
    WriteElement(address + channel * bytes, output_->type, value);
  }
  return ThresholdCost(op.channels, op.levels, output_->type, target_);
}

absl::StatusOr<Cost> Machine::Do(const Requantize& op) {
  if (!requantize_) {
    return absl::FailedPreconditionError("codes are written before 'configure_requantize'");
  }
  const ConfigureRequantize& how = *requantize_;
  int64_t first = op.accumulator + offsets_.accumulator;
  absl::Status status = CheckAccumulators(first, op.channels);
  if (!status.ok()) return status;
  status = CheckRange("threshold words", op.factors, (op.shared ? 1 : op.channels) * kFactorWords,
                      target_.threshold_words);
  if (!status.ok()) return status;
  int64_t bytes = ElementBytes(how.type);
  int64_t address = op.activation + offsets_.destination;
  status = CheckActivations(address, op.channels, bytes);
  if (!status.ok()) return status;
  for (int64_t channel = 0; channel < op.channels; ++channel) {
    int64_t row = op.factors + (op.shared ? 0 : channel) * kFactorWords;
    int64_t value = 0;
    if (__builtin_mul_overflow(Word(row, true), accumulators_[first + channel], &value) ||
        __builtin_add_overflow(value, Word(row + 2, true), &value)) {
      return Beyond64Bits("a product");
    }
    value = std::clamp(RoundShift(value, how.shift, how.rounding), how.low, how.high);
    if (!how.type.Contains(value)) return NotAValue(value, how.type);
    WriteElement(address + channel * bytes, how.type, value);
  }
  return RequantizeCost(op.channels, how.type, target_);
}

}  // namespace qcompile::runtime::imc
