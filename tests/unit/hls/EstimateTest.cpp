// The cost model against published numbers: FINN's regression test of the cybersecurity MLP, the
// estimate reports of the TFC-w1a1 builds on Pynq-Z2, and the folding search's known results.
#include "backends/hls/Estimate.h"

#include <gtest/gtest.h>

namespace qcompile::hls {
namespace {

/// Layers of FINN's test_end2end_cybsec_mlp: 600-64-64-64-1, 2-bit weights; accumulator widths as
/// FINN minimises them.
std::vector<MatrixVectorShape> cybsec() {
  MatrixVectorShape first{.inputs = 600,
                          .outputs = 64,
                          .inputBits = 1,
                          .inputSigned = true,
                          .weightBits = 2,
                          .accumulatorBits = 9,
                          .outputBits = 2};
  MatrixVectorShape second{
      .inputs = 64, .outputs = 64, .inputBits = 2, .weightBits = 2, .accumulatorBits = 8, .outputBits = 2};
  MatrixVectorShape third = second;
  third.accumulatorBits = 7;
  MatrixVectorShape last = third;
  last.outputs = 1;
  return {first, second, third, last};
}

TEST(Estimate, CybsecMlp) {
  const auto layers = cybsec();
  // 100 MHz and a million samples a second.
  const auto foldings = chooseFoldings(layers, {.cycles = 100});
  ASSERT_EQ(foldings.size(), 4u);
  const int64_t cycles[] = {80, 64, 64, 64};
  const int64_t luts[] = {5263, 1162, 1158, 316};
  const int64_t brams[] = {27, 4, 4, 1};
  Resources total;
  for (size_t i = 0; i < 4; ++i) {
    const Resources resources = layers[i].resources(foldings[i]);
    EXPECT_EQ(layers[i].cycles(foldings[i]), cycles[i]) << i;
    EXPECT_EQ(resources.lut, luts[i]) << i;
    EXPECT_EQ(resources.bram18, brams[i]) << i;
    total += resources;
  }
  EXPECT_EQ(total.lut, 7899);
  EXPECT_EQ(total.bram18, 36);
  EXPECT_EQ(total.dsp, 0);
}

struct LabRow {
  Folding folding;
  int64_t inputs, outputs, lut, bram;
};

TEST(Estimate, TfcBuildReports) {
  const LabRow rows[] = {
      {{2, 28}, 784, 64, 687, 4},       {{1, 8}, 64, 64, 358, 1},     {{1, 1}, 64, 10, 312, 1},
      {{32, 112}, 784, 64, 24236, 100}, {{32, 32}, 64, 64, 7234, 29}, {{10, 32}, 64, 10, 2467, 9},
      {{64, 112}, 784, 64, 48172, 200},
  };
  for (const LabRow &row : rows) {
    // A count of up to 784 or 64 equal signs.
    MatrixVectorShape shape{.inputs = row.inputs,
                            .outputs = row.outputs,
                            .inputBits = 1,
                            .inputSigned = true,
                            .weightBits = 1,
                            .accumulatorBits = row.inputs == 784 ? 10 : 7};
    EXPECT_EQ(shape.resources(row.folding).lut, row.lut);
    EXPECT_EQ(shape.resources(row.folding).bram18, row.bram);
  }
}

TEST(Estimate, BlockMemoryLadder) {
  EXPECT_EQ(bram18(16384, 1), 1);
  EXPECT_EQ(bram18(16385, 1), 2);
  EXPECT_EQ(bram18(8193, 2), 2);
  EXPECT_EQ(bram18(4096, 3), 1);
  EXPECT_EQ(bram18(2049, 9), 2);
  EXPECT_EQ(bram18(1024, 18), 1);
  EXPECT_EQ(bram18(513, 36), 2);
  EXPECT_EQ(bram18(512, 36), 1);
  EXPECT_EQ(bram18(512, 37), 2);
}

TEST(Estimate, MultipliersInDspSlices) {
  // 300 + 1.1 * 2 * (0 + 16 * 7 + 20) + no weight memory; one slice per product below 49 bits.
  MatrixVectorShape shape{.inputs = 64,
                          .outputs = 8,
                          .inputBits = 8,
                          .weightBits = 8,
                          .accumulatorBits = 20,
                          .multiplier = Multiplier::Dsp};
  EXPECT_EQ(shape.resources({2, 4}).lut, 590);
  EXPECT_EQ(shape.resources({2, 4}).dsp, 8);
}

TEST(Estimate, ThresholdsAndLutMemoryCount) {
  // 2x2 product of 4 bits: multiply 4, tree 4, sum 6; 3 thresholds of 6 bits: memory 18,
  // compare 18. 300 + 1.1 * 50 = 355; weights: 2 bits * ceil(64 / 64).
  MatrixVectorShape shape{.inputs = 8,
                          .outputs = 8,
                          .inputBits = 2,
                          .weightBits = 2,
                          .accumulatorBits = 6,
                          .thresholds = 3,
                          .memory = WeightMemory::Distributed};
  EXPECT_EQ(shape.resources({1, 1}).lut, 357);
  EXPECT_EQ(shape.resources({1, 1}).bram18, 0);
}

TEST(Estimate, PlumbingFormulas) {
  EXPECT_EQ(thresholdResources(64, 8, 4).lut, 8 * 4 + 4 * 8);
  EXPECT_EQ(thresholdResources(64, 8, 64).lut, 8 * 64);
  // 2 * ceil(log2 depth) + ceil(depth / 32) * ceil(width / 2).
  EXPECT_EQ(fifoResources(32, 8).lut, 10 + 4);
  EXPECT_EQ(fifoResources(33, 9).lut, 12 + 10);
  // Deep ones lie in block memory: 1024 words of 18 bits in one.
  EXPECT_EQ(fifoResources(700, 18).lut, 20);
  EXPECT_EQ(fifoResources(700, 18).bram18, 1);
  // FINN's sliding window: 300 + width * ceil(depth / 38).
  EXPECT_EQ(reorderResources(77, 8).lut, 300 + 8 * 3);
  EXPECT_EQ(reorderResources(2048, 9).bram18, 1);
  EXPECT_EQ(romResources(65, 3).lut, 6);
}

TEST(Estimate, PerChannelUnits) {
  // FINN's vector-vector unit: C * kh * kw / PE clocks per position; memory of kh * kw * C / PE
  // words, whose parity bits do not count: 288 words of 8 bits, 144 of 16.
  const MatrixVectorShape shape{.inputs = 9,
                                .outputs = 64,
                                .perChannel = true,
                                .vectors = 100,
                                .inputBits = 4,
                                .weightBits = 4,
                                .accumulatorBits = 12};
  EXPECT_EQ(shape.cycles({2, 1}), 64 * 9 / 2 * 100);
  EXPECT_EQ(shape.memoryDepth({2, 1}), 288);
  EXPECT_EQ(shape.resources({2, 1}).bram18, 1);
  EXPECT_EQ(bram18(513, 18, false), 2);
  EXPECT_EQ(bram18(513, 18), 1);
}

TEST(Folding, GroupsAndWindows) {
  // PE divides the outputs of a group; SIMD divides what a word of the window may hold.
  const MatrixVectorShape grouped{.inputs = 36, .outputs = 32, .groups = 4, .outputBits = 4};
  EXPECT_EQ(chooseFolding(grouped, {.cycles = 1}).pe, 8);
  const MatrixVectorShape windows{.inputs = 27, .outputs = 16, .simdUnit = 3, .outputBits = 4};
  EXPECT_EQ(chooseFolding(windows, {.cycles = 1}).simd, 3);
}

TEST(Folding, PublishedChoices) {
  const MatrixVectorShape binary{.inputs = 784, .outputs = 64, .inputBits = 1, .weightBits = 1, .outputBits = 1};
  EXPECT_EQ(chooseFolding(binary, {.cycles = 1000}), (Folding{2, 28}));
  EXPECT_EQ(binary.cycles({2, 28}), 896);
  EXPECT_EQ(chooseFolding(cybsec()[0], {.cycles = 100}), (Folding{32, 15}));
}

TEST(Folding, MeetsEveryGoalOfTheFinnTest) {
  // test_set_folding: five 128x128 layers, 4-bit weights, 200 MHz at 30, 1e5 and 1e7 samples/s.
  const MatrixVectorShape layer{.inputs = 128, .outputs = 128, .inputBits = 2, .weightBits = 4, .outputBits = 2};
  for (int64_t goal : {6666667, 2000, 20}) {
    for (Folding folding : chooseFoldings(std::vector(5, layer), {.cycles = goal}))
      EXPECT_LT(layer.cycles(folding), goal);
  }
}

TEST(Folding, OtherLayersFollowTheSlowest) {
  // The large layer cannot go below 1024 * 1024 / (32 * 1024) = 32 cycles at 1-bit weights and
  // 32 inputs a clock, so the small one need not be faster.
  const MatrixVectorShape large{.inputs = 1024, .outputs = 1024, .outputBits = 1};
  const MatrixVectorShape small{.inputs = 16, .outputs = 16, .outputBits = 1};
  const auto foldings = chooseFoldings({large, small}, {.cycles = 10});
  EXPECT_EQ(large.cycles(foldings[0]), 32);
  EXPECT_LT(small.cycles(foldings[1]), 32);
  EXPECT_GE(small.cycles(foldings[1]), 16);
}

TEST(Folding, RespectsWordWidths) {
  const MatrixVectorShape shape{.inputs = 64, .outputs = 64, .inputBits = 8, .weightBits = 1, .outputBits = 16};
  const Folding folding = chooseFolding(shape, {.cycles = 1, .wordBits = 128});
  EXPECT_LE(folding.simd * 8, 128);
  EXPECT_LE(folding.pe * 16, 128);
  EXPECT_EQ(chooseLanes(64, 64, 16, {.cycles = 1, .wordBits = 128}), 8);
  EXPECT_EQ(chooseLanes(64, 64, 16, {.cycles = 17}), 4);
  EXPECT_EQ(chooseLanes(6, 600, 4, {.cycles = 201}), 3);
}

} // namespace
} // namespace qcompile::hls
