#include "runtime/imc/code_generator.h"

#include "runtime/imc/activation_memory.h"
#include "runtime/imc/tile_choice.h"
#include "tests/unit/runtime/imc/layer_test_util.h"

namespace qcompile::runtime::imc {
namespace {

template <typename T> int64_t CountOf(const Program &program) {
  int64_t count = 0;
  for (const Instruction &i : program.instructions)
    count += std::holds_alternative<T>(i);
  return count;
}

absl::Status EmitAlone(const MatmulLayer &layer) {
  CodeGenerator generator{Target{}};
  return Emit(generator, layer);
}

// How often an instruction ran.
template <typename T> int64_t ExecutedOf(const Program &program, const Tensor &x) {
  auto simulator = Simulator::Create(program);
  EXPECT_TRUE(simulator.ok() && simulator->Run({x}).ok());
  return simulator->report().opcodes[Instruction(T{}).index()].count;
}

MatmulLayer Layer(int64_t inputs, int64_t outputs, DataType input, DataType weight, std::mt19937_64 &random) {
  MatmulLayer layer;
  layer.input = input;
  layer.weights = RandomTensor(weight, {inputs, outputs}, random);
  return layer;
}

// 100 rows in tiles of 32 slots: 4 row tiles. 10 outputs of 4 one-bit slices in 16 columns:
// 3 column tiles. With banks for all of them, inputs are streamed once per row tile; with banks
// for the rows of one column tile, once for each of these.
TEST(ImcCodeGenerator, TilesRowsAndColumns) {
  std::mt19937_64 random(1);
  MatmulLayer layer = Layer(100, 10, DataType::Unsigned(2), DataType::Signed(4), random);
  Target target = *ParseTarget("rows=64 slots=32 columns=16 index_bits=0 banks=12");
  auto program = MatmulProgram(target, layer);
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ(CountOf<Configure>(*program), 1);
  EXPECT_EQ(CountOf<LoadWeights>(*program), 12);
  EXPECT_EQ(CountOf<MultiplyAccumulate>(*program), 12);
  EXPECT_EQ(CountOf<Stream>(*program), 4);
  EXPECT_EQ(CountOf<StoreAccumulators>(*program), 1);
  EXPECT_EQ(CountOf<Halt>(*program), 1);
  target.banks = 4;
  program = MatmulProgram(target, layer);
  EXPECT_EQ(CountOf<LoadWeights>(*program), 12);
  EXPECT_EQ(CountOf<Stream>(*program), 12);
  EXPECT_EQ(CountOf<StoreAccumulators>(*program), 3);
}

// The number of vectors changes counts in loops, not the code.
TEST(ImcCodeGenerator, CodeDoesNotGrowWithPositions) {
  std::mt19937_64 random(8);
  MatmulLayer layer = Layer(100, 10, DataType::Unsigned(2), DataType::Signed(4), random);
  for (const char *banks : {"banks=16", "banks=2"}) {
    Target target = *ParseTarget(std::string("rows=64 slots=32 columns=16 index_bits=0 "
                                             "activation_bytes=16000000 ") +
                                 banks);
    layer.vectors = 6144; // three chunks of 4096 accumulators / 2 columns
    size_t first = MatmulProgram(target, layer)->instructions.size();
    layer.vectors = 8192;
    EXPECT_EQ(MatmulProgram(target, layer)->instructions.size(), first);
    EXPECT_LT(first, 200u);
  }
}

// Tiles that stay in their banks are loaded once, however many chunks of vectors there are.
TEST(ImcCodeGenerator, TilesInBanksAreNotLoadedAgain) {
  std::mt19937_64 random(2);
  MatmulLayer layer = Layer(30, 4, DataType::Unsigned(2), DataType::Signed(2), random);
  layer.vectors = 10;
  Target target = *ParseTarget("rows=16 slots=16 index_bits=0 accumulators=8");
  Tensor x = RandomTensor(layer.input, {300}, random);
  auto program = MatmulProgram(target, layer);
  EXPECT_EQ(ExecutedOf<LoadWeights>(*program, x), 2);
  // One bank: both tiles for each of five chunks of two vectors.
  target.banks = 1;
  program = MatmulProgram(target, layer);
  EXPECT_EQ(ExecutedOf<LoadWeights>(*program, x), 2 * 5);
  // Three tiles in two banks: the first one stays, the other two are loaded for each chunk.
  target.banks = 2;
  target.slots = 10;
  program = MatmulProgram(target, layer);
  EXPECT_EQ(ExecutedOf<LoadWeights>(*program, x), 1 + 2 * 5);
}

TEST(ImcCodeGenerator, SparseTilesSaveSlotsAndGiveEqualResults) {
  std::mt19937_64 random(3);
  MatmulLayer layer = Layer(64, 6, DataType::Unsigned(3), DataType::Signed(4), random);
  // One weight other than zero in every four rows.
  std::vector<int64_t> weights = layer.weights.ToIntegers();
  for (int64_t i = 0; i < 64 * 6; ++i) {
    if ((i / 6) % 4 != (i % 6) % 4)
      weights[i] = 0;
  }
  layer.weights = Integers(DataType::Signed(4), {64, 6}, weights);
  Target sparse = *ParseTarget("rows=64 slots=32 columns=128 index_bits=2");
  Target dense = sparse;
  dense.index_bits = 0;
  Tensor x = RandomTensor(layer.input, {64}, random);
  std::vector<int64_t> expected = NaiveMatmul(layer, x);
  int64_t written[2];
  int64_t loads[2];
  for (int i = 0; i < 2; ++i) {
    auto program = MatmulProgram(i ? dense : sparse, layer);
    ASSERT_TRUE(program.ok()) << program.status();
    auto simulator = Simulator::Create(*program);
    auto y = simulator->Run({x});
    ASSERT_TRUE(y.ok()) << y.status();
    EXPECT_EQ((*y)[0].ToIntegers(), expected);
    written[i] = simulator->report().counts.weight_slots_written;
    loads[i] = CountOf<LoadWeights>(*program);
  }
  EXPECT_EQ(loads[0], 1); // 64 rows in 16 slots
  EXPECT_EQ(loads[1], 2); // 32 slots at a time
  EXPECT_EQ(4 * written[0], written[1]);
}

// n and m of the format; zeros for dense.
using Format = std::pair<int64_t, int64_t>;

TEST(ImcCodeGenerator, FormatIsTheOneWithFewestSlots) {
  Target target = *ParseTarget("index_bits=3");
  auto choose = [&](std::vector<int32_t> weights) {
    WeightWindow window{weights, 1, 0, 0, static_cast<int64_t>(weights.size()), 1};
    TileShape tile = ChooseFormat(window, DataType::Signed(4), target);
    return Format(tile.n, tile.m);
  };
  EXPECT_EQ(choose({1, 2, 3, 4}), Format(0, 0));
  EXPECT_EQ(choose({0, 2, 3, 0}), Format(1, 2));
  EXPECT_EQ(choose({0, 0, 3, 1}), Format(2, 4));
  EXPECT_EQ(choose({0, 0, 3, 0, 0, 1, 1, 0}), Format(3, 8));
  EXPECT_EQ(choose({0, 0, 0, 0}), Format(1, 4));
}

TEST(ImcCodeGenerator, ScatteredWeightsTakeRunsOrRows) {
  // Four adjacent weights at the end of sixteen rows, and one at the start: 5:16, and 4:8.
  std::vector<int32_t> weights(16);
  weights[0] = weights[12] = weights[13] = weights[14] = weights[15] = 1;
  WeightWindow window{weights, 1, 0, 0, 16, 1};
  auto choose = [&](const char *options) {
    TileShape tile = ChooseFormat(window, DataType::Signed(4), *ParseTarget(options));
    return std::tuple(tile.format, tile.n, tile.m);
  };
  // Gaps of three bits reach seven rows: the gap of eleven takes a filler, 6 entries; 4:8 takes 8.
  EXPECT_EQ(choose("index_bits=3"), std::tuple(WeightFormat::kRunLength, 6, 3));
  EXPECT_EQ(choose("index_bits=4"), std::tuple(WeightFormat::kNOfM, 5, 16));
  EXPECT_EQ(choose("index_bits=0"), std::tuple(WeightFormat::kDense, 0, 0));
}

TEST(ImcCodeGenerator, TilesAreAsTallAsTheirEntriesAdmit) {
  // Eight adjacent weights in every 64 rows: 8:16 takes 128 slots, run-length form of four bits (8 + 3) * 4.
  std::vector<int32_t> weights(256);
  for (int i = 0; i < 256; ++i)
    weights[i] = i % 64 < 8;
  WeightWindow window{weights, 1, 0, 0, 256, 1};
  auto rows = [&](const char *options) {
    return ChooseTileExtents(window, DataType::Signed(4), *ParseTarget(options))->rows;
  };
  EXPECT_EQ(rows("rows=256 slots=64 index_bits=0"), 64);
  EXPECT_EQ(rows("rows=256 slots=64 index_bits=4"), 256);
  EXPECT_EQ(rows("rows=128 slots=64 index_bits=4"), 128);
}

TEST(ImcCodeGenerator, WeightsTakeTheNarrowestType) {
  EXPECT_EQ(NarrowestWeightType({1, -1, 1}), DataType::Bipolar());
  EXPECT_EQ(NarrowestWeightType({1, 0, 1}), DataType::Unsigned(1));
  EXPECT_EQ(NarrowestWeightType({0, 0}), DataType::Unsigned(1));
  EXPECT_EQ(NarrowestWeightType({0, -1}), DataType::Signed(1));
  EXPECT_EQ(NarrowestWeightType({1, 0, -1}), DataType::Signed(2));
  EXPECT_EQ(NarrowestWeightType({127, -128}), DataType::Signed(8));
  EXPECT_EQ(NarrowestWeightType({128, -128}), DataType::Signed(9));
  EXPECT_EQ(NarrowestWeightType({255}), DataType::Unsigned(8));
}

TEST(ImcCodeGenerator, LayersShareWhatTheMacroHolds) {
  std::mt19937_64 random(4);
  MatmulLayer layer = Layer(8, 4, DataType::Unsigned(2), DataType::Signed(4), random);
  layer.finish = RandomTable(4, 3, -20, 20, random);
  layer.output_address = 100;
  CodeGenerator generator{Target{}};
  ASSERT_TRUE(Emit(generator, layer).ok());
  size_t first = generator.instructions().size();
  layer.input_address = 8;
  layer.output_address = 200;
  ASSERT_TRUE(Emit(generator, layer).ok());
  // Neither the types of inputs and weights nor those of the output are set again.
  EXPECT_EQ(generator.instructions().size(), 2 * first - 2);
}

std::string MatmulError(absl::string_view target, MatmulLayer layer) {
  auto program = MatmulProgram(*ParseTarget(target), layer);
  return program.ok() ? "ok" : std::string(program.status().message());
}

TEST(ImcCodeGenerator, LimitsAreNamed) {
  std::mt19937_64 random(5);
  MatmulLayer layer = Layer(2, 1, DataType::Unsigned(4), DataType::Signed(8), random);
  layer.weights = Integers(DataType::Signed(8), {2, 1}, {127, -128});
  EXPECT_EQ(MatmulError("", layer), "ok");
  EXPECT_EQ(MatmulError("max_input_bits=3", layer), "inputs are uint4, the target has max_input_bits=3");
  EXPECT_EQ(MatmulError("max_weight_bits=7", layer), "weights need 8 bits, the target has max_weight_bits=7");
  // Partial sums from 15 * -128 = -1920 to 15 * 127 = 1905.
  EXPECT_EQ(MatmulError("accumulator_bits=12", layer), "ok");
  EXPECT_EQ(MatmulError("accumulator_bits=11", layer),
            "partial sums from -1920 to 1905 do not fit, the target has accumulator_bits=11");
  EXPECT_EQ(MatmulError("activation_bytes=5", layer),
            "a tensor takes 4 bytes at address 2, the target has activation_bytes=5");
  ThresholdTable table = RandomTable(1, 7, -5, 5, random);
  layer.finish = table;
  EXPECT_EQ(MatmulError("threshold_words=7", layer),
            "a channel with 7 thresholds takes 8 words, the target has threshold_words=7");
  std::vector<int64_t> directions = table.directions;
  table.directions = {2};
  layer.finish = table;
  EXPECT_EQ(MatmulError("", layer), "a direction must be 1 or -1, found 2");
  table.directions = {1, 1};
  layer.finish = table;
  EXPECT_EQ(MatmulError("", layer), "expected 1 directions, found 2");
  table.directions = directions;
  table.type = DataType::Unsigned(1);
  table.low = 0;
  table.step = 1;
  layer.finish = table;
  EXPECT_EQ(MatmulError("", layer), "codes from 0 to 7 do not fit uint1");
  layer.finish = DataType::Float32();
  EXPECT_EQ(MatmulError("", layer), "results are float32, expected codes");
  layer.finish = RandomFactors(1, random);
  EXPECT_EQ(MatmulError("threshold_words=3", layer),
            "the factors of a channel take 4 words, the target has threshold_words=3");
  layer.finish = DataType::Signed(32);
  layer.vectors = int64_t{1} << 62;
  EXPECT_EQ(EmitAlone(layer).message(), "a tensor takes 1099511627776 bytes at address 0, the target has "
                                        "activation_bytes=1048576");
}

TEST(ImcCodeGenerator, OverlappingTensorsAreRefused) {
  std::mt19937_64 random(6);
  MatmulLayer layer = Layer(8, 4, DataType::Unsigned(2), DataType::Signed(4), random);
  layer.output_address = 7;
  EXPECT_EQ(EmitAlone(layer).message(), "the input at byte 0 and the output at byte 7 overlap");
}

TEST(ImcActivationMemory, FreedRangesAreReused) {
  ActivationMemory memory(100);
  EXPECT_EQ(*memory.Allocate(40), 0);
  EXPECT_EQ(*memory.Allocate(30), 40);
  EXPECT_EQ(*memory.Allocate(30), 70);
  EXPECT_EQ(memory.Allocate(1).status().message(),
            "a tensor takes 1 bytes beside 100 bytes that are in use, the target has "
            "activation_bytes=100");
  memory.Free(40);
  EXPECT_FALSE(memory.Allocate(31).ok());
  EXPECT_EQ(*memory.Allocate(20), 40);
  EXPECT_EQ(*memory.Allocate(10), 60);
  EXPECT_EQ(memory.peak(), 100);
}

} // namespace
} // namespace qcompile::runtime::imc
