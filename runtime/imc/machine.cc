#include "runtime/imc/machine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

absl::Status CheckRange(absl::string_view what, int64_t first, int64_t count, int64_t limit) {
  if (first >= 0 && count >= 0 && first <= limit && count <= limit - first) {
    return absl::OkStatus();
  }
  return absl::OutOfRangeError(absl::StrCat(what, " ", first, " to ", first + count - 1,
                                            " lie beyond the ", limit, " that exist"));
}

absl::Status NotAValue(int64_t value, DataType type) {
  return absl::OutOfRangeError(
      absl::StrCat("the value ", value, " does not fit ", type.ToString()));
}

}  // namespace

Machine::Machine(const Target& target, absl::Span<const uint8_t> data, size_t num_instructions)
    : target_(target),
      data_(data),
      decoded_(num_instructions),
      activations_(static_cast<size_t>(target.activation_bytes)),
      accumulators_(static_cast<size_t>(target.accumulators)),
      thresholds_(static_cast<size_t>(target.threshold_words)),
      banks_(static_cast<size_t>(target.banks)) {}

void Machine::Reset() {
  std::fill(activations_.begin(), activations_.end(), 0);
  std::fill(accumulators_.begin(), accumulators_.end(), 0);
  std::fill(thresholds_.begin(), thresholds_.end(), 0);
  std::fill(banks_.begin(), banks_.end(), nullptr);
  inputs_.clear();
  input_type_.reset();
  types_.reset();
  output_.reset();
  counts_ = {};
  halted_ = false;
}

absl::StatusOr<Cost> Machine::Execute(const Instruction& instruction, size_t index) {
  index_ = index;
  return std::visit([this](const auto& op) { return Do(op); }, instruction);
}

// Codes are stored little-endian and sign-extended; a bipolar -1 is stored as the bit 0.
int64_t Machine::ReadElement(int64_t address, DataType type) const {
  int64_t bytes = ElementBytes(type);
  uint64_t raw = 0;
  for (int64_t i = 0; i < bytes; ++i) {
    raw |= static_cast<uint64_t>(activations_[address + i]) << (8 * i);
  }
  if (type.kind == TypeKind::kBipolar) return raw == 0 ? -1 : static_cast<int64_t>(raw);
  auto value = static_cast<int64_t>(raw);
  int64_t width = int64_t{1} << (8 * bytes);
  return type.kind == TypeKind::kSigned && value >= width / 2 ? value - width : value;
}

void Machine::WriteElement(int64_t address, DataType type, int64_t value) {
  if (type.kind == TypeKind::kBipolar) value = value > 0 ? 1 : 0;
  auto raw = static_cast<uint64_t>(value);
  for (int64_t i = 0; i < ElementBytes(type); ++i) {
    activations_[address + i] = static_cast<uint8_t>(raw >> (8 * i));
  }
}

absl::Status Machine::CheckBank(int64_t bank) const {
  return CheckRange("banks", bank, 1, target_.banks);
}

absl::Status Machine::CheckActivations(int64_t address, int64_t count, int64_t bytes) const {
  return CheckRange("activation bytes", address, count * bytes, target_.activation_bytes);
}

absl::Status Machine::CheckAccumulators(int64_t first, int64_t count) const {
  return CheckRange("accumulators", first, count, target_.accumulators);
}

absl::Status Machine::SetAccumulator(int64_t index, int64_t value) {
  DataType type = DataType::Signed(static_cast<int>(target_.accumulator_bits));
  if (!type.Contains(value)) {
    return absl::OutOfRangeError(absl::StrCat("accumulator ", index, " overflows its ",
                                              target_.accumulator_bits, " bits with ", value));
  }
  accumulators_[index] = value;
  return absl::OkStatus();
}

absl::StatusOr<Cost> Machine::Do(const Halt&) {
  halted_ = true;
  return ControlCost();
}

