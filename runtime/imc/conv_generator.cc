// The part of the code generator that multiplies with weights: matrix products and convolutions.
//
// Weights are stationary: tiles stay in their banks while positions go by in loops, so that code
// does not grow with the number of positions. A layer is cut into jobs, ranges of outputs that
// need no more tiles than there are banks. A job whose tiles do not fit keeps the partial sums of
// as many positions as there are accumulators for, and loads the rest of its tiles for each such
// chunk of positions.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/code_generator.h"
#include "runtime/imc/group_packing.h"
#include "runtime/imc/input_window.h"
#include "runtime/imc/program.h"
#include "runtime/imc/tile_choice.h"

namespace qcompile::runtime::imc {
namespace {

// Elements, more than any buffer has.
constexpr int64_t kBeyond = int64_t{1} << 40;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct StoredTile {
  TileShape shape;
  int64_t data = 0;
  int64_t bank = 0;
  int64_t first_row = 0;
  int64_t first_column = 0;  // of the job
};

// Outputs that are computed together: `tiles` in the order of their rows.
struct Job {
  std::vector<LoopLevel> positions;  // source and destination steps
  InputWindow window;
  DataType input;
  std::vector<StoredTile> tiles;
  int64_t columns = 0;
  int64_t source = 0;       // bytes
  int64_t destination = 0;  // bytes
  StoredFinish finish;
};

void AddLoad(CodeGenerator& generator, const StoredTile& tile) {
  const TileShape& shape = tile.shape;
  generator.Add(
      LoadWeights{tile.bank, shape.format, shape.n, shape.m, shape.rows, shape.columns, tile.data});
}

// The products of some tiles at one position; inputs are streamed once per row of tiles.
void AddProducts(CodeGenerator& generator, const Job& job, absl::Span<const StoredTile> tiles,
                 int64_t source) {
  int64_t streamed = -1;
  for (const StoredTile& tile : tiles) {
    if (streamed != tile.first_row) {
      job.window.AddStream(generator, source, tile.first_row, tile.shape.rows, job.input);
    }
    streamed = tile.first_row;
    generator.Add(MultiplyAccumulate{tile.bank, tile.first_column, tile.first_row > 0});
  }
}

absl::Status EmitResident(CodeGenerator& generator, const Job& job) {
  for (const StoredTile& tile : job.tiles) AddLoad(generator, tile);
  return generator.Loops(job.positions, [&] {
    AddProducts(generator, job, job.tiles, job.source);
    generator.AddResults(job.finish, 0, job.columns, job.destination);
    return absl::OkStatus();
  });
}

// Chunks of positions: `outer` loops over them, `inner` within one of them.
struct Chunks {
  std::vector<LoopLevel> outer;
  std::vector<LoopLevel> inner;
  int64_t source = 0;
  int64_t destination = 0;
};

// All but the last bank keep their tiles; the others are loaded into the last one for each chunk.
absl::Status EmitChunks(CodeGenerator& generator, const Job& job, Chunks chunks, size_t pinned) {
  int64_t registers = job.columns;
  for (size_t i = chunks.inner.size(); i-- > 0;) {
    chunks.inner[i].accumulator = registers;
    registers *= chunks.inner[i].count;
  }
  absl::Span<const StoredTile> tiles = job.tiles;
  auto multiply = [&](absl::Span<const StoredTile> some) {
    return generator.Loops(chunks.inner, [&] {
      AddProducts(generator, job, some, job.source + chunks.source);
      return absl::OkStatus();
    });
  };
  return generator.Loops(chunks.outer, [&] {
    absl::Status status;
    if (pinned > 0) status = multiply(tiles.first(pinned));
    for (size_t i = pinned; i < tiles.size() && status.ok(); ++i) {
      AddLoad(generator, tiles[i]);
      status = multiply(tiles.subspan(i, 1));
    }
    if (!status.ok()) return status;
    return generator.Loops(chunks.inner, [&] {
      generator.AddResults(job.finish, 0, job.columns, job.destination + chunks.destination);
      return absl::OkStatus();
    });
  });
}

// Cuts the positions into chunks whose sums fit the accumulators: whole inner dimensions and a
// part of the one before them, with a smaller chunk for what that part leaves over.
absl::Status EmitReloading(CodeGenerator& generator, const Job& job, size_t pinned) {
  for (size_t i = 0; i < pinned; ++i) AddLoad(generator, job.tiles[i]);
  int64_t capacity = generator.target().accumulators / job.columns;
  size_t cut = job.positions.size();
  int64_t inner = 1;
  while (cut > 0 && inner * job.positions[cut - 1].count <= capacity) {
    inner *= job.positions[--cut].count;
  }
  Chunks chunks;
  chunks.inner.assign(job.positions.begin() + cut, job.positions.end());
  if (cut == 0) return EmitChunks(generator, job, chunks, pinned);
  LoopLevel level = job.positions[cut - 1];
  int64_t part = capacity / inner;
  int64_t turns = level.count / part;
  int64_t rest = level.count - turns * part;
  chunks.outer.assign(job.positions.begin(), job.positions.begin() + cut - 1);
  Chunks last = chunks;
  chunks.outer.push_back({turns, part * level.source, 0, part * level.destination, 0});
  chunks.inner.insert(chunks.inner.begin(), {part, level.source, 0, level.destination, 0});
  absl::Status status = EmitChunks(generator, job, chunks, pinned);
  if (!status.ok() || rest == 0) return status;
  last.inner.insert(last.inner.begin(), {rest, level.source, 0, level.destination, 0});
  last.source = turns * part * level.source;
  last.destination = turns * part * level.destination;
  return EmitChunks(generator, job, last, pinned);
}

absl::Status EmitJob(CodeGenerator& generator, Job& job) {
  auto count = static_cast<int64_t>(job.tiles.size());
  int64_t used = std::min(count, generator.target().banks);
  std::vector<int64_t> banks = generator.TakeBanks(used);
  for (int64_t i = 0; i < count; ++i) job.tiles[i].bank = banks[std::min(i, used - 1)];
  if (count == used) return EmitResident(generator, job);
  return EmitReloading(generator, job, static_cast<size_t>(used - 1));
}

absl::StatusOr<StoredTile> StoreTile(CodeGenerator& generator, const WeightWindow& window,
                                     DataType weight) {
  StoredTile tile{ChooseFormat(window, weight, generator.target()), 0, 0, window.first_row, 0};
  absl::Status fits = CheckTile(tile.shape, generator.target());
  if (!fits.ok()) return fits;
  std::vector<int32_t> weights;
  weights.reserve(static_cast<size_t>(window.rows * window.columns));
  for (int64_t row = 0; row < window.rows; ++row) {
    for (int64_t column = 0; column < window.columns; ++column) {
      weights.push_back(window.At(row, column));
    }
  }
  auto bytes = EncodeTile(tile.shape, weights);
  if (!bytes.ok()) return bytes.status();
  auto data = generator.StoreData(*bytes);
  if (!data.ok()) return data.status();
  tile.data = *data;
  return tile;
}

// One matrix of weights at all positions. `first_channel` is the channel of its first column.
absl::Status EmitMatrix(CodeGenerator& generator, const WeightMatrix& matrix, Job job,
                        int64_t first_channel) {
  const Target& target = generator.target();
  WeightWindow whole{matrix.values, matrix.columns, 0, 0, matrix.rows, matrix.columns};
  DataType weight = NarrowestWeightType(matrix.values);
  auto extents = ChooseTileExtents(whole, weight, target);
  if (!extents.ok()) return extents.status();
  int64_t limit = std::min(target.accumulators, generator.ChannelsPerBlock(job.finish));
  int64_t tile_columns = std::min(extents->columns, limit);
  int64_t row_tiles = CeilDiv(matrix.rows, extents->rows);
  int64_t group = std::min(
      {CeilDiv(matrix.columns, tile_columns), target.banks / row_tiles, limit / tile_columns});
  int64_t job_columns = std::max<int64_t>(group, 1) * tile_columns;
  int64_t destination = job.destination;
  generator.EnsureTypes(job.input, weight);
  job.window.Configure(generator);
  for (int64_t first = 0; first < matrix.columns; first += job_columns) {
    job.columns = std::min(job_columns, matrix.columns - first);
    job.tiles.clear();
    for (int64_t row = 0; row < matrix.rows; row += extents->rows) {
      for (int64_t column = 0; column < job.columns; column += tile_columns) {
        WeightWindow window = whole;
        window.first_row = row;
        window.first_column = first + column;
        window.rows = std::min(extents->rows, matrix.rows - row);
        window.columns = std::min(tile_columns, job.columns - column);
        auto tile = StoreTile(generator, window, weight);
        if (!tile.ok()) return tile.status();
        tile->first_column = column;
        job.tiles.push_back(*tile);
      }
    }
    job.destination = destination + first * ElementBytes(job.finish.type);
    generator.LoadFinish(job.finish, first_channel + first, job.columns);
    absl::Status status = EmitJob(generator, job);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckConv(const CodeGenerator& generator, const ConvLayer& layer) {
  for (const Position& position : layer.positions) {
    if (position.count < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected at least one position, found ", position.count));
    }
  }
  if (!layer.input.IsInteger() || layer.input.bits > generator.target().max_input_bits) {
    return absl::UnimplementedError(
        absl::StrCat("inputs are ", layer.input.ToString(),
                     ", the target has max_input_bits=", generator.target().max_input_bits));
  }
  return absl::OkStatus();
}

// From the first to the last element that the layer reads, and writes.
absl::Status CheckConvLayout(const CodeGenerator& generator, const ConvLayer& layer,
                             int64_t outputs) {
  int64_t read = layer.channels;
  int64_t written = outputs;
  auto extend = [](int64_t& extent, int64_t count, int64_t stride) {
    bool far = stride > 0 && (count - 1) > kBeyond / stride;
    extent = far ? kBeyond : std::min(kBeyond, extent + (count - 1) * stride);
  };
  for (const Dimension& tap : layer.taps) extend(read, tap.extent, tap.stride);
  for (const Position& position : layer.positions) {
    extend(read, position.count, position.input_stride);
    extend(written, position.count, position.output_stride);
  }
  return generator.CheckLayout(
      {{layer.input_address, TensorBytes({read}, layer.input)}},
      {layer.output_address, TensorBytes({written}, ResultType(layer.finish))});
}

}  // namespace

absl::Status Emit(CodeGenerator& generator, const ConvLayer& layer) {
  absl::Status status = CheckConv(generator, layer);
  if (!status.ok()) return status;
  auto weights = GroupedWeights::Create(layer);
  if (!weights.ok()) return weights.status();
  ValueRange sums = weights->PartialSums(layer.input);
  DataType accumulator = DataType::Signed(static_cast<int>(generator.target().accumulator_bits));
  if (!accumulator.Contains(sums.low) || !accumulator.Contains(sums.high)) {
    return absl::UnimplementedError(absl::StrCat(
        "partial sums from ", sums.low, " to ", sums.high,
        " do not fit, the target has accumulator_bits=", generator.target().accumulator_bits));
  }
  status = CheckConvLayout(generator, layer, weights->outputs());
  if (!status.ok()) return status;
  auto finish = generator.StoreFinish(layer.finish, weights->outputs(), sums);
  if (!finish.ok()) return finish.status();
  int64_t from = ElementBytes(layer.input);
  int64_t to = ElementBytes(finish->type);
  std::vector<LoopLevel> positions;
  for (const Position& p : layer.positions) {
    positions.push_back({p.count, p.input_stride * from, 0, p.output_stride * to, 0});
  }
  positions = SimplifyLoops(positions);
  int64_t packed = weights->ChoosePack(generator.target(), generator.ChannelsPerBlock(*finish));
  for (int64_t group = 0; group < layer.groups; group += packed) {
    int64_t count = std::min(packed, layer.groups - group);
    int64_t first_input = group * weights->inputs_per_group();
    int64_t first_output = group * weights->outputs_per_group();
    auto window = InputWindow::Create(layer.taps, count * weights->inputs_per_group(), from);
    if (!window.ok()) return window.status();
    Job job{positions,
            *window,
            layer.input,
            {},
            0,
            layer.input_address + first_input * from,
            layer.output_address + first_output * to,
            *finish};
    status = EmitMatrix(generator, weights->Pack(group, count), std::move(job), first_output);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Emit(CodeGenerator& generator, const MatmulLayer& layer) {
  if (layer.weights.rank() != 2) {
    return absl::InvalidArgumentError(absl::StrCat("weights must be a matrix, found shape ",
                                                   ShapeToString(layer.weights.shape())));
  }
  int64_t inputs = layer.weights.shape()[0];
  int64_t outputs = layer.weights.shape()[1];
  return Emit(generator, ConvLayer{layer.input,
                                   {{layer.vectors, inputs, outputs}},
                                   {},
                                   inputs,
                                   1,
                                   layer.weights,
                                   layer.finish,
                                   layer.input_address,
                                   layer.output_address});
}

}  // namespace qcompile::runtime::imc
