#include "runtime/imc/code_generator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kMaxCount = 65535;
constexpr int64_t kMaxDataBytes = int64_t{1} << 32;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

absl::StatusOr<std::vector<int32_t>> WeightValues(const Tensor& weights) {
  if (weights.rank() != 2 || weights.size() == 0 || !weights.type().IsInteger()) {
    return absl::InvalidArgumentError(
        absl::StrCat("weights must be an integer matrix that is not empty, found ",
                     weights.type().ToString(), " of shape ", ShapeToString(weights.shape())));
  }
  std::vector<int32_t> values(static_cast<size_t>(weights.size()));
  for (int64_t i = 0; i < weights.size(); ++i) {
    int64_t value = weights.IntegerAt(i);
    // Beyond any target; refused here so that 32 bits hold every weight.
    if (value < -65536 || value > 65536) {
      return absl::UnimplementedError(
          absl::StrCat("weights need more than 16 bits: found ", value));
    }
    values[i] = static_cast<int32_t>(value);
  }
  return values;
}

struct Bounds {
  int64_t low = 0;
  int64_t high = 0;
};

// The range of every partial sum of every column, in any order.
Bounds PartialSumBounds(const WeightWindow& matrix, DataType input) {
  Bounds all;
  for (int64_t column = 0; column < matrix.columns; ++column) {
    Bounds sum;
    for (int64_t row = 0; row < matrix.rows; ++row) {
      int64_t weight = matrix.At(row, column);
      auto [low, high] = std::minmax({weight * input.MinValue(), weight * input.MaxValue()});
      sum.low += std::min<int64_t>(low, 0);
      sum.high += std::max<int64_t>(high, 0);
    }
    all.low = std::min(all.low, sum.low);
    all.high = std::max(all.high, sum.high);
  }
  return all;
}

int64_t SignedBits(Bounds bounds) {
  int bits = 1;
  while (!DataType::Signed(bits).Contains(bounds.low) ||
         !DataType::Signed(bits).Contains(bounds.high)) {
    ++bits;
  }
  return bits;
}

}  // namespace

struct CodeGenerator::MatmulPlan {
  MatmulLayer layer;
  std::vector<int32_t> weights;
  WeightWindow matrix;
  DataType weight;
  TileExtents extents;
  int64_t row_tiles = 0;
  int64_t column_tiles = 0;
  std::vector<StoredTile> tiles;  // row tile major
  std::optional<StoredTable> table;
  int64_t chunk = 1;  // vectors whose sums fit the accumulators at once
  int64_t group = 1;  // column tiles
  DataType output;
};

CodeGenerator::CodeGenerator(const Target& target)
    : target_(target), bank_tiles_(static_cast<size_t>(target.banks), -1) {}

// Bytes of a tensor, saturated beyond any activation buffer so that products cannot overflow.
int64_t CodeGenerator::TensorBytes(std::initializer_list<int64_t> extents, DataType type) {
  constexpr int64_t kBeyond = int64_t{1} << 40;
  int64_t bytes = ElementBytes(type);
  for (int64_t extent : extents) {
    if (extent <= 0) return extent < 0 ? kBeyond : 0;
    bytes = extent > kBeyond / bytes ? kBeyond : bytes * extent;
  }
  return bytes;
}

