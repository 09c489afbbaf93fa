#include "runtime/imc/cost_model.h"

#include <algorithm>

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kIssueCycles = 1;
constexpr int64_t kWordBits = 32;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t CeilLog2(int64_t value) { return IndexBits(value); }

double Times(int64_t count, int64_t attojoules) {
  return static_cast<double>(count) * static_cast<double>(attojoules);
}

// Full adders of a tree that sums `rows` products with `bits`-bit weights (gate-level model in
// docs/Imc.md, "Energy"). A single row needs no adder.
int64_t TreeAdders(int64_t rows, int64_t bits) {
  return std::max<int64_t>(0, rows * (bits + 1) - (bits + CeilLog2(rows) + 1));
}

}  // namespace

Energy& Energy::operator+=(const Energy& other) {
  products += other.products;
  adder_tree += other.adder_tree;
  accumulators += other.accumulators;
  comparators += other.comparators;
  registers += other.registers;
  buffers += other.buffers;
  weight_writes += other.weight_writes;
  memory += other.memory;
  return *this;
}

double Energy::Total() const {
  double total = 0;
  for (const auto& [name, value] : Components()) total += value;
  return total;
}

std::vector<std::pair<absl::string_view, double>> Energy::Components() const {
  return {{"products", products},           {"adder_tree", adder_tree},
          {"accumulators", accumulators},   {"comparators", comparators},
          {"registers", registers},         {"buffers", buffers},
          {"weight_writes", weight_writes}, {"memory", memory}};
}

Cost ControlCost() { return {kIssueCycles, {}}; }

Cost LoadWeightsCost(const TileShape& tile, const Target& target) {
  int64_t bits = EncodedBits(tile);
  int64_t slots = SlotsPerColumn(tile, target);
  Cost cost;
  cost.cycles = kIssueCycles + std::max(CeilDiv(bits, target.memory_bits_per_cycle),
                                        CeilDiv(slots, target.write_slots_per_cycle));
  cost.energy.memory = Times(bits, target.memory_bit_aj);
  cost.energy.weight_writes = Times(bits, target.weight_write_bit_aj);
  return cost;
}

Cost LoadThresholdsCost(int64_t words, const Target& target) {
  int64_t bits = words * kWordBits;
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(bits, target.memory_bits_per_cycle);
  cost.energy.memory = Times(bits, target.memory_bit_aj);
  cost.energy.buffers = Times(bits, target.buffer_bit_aj);
  return cost;
}

Cost StreamCost(int64_t count, DataType input, const Target& target) {
  int64_t bits = count * input.bits;
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(bits, target.activation_bits_per_cycle);
  cost.energy.buffers = Times(bits, target.buffer_bit_aj);
  cost.energy.registers = Times(bits, target.flip_flop_aj);
  return cost;
}

Cost MultiplyAccumulateCost(const TileShape& tile, DataType input, bool keep,
                            const Target& target) {
  int64_t planes = input.bits;
  int64_t cells = CellsPerWeight(tile.weight, target);
  int64_t slots = SlotsPerColumn(tile, target);
  bool broadcast = target.access == Access::kBroadcast;
  Cost cost;
  cost.cycles = kIssueCycles + planes * CeilDiv(broadcast ? tile.rows : slots, target.tree_slots);
  int64_t entries = EntriesPerColumn(tile);
  int64_t bits = tile.weight.bits;
  int64_t column_planes = tile.columns * planes;
  cost.energy.products =
      Times(column_planes * entries * std::min(bits, cells * target.cell_bits), target.product_aj);
  cost.energy.adder_tree = Times(column_planes * TreeAdders(entries, bits), target.full_adder_aj);
  // A single plane that replaces the accumulator is the tree's own sum.
  if (planes > 1 || keep) {
    int64_t width = input.bits + bits + CeilLog2(entries);
    cost.energy.accumulators =
        Times(column_planes * width, target.full_adder_aj + target.flip_flop_aj);
  }
  cost.energy.buffers = Times(tile.columns * target.accumulator_bits, target.buffer_bit_aj);
  return cost;
}

Cost ThresholdCost(int64_t channels, int64_t levels, DataType output, const Target& target) {
  int64_t steps = CeilLog2(levels + 1);
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(channels, target.vector_lanes) * steps;
  int64_t compared_bits = channels * steps * target.accumulator_bits;
  cost.energy.comparators = Times(compared_bits, target.full_adder_aj);
  cost.energy.buffers = Times(compared_bits + channels * (target.accumulator_bits + output.bits),
                              target.buffer_bit_aj);
  return cost;
}

Cost VectorCost(int64_t count, int64_t bits, const Target& target) {
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(count, target.vector_lanes);
  cost.energy.buffers = Times(2 * count * bits, target.buffer_bit_aj);
  return cost;
}

}  // namespace qcompile::runtime::imc
