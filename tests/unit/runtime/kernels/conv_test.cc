// Convolutions and pools against sums over the original codes.
#include "runtime/kernels/packing_network.h"
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

// A window problem of random extents: 1 to 3 spatial dimensions.
WindowProblem RandomWindow(std::mt19937_64 &random, int64_t channels) {
  WindowProblem window;
  window.input.push_back(1 + static_cast<int64_t>(random() % 2));
  for (size_t d = 0, rank = 1 + random() % 3; d < rank; ++d) {
    const int64_t kernel = 1 + static_cast<int64_t>(random() % 3);
    const int64_t dilation = 1 + static_cast<int64_t>(random() % 2);
    window.kernel.push_back(kernel);
    window.dilations.push_back(dilation);
    window.strides.push_back(1 + static_cast<int64_t>(random() % 2));
    window.input.push_back((kernel - 1) * dilation + 1 + static_cast<int64_t>(random() % 5));
  }
  window.input.push_back(channels);
  return window;
}

// The input pixel that each (position, kernel position) sees, from the definition.
std::vector<std::vector<int64_t>> SeenPixels(const WindowProblem &window) {
  const Shape positions = OutputPositions(window);
  const Shape kernel(window.kernel.begin(), window.kernel.end());
  std::vector<std::vector<int64_t>> result;
  for (int64_t p = 0; p < NumElements(positions); ++p) {
    std::vector<int64_t> &seen = result.emplace_back();
    for (int64_t t = 0; t < NumElements(kernel); ++t) {
      int64_t pixel = 0, scale = 1, position = p, tap = t;
      for (size_t d = kernel.size(); d-- > 0;) {
        const int64_t o = position % positions[d + 1], i = tap % kernel[d];
        pixel += (o * window.strides[d] + i * window.dilations[d]) * scale;
        scale *= window.input[d + 1];
        position /= positions[d + 1];
        tap /= kernel[d];
      }
      seen.push_back(pixel + position * scale);
    }
  }
  return result;
}

std::vector<int64_t> ExpectedSums(const ConvProblem &problem, const std::vector<int64_t> &x) {
  const int64_t channels = problem.window.input.back();
  const int64_t per_group = channels / problem.groups;
  std::vector<int64_t> sums;
  for (const std::vector<int64_t> &pixels : SeenPixels(problem.window)) {
    for (int64_t o = 0; o < problem.outputs; ++o) {
      const int64_t group = o / (problem.outputs / problem.groups);
      int64_t sum = 0;
      for (size_t t = 0; t < pixels.size(); ++t) {
        for (int64_t c = 0; c < per_group; ++c) {
          const int64_t weight =
              problem.weights.empty()
                  ? 1
                  : problem
                        .weights[(o * static_cast<int64_t>(pixels.size()) + static_cast<int64_t>(t)) * per_group + c];
          sum += weight * x[pixels[t] * channels + group * per_group + c];
        }
      }
      sums.push_back(sum);
    }
  }
  return sums;
}

// Sums stored as they are.
void CheckConv(const ConvProblem &problem, const std::vector<int64_t> &x) {
  auto plan = SelectConv(problem);
  ASSERT_TRUE(plan.ok()) << plan.status();
  const qcrt_format out = ContainerFormat(problem.result_type);
  auto packed = PackConv(problem, *plan, {QCRT_THEN_STORE, {}, out});
  ASSERT_TRUE(packed.ok()) << packed.status();
  Buffer block(*packed);
  const qcrt_conv_block *header = block.As<qcrt_conv_block>();
  Buffer input = Encode(plan->in, x, problem.window.input.back());
  const std::vector<int64_t> expected = ExpectedSums(problem, x);
  const int64_t rows = static_cast<int64_t>(expected.size()) / problem.outputs;
  ForEachTier([&](int tier) {
    Buffer output(rows * qcrt_row_bytes(&out, problem.outputs)), scratch(header->scratch_size);
    (tier < 0 ? qcrt_conv_scalar : qcrt_conv)(header, input.As<void>(), output.As<void>(), scratch.As<void>());
    EXPECT_EQ(Decode(out, output, rows, problem.outputs), expected)
        << "kind " << plan->kind << " product " << plan->product.kind << " groups " << problem.groups << " input "
        << ShapeToString(problem.window.input);
  });
}