absl::StatusOr<Cost> Machine::Do(const Configure& op) {
  if (op.input.bits > target_.max_input_bits) {
    return absl::OutOfRangeError(
        absl::StrCat("inputs of ", static_cast<int>(op.input.bits),
                     " bits, the target has max_input_bits=", target_.max_input_bits));
  }
  if (op.weight.bits > target_.max_weight_bits) {
    return absl::OutOfRangeError(
        absl::StrCat("weights of ", static_cast<int>(op.weight.bits),
                     " bits, the target has max_weight_bits=", target_.max_weight_bits));
  }
  types_ = op;
  return ControlCost();
}

absl::StatusOr<Cost> Machine::Do(const ConfigureOutput& op) {
  output_ = op;
  return ControlCost();
}

absl::StatusOr<std::shared_ptr<const Machine::Tile>> Machine::DecodedTile(const LoadWeights& op) {
  if (decoded_[index_]) return decoded_[index_];
  auto tile = std::make_shared<Tile>();
  tile->shape = {op.format, op.n, op.m, op.rows, op.columns, types_->weight};
  absl::Status status = CheckTile(tile->shape, target_);
  if (!status.ok()) return status;
  int64_t bytes = EncodedBytes(tile->shape);
  status = CheckRange("data bytes", op.data, bytes, static_cast<int64_t>(data_.size()));
  if (!status.ok()) return status;
  auto weights = DecodeTile(tile->shape, data_.subspan(op.data, bytes));
  if (!weights.ok()) return weights.status();
  tile->weights = *std::move(weights);
  tile->column_sums.assign(op.columns, 0);
  for (int64_t i = 0; i < op.rows * op.columns; ++i) {
    tile->column_sums[i % op.columns] += tile->weights[i];
  }
  decoded_[index_] = std::move(tile);
  return decoded_[index_];
}

absl::StatusOr<Cost> Machine::Do(const LoadWeights& op) {
  absl::Status status = CheckBank(op.bank);
  if (!status.ok()) return status;
  if (!types_) return absl::FailedPreconditionError("weights are loaded before 'configure'");
  auto tile = DecodedTile(op);
  if (!tile.ok()) return tile.status();
  banks_[op.bank] = *tile;
  auto slots_of = [this](const Tile& t) {
    return SlotsPerColumn(t.shape, target_) * PhysicalColumns(t.shape, target_);
  };
  int64_t used = 0;
  for (const auto& bank : banks_) used += bank ? slots_of(*bank) : 0;
  counts_.peak_slots_used = std::max(counts_.peak_slots_used, used);
  counts_.weight_slots_written += slots_of(**tile);
  return LoadWeightsCost((*tile)->shape, target_);
}

absl::StatusOr<Cost> Machine::Do(const LoadThresholds& op) {
  absl::Status status =
      CheckRange("threshold words", op.thresholds, op.words, target_.threshold_words);
  if (!status.ok()) return status;
  status = CheckRange("data bytes", op.data, 4 * op.words, static_cast<int64_t>(data_.size()));
  if (!status.ok()) return status;
  for (int64_t i = 0; i < op.words; ++i) {
    const uint8_t* bytes = data_.data() + op.data + 4 * i;
    uint32_t word = 0;
    for (int b = 0; b < 4; ++b) word |= static_cast<uint32_t>(bytes[b]) << (8 * b);
    thresholds_[op.thresholds + i] = static_cast<int32_t>(word);
  }
  return LoadThresholdsCost(op.words, target_);
}

absl::StatusOr<Cost> Machine::Do(const Stream& op) {
  if (!types_) return absl::FailedPreconditionError("inputs are streamed before 'configure'");
  if (op.count > target_.rows) {
    return absl::OutOfRangeError(
        absl::StrCat(op.count, " inputs, the target has rows=", target_.rows));
  }
  absl::Status status = CheckActivations(op.activation, op.count, 1);
  if (!status.ok()) return status;
  DataType type = types_->input;
  auto mask = static_cast<uint8_t>((1 << type.bits) - 1);
  inputs_.resize(op.count);
  for (int64_t i = 0; i < op.count; ++i) {
    int64_t value = ReadElement(op.activation + i, type);
    if (!type.Contains(value)) return NotAValue(value, type);
    inputs_[i] = activations_[op.activation + i] & mask;
  }
  input_type_ = type;
  return StreamCost(op.count, type, target_);
}

