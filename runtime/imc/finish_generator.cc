// The part of the code generator that turns accumulators into results.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/code_generator.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kMaxLevels = 255;
constexpr int64_t kFactorWords = 4;

absl::Status CheckTable(const ThresholdTable& table, int64_t channels) {
  const Shape& shape = table.thresholds.shape();
  if (shape.size() != 2 || (shape[0] != 1 && shape[0] != channels) || shape[1] < 1 ||
      shape[1] > kMaxLevels || !table.thresholds.type().IsInteger()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "thresholds must be integers of shape [", channels, " or 1, 1 to ", kMaxLevels, "], found ",
        table.thresholds.type().ToString(), " of shape ", ShapeToString(shape)));
  }
  if (static_cast<int64_t>(table.directions.size()) != shape[0]) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", shape[0], " directions, found ", table.directions.size()));
  }
  for (int64_t direction : table.directions) {
    if (direction != 1 && direction != -1) {
      return absl::InvalidArgumentError(
          absl::StrCat("a direction must be 1 or -1, found ", direction));
    }
  }
  DataType word = DataType::Signed(32);
  if (!word.Contains(table.low) || !word.Contains(table.step)) {
    return absl::UnimplementedError(
        absl::StrCat("low ", table.low, " and step ", table.step, " must fit 32 bits"));
  }
  int64_t last = table.low + table.step * shape[1];
  if (table.type.IsFloat() || !table.type.Contains(table.low) || !table.type.Contains(last)) {
    return absl::InvalidArgumentError(absl::StrCat("codes from ", table.low, " to ", last,
                                                   " do not fit ", table.type.ToString()));
  }
  return absl::OkStatus();
}

absl::Status CheckTable(const RequantizeTable& table, int64_t channels) {
  auto count = static_cast<int64_t>(table.multipliers.size());
  auto offsets = static_cast<int64_t>(table.offsets.size());
  if ((count != 1 && count != channels) || (offsets != 1 && offsets != channels)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected 1 or ", channels, " multipliers and offsets, found ", count, " and ", offsets));
  }
  if (table.low > table.high || !table.type.Contains(table.low) ||
      !table.type.Contains(table.high)) {
    return absl::InvalidArgumentError(absl::StrCat("codes from ", table.low, " to ", table.high,
                                                   " do not fit ", table.type.ToString()));
  }
  DataType field = DataType::Signed(48);
  if (!field.Contains(table.low) || !field.Contains(table.high)) {
    return absl::UnimplementedError(
        absl::StrCat("low ", table.low, " and high ", table.high, " must fit 48 bits"));
  }
  return absl::OkStatus();
}

