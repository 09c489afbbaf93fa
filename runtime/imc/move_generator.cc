// The part of the code generator that moves elements and writes constants between them.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/code_generator.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

using Axis = MoveLayer::Axis;

// Axes that have more than one element, merged where both sides are contiguous in them.
std::vector<Axis> Simplify(absl::Span<const Axis> axes) {
  std::vector<Axis> out;
  for (const Axis& axis : axes) {
    if (axis.extent == 1) continue;
    if (!out.empty() && out.back().source_stride == axis.extent * axis.source_stride &&
        out.back().destination_stride == axis.extent * axis.destination_stride) {
      out.back() = {out.back().extent * axis.extent, axis.source_stride, axis.destination_stride};
    } else {
      out.push_back(axis);
    }
  }
  return out;
}

// Takes out the axis that one instruction runs along: the longest whose strides it can hold.
Axis TakeRun(std::vector<Axis>& axes) {
  int64_t best = -1;
  for (int64_t i = 0; i < static_cast<int64_t>(axes.size()); ++i) {
    const Axis& axis = axes[i];
    if (axis.source_stride > kMaxElements || axis.destination_stride > kMaxElements) continue;
    int64_t extent = std::min(axis.extent, kMaxElements);
    if (best < 0 || extent >= std::min(axes[best].extent, kMaxElements)) best = i;
  }
  if (best < 0) return {1, 1, 1};
  Axis run = axes[best];
  axes.erase(axes.begin() + best);
  return run;
}

// Calls emit(first, count, turns) for the pieces of `extent` elements that instructions can hold:
// `turns` pieces of `count` elements, one behind the other.
template <typename F>
absl::Status ForPieces(int64_t extent, F emit) {
  int64_t count = std::min(extent, kMaxElements);
  int64_t turns = extent / count;
  absl::Status status = emit(0, count, turns);
  int64_t rest = extent - turns * count;
  if (status.ok() && rest > 0) status = emit(turns * count, rest, 1);
  return status;
}

absl::Status EmitFill(CodeGenerator& generator, absl::Span<const Dimension> region, DataType type,
                      int64_t value, int64_t address) {
  std::vector<Axis> axes;
  for (const Dimension& d : region) {
    if (d.extent == 0) return absl::OkStatus();
    axes.push_back({d.extent, 0, d.stride});
  }
  // The source does not move, so that contiguity is that of the destination.
  for (Axis& axis : axes) axis.source_stride = axis.destination_stride;
  axes = Simplify(axes);
  Axis run = TakeRun(axes);
  int64_t bytes = ElementBytes(type);
  return ForPieces(run.extent, [&](int64_t first, int64_t count, int64_t turns) {
    std::vector<LoopLevel> nest;
    for (const Axis& axis : axes) {
      nest.push_back({axis.extent, 0, 0, axis.destination_stride * bytes, 0});
    }
    nest.push_back({turns, 0, 0, count * run.destination_stride * bytes, 0});
    return generator.Loops(nest, [&] {
      generator.Add(Fill{address + first * run.destination_stride * bytes, count,
                         run.destination_stride, type, value});
      return absl::OkStatus();
    });
  });
}

struct PadGeometry {
  Shape shape;                  // of the result
  std::vector<int64_t> stride;  // of the result
};

PadGeometry GeometryOf(const PadLayer& layer) {
  PadGeometry g;
  g.shape = layer.shape;
  g.stride.assign(layer.shape.size(), 1);
  for (size_t d = 0; d < g.shape.size(); ++d) g.shape[d] += layer.low[d] + layer.high[d];
  for (size_t d = g.shape.size(); d-- > 1;) g.stride[d - 1] = g.stride[d] * g.shape[d];
  return g;
}

