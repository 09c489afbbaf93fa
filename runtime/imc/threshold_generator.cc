// The part of CodeGenerator that deals with thresholds and with moves of elements.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/code_generator.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kMaxCount = 65535;
constexpr int64_t kMaxLevels = 255;

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
  if (table.type.bits > 32) {
    return absl::UnimplementedError(
        absl::StrCat("results are ", table.type.ToString(), ", expected at most 32 bits"));
  }
  return absl::OkStatus();
}

void PutWord(std::vector<uint8_t>& data, int64_t value) {
  for (int i = 0; i < 4; ++i) {
    data.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

}  // namespace

// Compared values lie in [low, high]. A threshold outside is moved to the nearest one that no
// value or every value reaches, so that "never" and "always" fit the words.
absl::StatusOr<CodeGenerator::StoredTable> CodeGenerator::StoreTable(const ThresholdTable& table,
                                                                     int64_t channels, int64_t low,
                                                                     int64_t high) {
  absl::Status status = CheckTable(table, channels);
  if (!status.ok()) return status;
  StoredTable stored;
  stored.data = static_cast<int64_t>(data_.size());
  stored.levels = table.thresholds.shape()[1];
  stored.shared = table.thresholds.shape()[0] == 1;
  if (stored.RowWords() > target_.threshold_words) {
    return absl::UnimplementedError(
        absl::StrCat("a channel with ", stored.levels, " thresholds takes ", stored.RowWords(),
                     " words, the target has threshold_words=", target_.threshold_words));
  }
  for (int64_t row = 0; row < table.thresholds.shape()[0]; ++row) {
    int64_t direction = table.directions[row];
    PutWord(data_, direction);
    for (int64_t t = 0; t < stored.levels; ++t) {
      int64_t value = table.thresholds.IntegerAt(row * stored.levels + t);
      value = direction > 0 ? std::clamp(value, low, high + 1) : std::clamp(value, low - 1, high);
      if (!DataType::Signed(32).Contains(value)) {
        return absl::UnimplementedError(
            absl::StrCat("threshold ", value, " does not fit a threshold word of 32 bits"));
      }
      PutWord(data_, value);
    }
  }
  return stored;
}

int64_t CodeGenerator::ChannelsPerBlock(const StoredTable& table) const {
  int64_t block = std::min(kMaxCount, target_.accumulators);
  return table.shared ? block : std::min(block, target_.threshold_words / table.RowWords());
}

// `first` and `count` are elements of the layer.
void CodeGenerator::EmitThresholdRun(const ThresholdLayer& layer, const StoredTable& table,
                                     int64_t first, int64_t count, int64_t thresholds,
                                     bool shared) {
  int64_t block = std::min({count, kMaxCount, target_.accumulators});
  for (int64_t start = 0; start < count; start += block) {
    int64_t length = std::min(block, count - start);
    int64_t element = first + start;
    instructions_.push_back(LoadAccumulators{
        {0, layer.input_address + element * ElementBytes(layer.input), length, layer.input}});
    instructions_.push_back(
        Threshold{0, thresholds, length, table.levels, shared,
                  layer.output_address + element * ElementBytes(layer.table.type)});
  }
}

void CodeGenerator::EmitSharedThresholds(const ThresholdLayer& layer, const StoredTable& table) {
  EnsureThresholds(table.data, table.RowWords());
  EmitThresholdRun(layer, table, 0, layer.outer * layer.channels * layer.inner, 0, true);
}

void CodeGenerator::EmitChannelThresholds(const ThresholdLayer& layer, const StoredTable& table) {
  int64_t block = ChannelsPerBlock(table);
  for (int64_t start = 0; start < layer.channels; start += block) {
    int64_t count = std::min(block, layer.channels - start);
    EnsureThresholds(table.data + 4 * start * table.RowWords(), count * table.RowWords());
    for (int64_t outer = 0; outer < layer.outer; ++outer) {
      int64_t first = (outer * layer.channels + start) * layer.inner;
      if (layer.inner == 1) {
        EmitThresholdRun(layer, table, first, count, 0, false);
        continue;
      }
      // Elements of one channel lie together: each channel shares its row among them.
      for (int64_t channel = 0; channel < count; ++channel) {
        EmitThresholdRun(layer, table, first + channel * layer.inner, layer.inner,
                         channel * table.RowWords(), true);
      }
    }
  }
}

absl::Status CodeGenerator::EmitThreshold(const ThresholdLayer& layer) {
  if (layer.input.IsFloat() || layer.input.bits > 32 ||
      !DataType::Signed(static_cast<int>(target_.accumulator_bits))
           .Contains(layer.input.MinValue()) ||
      !DataType::Signed(static_cast<int>(target_.accumulator_bits))
           .Contains(layer.input.MaxValue())) {
    return absl::UnimplementedError(
        absl::StrCat("thresholds compare ", layer.input.ToString(),
                     ", the target has accumulator_bits=", target_.accumulator_bits));
  }
  auto bytes_of = [&](DataType type) {
    return TensorBytes({layer.outer, layer.channels, layer.inner}, type);
  };
  absl::Status status = CheckLayout(layer.input_address, bytes_of(layer.input),
                                    layer.output_address, bytes_of(layer.table.type));
  if (!status.ok()) return status;
  auto table =
      StoreTable(layer.table, layer.channels, layer.input.MinValue(), layer.input.MaxValue());
  if (!table.ok()) return table.status();
  EmitConfigureOutput(layer.table);
  if (table->shared) {
    EmitSharedThresholds(layer, *table);
  } else {
    EmitChannelThresholds(layer, *table);
  }
  return absl::OkStatus();
}

absl::Status CodeGenerator::EmitTranspose(const TransposeLayer& layer) {
  int64_t rank = static_cast<int64_t>(layer.shape.size());
  std::vector<int64_t> sorted = layer.perm;
  std::sort(sorted.begin(), sorted.end());
  bool is_permutation = static_cast<int64_t>(sorted.size()) == rank;
  for (int64_t d = 0; d < rank && is_permutation; ++d) is_permutation = sorted[d] == d;
  if (!is_permutation || layer.type.IsFloat() || layer.type.bits > 32) {
    return absl::InvalidArgumentError(absl::StrCat("expected a permutation of ", rank,
                                                   " dimensions and an integer type of at ",
                                                   "most 32 bits, found ", layer.type.ToString()));
  }
  int64_t bytes = ElementBytes(layer.type);
  int64_t total = bytes;
  for (int64_t extent : layer.shape) total = TensorBytes({extent, total / bytes}, layer.type);
  absl::Status status = CheckLayout(layer.input_address, total, layer.output_address, total);
  if (!status.ok() || total == 0) return status;
  std::vector<int64_t> extent(rank), from(rank), to(rank);  // by dimension of the result
  std::vector<int64_t> source_stride(rank, 1);
  for (int64_t d = rank - 2; d >= 0; --d) {
    source_stride[d] = source_stride[d + 1] * layer.shape[d + 1];
  }
  for (int64_t d = rank - 1, stride = 1; d >= 0; --d) {
    extent[d] = layer.shape[layer.perm[d]];
    from[d] = source_stride[layer.perm[d]];
    to[d] = stride;
    stride *= extent[d];
  }
  // One copy runs along the longest dimension whose strides an instruction can hold.
  int64_t run = -1;
  for (int64_t d = 0; d < rank; ++d) {
    bool holds = from[d] <= kMaxCount && to[d] <= kMaxCount && extent[d] <= kMaxCount;
    if (holds && (run < 0 || extent[d] > extent[run])) run = d;
  }
  Copy copy{0, 0, 1, 1, 1, bytes};
  if (run >= 0) {
    copy.count = extent[run];
    copy.source_stride = from[run];
    copy.destination_stride = to[run];
    extent[run] = 1;
  }
  std::vector<int64_t> index(rank, 0);
  for (int64_t left = total / bytes / copy.count; left > 0; --left) {
    copy.source = layer.input_address;
    copy.destination = layer.output_address;
    for (int64_t d = 0; d < rank; ++d) {
      copy.source += index[d] * from[d] * bytes;
      copy.destination += index[d] * to[d] * bytes;
    }
    instructions_.push_back(copy);
    for (int64_t d = rank - 1; d >= 0 && ++index[d] == extent[d]; --d) index[d] = 0;
  }
  return absl::OkStatus();
}

}  // namespace qcompile::runtime::imc
