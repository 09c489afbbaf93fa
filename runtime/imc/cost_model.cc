#include "runtime/imc/cost_model.h"

#include <algorithm>

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kIssueCycles = 1;
constexpr int64_t kPositionBits = 64;
constexpr int64_t kFactorBits = 64;  // of a multiplier and of an offset of requantize

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
  vector += other.vector;
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
  return {{"products", products},
          {"adder_tree", adder_tree},
          {"accumulators", accumulators},
          {"comparators", comparators},
          {"vector", vector},
          {"registers", registers},
          {"buffers", buffers},
          {"weight_writes", weight_writes},
          {"memory", memory}};
}

Cost ControlCost() { return {kIssueCycles, {}}; }

Cost LoopEndCost() { return {0, {}}; }

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

Cost LoadDataCost(int64_t bytes, const Target& target) {
  int64_t bits = bytes * 8;
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(bits, target.memory_bits_per_cycle);
  cost.energy.memory = Times(bits, target.memory_bit_aj);
  cost.energy.buffers = Times(bits, target.buffer_bit_aj);
  return cost;
}

Cost StreamCost(int64_t count, int64_t accesses, int64_t longest, DataType input,
                const Target& target) {
  int64_t bits = count * input.bits;
  int64_t width = target.activation_bits_per_cycle;
  Cost cost;
  // One access needs no rounding up of its parts; several start a cycle each.
  cost.cycles = kIssueCycles + (accesses == 1 ? CeilDiv(bits, width)
                                              : accesses * CeilDiv(longest * input.bits, width));
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

Cost AddCost(int64_t count, int64_t bits, const Target& target) {
  Cost cost = VectorCost(count, bits, target);
  cost.energy.vector = Times(count * target.accumulator_bits, target.full_adder_aj);
  return cost;
}

Cost MultiplyCost(int64_t count, int64_t bits, int64_t factor_bits, const Target& target) {
  Cost cost = AddCost(count, bits, target);
  cost.energy.vector += Times(count * bits * factor_bits, target.full_adder_aj);
  return cost;
}

Cost RequantizeCost(int64_t channels, DataType output, const Target& target) {
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(channels, target.vector_lanes);
  cost.energy.vector =
      Times(channels * (target.accumulator_bits + 1) * kFactorBits, target.full_adder_aj);
  cost.energy.buffers = Times(channels * (target.accumulator_bits + 2 * kFactorBits + output.bits),
                              target.buffer_bit_aj);
  return cost;
}

Cost LookupCost(int64_t count, int64_t bits, int64_t entry_bytes, const Target& target) {
  Cost cost;
  cost.cycles = kIssueCycles + CeilDiv(count * CeilDiv(entry_bytes, 8), target.vector_lanes);
  cost.energy.buffers = Times(count * (bits + 2 * 8 * entry_bytes), target.buffer_bit_aj);
  return cost;
}

Cost SelectCost(int64_t count, int64_t k, DataType type, const Target& target) {
  Cost cost;
  cost.cycles = kIssueCycles + k * CeilDiv(count, target.vector_lanes);
  cost.energy.comparators = Times(k * count * type.bits, target.full_adder_aj);
  cost.energy.buffers = Times(k * (count * type.bits + kPositionBits), target.buffer_bit_aj);
  return cost;
}

}  // namespace qcompile::runtime::imc