// The border before (or behind) dimension d: inside of the source in the dimensions before it,
// everything in those behind it, so that borders do not overlap.
absl::Status EmitBorder(CodeGenerator& generator, const PadLayer& layer, const PadGeometry& g,
                        size_t d, bool behind, int64_t channel, int64_t value) {
  if ((behind ? layer.high[d] : layer.low[d]) == 0) return absl::OkStatus();
  int64_t element = behind ? (layer.low[d] + layer.shape[d]) * g.stride[d] : 0;
  std::vector<Dimension> region;
  for (size_t i = 0; i < g.shape.size(); ++i) {
    Dimension dimension{g.shape[i], g.stride[i]};
    if (i < d) {
      dimension.extent = layer.shape[i];
      element += layer.low[i] * g.stride[i];
    } else if (i == d) {
      dimension.extent = behind ? layer.high[d] : layer.low[d];
    }
    if (channel >= 0 && static_cast<int64_t>(i) == layer.axis) {
      dimension.extent = 1;
      element += channel * g.stride[i];
    }
    region.push_back(dimension);
  }
  return EmitFill(generator, region, layer.output, value,
                  layer.output_address + element * ElementBytes(layer.output));
}

absl::Status CheckPad(const PadLayer& layer) {
  size_t rank = layer.shape.size();
  bool lists = layer.low.size() == rank && layer.high.size() == rank && !layer.values.empty();
  for (size_t d = 0; d < rank && lists; ++d) lists = layer.low[d] >= 0 && layer.high[d] >= 0;
  if (!lists) return absl::InvalidArgumentError("a border has a negative or a missing extent");
  if (layer.values.size() == 1) return absl::OkStatus();
  size_t axis = static_cast<size_t>(layer.axis);
  if (axis < rank && static_cast<int64_t>(layer.values.size()) == layer.shape[axis] &&
      layer.low[axis] == 0 && layer.high[axis] == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "expected one pad value or one per channel of a dimension without border, found ",
      layer.values.size()));
}

}  // namespace

absl::Status Emit(CodeGenerator& generator, const MoveLayer& layer) {
  int64_t source_extent = 1;
  int64_t destination_extent = 1;
  for (const Axis& axis : layer.axes) {
    if (axis.extent == 0) return absl::OkStatus();
    source_extent += (axis.extent - 1) * axis.source_stride;
    destination_extent += (axis.extent - 1) * axis.destination_stride;
  }
  int64_t from = ElementBytes(layer.input);
  int64_t to = ElementBytes(layer.output);
  for (ByteRange range : {ByteRange{layer.input_address, source_extent * from},
                          ByteRange{layer.output_address, destination_extent * to}}) {
    absl::Status status = generator.CheckLayout({}, range);
    if (!status.ok()) return status;
  }
  std::vector<Axis> axes = Simplify(layer.axes);
  Axis run = TakeRun(axes);
  return ForPieces(run.extent, [&](int64_t first, int64_t count, int64_t turns) {
    std::vector<LoopLevel> nest;
    for (const Axis& axis : axes) {
      nest.push_back({axis.extent, axis.source_stride * from, 0, axis.destination_stride * to, 0});
    }
    nest.push_back(
        {turns, count * run.source_stride * from, 0, count * run.destination_stride * to, 0});
    return generator.Loops(nest, [&] {
      generator.Add(Copy{layer.input_address + first * run.source_stride * from,
                         layer.output_address + first * run.destination_stride * to, count,
                         run.source_stride, std::max<int64_t>(run.destination_stride, 1),
                         layer.input, layer.output});
      return absl::OkStatus();
    });
  });
}

absl::Status Emit(CodeGenerator& generator, const PadLayer& layer) {
  absl::Status status = CheckPad(layer);
  if (!status.ok()) return status;
  PadGeometry g = GeometryOf(layer);
  status = generator.CheckLayout({{layer.input_address, TensorBytes(layer.shape, layer.input)}},
                                 {layer.output_address, TensorBytes(g.shape, layer.output)});
  if (!status.ok()) return status;
  bool shared = layer.values.size() == 1;
  for (size_t d = 0; d < g.shape.size(); ++d) {
    for (bool behind : {false, true}) {
      for (size_t c = 0; c < layer.values.size() && status.ok(); ++c) {
        status = EmitBorder(generator, layer, g, d, behind, shared ? -1 : static_cast<int64_t>(c),
                            layer.values[c]);
      }
    }
  }
  if (!status.ok()) return status;
  MoveLayer inside{{}, layer.input, layer.output, layer.input_address, layer.output_address};
  int64_t stride = 1;
  for (size_t d = g.shape.size(); d-- > 0;) {
    inside.axes.insert(inside.axes.begin(), {layer.shape[d], stride, g.stride[d]});
    inside.output_address += layer.low[d] * g.stride[d] * ElementBytes(layer.output);
    stride *= layer.shape[d];
  }
  return Emit(generator, inside);
}

