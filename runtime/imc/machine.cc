// State, checks, control, configuration and loads. The other instructions: machine_compute.cc,
// machine_vector.cc, machine_memory.cc.
#include "runtime/imc/machine.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {

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

Machine::Machine(const Target& target, absl::Span<const uint8_t> data, size_t num_instructions)
    : target_(target),
      accumulator_min_(DataType::Signed(static_cast<int>(target.accumulator_bits)).MinValue()),
      accumulator_max_(DataType::Signed(static_cast<int>(target.accumulator_bits)).MaxValue()),
      data_(data),
      decoded_(num_instructions),
      activations_(static_cast<size_t>(target.activation_bytes)),
      accumulators_(static_cast<size_t>(target.accumulators)),
      thresholds_(static_cast<size_t>(target.threshold_words)),
      sorted_rows_(static_cast<size_t>(target.threshold_words)),
      banks_(static_cast<size_t>(target.banks)) {}

void Machine::Reset() {
  std::fill(activations_.begin(), activations_.end(), 0);
  std::fill(accumulators_.begin(), accumulators_.end(), 0);
  std::fill(thresholds_.begin(), thresholds_.end(), 0);
  std::fill(sorted_rows_.begin(), sorted_rows_.end(), 0);
  std::fill(banks_.begin(), banks_.end(), nullptr);
  inputs_.clear();
  input_type_.reset();
  types_.reset();
  output_.reset();
  window_.reset();
  requantize_.reset();
  table_.reset();
  next_ = 0;
  loops_.clear();
  offsets_ = {};
  counts_ = {};
  halted_ = false;
}

absl::StatusOr<Cost> Machine::Execute(const Instruction& instruction) {
  index_ = next_++;
  return std::visit([this](const auto& op) { return Do(op); }, instruction);
}

// Codes are stored little-endian and sign-extended; a bipolar -1 is stored as the bit 0.
int64_t Machine::ReadElement(int64_t address, DataType type) const {
  const uint8_t* from = activations_.data() + address;
  bool is_signed = type.kind == TypeKind::kSigned;
  switch (ElementBytes(type)) {
    case 1:
      if (type.kind == TypeKind::kBipolar) return *from == 0 ? -1 : *from;
      return is_signed ? static_cast<int8_t>(*from) : *from;
    case 2: {
      uint16_t raw = static_cast<uint16_t>(from[0] | from[1] << 8);
      return is_signed ? static_cast<int16_t>(raw) : raw;
    }
    case 4: {
      uint32_t raw = 0;
      for (int i = 0; i < 4; ++i) raw |= static_cast<uint32_t>(from[i]) << (8 * i);
      return is_signed ? static_cast<int32_t>(raw) : static_cast<int64_t>(raw);
    }
    default: {
      uint64_t raw = 0;
      for (int i = 0; i < 8; ++i) raw |= static_cast<uint64_t>(from[i]) << (8 * i);
      return static_cast<int64_t>(raw);
    }
  }
}

void Machine::WriteElement(int64_t address, DataType type, int64_t value) {
  if (type.kind == TypeKind::kBipolar) value = value > 0 ? 1 : 0;
  auto raw = static_cast<uint64_t>(value);
  int64_t bytes = ElementBytes(type);
  for (int64_t i = 0; i < bytes; ++i) {
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

absl::Status Machine::CheckData(int64_t first, int64_t bytes) const {
  return CheckRange("data bytes", first, bytes, static_cast<int64_t>(data_.size()));
}

absl::Status Machine::SetAccumulator(int64_t index, int64_t value) {
  if (value < accumulator_min_ || value > accumulator_max_) {
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

void Machine::Offsets::Advance(const Repeat& steps, int64_t times) {
  source += times * steps.source;
  operand += times * steps.operand;
  destination += times * steps.destination;
  accumulator += times * steps.accumulator;
}

absl::StatusOr<Cost> Machine::Do(const Repeat& op) {
  loops_.push_back({op, 0, next_});
  return ControlCost();
}

absl::StatusOr<Cost> Machine::Do(const EndRepeat&) {
  if (loops_.empty()) return absl::FailedPreconditionError("no loop is open");
  Loop& loop = loops_.back();
  if (++loop.iteration < loop.repeat.count) {
    offsets_.Advance(loop.repeat, 1);
    next_ = loop.body;
  } else {
    offsets_.Advance(loop.repeat, 1 - loop.repeat.count);
    loops_.pop_back();
  }
  return LoopEndCost();
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

absl::StatusOr<Cost> Machine::Do(const ConfigureWindow& op) {
  window_ = op;
  return ControlCost();
}

absl::StatusOr<Cost> Machine::Do(const ConfigureRequantize& op) {
  requantize_ = op;
  return ControlCost();
}

absl::StatusOr<Cost> Machine::Do(const ConfigureTable& op) {
  table_ = op;
  return ControlCost();
}

absl::StatusOr<std::shared_ptr<const Machine::Tile>> Machine::DecodedTile(const LoadWeights& op) {
  TileShape shape{op.format, op.n, op.m, op.rows, op.columns, types_->weight};
  // In a loop the configured type may differ from iteration to iteration.
  if (decoded_[index_] && decoded_[index_]->shape.weight == shape.weight) return decoded_[index_];
  absl::Status status = CheckTile(shape, target_);
  if (!status.ok()) return status;
  int64_t bytes = EncodedBytes(shape);
  status = CheckData(op.data, bytes);
  if (!status.ok()) return status;
  auto weights = DecodeTile(shape, data_.subspan(op.data, bytes));
  if (!weights.ok()) return weights.status();
  auto tile = std::make_shared<Tile>();
  tile->shape = shape;
  tile->weights.resize(weights->size());
  for (int64_t row = 0; row < op.rows; ++row) {
    for (int64_t column = 0; column < op.columns; ++column) {
      tile->weights[column * op.rows + row] = (*weights)[row * op.columns + column];
    }
  }
  if (DataType::Signed(16).Contains(shape.weight.MaxValue())) {
    tile->narrow.assign(tile->weights.begin(), tile->weights.end());
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
  status = CheckData(op.data, 4 * op.words);
  if (!status.ok()) return status;
  for (int64_t i = 0; i < op.words; ++i) {
    const uint8_t* bytes = data_.data() + op.data + 4 * i;
    uint32_t word = 0;
    for (int b = 0; b < 4; ++b) word |= static_cast<uint32_t>(bytes[b]) << (8 * b);
    thresholds_[op.thresholds + i] = static_cast<int32_t>(word);
  }
  std::fill(sorted_rows_.begin(), sorted_rows_.end(), 0);
  return LoadDataCost(4 * op.words, target_);
}

absl::StatusOr<Cost> Machine::Do(const LoadConstants& op) {
  absl::Status status = CheckData(op.data, op.bytes);
  if (!status.ok()) return status;
  int64_t destination = op.destination + offsets_.destination;
  status = CheckActivations(destination, op.bytes, 1);
  if (!status.ok()) return status;
  std::memcpy(activations_.data() + destination, data_.data() + op.data, op.bytes);
  return LoadDataCost(op.bytes, target_);
}

}  // namespace qcompile::runtime::imc
