//===- PqTablesTest.cpp - Tables and costs of product quantization --------===//
#include <cmath>
#include <random>

#include "passes/product-quantize/CostModel.h"
#include "passes/product-quantize/WeightFit.h"
#include "gmock/gmock.h"

using namespace qcompile;
using namespace qcompile::pq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

namespace {

/// Random positions and outputs of `spaces` sub-spaces with 4 prototypes and 3 outputs.
FitData makeData(unsigned seed, int64_t rows, int64_t spaces, Tables &truth) {
  std::mt19937 random(seed);
  truth = {spaces, 4, 3, {}};
  for (int64_t i = 0; i < spaces * 12; ++i)
    truth.values.push_back(double(random() % 2049) / 128 - 8); // sums are exact in float32
  FitData data;
  data.rows = rows;
  data.positions.resize(size_t(spaces));
  data.targets.resize(size_t(rows * 3));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t s = 0; s < spaces; ++s) {
      auto position = uint16_t(random() % 4);
      data.positions[size_t(s)].push_back(position);
      for (size_t m = 0; m < 3; ++m)
        data.targets[size_t(r) * 3 + m] += float(truth.entry(s, position)[m]);
    }
  return data;
}

} // namespace

// Prototypes (1, 2) and (0, 3), weights [[1, 10], [2, 0]]: (1 + 4, 10) and (6, 0).
TEST(PqTables, AreProductsOfCentroidsAndWeights) {
  CodebookDesign design;
  design.codebooks.spaces = 1;
  design.codebooks.prototypes = 2;
  design.codebooks.length = 2;
  design.centroids = {1, 2, 0, 3};
  std::vector<double> weights = {1, 10, 2, 0};
  EXPECT_THAT(makeTables(design, weights, 2, 2).values, ElementsAre(5, 10, 6, 0));
  // A row of one element: what lies behind it has no weight.
  EXPECT_THAT(makeTables(design, weights, 1, 2).values, ElementsAre(1, 10, 0, 0));
}

// One sub-space, positions 0, 0, 1, outputs 1, 3, 10, ridge 1 around (0, 4): (1 + 3) / 3 and (10 + 4) / 2.
TEST(PqTables, RidgeOfOneSubSpaceIsClosed) {
  FitData data{{{0, 0, 1}}, {1, 3, 10}, 3};
  Tables start{1, 2, 1, {0, 4}};
  Tables fitted = refitTables(data, start, 1);
  EXPECT_THAT(fitted.values, ElementsAre(DoubleNear(4.0 / 3, 1e-6), DoubleNear(7, 1e-6)));
  EXPECT_THAT(refitTables(data, start, 0).values, ElementsAre(DoubleNear(2, 1e-6), DoubleNear(10, 1e-6)));
}

// At the minimum the gradient of the objective vanishes: G'(G T - Y) + ridge (T - T0) = 0.
TEST(PqTables, SweepsReachTheNormalEquations) {
  Tables truth;
  FitData data = makeData(1, 400, 5, truth);
  Tables start = truth;
  for (size_t i = 0; i < start.values.size(); ++i)
    start.values[i] += double(i % 7) - 3;
  double ridge = 5;
  Tables fitted = refitTables(data, start, ridge, 500, /*gain=*/-1);
  std::vector<float> residual = getResidual(data, fitted);
  std::vector<double> gradient(fitted.values.size());
  for (size_t s = 0; s < 5; ++s)
    for (size_t r = 0; r < 400; ++r)
      for (size_t m = 0; m < 3; ++m)
        gradient[(s * 4 + data.positions[s][r]) * 3 + m] -= residual[r * 3 + m];
  for (size_t i = 0; i < gradient.size(); ++i)
    EXPECT_NEAR(gradient[i] + ridge * (fitted.values[i] - start.values[i]), 0, 0.05);
  EXPECT_LT(getRelativeError(data, fitted), getRelativeError(data, start));
}

TEST(PqTables, RidgeIsChosenOnRowsThatAreHeldOut) {
  Tables truth;
  FitData data = makeData(2, 500, 3, truth);
  Tables start = truth;
  for (double &entry : start.values)
    entry += 1;
  std::vector<double> candidates = {1e6, 1};
  EXPECT_EQ(chooseRidge(data, start, candidates), 1.0);
  // Nothing improves tables that are right already.
  EXPECT_FALSE(chooseRidge(data, truth, candidates));
  FitData few = data.slice(0, 4, 3);
  EXPECT_FALSE(chooseRidge(few, start, candidates));
}