// One plane at a time, from the most significant: sum = 2 sum + plane. The top plane of signed
// codes has weight -1. Bipolar codes b stand for 2b-1, so their sum is twice the plane's sum less
// the sum of the column.
std::vector<int64_t> Machine::BitSerialSums(const Tile& tile) const {
  int64_t columns = tile.shape.columns;
  bool bipolar = input_type_->kind == TypeKind::kBipolar;
  bool is_signed = input_type_->kind == TypeKind::kSigned;
  std::vector<int32_t> sums(columns);
  for (int plane = input_type_->bits - 1; plane >= 0; --plane) {
    for (int32_t& sum : sums) sum *= 2;
    int32_t sign = is_signed && plane == input_type_->bits - 1 ? -1 : 1;
    for (size_t row = 0; row < inputs_.size(); ++row) {
      if (((inputs_[row] >> plane) & 1) == 0) continue;
      const int32_t* weights = tile.weights.data() + row * columns;
      for (int64_t c = 0; c < columns; ++c) sums[c] += sign * weights[c];
    }
  }
  std::vector<int64_t> wide(sums.begin(), sums.end());
  for (int64_t c = 0; bipolar && c < columns; ++c) wide[c] = 2 * wide[c] - tile.column_sums[c];
  return wide;
}

absl::StatusOr<Cost> Machine::Do(const MultiplyAccumulate& op) {
  absl::Status status = CheckBank(op.bank);
  if (!status.ok()) return status;
  if (!banks_[op.bank]) {
    return absl::FailedPreconditionError(absl::StrCat("bank ", op.bank, " holds no weights"));
  }
  if (!input_type_) return absl::FailedPreconditionError("no inputs were streamed");
  const Tile& tile = *banks_[op.bank];
  if (static_cast<int64_t>(inputs_.size()) != tile.shape.rows) {
    return absl::FailedPreconditionError(absl::StrCat(inputs_.size(),
                                                      " inputs were streamed, bank ", op.bank,
                                                      " has ", tile.shape.rows, " rows"));
  }
  status = CheckAccumulators(op.accumulator, tile.shape.columns);
  if (!status.ok()) return status;
  std::vector<int64_t> sums = BitSerialSums(tile);
  for (int64_t c = 0; c < tile.shape.columns; ++c) {
    int64_t index = op.accumulator + c;
    // The tile's own sum passes through a register of the same width.
    status = SetAccumulator(index, op.keep ? accumulators_[index] + sums[c] : sums[c]);
    if (!status.ok()) return status;
  }
  counts_.macs += tile.shape.rows * tile.shape.columns;
  counts_.stored_macs += EntriesPerColumn(tile.shape) * tile.shape.columns;
  return MultiplyAccumulateCost(tile.shape, *input_type_, op.keep != 0, target_);
}

// A row of the threshold memory is its direction, +1 or -1, and its sorted thresholds.
absl::StatusOr<int64_t> Machine::CountReached(const Threshold& op, int64_t channel) const {
  int64_t row = op.shared ? 0 : channel;
  const int32_t* words = thresholds_.data() + op.thresholds + row * (op.levels + 1);
  int64_t direction = words[0];
  if (direction != 1 && direction != -1) {
    return absl::FailedPreconditionError(absl::StrCat("the direction of threshold row ", row,
                                                      " must be 1 or -1, found ", direction));
  }
  int64_t value = direction * accumulators_[op.accumulator + channel];
  int64_t reached = 0;
  for (int64_t t = 1; t <= op.levels; ++t) {
    if (t > 1 && direction * words[t] < direction * words[t - 1]) {
      return absl::FailedPreconditionError(
          absl::StrCat("threshold row ", row, " is not sorted in its direction"));
    }
    if (value >= direction * words[t]) ++reached;
  }
  return reached;
}