DataType RandomType(std::mt19937_64 &random, int max_bits) {
  if (random() % 4 == 0)
    return DataType::Bipolar();
  const int bits = 1 + static_cast<int>(random() % max_bits);
  return random() & 1 ? DataType::Signed(bits) : DataType::Unsigned(bits);
}

TEST(Conv, RandomShapesAndTypes) {
  std::mt19937_64 random(21);
  for (int round = 0; round < 400; ++round) {
    const int64_t groups = random() % 3 == 0 ? 1 + static_cast<int64_t>(random() % 4) : 1;
    const int64_t extents[] = {1, 2, 3, 16, 19, 64, 128};
    ConvProblem problem;
    problem.groups = groups;
    problem.outputs = groups * (1 + static_cast<int64_t>(random() % 20));
    problem.window = RandomWindow(random, groups * extents[random() % 7]);
    problem.input_type = RandomType(random, random() % 4 == 0 ? 16 : 8);
    problem.result_type = DataType::Signed(round % 2 ? 31 : 48);
    const Shape kernel(problem.window.kernel.begin(), problem.window.kernel.end());
    const auto weights = RandomCodes(random, RandomType(random, random() % 3 == 0 ? 8 : 2),
                                     problem.outputs * NumElements(kernel) * problem.window.input.back() / groups);
    problem.weights = weights;
    CheckConv(problem, RandomCodes(random, problem.input_type, NumElements(problem.window.input)));
  }
}

TEST(Conv, ChannelsByThemselves) {
  std::mt19937_64 random(22);
  for (int round = 0; round < 200; ++round) {
    ConvProblem problem;
    problem.groups = problem.outputs = 1 + static_cast<int64_t>(random() % 140);
    problem.window = RandomWindow(random, problem.groups);
    problem.input_type = RandomType(random, round % 4 == 0 ? 32 : 8);
    problem.result_type = DataType::Signed(round % 4 == 0 ? 48 : 31);
    const Shape kernel(problem.window.kernel.begin(), problem.window.kernel.end());
    std::vector<int64_t> weights;
    if (round % 3 != 0) {
      weights = RandomCodes(random, DataType::Signed(1 + static_cast<int>(random() % 8)),
                            problem.outputs * NumElements(kernel));
    }
    problem.weights = weights;
    if (problem.groups > 1 || weights.empty()) {
      EXPECT_EQ(SelectConv(problem)->kind, QCRT_SUM_CHANNELS);
    }
    CheckConv(problem, RandomCodes(random, problem.input_type, NumElements(problem.window.input)));
  }
}

TEST(Conv, ManyTiles) {
  std::mt19937_64 random(23);
  ConvProblem problem;
  problem.outputs = 70;
  problem.window = {{1, 40, 41, 64}, {3, 3}, {1, 1}, {1, 1}};
  for (DataType type : {DataType::Bipolar(), DataType::Unsigned(2), DataType::Signed(8)}) {
    problem.input_type = type;
    problem.result_type = DataType::Signed(31);
    const auto weights = RandomCodes(random, DataType::Signed(2), 70 * 9 * 64);
    problem.weights = weights;
    CheckConv(problem, RandomCodes(random, type, NumElements(problem.window.input)));
  }
}

