// Random layers of convolutional networks: the simulator must give what naive loops give.
#include "tests/unit/runtime/imc/layer_test_util.h"

namespace qcompile::runtime::imc {
namespace {

int64_t Below(std::mt19937_64 &random, int64_t limit) {
  return static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
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

// Small enough that layers are cut in every way.
Target SmallTarget(std::mt19937_64 &random) {
  Target target = *ParseTarget("rows=32 columns=48 slots=12 max_weight_bits=9 accumulators=90");
  target.banks = 1 + Below(random, 6);
  target.weight_layout = random() % 2 ? WeightLayout::kSlices : WeightLayout::kSlots;
  target.index_bits = Below(random, 5);
  target.threshold_words = 20 + Below(random, 100);
  return target;
}

// A channels-last image and a window over it.
struct Geometry {
  int64_t batch, height, width, channels, kernel_h, kernel_w, stride_h, stride_w, dilation;
  int64_t OutH() const { return (height - dilation * (kernel_h - 1) - 1) / stride_h + 1; }
  int64_t OutW() const { return (width - dilation * (kernel_w - 1) - 1) / stride_w + 1; }
  int64_t At(int64_t n, int64_t h, int64_t w, int64_t c) const { return ((n * height + h) * width + w) * channels + c; }
  std::vector<Position> Positions(int64_t outputs) const {
    int64_t row = width * channels;
    return {{batch, height * row, OutH() * OutW() * outputs},
            {OutH(), stride_h * row, OutW() * outputs},
            {OutW(), stride_w * channels, outputs}};
  }
  std::vector<Dimension> Taps() const {
    return {{kernel_h, dilation * width * channels}, {kernel_w, dilation * channels}};
  }
};

Geometry RandomGeometry(std::mt19937_64 &random, int64_t channels) {
  Geometry g{};
  g.batch = 1 + Below(random, 2);
  g.channels = channels;
  g.kernel_h = 1 + Below(random, 3);
  g.kernel_w = 1 + Below(random, 3);
  g.stride_h = 1 + Below(random, 2);
  g.stride_w = 1 + Below(random, 2);
  g.dilation = 1 + Below(random, 2);
  g.height = g.dilation * (g.kernel_h - 1) + 1 + Below(random, 6);
  g.width = g.dilation * (g.kernel_w - 1) + 1 + Below(random, 6);
  return g;
}

// Calls f(n, oh, ow) for all positions in order.
template <typename F> void ForPositions(const Geometry &g, F f) {
  for (int64_t n = 0; n < g.batch; ++n) {
    for (int64_t h = 0; h < g.OutH(); ++h) {
      for (int64_t w = 0; w < g.OutW(); ++w)
        f(n, h, w);
    }
  }
}

template <typename Layer>
absl::StatusOr<std::vector<int64_t>> RunLayer(const Target &target, Layer &layer, const Tensor &x, DataType output,
                                              int64_t elements) {
  layer.output_address = x.size() * ElementBytes(x.type());
  auto program = MakeProgram(target, x.type(), x.size(), output, elements, layer.output_address,
                             [&](CodeGenerator &g) { return Emit(g, layer); });
  if (!program.ok())
    return program.status();
  auto simulator = Simulator::Create(*program);
  if (!simulator.ok())
    return simulator.status();
  auto y = simulator->Run({x});
  if (!y.ok())
    return y.status();
  return (*y)[0].ToIntegers();
}

TEST(ImcNetworkLayers, Convolutions) {
  std::mt19937_64 random(31);
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    ConvLayer layer;
    layer.groups = random() % 2 ? 1 : 1 + Below(random, 12);
    int64_t inputs = 1 + Below(random, layer.groups > 1 ? 3 : 20);
    int64_t outputs = 1 + Below(random, layer.groups > 1 ? 3 : 60);
    Geometry g = RandomGeometry(random, layer.groups * inputs);
    layer.channels = g.channels;
    layer.input = random() % 8 ? RandomType(random) : DataType::Signed(20);
    layer.positions = g.Positions(layer.groups * outputs);
    layer.taps = g.Taps();
    int64_t rows = g.kernel_h * g.kernel_w * inputs;
    layer.weights =
        RandomTensor(RandomType(random), {rows, layer.groups * outputs}, random, static_cast<int>(random() % 100));
    layer.finish = RandomFinish(layer.groups * outputs, random);
    // Doubles of the naive requantizer hold no larger products.
    Tensor x = RandomTensor(layer.input, {g.batch, g.height, g.width, g.channels}, random);
    std::vector<int64_t> expected;
    ForPositions(g, [&](int64_t n, int64_t oh, int64_t ow) {
      for (int64_t o = 0; o < layer.groups * outputs; ++o) {
        int64_t sum = 0;
        for (int64_t row = 0; row < rows; ++row) {
          int64_t tap = row / inputs;
          int64_t h = oh * g.stride_h + tap / g.kernel_w * g.dilation;
          int64_t w = ow * g.stride_w + tap % g.kernel_w * g.dilation;
          int64_t c = o / outputs * inputs + row % inputs;
          sum += x.IntegerAt(g.At(n, h, w, c)) * layer.weights.IntegerAt(row * layer.groups * outputs + o);
        }
        expected.push_back(NaiveFinish(layer.finish, o, sum));
      }
    });
    auto y = RunLayer(SmallTarget(random), layer, x.Reshaped({x.size()}), ResultType(layer.finish),
                      static_cast<int64_t>(expected.size()));
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ(*y, expected);
  }
}

TEST(ImcNetworkLayers, Pools) {
  std::mt19937_64 random(32);
  for (int i = 0; i < 200; ++i) {
    SCOPED_TRACE(i);
    PoolLayer layer;
    Geometry g = RandomGeometry(random, 1 + Below(random, random() % 8 ? 12 : 200));
    layer.is_max = random() % 2;
    layer.channels = g.channels;
    layer.input = RandomType(random);
    layer.positions = g.Positions(g.channels);
    layer.taps = g.Taps();
    layer.finish = RandomFinish(g.channels, random);
    Tensor x = RandomTensor(layer.input, {g.batch * g.height * g.width * g.channels}, random);
    std::vector<int64_t> expected;
    ForPositions(g, [&](int64_t n, int64_t oh, int64_t ow) {
      for (int64_t c = 0; c < g.channels; ++c) {
        int64_t sum = 0;
        int64_t largest = INT64_MIN;
        for (int64_t tap = 0; tap < g.kernel_h * g.kernel_w; ++tap) {
          int64_t value = x.IntegerAt(g.At(n, oh * g.stride_h + tap / g.kernel_w * g.dilation,
                                           ow * g.stride_w + tap % g.kernel_w * g.dilation, c));
          sum += value;
          largest = std::max(largest, value);
        }
        expected.push_back(NaiveFinish(layer.finish, c, layer.is_max ? largest : sum));
      }
    });
    auto y = RunLayer(SmallTarget(random), layer, x, ResultType(layer.finish), static_cast<int64_t>(expected.size()));
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ(*y, expected);
  }
}

// The operand of a term at an index of the result; extents of 1 stand for all.
int64_t BroadcastAt(const Tensor &x, const Shape &shape, const std::vector<int64_t> &index) {
  int64_t flat = 0;
  size_t skip = index.size() - shape.size();
  for (size_t d = 0; d < shape.size(); ++d) {
    flat = flat * shape[d] + (shape[d] == 1 ? 0 : index[skip + d]);
  }
  return x.IntegerAt(flat);
}

TEST(ImcNetworkLayers, SumsAndProductsBroadcast) {
  std::mt19937_64 random(33);
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    ElementwiseLayer layer;
    int rank = static_cast<int>(random() % 5);
    for (int d = 0; d < rank; ++d)
      layer.shape.push_back(1 + Below(random, d + 1 < rank ? 5 : 150));
    layer.multiplies = random() % 3 == 0;
    Tensor values[2];
    Term terms[2];
    for (int t = 0; t < 2; ++t) {
      terms[t].type = RandomType(random);
      size_t skip = random() % 4 ? 0 : random() % (layer.shape.size() + 1);
      for (size_t d = skip; d < layer.shape.size(); ++d) {
        terms[t].shape.push_back(random() % 4 ? layer.shape[d] : 1);
      }
      if (!layer.multiplies)
        terms[t].multiplier = 1 + Below(random, 9) - 12 * (random() % 2);
      values[t] = RandomTensor(terms[t].type, terms[t].shape, random);
    }
    // Both operands lie behind each other in one input; types of up to 8 bits take a byte each.
    std::vector<int64_t> joined;
    for (const Tensor &v : values) {
      for (int64_t code : v.ToIntegers()) {
        joined.push_back(v.type() == DataType::Bipolar() ? code > 0 : code & 255);
      }
    }
    Tensor x = Integers(DataType::Unsigned(8), {static_cast<int64_t>(joined.size())}, joined);
    terms[1].address = values[0].size();
    layer.lhs = terms[0];
    layer.rhs = terms[1];
    int64_t channels = layer.shape.empty() ? 1 : layer.shape.back();
    layer.finish = RandomFinish(channels, random);
    std::vector<int64_t> expected;
    int64_t elements = NumElements(layer.shape);
    for (int64_t e = 0; e < elements; ++e) {
      std::vector<int64_t> index(layer.shape.size());
      for (int64_t d = rank - 1, left = e; d >= 0; left /= layer.shape[d--]) {
        index[d] = left % layer.shape[d];
      }
      int64_t a = BroadcastAt(values[0], terms[0].shape, index);
      int64_t b = BroadcastAt(values[1], terms[1].shape, index);
      int64_t value = layer.multiplies ? a * b : terms[0].multiplier * a + terms[1].multiplier * b;
      expected.push_back(NaiveFinish(layer.finish, e % channels, value));
    }
    auto y = RunLayer(SmallTarget(random), layer, x, ResultType(layer.finish), elements);
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ(*y, expected);
  }
}

TEST(ImcNetworkLayers, ProductsOfTwoTensors) {
  std::mt19937_64 random(34);
  for (int i = 0; i < 100; ++i) {
    SCOPED_TRACE(i);
    ProductLayer layer;
    layer.n = 1 + Below(random, 6);
    layer.k = 1 + Below(random, 10);
    layer.m = 1 + Below(random, random() % 5 ? 12 : 150);
    int64_t batch = 1 + Below(random, 3);
    bool shares = random() % 2;
    layer.batch = {{batch, layer.n * layer.k, shares ? 0 : layer.k * layer.m, layer.n * layer.m}};
    layer.lhs = DataType::Signed(8);
    layer.rhs = DataType::Signed(6);
    layer.finish = RandomFinish(layer.m, random);
    int64_t lhs_size = batch * layer.n * layer.k;
    int64_t rhs_size = (shares ? 1 : batch) * layer.k * layer.m;
    layer.rhs_address = lhs_size;
    Tensor a = RandomTensor(layer.lhs, {lhs_size}, random);
    Tensor b = RandomTensor(layer.rhs, {rhs_size}, random);
    std::vector<int64_t> joined = a.ToIntegers();
    for (int64_t value : b.ToIntegers())
      joined.push_back(value);
    Tensor x = Integers(DataType::Signed(8), {lhs_size + rhs_size}, joined);
    std::vector<int64_t> expected;
    for (int64_t j = 0; j < batch * layer.n; ++j) {
      for (int64_t m = 0; m < layer.m; ++m) {
        int64_t sum = 0;
        for (int64_t k = 0; k < layer.k; ++k) {
          int64_t matrix = shares ? 0 : j / layer.n;
          sum += a.IntegerAt(j * layer.k + k) * b.IntegerAt((matrix * layer.k + k) * layer.m + m);
        }
        expected.push_back(NaiveFinish(layer.finish, m, sum));
      }
    }
    auto y = RunLayer(SmallTarget(random), layer, x, ResultType(layer.finish), static_cast<int64_t>(expected.size()));
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ(*y, expected);
  }
}

TEST(ImcNetworkLayers, Borders) {
  std::mt19937_64 random(35);
  for (int i = 0; i < 200; ++i) {
    SCOPED_TRACE(i);
    PadLayer layer;
    int rank = 1 + static_cast<int>(random() % 4);
    layer.axis = Below(random, rank);
    Shape shape;
    for (int d = 0; d < rank; ++d) {
      layer.shape.push_back(1 + Below(random, 5));
      bool pads = d != layer.axis || random() % 2;
      layer.low.push_back(pads ? Below(random, 3) : 0);
      layer.high.push_back(pads ? Below(random, 3) : 0);
      shape.push_back(layer.shape[d] + layer.low[d] + layer.high[d]);
    }
    bool per_channel = shape[layer.axis] == layer.shape[layer.axis] && random() % 2;
    layer.input = RandomType(random);
    layer.output = random() % 2 ? DataType::Signed(9) : DataType::Signed(40);
    for (int64_t c = 0; c < (per_channel ? shape[layer.axis] : 1); ++c) {
      layer.values.push_back(Below(random, 400) - 200);
    }
    Tensor x = RandomTensor(layer.input, {NumElements(layer.shape)}, random);
    std::vector<int64_t> expected;
    for (int64_t e = 0; e < NumElements(shape); ++e) {
      int64_t left = e;
      int64_t flat = 0;
      int64_t stride = 1;
      int64_t channel = 0;
      bool inside = true;
      for (int d = rank - 1; d >= 0; --d) {
        int64_t index = left % shape[d] - layer.low[d];
        if (d == layer.axis)
          channel = left % shape[d];
        left /= shape[d];
        inside = inside && index >= 0 && index < layer.shape[d];
        flat += index * stride;
        stride *= layer.shape[d];
      }
      expected.push_back(inside ? x.IntegerAt(flat) : layer.values[per_channel ? channel : 0]);
    }
    // The result lies before the operand, so that nothing may be written behind it.
    layer.input_address = NumElements(shape) * ElementBytes(layer.output);
    CodeGenerator generator{Target{}};
    ASSERT_TRUE(Emit(generator, layer).ok());
    generator.Add(Halt{});
    Program program;
    program.instructions = generator.instructions();
    program.ports = {{false, "x", layer.input, x.size(), layer.input_address},
                     {true, "y", layer.output, NumElements(shape), 0}};
    auto y = Simulator::Create(program)->Run({x});
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ((*y)[0].ToIntegers(), expected);
  }
}

TEST(ImcNetworkLayers, Tables) {
  std::mt19937_64 random(36);
  for (int i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    LookupLayer layer;
    layer.outer = 1 + Below(random, 4);
    layer.channels = 1 + Below(random, 5);
    layer.inner = random() % 2 ? 1 : 1 + Below(random, 6);
    layer.per_channel = random() % 2;
    layer.input = DataType::Signed(6);
    layer.output = DataType::Signed(12);
    layer.entries = 1 + Below(random, 70);
    layer.low = Below(random, 20) - 20;
    layer.clamps = true;
    int64_t rows = layer.per_channel ? layer.channels : 1;
    Tensor table = RandomTensor(layer.output, {rows, layer.entries}, random);
    int64_t elements = layer.outer * layer.channels * layer.inner;
    Tensor x = RandomTensor(layer.input, {elements}, random);
    layer.output_address = 1000;
    layer.table_address = 4000;
    auto program = MakeProgram(Target{}, layer.input, elements, layer.output, elements, 1000, [&](CodeGenerator &g) {
      absl::Status status = EmitConstant(g, table, 4000);
      return status.ok() ? Emit(g, layer) : status;
    });
    ASSERT_TRUE(program.ok()) << program.status();
    auto y = Simulator::Create(*program)->Run({x});
    ASSERT_TRUE(y.ok()) << y.status();
    for (int64_t e = 0; e < elements; ++e) {
      int64_t channel = layer.per_channel ? e / layer.inner % layer.channels : 0;
      int64_t index = std::clamp<int64_t>(x.IntegerAt(e) - layer.low, 0, layer.entries - 1);
      ASSERT_EQ((*y)[0].IntegerAt(e), table.IntegerAt(channel * layer.entries + index));
    }
  }
}

// A depthwise convolution of 16 channels packs them: rows of eight hold one weight per column.
TEST(ImcNetworkLayers, DepthwiseWeightsArePacked) {
  std::mt19937_64 random(37);
  ConvLayer layer;
  layer.groups = layer.channels = 16;
  layer.input = DataType::Unsigned(4);
  layer.positions = {{4, 6 * 16, 4 * 16}, {4, 16, 16}};
  layer.taps = {{3, 6 * 16}, {3, 16}};
  layer.weights = RandomTensor(DataType::Signed(4), {9, 16}, random);
  layer.output_address = 1000;
  CodeGenerator generator{Target{}};
  ASSERT_TRUE(Emit(generator, layer).ok());
  std::vector<LoadWeights> loads;
  for (const Instruction &instruction : generator.instructions()) {
    if (const auto *load = std::get_if<LoadWeights>(&instruction))
      loads.push_back(*load);
  }
  ASSERT_EQ(loads.size(), 1u);
  EXPECT_EQ(loads[0].rows, 9 * 16);
  EXPECT_EQ(loads[0].columns, 16);
  EXPECT_EQ(loads[0].n, 1);
  EXPECT_EQ(loads[0].m, 8);
}

TEST(ImcNetworkLayers, LimitsAreNamed) {
  ElementwiseLayer sum;
  sum.shape = {2};
  sum.lhs = {DataType::Signed(8), {2}, 1, 0};
  sum.output_address = 16;
  sum.sum = DataType::Signed(49);
  CodeGenerator generator{Target{}};
  EXPECT_EQ(Emit(generator, sum).message(), "sums are int49, the target has accumulator_bits=48");
  sum.sum = DataType::Signed(9);
  sum.lhs.multiplier = int64_t{1} << 50;
  EXPECT_EQ(Emit(generator, sum).message(), "the multiplier 1125899906842624 needs more than 48 bits");
  sum.lhs.multiplier = 1;
  sum.lhs.shape = {3};
  EXPECT_EQ(Emit(generator, sum).message(), "shape 3 does not broadcast to 2");
  ConvLayer conv;
  conv.input = DataType::Signed(2);
  conv.weights = Integers(DataType::Signed(2), {16, 1}, std::vector<int64_t>(16, 1));
  conv.taps = {{2, 1000}, {2, 100}, {2, 10}, {2, 3}};
  conv.output_address = 4000;
  EXPECT_EQ(Emit(generator, conv).message(),
            "no instruction streams a window of this kind: more than three dimensions");
  MoveLayer move{{{2, 1, 1}}, DataType::Signed(8), DataType::Signed(8), 1 << 20, 0};
  EXPECT_EQ(Emit(generator, move).message(),
            "a tensor takes 2 bytes at address 1048576, the target has activation_bytes=1048576");
}

} // namespace
} // namespace qcompile::runtime::imc
