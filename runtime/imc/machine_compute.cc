// The part of Machine that multiplies: the input register and the banks.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/imc/machine.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

// The bit-serial sums of docs/Imc.md, in one go. Every sum of codes is the same integer in any
// order, and every intermediate sum of the macro is one that codes could have given: where the
// final sum fits the accumulator of a program that is right, those do.
int64_t Dot(const int32_t* weights, const int64_t* inputs, int64_t count) {
  int64_t sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += weights[i] * inputs[i];
  return sum;
}

// A form that compilers turn into multiply-add instructions.
int32_t Dot(const int16_t* weights, const int16_t* inputs, int64_t count) {
  int32_t sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<int32_t>(weights[i]) * inputs[i];
  return sum;
}

int Magnitude(DataType type) { return type.kind == TypeKind::kSigned ? type.bits - 1 : type.bits; }

// Whether 32 bits hold every sum of `rows` products of 16-bit values of these types.
bool IsNarrow(DataType input, DataType weight, int64_t rows) {
  return Magnitude(input) <= 15 && Magnitude(weight) <= 15 &&
         Magnitude(input) + Magnitude(weight) + IndexBits(rows) < 31;
}

}  // namespace

absl::Status Machine::ClearInputs(int64_t count) {
  if (!types_) return absl::FailedPreconditionError("inputs are streamed before 'configure'");
  if (count > target_.rows) {
    return absl::OutOfRangeError(
        absl::StrCat(count, " inputs, the target has rows=", target_.rows));
  }
  inputs_.clear();
  input_type_ = types_->input;
  return absl::OkStatus();
}

absl::Status Machine::AppendInputs(int64_t address, int64_t count) {
  DataType type = *input_type_;
  int64_t bytes = ElementBytes(type);
  absl::Status status = CheckActivations(address, count, bytes);
  if (!status.ok()) return status;
  int64_t low = type.MinValue();
  int64_t high = type.MaxValue();
  for (int64_t i = 0; i < count; ++i) {
    int64_t value = ReadElement(address + i * bytes, type);
    if (value < low || value > high) return NotAValue(value, type);
    inputs_.push_back(value);
  }
  return absl::OkStatus();
}

absl::StatusOr<Cost> Machine::Do(const Stream& op) {
  absl::Status status = ClearInputs(op.count);
  if (status.ok()) status = AppendInputs(op.activation + offsets_.source, op.count);
  if (!status.ok()) return status;
  narrow_inputs_.assign(inputs_.begin(), inputs_.end());
  return StreamCost(op.count, 1, op.count, *input_type_, target_);
}

absl::StatusOr<Cost> Machine::Do(const StreamWindow& op) {
  if (!window_) {
    return absl::FailedPreconditionError("a window is streamed before 'configure_window'");
  }
  const ConfigureWindow& window = *window_;
  int64_t size = window.run * window.count1 * window.count2 * window.count3;
  absl::Status status = CheckRange("window elements", op.first, op.count, size);
  if (status.ok()) status = ClearInputs(op.count);
  if (!status.ok()) return status;
  int64_t bytes = ElementBytes(*input_type_);
  int64_t accesses = 0;
  for (int64_t element = op.first, left = op.count; left > 0; ++accesses) {
    int64_t run = element / window.run;
    int64_t inside = element % window.run;
    int64_t count = std::min(left, window.run - inside);
    int64_t address = op.activation + offsets_.source + inside * bytes +
                      run % window.count1 * window.stride1 +
                      run / window.count1 % window.count2 * window.stride2 +
                      run / window.count1 / window.count2 * window.stride3;
    status = AppendInputs(address, count);
    if (!status.ok()) return status;
    element += count;
    left -= count;
  }
  narrow_inputs_.assign(inputs_.begin(), inputs_.end());
  return StreamCost(op.count, accesses, std::min(window.run, op.count), *input_type_, target_);
}

absl::StatusOr<Cost> Machine::Do(const MultiplyAccumulate& op) {
  absl::Status status = CheckBank(op.bank);
  if (!status.ok()) return status;
  if (!banks_[op.bank]) {
    return absl::FailedPreconditionError(absl::StrCat("bank ", op.bank, " holds no weights"));
  }
  if (!input_type_) return absl::FailedPreconditionError("no inputs were streamed");
  const Tile& tile = *banks_[op.bank];
  int64_t rows = tile.shape.rows;
  int64_t columns = tile.shape.columns;
  if (static_cast<int64_t>(inputs_.size()) != rows) {
    return absl::FailedPreconditionError(absl::StrCat(
        inputs_.size(), " inputs were streamed, bank ", op.bank, " has ", rows, " rows"));
  }
  int64_t first = op.accumulator + offsets_.accumulator;
  status = CheckAccumulators(first, columns);
  if (!status.ok()) return status;
  bool narrow = IsNarrow(*input_type_, tile.shape.weight, rows);
  for (int64_t c = 0; c < columns; ++c) {
    int64_t sum = narrow ? Dot(tile.narrow.data() + c * rows, narrow_inputs_.data(), rows)
                         : Dot(tile.weights.data() + c * rows, inputs_.data(), rows);
    status = SetAccumulator(first + c, op.keep ? accumulators_[first + c] + sum : sum);
    if (!status.ok()) return status;
  }
  counts_.macs += rows * columns;
  counts_.stored_macs += EntriesPerColumn(tile.shape) * columns;
  return MultiplyAccumulateCost(tile.shape, *input_type_, op.keep != 0, target_);
}

}  // namespace qcompile::runtime::imc
