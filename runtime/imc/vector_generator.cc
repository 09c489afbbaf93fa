// The part of the code generator that computes on the vector unit.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/code_generator.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

// Adjacent elements of a result that are computed together: `turns` times `count` elements from
// `first` on.
struct Block {
  int64_t first = 0;
  int64_t count = 1;
  int64_t turns = 1;
};

// Cuts `extent` elements into blocks that fit accumulators, instructions and threshold memory.
// Where every channel has a row of its own, the rows of a block are loaded for it.
std::vector<Block> CutBlocks(const CodeGenerator& generator, const StoredFinish& finish,
                             int64_t extent) {
  std::vector<Block> blocks;
  int64_t most = std::min(extent, generator.ChannelsPerBlock(finish));
  if (most < 1) return blocks;
  bool shared = finish.shared || finish.kind == StoredFinish::Kind::kStore;
  if (!shared) {
    for (int64_t first = 0; first < extent; first += most) {
      blocks.push_back({first, std::min(most, extent - first), 1});
    }
    return blocks;
  }
  int64_t turns = extent / most;
  blocks.push_back({0, most, turns});
  if (turns * most < extent) blocks.push_back({turns * most, extent - turns * most, 1});
  return blocks;
}

// One dimension of an elementwise layer, with the strides of both terms in elements.
struct Axis {
  int64_t extent = 1;
  int64_t lhs = 0;
  int64_t rhs = 0;
  int64_t output = 0;
};

// Strides of a term against a shape; fails where it does not broadcast.
absl::StatusOr<std::vector<int64_t>> BroadcastStrides(const Term& term, const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 0);
  bool fits = term.shape.size() <= shape.size();
  int64_t stride = 1;
  for (size_t i = 1; i <= term.shape.size() && fits; ++i) {
    int64_t extent = term.shape[term.shape.size() - i];
    fits = extent == 1 || extent == shape[shape.size() - i];
    if (extent != 1) strides[shape.size() - i] = stride;
    stride *= extent;
  }
  if (fits) return strides;
  return absl::InvalidArgumentError(absl::StrCat("shape ", ShapeToString(term.shape),
                                                 " does not broadcast to ", ShapeToString(shape)));
}

// Dimensions that both terms walk through alike become one. The last one stays where its
// elements are channels.
std::vector<Axis> Simplify(const std::vector<Axis>& axes, bool keep_last) {
  std::vector<Axis> out;
  for (size_t i = 0; i < axes.size(); ++i) {
    const Axis& axis = axes[i];
    bool is_kept = keep_last && i + 1 == axes.size();
    if (axis.extent == 1 && !is_kept) continue;
    if (is_kept || out.empty() || out.back().lhs != axis.extent * axis.lhs ||
        out.back().rhs != axis.extent * axis.rhs) {
      out.push_back(axis);
      continue;
    }
    int64_t outer = out.back().extent;
    out.back() = axis;
    out.back().extent *= outer;
  }
  if (out.empty()) out.push_back({1, 0, 0, 1});
  return out;
}

absl::Status CheckTerm(const CodeGenerator& generator, const Term& term) {
  absl::Status status = generator.CheckAccumulated("operands", term.type);
  if (!status.ok() || DataType::Signed(48).Contains(term.multiplier)) return status;
  return absl::UnimplementedError(
      absl::StrCat("the multiplier ", term.multiplier, " needs more than 48 bits"));
}

// Loads, combines and finishes one block of adjacent elements.
void AddElements(CodeGenerator& generator, const ElementwiseLayer& layer, const Axis& inner,
                 const StoredFinish& finish, const Block& block) {
  int64_t first = block.first;
  const Term& lhs = layer.lhs;
  generator.Add(LoadAccumulators{0, lhs.address + first * inner.lhs * ElementBytes(lhs.type),
                                 block.count, lhs.type, lhs.multiplier, inner.lhs == 0});
  if (layer.rhs) {
    const Term& rhs = *layer.rhs;
    int64_t address = rhs.address + first * inner.rhs * ElementBytes(rhs.type);
    bool broadcast = inner.rhs == 0;
    if (layer.multiplies) {
      generator.Add(MultiplyAccumulators{{0, address, block.count, rhs.type, broadcast}});
    } else {
      generator.Add(
          AddAccumulators{{0, address, block.count, rhs.type, rhs.multiplier, broadcast}});
    }
  }
  generator.AddResults(finish, 0, block.count,
                       layer.output_address + first * ElementBytes(finish.type));
}

