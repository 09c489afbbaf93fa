#include "runtime/imc/cost_model.h"

#include <cmath>

#include "gtest/gtest.h"

namespace qcompile::runtime::imc {
namespace {

// femtojoules per multiplication of a dense bank with 128 rows, one input bit per cycle
double FemtojoulesPerMac(int weight_bits, int input_bits) {
  Target target;
  TileShape tile{WeightFormat::kDense, 0, 0, 128, 1, DataType::Signed(weight_bits)};
  Energy energy = MultiplyAccumulateCost(tile, DataType::Signed(input_bits), false, target).energy;
  return (energy.products + energy.adder_tree + energy.accumulators) / 128 / 1000;
}

// The published gate-level model evaluated at 28 nm, 0.9 V, full toggle: 267 fJ (8x8), 74 (4x4),
// 44 (W2A4), 22 (W2A2), 6.8 (W1A1).
TEST(ImcCostModel, EnergyPerMacEqualsTheGateLevelModel) {
  EXPECT_NEAR(FemtojoulesPerMac(8, 8), 267, 0.5);
  EXPECT_NEAR(FemtojoulesPerMac(4, 4), 74, 0.5);
  EXPECT_NEAR(FemtojoulesPerMac(2, 4), 44, 0.5);
  EXPECT_NEAR(FemtojoulesPerMac(2, 2), 22, 0.5);
  EXPECT_NEAR(FemtojoulesPerMac(1, 1), 6.8, 0.05);
}

TEST(ImcCostModel, MacCyclesFollowPlanesAndSlots) {
  Target target = *ParseTarget("rows=256 slots=128 tree_slots=32");
  TileShape dense{WeightFormat::kDense, 0, 0, 100, 8, DataType::Signed(2)};
  EXPECT_EQ(MultiplyAccumulateCost(dense, DataType::Unsigned(3), false, target).cycles, 1 + 3 * 4);
  TileShape sparse{WeightFormat::kNOfM, 1, 4, 256, 8, DataType::Signed(2)};
  EXPECT_EQ(MultiplyAccumulateCost(sparse, DataType::Unsigned(3), false, target).cycles, 1 + 3 * 2);
  target.access = Access::kBroadcast;
  EXPECT_EQ(MultiplyAccumulateCost(sparse, DataType::Unsigned(3), false, target).cycles, 1 + 3 * 8);
  target.access = Access::kGather;
  target.weight_layout = WeightLayout::kSlots;
  EXPECT_EQ(MultiplyAccumulateCost(dense, DataType::Bipolar(), false, target).cycles, 1 + 7);
}

TEST(ImcCostModel, LoadsAreBoundByTheSlowerSide) {
  Target target = *ParseTarget("memory_bits_per_cycle=16 write_slots_per_cycle=2");
  TileShape tile{WeightFormat::kDense, 0, 0, 10, 4, DataType::Signed(3)};
  EXPECT_EQ(LoadWeightsCost(tile, target).cycles, 1 + 8); // 120 bits / 16
  target.memory_bits_per_cycle = 1024;
  EXPECT_EQ(LoadWeightsCost(tile, target).cycles, 1 + 5); // 10 slots / 2
  EXPECT_EQ(LoadWeightsCost(tile, target).energy.memory, 120.0 * 3700000);
  TileShape sparse{WeightFormat::kNOfM, 2, 4, 10, 4, DataType::Signed(3)};
  // 3 groups * 2 entries * (3 + 2) bits * 4 columns
  EXPECT_EQ(LoadWeightsCost(sparse, target).energy.memory, 120.0 * 3700000);
  EXPECT_EQ(LoadDataCost(4 * 3, *ParseTarget("")).cycles, 1 + 2);
}

TEST(ImcCostModel, VectorUnitCycles) {
  Target target; // 16 lanes
  EXPECT_EQ(ControlCost().cycles, 1);
  EXPECT_EQ(VectorCost(17, 8, target).cycles, 1 + 2);
  // Binary search: 3 thresholds take 2 comparisons, 255 take 8.
  EXPECT_EQ(ThresholdCost(20, 3, DataType::Unsigned(2), target).cycles, 1 + 2 * 2);
  EXPECT_EQ(ThresholdCost(20, 255, DataType::Unsigned(8), target).cycles, 1 + 2 * 8);
  EXPECT_EQ(StreamCost(100, 1, 100, DataType::Unsigned(2), target).cycles, 1 + 2);
  // Four accesses of 30 codes and less: each starts a cycle of its own.
  EXPECT_EQ(StreamCost(100, 4, 30, DataType::Unsigned(2), target).cycles, 1 + 4);
  EXPECT_EQ(LoopEndCost().cycles, 0);
  EXPECT_EQ(AddCost(17, 8, target).cycles, 1 + 2);
  EXPECT_EQ(MultiplyCost(17, 8, 8, target).cycles, 1 + 2);
  EXPECT_EQ(RequantizeCost(33, DataType::Signed(8), target).cycles, 1 + 3);
  EXPECT_EQ(LookupCost(17, 8, 1, target).cycles, 1 + 2);
  EXPECT_EQ(LookupCost(17, 8, 9, target).cycles, 1 + 3); // two words of 8 bytes each
  EXPECT_EQ(SelectCost(33, 4, DataType::Signed(8), target).cycles, 1 + 4 * 3);
}

// Full adders: one per accumulator bit for a sum, one per pair of bits for a product.
TEST(ImcCostModel, VectorUnitEnergy) {
  Target target;
  double adder = static_cast<double>(target.full_adder_aj);
  double width = static_cast<double>(target.accumulator_bits);
  EXPECT_EQ(VectorCost(10, 8, target).energy.vector, 0);
  EXPECT_EQ(AddCost(10, 8, target).energy.vector, 10 * width * adder);
  EXPECT_EQ(MultiplyCost(10, 8, 4, target).energy.vector, 10 * (width + 8 * 4) * adder);
}

TEST(ImcCostModel, TotalIsTheSumOfComponents) {
  Energy energy{1, 2, 4, 8, 16, 32, 64, 128, 256};
  EXPECT_EQ(energy.Total(), 511);
  energy += energy;
  EXPECT_EQ(energy.Total(), 1022);
  EXPECT_EQ(energy.Components().size(), 9u);
}

} // namespace
} // namespace qcompile::runtime::imc
