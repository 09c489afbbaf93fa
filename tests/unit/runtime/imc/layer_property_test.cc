// Random layers: the simulator must give what a naive integer loop gives.
#include "tests/unit/runtime/imc/layer_test_util.h"

namespace qcompile::runtime::imc {
namespace {

void ExpectEqualToNaive(const Target &target, MatmulLayer layer, std::mt19937_64 &random) {
  auto program = MatmulProgram(target, layer);
  ASSERT_TRUE(program.ok()) << program.status();
  auto simulator = Simulator::Create(*program);
  ASSERT_TRUE(simulator.ok()) << simulator.status();
  for (int run = 0; run < 2; ++run) {
    Tensor x = RandomTensor(layer.input, {program->ports[0].elements}, random);
    auto y = simulator->Run({x});
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ((*y)[0].ToIntegers(), NaiveMatmul(layer, x));
  }
  EXPECT_EQ(simulator->report().counts.macs, layer.vectors * layer.weights.shape()[0] * layer.weights.shape()[1]);
}

Target SmallTarget(std::mt19937_64 &random) {
  Target target = *ParseTarget("rows=16 columns=24 slots=12 banks=2 accumulators=40");
  target.cell_bits = 1 + static_cast<int64_t>(random() % 8);
  target.weight_layout = random() % 2 ? WeightLayout::kSlices : WeightLayout::kSlots;
  target.access = random() % 2 ? Access::kGather : Access::kBroadcast;
  target.index_bits = static_cast<int64_t>(random() % 5);
  target.threshold_words = 20 + static_cast<int64_t>(random() % 60);
  return target;
}

DataType RandomType(std::mt19937_64 &random) {
  int bits = 1 + static_cast<int>(random() % 8);
  switch (random() % 4) {
  case 0:
    return DataType::Bipolar();
  case 1:
    return DataType::Unsigned(bits);
  default:
    return DataType::Signed(bits);
  }
}

TEST(ImcLayers, RandomShapesTypesAndTargets) {
  std::mt19937_64 random(2024);
  for (int i = 0; i < 400; ++i) {
    SCOPED_TRACE(i);
    Target target = SmallTarget(random);
    MatmulLayer layer;
    layer.vectors = 1 + static_cast<int64_t>(random() % 5);
    layer.input = RandomType(random);
    int64_t inputs = 1 + static_cast<int64_t>(random() % 60);
    int64_t outputs = 1 + static_cast<int64_t>(random() % 50);
    layer.weights = RandomTensor(RandomType(random), {inputs, outputs}, random, static_cast<int>(random() % 100));
    layer.finish = RandomFinish(outputs, random);
    ExpectEqualToNaive(target, layer, random);
  }
}

TEST(ImcLayers, EveryInputAndWeightWidth) {
  std::mt19937_64 random(9);
  std::vector<DataType> types = {DataType::Bipolar()};
  for (int bits = 1; bits <= 8; ++bits) {
    types.push_back(DataType::Signed(bits));
    types.push_back(DataType::Unsigned(bits));
  }
  for (DataType input : types) {
    for (DataType weight : types) {
      SCOPED_TRACE(input.ToString() + " x " + weight.ToString());
      MatmulLayer layer;
      layer.vectors = 2;
      layer.input = input;
      layer.weights = RandomTensor(weight, {37, 11}, random);
      ExpectEqualToNaive(*ParseTarget("rows=16 slots=16 columns=32"), layer, random);
    }
  }
}

TEST(ImcLayers, ManyLevels) {
  std::mt19937_64 random(10);
  MatmulLayer layer;
  layer.vectors = 3;
  layer.input = DataType::Unsigned(4);
  layer.weights = RandomTensor(DataType::Signed(4), {30, 9}, random);
  layer.finish = RandomTable(9, 255, -2000, 2000, random);
  // One channel's thresholds fit at a time.
  ExpectEqualToNaive(*ParseTarget("threshold_words=300"), layer, random);
}

// Thresholds that no sum or every sum reaches lie far outside 32 bits.
TEST(ImcLayers, NeverAndAlways) {
  MatmulLayer layer;
  layer.input = DataType::Signed(2);
  layer.weights = Integers(DataType::Signed(2), {1, 4}, {1, 1, 1, 1});
  ThresholdTable table;
  int64_t far = int64_t{1} << 38;
  table.thresholds = Integers(DataType::Signed(40), {4, 2}, {-far, far, -far, 0, far, -far, 1, -far});
  table.directions = {1, 1, -1, -1};
  table.type = DataType::Unsigned(2);
  layer.finish = table;
  std::mt19937_64 random(12);
  ExpectEqualToNaive(Target{}, layer, random);
}

TEST(ImcLayers, FinishesOfTensors) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    FinishLayer layer;
    layer.outer = 1 + static_cast<int64_t>(random() % 4);
    layer.channels = 1 + static_cast<int64_t>(random() % 30);
    layer.inner = random() % 2 ? 1 : 1 + static_cast<int64_t>(random() % 60);
    layer.input = DataType::Signed(9);
    layer.finish = RandomFinish(layer.channels, random);
    int64_t elements = layer.outer * layer.channels * layer.inner;
    layer.output_address = 2 * elements;
    Target target = *ParseTarget("accumulators=25 threshold_words=50");
    auto program = MakeProgram(target, layer.input, elements, ResultType(layer.finish), elements, layer.output_address,
                               [&](CodeGenerator &g) { return Emit(g, layer); });
    ASSERT_TRUE(program.ok()) << program.status();
    Tensor x = RandomTensor(layer.input, {elements}, random);
    auto y = Simulator::Create(*program)->Run({x});
    ASSERT_TRUE(y.ok()) << y.status();
    for (int64_t e = 0; e < elements; ++e) {
      int64_t channel = e / layer.inner % layer.channels;
      ASSERT_EQ((*y)[0].IntegerAt(e), NaiveFinish(layer.finish, channel, x.IntegerAt(e)));
    }
  }
}