absl::Status Emit(CodeGenerator& generator, const LookupLayer& layer) {
  int64_t bytes = ElementBytes(layer.input);
  int64_t entry_bytes = TensorBytes({layer.entry_elements}, layer.output);
  int64_t elements[] = {layer.outer, layer.channels, layer.inner};
  int64_t tables = layer.per_channel ? layer.channels : 1;
  ByteRange operands[] = {
      {layer.input_address, TensorBytes(elements, layer.input)},
      {layer.table_address,
       TensorBytes({tables, layer.entries, layer.entry_elements}, layer.output)}};
  absl::Status status = generator.CheckLayout(
      operands, {layer.output_address,
                 TensorBytes({layer.outer, layer.channels, layer.inner, layer.entry_elements},
                             layer.output)});
  if (!status.ok() || TensorBytes(elements, layer.input) == 0 || entry_bytes == 0) return status;
  if (!DataType::Signed(48).Contains(layer.low)) {
    return absl::UnimplementedError(
        absl::StrCat("the table starts at ", layer.low, ", expected at most 48 bits"));
  }
  // One lookup of `count` elements per turn, from element `first` on, in table `table`.
  auto emit = [&](int64_t table, int64_t first, int64_t count, bool shared,
                  std::vector<LoopLevel> nest) {
    generator.Add(ConfigureTable{layer.table_address + table * layer.entries * entry_bytes,
                                 layer.entries, entry_bytes, layer.low, layer.clamps});
    for (LoopLevel& level : nest) {
      level.destination = level.source * entry_bytes;
      level.source *= bytes;
    }
    return generator.Loops(nest, [&] {
      generator.Add(Lookup{layer.input_address + first * bytes,
                           layer.output_address + first * entry_bytes, count, layer.input, shared});
      return absl::OkStatus();
    });
  };
  if (!layer.per_channel) {
    return ForPieces(layer.outer * layer.channels * layer.inner,
                     [&](int64_t first, int64_t count, int64_t turns) {
                       return emit(0, first, count, true, {{turns, count}});
                     });
  }
  if (layer.inner == 1 && layer.channels <= kMaxElements) {
    return emit(0, 0, layer.channels, false, {{layer.outer, layer.channels}});
  }
  for (int64_t channel = 0; channel < layer.channels && status.ok(); ++channel) {
    status = ForPieces(layer.inner, [&](int64_t first, int64_t count, int64_t turns) {
      return emit(channel, channel * layer.inner + first, count, true,
                  {{layer.outer, layer.channels * layer.inner}, {turns, count}});
    });
  }
  return status;
}

absl::Status Emit(CodeGenerator& generator, const SelectLayer& layer) {
  DataType output = layer.positions ? DataType::Int64() : layer.input;
  ByteRange operand{layer.input_address,
                    TensorBytes({layer.outer, layer.extent, layer.inner}, layer.input)};
  ByteRange result{layer.output_address, TensorBytes({layer.outer, layer.k, layer.inner}, output)};
  absl::Status status = generator.CheckLayout({operand}, result);
  if (!status.ok() || result.bytes == 0) return status;
  Select select{layer.input_address, layer.output_address, layer.extent,   layer.k,
                layer.inner,         layer.input,          layer.smallest, layer.last,
                layer.positions};
  status = CheckInstruction(select);
  if (!status.ok()) return absl::UnimplementedError(status.message());
  int64_t from = ElementBytes(layer.input);
  int64_t to = ElementBytes(output);
  LoopLevel outer{layer.outer, layer.extent * layer.inner * from, 0, layer.k * layer.inner * to, 0};
  return generator.Loops({outer, {layer.inner, from, 0, to, 0}}, [&] {
    generator.Add(select);
    return absl::OkStatus();
  });
}

}  // namespace qcompile::runtime::imc