absl::StatusOr<Cost> Machine::Do(const Threshold& op) {
  if (!output_) {
    return absl::FailedPreconditionError("codes are written before 'configure_output'");
  }
  absl::Status status = CheckAccumulators(op.accumulator, op.channels);
  if (!status.ok()) return status;
  status = CheckRange("threshold words", op.thresholds,
                      (op.shared ? 1 : op.channels) * (op.levels + 1), target_.threshold_words);
  if (!status.ok()) return status;
  int64_t bytes = ElementBytes(output_->type);
  status = CheckActivations(op.activation, op.channels, bytes);
  if (!status.ok()) return status;
  for (int64_t channel = 0; channel < op.channels; ++channel) {
    auto reached = CountReached(op, channel);
    if (!reached.ok()) return reached.status();
    int64_t value = output_->low + output_->step * *reached;
    if (!output_->type.Contains(value)) return NotAValue(value, output_->type);
    WriteElement(op.activation + channel * bytes, output_->type, value);
  }
  return ThresholdCost(op.channels, op.levels, output_->type, target_);
}

absl::StatusOr<Cost> Machine::Do(const LoadAccumulators& op) {
  int64_t bytes = ElementBytes(op.type);
  absl::Status status = CheckAccumulators(op.accumulator, op.count);
  if (!status.ok()) return status;
  status = CheckActivations(op.activation, op.count, bytes);
  if (!status.ok()) return status;
  for (int64_t i = 0; i < op.count; ++i) {
    int64_t value = ReadElement(op.activation + i * bytes, op.type);
    if (!op.type.Contains(value)) return NotAValue(value, op.type);
    status = SetAccumulator(op.accumulator + i, value);
    if (!status.ok()) return status;
  }
  return VectorCost(op.count, op.type.bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const StoreAccumulators& op) {
  int64_t bytes = ElementBytes(op.type);
  absl::Status status = CheckAccumulators(op.accumulator, op.count);
  if (!status.ok()) return status;
  status = CheckActivations(op.activation, op.count, bytes);
  if (!status.ok()) return status;
  for (int64_t i = 0; i < op.count; ++i) {
    int64_t value = accumulators_[op.accumulator + i];
    if (!op.type.Contains(value)) return NotAValue(value, op.type);
    WriteElement(op.activation + i * bytes, op.type, value);
  }
  return VectorCost(op.count, op.type.bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const MoveAccumulators& op) {
  absl::Status status = CheckAccumulators(op.source, op.count);
  if (!status.ok()) return status;
  status = CheckAccumulators(op.destination, op.count);
  if (!status.ok()) return status;
  // Overlapping ranges move as if through a temporary.
  std::vector<int64_t> values(accumulators_.begin() + op.source,
                              accumulators_.begin() + op.source + op.count);
  std::copy(values.begin(), values.end(), accumulators_.begin() + op.destination);
  return VectorCost(op.count, target_.accumulator_bits, target_);
}

absl::StatusOr<Cost> Machine::Do(const Copy& op) {
  int64_t bytes = op.element_bytes;
  int64_t last = op.count - 1;
  absl::Status status = CheckActivations(op.source, last * op.source_stride + 1, bytes);
  if (!status.ok()) return status;
  status = CheckActivations(op.destination, last * op.destination_stride + 1, bytes);
  if (!status.ok()) return status;
  std::vector<uint8_t> elements;
  for (int64_t i = 0; i < op.count; ++i) {
    const uint8_t* from = activations_.data() + op.source + i * op.source_stride * bytes;
    elements.insert(elements.end(), from, from + bytes);
  }
  for (int64_t i = 0; i < op.count; ++i) {
    std::copy_n(elements.begin() + i * bytes, bytes,
                activations_.begin() + op.destination + i * op.destination_stride * bytes);
  }
  return VectorCost(op.count, 8 * bytes, target_);
}

}  // namespace qcompile::runtime::imc