TEST(ImcLayers, TransposesOfAnyRank) {
  std::mt19937_64 random(14);
  for (int i = 0; i < 60; ++i) {
    Shape shape;
    std::vector<int64_t> perm;
    int rank = static_cast<int>(random() % 5);
    for (int d = 0; d < rank; ++d) {
      shape.push_back(1 + static_cast<int64_t>(random() % 6));
      perm.push_back(d);
    }
    std::shuffle(perm.begin(), perm.end(), random);
    MoveLayer layer;
    layer.input = layer.output = DataType::Signed(8 << (random() % 3));
    int64_t elements = NumElements(shape);
    layer.output_address = 4 * elements;
    for (int64_t d = rank - 1, stride = 1; d >= 0; --d) {
      int64_t from = 1;
      for (int64_t i = perm[d] + 1; i < rank; ++i)
        from *= shape[i];
      layer.axes.insert(layer.axes.begin(), {shape[perm[d]], from, stride});
      stride *= shape[perm[d]];
    }
    auto program = MakeProgram(Target{}, layer.input, elements, layer.input, elements, layer.output_address,
                               [&](CodeGenerator &g) { return Emit(g, layer); });
    ASSERT_TRUE(program.ok()) << program.status();
    Tensor x = RandomTensor(layer.input, {elements}, random);
    auto y = Simulator::Create(*program)->Run({x});
    ASSERT_TRUE(y.ok()) << y.status();
    for (int64_t e = 0; e < elements; ++e) {
      // The index of element e of the result, dimension by dimension, in the source.
      std::vector<int64_t> source(rank);
      for (int64_t d = rank - 1, left = e; d >= 0; --d) {
        int64_t extent = shape[perm[d]];
        source[perm[d]] = left % extent;
        left /= extent;
      }
      int64_t flat = 0;
      for (int d = 0; d < rank; ++d)
        flat = flat * shape[d] + source[d];
      ASSERT_EQ((*y)[0].IntegerAt(e), x.IntegerAt(flat));
    }
  }
}

} // namespace
} // namespace qcompile::runtime::imc