absl::Status CodeGenerator::CheckLayout(int64_t input, int64_t input_bytes, int64_t output,
                                        int64_t output_bytes) const {
  for (auto [address, bytes] : {std::pair(input, input_bytes), std::pair(output, output_bytes)}) {
    if (address < 0 || bytes > target_.activation_bytes - address) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a tensor takes ", bytes, " bytes at address ", address,
                       ", the target has activation_bytes=", target_.activation_bytes));
    }
  }
  if (input < output + output_bytes && output < input + input_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the input at byte ", input, " and the output at byte ", output, " overlap"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CodeGenerator::MatmulPlan> CodeGenerator::PlanMatmul(const MatmulLayer& layer) {
  MatmulPlan plan;
  plan.layer = layer;
  if (layer.vectors < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected at least one vector, found ", layer.vectors));
  }
  if (!layer.input.IsInteger() || layer.input.bits > target_.max_input_bits) {
    return absl::UnimplementedError(
        absl::StrCat("inputs are ", layer.input.ToString(),
                     ", the target has max_input_bits=", target_.max_input_bits));
  }
  auto weights = WeightValues(layer.weights);
  if (!weights.ok()) return weights.status();
  plan.weights = *std::move(weights);
  int64_t inputs = layer.weights.shape()[0];
  int64_t outputs = layer.weights.shape()[1];
  plan.matrix = {plan.weights, outputs, 0, 0, inputs, outputs};
  plan.weight = NarrowestWeightType(plan.weights);
  auto extents = ChooseTileExtents(plan.matrix, plan.weight, target_);
  if (!extents.ok()) return extents.status();
  plan.extents = *extents;
  Bounds bounds = PartialSumBounds(plan.matrix, layer.input);
  if (SignedBits(bounds) > target_.accumulator_bits) {
    return absl::UnimplementedError(absl::StrCat(
        "partial sums from ", bounds.low, " to ", bounds.high, " need ", SignedBits(bounds),
        " bits, the target has accumulator_bits=", target_.accumulator_bits));
  }
  plan.output = layer.thresholds ? layer.thresholds->type : layer.output;
  if (plan.output.IsFloat() || plan.output.bits > 32) {
    return absl::UnimplementedError(
        absl::StrCat("results are ", plan.output.ToString(), ", expected at most 32 bits"));
  }
  absl::Status status =
      CheckLayout(layer.input_address, TensorBytes({layer.vectors, inputs}, layer.input),
                  layer.output_address, TensorBytes({layer.vectors, outputs}, plan.output));
  if (!status.ok()) return status;
  plan.row_tiles = CeilDiv(inputs, plan.extents.rows);
  // Weights are reloaded for every chunk, so chunks come before groups of columns.
  plan.extents.columns = std::min(plan.extents.columns, target_.accumulators);
  plan.column_tiles = CeilDiv(outputs, plan.extents.columns);
  plan.chunk = std::min(layer.vectors, target_.accumulators / plan.extents.columns);
  plan.group =
      std::min(plan.column_tiles, target_.accumulators / (plan.chunk * plan.extents.columns));
  if (layer.thresholds) {
    auto table = StoreTable(*layer.thresholds, outputs, bounds.low, bounds.high);
    if (!table.ok()) return table.status();
    plan.table = *table;
  }
  return plan;
}

absl::Status CodeGenerator::StoreTiles(MatmulPlan& plan) {
  for (int64_t row_tile = 0; row_tile < plan.row_tiles; ++row_tile) {
    for (int64_t column_tile = 0; column_tile < plan.column_tiles; ++column_tile) {
      WeightWindow window = plan.matrix;
      window.first_row = row_tile * plan.extents.rows;
      window.first_column = column_tile * plan.extents.columns;
      window.rows = std::min(plan.extents.rows, plan.matrix.rows - window.first_row);
      window.columns = std::min(plan.extents.columns, plan.matrix.columns - window.first_column);
      StoredTile tile{ChooseFormat(window, plan.weight, target_),
                      static_cast<int64_t>(data_.size())};
      absl::Status fits = CheckTile(tile.shape, target_);
      if (!fits.ok()) return fits;
      std::vector<int32_t> weights;
      for (int64_t i = 0; i < window.rows * window.columns; ++i) {
        weights.push_back(window.At(i / window.columns, i % window.columns));
      }
      auto bytes = EncodeTile(tile.shape, weights);
      if (!bytes.ok()) return bytes.status();
      data_.insert(data_.end(), bytes->begin(), bytes->end());
      plan.tiles.push_back(tile);
    }
  }
  if (static_cast<int64_t>(data_.size()) > kMaxDataBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the data section takes ", data_.size(),
                                                     " bytes, expected at most ", kMaxDataBytes));
  }
  return absl::OkStatus();
}

absl::Status CodeGenerator::EmitMatmul(const MatmulLayer& layer) {
  auto plan = PlanMatmul(layer);
  if (!plan.ok()) return plan.status();
  plan->matrix.matrix = plan->weights;  // the plan was moved
  absl::Status stored = StoreTiles(*plan);
  if (!stored.ok()) return stored;
  // The buffer may have been written since the last layer.
  streamed_.reset();
  EmitConfigure(layer.input, plan->weight);
  if (layer.thresholds) EmitConfigureOutput(*layer.thresholds);
  for (int64_t vector = 0; vector < layer.vectors; vector += plan->chunk) {
    EmitChunk(*plan, vector, std::min(plan->chunk, layer.vectors - vector));
  }
  return absl::OkStatus();
}