// One column with centroids 1 and 2, outputs 3 and 6: the weight 3, whatever the given one; with damping d and mean
// second moment 2.5, (sum of x y / rows + 2.5 d w) / (2.5 + 2.5 d) of w = 1 and d = 1: (7.5 + 2.5) / 5.
TEST(PqTables, WeightsFitDecodedInputs) {
  CodebookDesign design;
  design.codebooks.spaces = design.codebooks.length = 1;
  design.codebooks.prototypes = 2;
  design.centroids = {1, 2};
  FitData data{{{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}}, {3, 6, 3, 6, 3, 6, 3, 6, 3, 6}, 10};
  std::vector<double> weights = {1};
  EXPECT_THAT(fitWeights(data, design, weights, 1, 1, 1e-9), ElementsAre(DoubleNear(3, 1e-5)));
  EXPECT_THAT(fitWeights(data, design, weights, 1, 1, 1), ElementsAre(DoubleNear(2, 1e-5)));
  std::vector<double> candidates = {1, 1e-9};
  EXPECT_THAT(fitTables(data, design, weights, 1, 1, candidates).values,
              ElementsAre(DoubleNear(3, 1e-5), DoubleNear(6, 1e-5)));
  // Weights that are right stay.
  weights = {3};
  EXPECT_THAT(fitTables(data, design, weights, 1, 1, candidates).values, ElementsAre(3, 6));
}

// Output 0: entries 1 and 5, middle 3, half range 2; output 1: 0 and -14, middle -7. Three bits: scales 2/3 and 7/3.
TEST(PqTables, IntegersAreCentredPerOutput) {
  Tables tables{1, 2, 2, {1, 0, 5, -14}};
  IntegerTables integers = quantizeTables(tables, 3, /*perLayer=*/false);
  EXPECT_THAT(integers.values, ElementsAre(-3, 3, 3, -3));
  EXPECT_THAT(integers.scale, ElementsAre(DoubleNear(2.0 / 3, 1e-12), DoubleNear(7.0 / 3, 1e-12)));
  EXPECT_THAT(integers.bias, ElementsAre(3, -7));
  integers = quantizeTables(tables, 3, /*perLayer=*/true);
  EXPECT_THAT(integers.values, ElementsAre(-1, 3, 1, -3)); // 2 / (7/3) = 0.86
}

// What rounding leaves goes into the tables that come after.
TEST(PqTables, RoundingIsMadeUpFor) {
  Tables truth;
  FitData data = makeData(3, 600, 12, truth);
  auto getError = [&](const IntegerTables &integers) {
    Tables tables = truth;
    for (size_t i = 0; i < tables.values.size(); ++i)
      tables.values[i] = integers.scale[i % 3] * integers.values[i] + integers.bias[i % 3] / 12;
    return getRelativeError(data, tables);
  };
  double plain = getError(quantizeTables(truth, 3, false));
  double corrected = getError(quantizeTables(truth, 3, false, &data, 1));
  EXPECT_LT(corrected, plain);
  for (int32_t value : quantizeTables(truth, 2, false, &data, 1).values) {
    EXPECT_GE(value, -2);
    EXPECT_LE(value, 1);
  }
}

// ResNet-20's first stage in the model's terms: 16 outputs, 16 channels times 3 x 3, Ls 9, Np 8, 1024 columns.
TEST(PqCostModel, Cycles) {
  LayerShape layer{.columns = 1024, .spaces = 16, .length = 9, .prototypes = 8, .outputs = 16};
  Engine engine{.lengthVector = 9, .prototypeVector = 8, .spaceVector = 16, .outputVector = 32};
  // max(1 * 1, 1) * 1 per column.
  EXPECT_EQ(getComputeCycles(layer, engine), 1024);
  engine.lengthVector = 2;
  engine.prototypeVector = 3;
  // ceil(9/2) * ceil(8/3) = 5 * 3.
  EXPECT_EQ(getComputeCycles(layer, engine), 15 * 1024);
  engine.spaceVector = 10; // ceil(16/10) = 2
  EXPECT_EQ(getComputeCycles(layer, engine), 30 * 1024);
  // Writing: ceil(16 * 8 * 16 / (32 * 10)) = 7; reading: 2048 entries of 16 bits at 750.93 bits per cycle: 43.6.
  EXPECT_EQ(getLoadCycles(layer, engine), 44);
  EXPECT_EQ(getCycles(layer, engine), 30 * 1024);
  layer.columns = 1;
  EXPECT_EQ(getCycles(layer, engine), 44);
}

TEST(PqCostModel, MemoryAndArea) {
  LayerShape layer{
      .columns = 1, .spaces = 4, .length = 3, .prototypes = 8, .outputs = 10, .prototypeBits = 6, .tableBits = 5};
  EXPECT_EQ(getPrototypeBits(layer), 4 * 8 * 3 * 6);
  EXPECT_EQ(getTableBits(layer), 4 * 8 * 10 * 5);
  Engine engine{.lengthVector = 4, .prototypeVector = 8, .spaceVector = 16, .outputVector = 32};
  // 1728 + 3155.2 + 240 + 432 - 1248.8 = 4306.4, 4 per block RAM, and for L2 3 * 32 * 16 * 4 = 6144.
  EXPECT_NEAR(getArea(engine, 10, 1), 4346.4, 1e-9);
  EXPECT_NEAR(getArea(engine, 10, 2), 10490.4, 1e-9);
}