// Little-endian words of 32 bits.
void PutWords(std::vector<uint8_t>& bytes, int64_t value, int64_t words) {
  for (int64_t i = 0; i < 4 * words; ++i) {
    bytes.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

}  // namespace

StoredFinish StoredFinish::Row(int64_t channel) const {
  StoredFinish row = *this;
  if (shared) return row;
  row.data += 4 * channel * row_words;
  row.shared = true;
  return row;
}

// Compared values lie in the range. A threshold outside is moved to the nearest one that no value
// or every value reaches, so that most tables need no wide words.
absl::Status CodeGenerator::StoreThresholds(const ThresholdTable& table, ValueRange range,
                                            StoredFinish& stored) {
  int64_t rows = table.thresholds.shape()[0];
  stored.kind = StoredFinish::Kind::kThreshold;
  stored.levels = table.thresholds.shape()[1];
  stored.shared = rows == 1;
  stored.output = ConfigureOutput{table.type, table.low, table.step};
  std::vector<int64_t> values = table.thresholds.ToIntegers();
  for (int64_t i = 0; i < rows * stored.levels; ++i) {
    bool rising = table.directions[i / stored.levels] > 0;
    values[i] = std::clamp(values[i], range.low - !rising, range.high + rising);
    stored.wide = stored.wide || !DataType::Signed(32).Contains(values[i]);
  }
  int64_t words = stored.wide ? 2 : 1;
  stored.row_words = 1 + stored.levels * words;
  if (stored.row_words > target_.threshold_words) {
    return absl::UnimplementedError(
        absl::StrCat("a channel with ", stored.levels, " thresholds takes ", stored.row_words,
                     " words, the target has threshold_words=", target_.threshold_words));
  }
  std::vector<uint8_t> bytes;
  for (int64_t row = 0; row < rows; ++row) {
    PutWords(bytes, table.directions[row], 1);
    for (int64_t t = 0; t < stored.levels; ++t) {
      PutWords(bytes, values[row * stored.levels + t], words);
    }
  }
  auto data = StoreData(bytes);
  if (data.ok()) stored.data = *data;
  return data.status();
}

absl::Status CodeGenerator::StoreFactors(const RequantizeTable& table, StoredFinish& stored) {
  stored.kind = StoredFinish::Kind::kRequantize;
  stored.row_words = kFactorWords;
  stored.requantize =
      ConfigureRequantize{table.type, table.low, table.high, table.shift, table.rounding};
  size_t rows = std::max(table.multipliers.size(), table.offsets.size());
  stored.shared = rows == 1;
  if (stored.row_words > target_.threshold_words) {
    return absl::UnimplementedError(
        absl::StrCat("the factors of a channel take ", stored.row_words,
                     " words, the target has threshold_words=", target_.threshold_words));
  }
  std::vector<uint8_t> bytes;
  for (size_t row = 0; row < rows; ++row) {
    PutWords(bytes, table.multipliers[table.multipliers.size() == 1 ? 0 : row], 2);
    PutWords(bytes, table.offsets[table.offsets.size() == 1 ? 0 : row], 2);
  }
  auto data = StoreData(bytes);
  if (data.ok()) stored.data = *data;
  return data.status();
}

absl::StatusOr<StoredFinish> CodeGenerator::StoreFinish(const Finish& finish, int64_t channels,
                                                        ValueRange range) {
  StoredFinish stored;
  stored.type = ResultType(finish);
  if (!stored.type.IsInteger()) {
    return absl::UnimplementedError(
        absl::StrCat("results are ", stored.type.ToString(), ", expected codes"));
  }
  absl::Status status;
  if (const auto* table = std::get_if<ThresholdTable>(&finish)) {
    status = CheckTable(*table, channels);
    if (status.ok()) status = StoreThresholds(*table, range, stored);
  } else if (const auto* table = std::get_if<RequantizeTable>(&finish)) {
    status = CheckTable(*table, channels);
    if (status.ok()) status = StoreFactors(*table, stored);
  }
  if (!status.ok()) return status;
  return stored;
}

int64_t CodeGenerator::ChannelsPerBlock(const StoredFinish& finish) const {
  int64_t block = std::min(kMaxElements, target_.accumulators);
  if (finish.kind == StoredFinish::Kind::kStore || finish.shared) return block;
  return std::min(block, target_.threshold_words / finish.row_words);
}

void CodeGenerator::LoadFinish(const StoredFinish& finish, int64_t first_channel,
                               int64_t channels) {
  if (finish.kind == StoredFinish::Kind::kStore) return;
  if (finish.output &&
      !(output_ && output_->type == finish.output->type && output_->low == finish.output->low &&
        output_->step == finish.output->step)) {
    output_ = finish.output;
    Add(*output_);
  }
  if (finish.requantize) {
    const ConfigureRequantize& how = *finish.requantize;
    if (!requantize_ || requantize_->type != how.type || requantize_->low != how.low ||
        requantize_->high != how.high || requantize_->shift != how.shift ||
        requantize_->rounding != how.rounding) {
      requantize_ = how;
      Add(how);
    }
  }
  int64_t row = finish.shared ? 0 : first_channel;
  int64_t words = (finish.shared ? 1 : channels) * finish.row_words;
  int64_t data = finish.data + 4 * row * finish.row_words;
  if (thresholds_ && thresholds_->data == data && thresholds_->words == words) return;
  thresholds_ = LoadThresholds{0, words, data};
  Add(*thresholds_);
}

void CodeGenerator::AddResults(const StoredFinish& finish, int64_t accumulator, int64_t count,
                               int64_t address) {
  switch (finish.kind) {
    case StoredFinish::Kind::kStore:
      Add(StoreAccumulators{accumulator, address, count, finish.type});
      break;
    case StoredFinish::Kind::kThreshold:
      Add(Threshold{accumulator, 0, count, finish.levels, finish.shared, finish.wide, address});
      break;
    case StoredFinish::Kind::kRequantize:
      Add(Requantize{accumulator, 0, count, finish.shared, address});
      break;
  }
}

}  // namespace qcompile::runtime::imc