void CodeGenerator::EmitChunk(const MatmulPlan& plan, int64_t first_vector, int64_t vectors) {
  for (int64_t tile = 0; tile < plan.column_tiles; tile += plan.group) {
    EmitGroup(plan, first_vector, vectors, tile, std::min(tile + plan.group, plan.column_tiles));
  }
}

void CodeGenerator::EmitGroup(const MatmulPlan& plan, int64_t first_vector, int64_t vectors,
                              int64_t first_tile, int64_t end_tile) {
  int64_t first_column = first_tile * plan.extents.columns;
  int64_t columns = std::min(end_tile * plan.extents.columns, plan.matrix.columns) - first_column;
  for (int64_t row_tile = 0; row_tile < plan.row_tiles; ++row_tile) {
    for (int64_t tile = first_tile; tile < end_tile; ++tile) {
      const StoredTile& stored = plan.tiles[row_tile * plan.column_tiles + tile];
      int64_t bank = EnsureTile(stored);
      for (int64_t v = 0; v < vectors; ++v) {
        EnsureStreamed(plan.layer.input_address + (first_vector + v) * plan.matrix.rows +
                           row_tile * plan.extents.rows,
                       stored.shape.rows);
        int64_t accumulator = v * columns + (tile - first_tile) * plan.extents.columns;
        instructions_.push_back(MultiplyAccumulate{bank, accumulator, row_tile > 0});
      }
    }
  }
  EmitResults(plan, first_vector, vectors, first_column, columns);
}

// Accumulator v * columns + c holds channel first_column + c of vector first_vector + v.
void CodeGenerator::EmitResults(const MatmulPlan& plan, int64_t first_vector, int64_t vectors,
                                int64_t first_column, int64_t columns) {
  int64_t block = plan.table ? ChannelsPerBlock(*plan.table) : kMaxCount;
  for (int64_t start = 0; start < columns; start += block) {
    int64_t count = std::min(block, columns - start);
    if (plan.table) {
      int64_t rows = plan.table->shared ? 1 : count;
      int64_t first_row = plan.table->shared ? 0 : first_column + start;
      EnsureThresholds(plan.table->data + 4 * first_row * plan.table->RowWords(),
                       rows * plan.table->RowWords());
    }
    for (int64_t v = 0; v < vectors; ++v) {
      int64_t element = (first_vector + v) * plan.matrix.columns + first_column + start;
      int64_t address = plan.layer.output_address + element * ElementBytes(plan.output);
      int64_t accumulator = v * columns + start;
      if (plan.table) {
        instructions_.push_back(
            Threshold{accumulator, 0, count, plan.table->levels, plan.table->shared, address});
      } else {
        instructions_.push_back(StoreAccumulators{{accumulator, address, count, plan.output}});
      }
    }
  }
}

void CodeGenerator::EmitConfigure(DataType input, DataType weight) {
  if (types_ && types_->input == input && types_->weight == weight) return;
  types_ = Configure{input, weight};
  instructions_.push_back(*types_);
}

void CodeGenerator::EmitConfigureOutput(const ThresholdTable& table) {
  if (output_ && output_->type == table.type && output_->low == table.low &&
      output_->step == table.step) {
    return;
  }
  output_ = ConfigureOutput{table.type, table.low, table.step};
  instructions_.push_back(*output_);
}

// Tiles replace each other in the order in which they came.
int64_t CodeGenerator::EnsureTile(const StoredTile& tile) {
  for (int64_t bank = 0; bank < target_.banks; ++bank) {
    if (bank_tiles_[bank] == tile.data) return bank;
  }
  int64_t bank = next_bank_;
  next_bank_ = (next_bank_ + 1) % target_.banks;
  bank_tiles_[bank] = tile.data;
  const TileShape& shape = tile.shape;
  instructions_.push_back(
      LoadWeights{bank, shape.format, shape.n, shape.m, shape.rows, shape.columns, tile.data});
  return bank;
}

void CodeGenerator::EnsureStreamed(int64_t address, int64_t count) {
  if (streamed_ && streamed_->activation == address && streamed_->count == count) return;
  streamed_ = Stream{address, count};
  instructions_.push_back(*streamed_);
}

void CodeGenerator::EnsureThresholds(int64_t data, int64_t words) {
  if (thresholds_ && thresholds_->data == data && thresholds_->words == words) return;
  thresholds_ = LoadThresholds{0, words, data};
  instructions_.push_back(*thresholds_);
}

void CodeGenerator::EmitHalt() { instructions_.push_back(Halt{}); }

}  // namespace qcompile::runtime::imc