TEST(Conv, ThresholdsFollow) {
  std::mt19937_64 random(24);
  for (int64_t outputs : {1, 5, 64, 100}) {
    ConvProblem problem;
    problem.outputs = outputs;
    problem.window = {{2, 9, 7, 3}, {3, 2}, {2, 1}, {1, 1}};
    problem.input_type = DataType::Unsigned(8);
    problem.result_type = DataType::Signed(20);
    const auto weights = RandomCodes(random, DataType::Signed(4), outputs * 6 * 3);
    problem.weights = weights;
    const auto x = RandomCodes(random, problem.input_type, NumElements(problem.window.input));
    const std::vector<int64_t> sums = ExpectedSums(problem, x);
    auto plan = SelectConv(problem);
    ASSERT_TRUE(plan.ok());
    ThresholdProblem thresholds;
    std::vector<int64_t> values, directions(outputs, 1);
    for (int64_t i = 0; i < outputs * 3; ++i)
      values.push_back(i % 3 * 500 - 700 + i / 3);
    thresholds.n = outputs;
    thresholds.count = 3;
    thresholds.thresholds = values;
    thresholds.directions = directions;
    for (const qcrt_format &out : {PlanesFormat(DataType::Unsigned(2)), ContainerFormat(DataType::Unsigned(2))}) {
      thresholds.out = out;
      auto then = PackThreshold(thresholds);
      ASSERT_TRUE(then.ok()) << then.status();
      auto packed = PackConv(problem, *plan, {QCRT_THEN_THRESHOLD, *then, out});
      ASSERT_TRUE(packed.ok()) << packed.status();
      Buffer block(*packed), input = Encode(plan->in, x, 3);
      std::vector<int64_t> expected;
      for (size_t i = 0; i < sums.size(); ++i) {
        const int64_t o = static_cast<int64_t>(i) % outputs;
        int64_t code = 0;
        for (int64_t t = 0; t < 3; ++t)
          code += sums[i] >= values[o * 3 + t];
        expected.push_back(code);
      }
      const int64_t rows = static_cast<int64_t>(sums.size()) / outputs;
      ForEachTier([&](int tier) {
        Buffer output(rows * qcrt_row_bytes(&out, outputs));
        Buffer scratch(block.As<qcrt_conv_block>()->scratch_size);
        (tier < 0 ? qcrt_conv_scalar : qcrt_conv)(block.As<qcrt_conv_block>(), input.As<void>(), output.As<void>(),
                                                  scratch.As<void>());
        EXPECT_EQ(Decode(out, output, rows, outputs), expected);
        EXPECT_TRUE(PaddingIsZero(out, output, rows, outputs));
      });
    }
  }
}

TEST(Conv, WholeWordsOfBitsArePackedOnce) {
  ConvProblem problem;
  problem.window = {{1, 4, 4, 128}, {3, 3}, {1, 1}, {1, 1}};
  problem.outputs = 2;
  problem.input_type = DataType::Bipolar();
  problem.result_type = DataType::Signed(16);
  const std::vector<int64_t> weights(2 * 9 * 128, 1);
  problem.weights = weights;
  EXPECT_EQ(SelectConv(problem)->in.layout, QCRT_PLANES);
  problem.window.input.back() = 64;
  problem.groups = 2;
  problem.weights = absl::MakeConstSpan(weights).first(2 * 9 * 32);
  EXPECT_EQ(SelectConv(problem)->in.layout, QCRT_DENSE_INT8);
}

TEST(MaxPool, RandomShapesAndTypes) {
  std::mt19937_64 random(25);
  for (int round = 0; round < 200; ++round) {
    const int64_t channels = 1 + static_cast<int64_t>(random() % 70);
    const WindowProblem window = RandomWindow(random, channels);
    const int bits[] = {1, 8, 12, 16, 20, 32, 48};
    const int width = bits[random() % 7];
    const DataType type = random() & 1 ? DataType::Signed(width) : DataType::Unsigned(width);
    const auto x = RandomCodes(random, type, NumElements(window.input));
    std::vector<int64_t> expected;
    for (const std::vector<int64_t> &pixels : SeenPixels(window)) {
      for (int64_t c = 0; c < channels; ++c) {
        int64_t largest = x[pixels[0] * channels + c];
        for (int64_t pixel : pixels)
          largest = std::max(largest, x[pixel * channels + c]);
        expected.push_back(largest);
      }
    }
    auto packed = PackMaxPool(window, type);
    ASSERT_TRUE(packed.ok()) << packed.status();
    const qcrt_format format = ContainerFormat(type);
    Buffer block(*packed), input = Encode(format, x, channels);
    const int64_t count = static_cast<int64_t>(expected.size());
    ForEachTier([&](int tier) {
      Buffer output(qcrt_row_bytes(&format, count));
      (tier < 0 ? qcrt_max_pool_scalar : qcrt_max_pool)(block.As<qcrt_max_pool_block>(), input.As<void>(),
                                                        output.As<void>());
      EXPECT_EQ(Decode(format, output, 1, count), expected);
    });
  }
}

} // namespace
} // namespace qcompile::runtime