// Bounds for the thresholds of a layer: those of everything that accumulators hold.
ValueRange AccumulatorRange(const CodeGenerator& generator) {
  return RangeOf(DataType::Signed(static_cast<int>(generator.target().accumulator_bits)));
}

}  // namespace

absl::Status Emit(CodeGenerator& generator, const ElementwiseLayer& layer) {
  std::vector<Axis> axes(layer.shape.size());
  std::vector<ByteRange> operands;
  for (const Term* term : {&layer.lhs, layer.rhs ? &*layer.rhs : nullptr}) {
    if (!term) continue;
    absl::Status status = CheckTerm(generator, *term);
    if (!status.ok()) return status;
    auto strides = BroadcastStrides(*term, layer.shape);
    if (!strides.ok()) return strides.status();
    for (size_t d = 0; d < axes.size(); ++d) {
      (term == &layer.lhs ? axes[d].lhs : axes[d].rhs) = (*strides)[d];
    }
    operands.push_back({term->address, TensorBytes(term->shape, term->type)});
  }
  int64_t elements = 1;
  for (size_t d = layer.shape.size(); d-- > 0;) {
    axes[d].extent = layer.shape[d];
    axes[d].output = elements;
    elements *= layer.shape[d];
  }
  absl::Status status = generator.CheckLayout(
      operands, {layer.output_address, TensorBytes(layer.shape, ResultType(layer.finish))});
  if (status.ok()) status = generator.CheckAccumulated("sums", layer.sum);
  if (!status.ok() || elements == 0) return status;
  int64_t channels = layer.shape.empty() ? 1 : layer.shape.back();
  auto finish = generator.StoreFinish(layer.finish, channels, AccumulatorRange(generator));
  if (!finish.ok()) return finish.status();
  axes = Simplify(axes, !finish->shared);
  Axis inner = axes.back();
  axes.pop_back();
  int64_t lhs_bytes = ElementBytes(layer.lhs.type);
  int64_t rhs_bytes = layer.rhs ? ElementBytes(layer.rhs->type) : 0;
  int64_t to = ElementBytes(finish->type);
  for (const Block& block : CutBlocks(generator, *finish, inner.extent)) {
    generator.LoadFinish(*finish, block.first, block.count);
    axes.push_back({block.turns, block.count * inner.lhs, block.count * inner.rhs, block.count});
    std::vector<LoopLevel> nest;
    for (const Axis& axis : axes) {
      nest.push_back(
          {axis.extent, axis.lhs * lhs_bytes, axis.rhs * rhs_bytes, axis.output * to, 0});
    }
    axes.pop_back();
    status = generator.Loops(nest, [&] {
      AddElements(generator, layer, inner, *finish, block);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Emit(CodeGenerator& generator, const FinishLayer& layer) {
  absl::Status status = generator.CheckAccumulated("operands", layer.input);
  if (!status.ok()) return status;
  int64_t shape[] = {layer.outer, layer.channels, layer.inner};
  status =
      generator.CheckLayout({{layer.input_address, TensorBytes(shape, layer.input)}},
                            {layer.output_address, TensorBytes(shape, ResultType(layer.finish))});
  if (!status.ok() || TensorBytes(shape, layer.input) == 0) return status;
  auto finish = generator.StoreFinish(layer.finish, layer.channels, RangeOf(layer.input));
  if (!finish.ok()) return finish.status();
  int64_t from = ElementBytes(layer.input);
  int64_t to = ElementBytes(finish->type);
  // Channels whose elements lie together are finished one by one, with a row that all share.
  bool by_channel = !finish->shared && layer.inner > 1;
  int64_t channels = by_channel ? layer.channels : 1;
  int64_t extent = by_channel ? layer.inner : layer.channels * layer.inner;
  for (int64_t channel = 0; channel < channels; ++channel) {
    StoredFinish row = by_channel ? finish->Row(channel) : *finish;
    for (const Block& block : CutBlocks(generator, row, extent)) {
      generator.LoadFinish(row, block.first, block.count);
      int64_t element = channel * layer.inner + block.first;
      int64_t step = layer.channels * layer.inner;
      LoopLevel outer{layer.outer, step * from, 0, step * to, 0};
      LoopLevel turns{block.turns, block.count * from, 0, block.count * to, 0};
      status = generator.Loops({outer, turns}, [&] {
        generator.Add(LoadAccumulators{0, layer.input_address + element * from, block.count,
                                       layer.input, 1, 0});
        generator.AddResults(row, 0, block.count, layer.output_address + element * to);
        return absl::OkStatus();
      });
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Emit(CodeGenerator& generator, const PoolLayer& layer) {
  absl::Status status = generator.CheckAccumulated("operands", layer.input);
  if (status.ok()) status = generator.CheckAccumulated("sums", layer.sum);
  if (!status.ok()) return status;
  int64_t taps = 1;
  int64_t from = ElementBytes(layer.input);
  std::vector<LoopLevel> nest;
  for (const Dimension& tap : layer.taps) {
    taps *= tap.extent;
    nest.push_back({tap.extent, 0, tap.stride * from, 0, 0});
  }
  ValueRange range = RangeOf(layer.input);
  range = {std::min<int64_t>(range.low * taps, range.low), std::max(range.high * taps, range.high)};
  auto finish = generator.StoreFinish(layer.finish, layer.channels, range);
  if (!finish.ok()) return finish.status();
  int64_t to = ElementBytes(finish->type);
  std::vector<LoopLevel> positions;
  for (const Position& p : layer.positions) {
    positions.push_back(
        {p.count, p.input_stride * from, p.input_stride * from, p.output_stride * to, 0});
  }
  for (const Block& block : CutBlocks(generator, *finish, layer.channels)) {
    generator.LoadFinish(*finish, block.first, block.count);
    positions.push_back({block.turns, block.count * from, block.count * from, block.count * to, 0});
    int64_t address = layer.input_address + block.first * from;
    status = generator.Loops(positions, [&] {
      // A sum starts from zero; a maximum from the first tap, which then counts once more.
      generator.Add(
          LoadAccumulators{0, address, block.count, layer.input, layer.is_max ? 1 : 0, 0});
      absl::Status pooled = generator.Loops(nest, [&] {
        if (layer.is_max) {
          generator.Add(MaxAccumulators{{0, address, block.count, layer.input, 0}});
        } else {
          generator.Add(AddAccumulators{{0, address, block.count, layer.input, 1, 0}});
        }
        return absl::OkStatus();
      });
      generator.AddResults(*finish, 0, block.count, layer.output_address + block.first * to);
      return pooled;
    });
    if (!status.ok()) return status;
    positions.pop_back();
  }
  return absl::OkStatus();
}

absl::Status Emit(CodeGenerator& generator, const ProductLayer& layer) {
  for (DataType type : {layer.lhs, layer.rhs}) {
    absl::Status status = generator.CheckAccumulated("operands", type);
    if (!status.ok()) return status;
  }
  absl::Status holds = generator.CheckAccumulated("sums", layer.sum);
  if (!holds.ok()) return holds;
  auto finish = generator.StoreFinish(layer.finish, layer.m, AccumulatorRange(generator));
  if (!finish.ok()) return finish.status();
  int64_t lhs = ElementBytes(layer.lhs);
  int64_t rhs = ElementBytes(layer.rhs);
  int64_t to = ElementBytes(finish->type);
  std::vector<LoopLevel> batch;
  for (const ProductLayer::Batch& b : layer.batch) {
    if (b.extent == 0) return absl::OkStatus();
    batch.push_back({b.extent, b.lhs_stride * lhs, b.rhs_stride * rhs, b.output_stride * to, 0});
  }
  if (layer.n == 0 || layer.m == 0) return absl::OkStatus();
  batch.push_back({layer.n, layer.k * lhs, 0, layer.m * to, 0});
  for (const Block& block : CutBlocks(generator, *finish, layer.m)) {
    generator.LoadFinish(*finish, block.first, block.count);
    batch.push_back({block.turns, 0, block.count * rhs, block.count * to, 0});
    absl::Status status = generator.Loops(batch, [&] {
      generator.Add(LoadAccumulators{0, layer.lhs_address, block.count, layer.lhs, 0, 1});
      LoopLevel terms{layer.k, lhs, layer.m * rhs, 0, 0};
      absl::Status summed = generator.Loops({terms}, [&] {
        generator.Add(MultiplyAdd{0, layer.lhs_address, layer.lhs,
                                  layer.rhs_address + block.first * rhs, block.count, layer.rhs});
        return absl::OkStatus();
      });
      generator.AddResults(*finish, 0, block.count, layer.output_address + block.first * to);
      return summed;
    });
    if (!status.ok()) return status;
    batch.pop_back();
  }
  return absl::OkStatus();
}

}  // namespace qcompile::runtime::imc
