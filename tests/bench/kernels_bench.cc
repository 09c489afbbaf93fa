// Kernels at the shapes of small multi-layer perceptrons, batch 1, on every tier of the machine.
//
// Besides timings this answers the questions that packing.h decides by constants: up to how many
// pairs of bit planes counting beats multiplying bytes (BM_Product), and from how many thresholds
// a search beats counting (BM_Threshold, built once with each value of kCountedThresholds).
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "benchmark/benchmark.h"
#include "runtime/kernels/packing_network.h"

namespace qcompile::runtime {
namespace {

struct Aligned {
  explicit Aligned(size_t size) : data(std::aligned_alloc(64, (size + 63) / 64 * 64), std::free) {
    std::memset(data.get(), 0, size);
  }
  explicit Aligned(const ParameterBlock &block) : Aligned(block.size()) {
    std::memcpy(data.get(), block.data(), block.size());
  }
  template <typename T> T *As() const { return static_cast<T *>(data.get()); }
  std::unique_ptr<void, void (*)(void *)> data;
};

std::vector<int64_t> RandomWeights(DataType type, int64_t count) {
  std::mt19937_64 random(1);
  std::vector<int64_t> weights(count);
  for (int64_t &weight : weights) {
    weight = type.kind == TypeKind::kBipolar
                 ? static_cast<int64_t>(random() & 1) * 2 - 1
                 : type.MinValue() + static_cast<int64_t>(random() % (type.MaxValue() - type.MinValue() + 1));
  }
  return weights;
}

// Skips the run where the processor lacks the tier.
bool UseTier(benchmark::State &state, int64_t tier) {
  if (qcrt_select_tier(static_cast<int32_t>(tier)) == 0) {
    state.SetLabel(qcrt_tier_name(static_cast<int32_t>(tier)));
    return true;
  }
  state.SkipWithError("this processor lacks the tier");
  return false;
}

// One fully connected layer: product, then one threshold per output or logits.
struct Layer {
  Layer(int64_t k, int64_t n, bool last)
      : matmul(Weights(k, n)), epilogue(last ? Logits(n) : Signs(n)), is_last(last) {}

  static ParameterBlock Weights(int64_t k, int64_t n) {
    const auto weights = RandomWeights(DataType::Bipolar(), k * n);
    const MatmulProblem problem{k, n, DataType::Bipolar(), weights};
    return *PackMatmul(problem, *SelectMatmul(problem));
  }
  static ParameterBlock Signs(int64_t n) {
    const std::vector<int64_t> thresholds(n, 0), directions(n, 1);
    ThresholdProblem problem;
    problem.n = n;
    problem.count = 1;
    problem.thresholds = thresholds;
    problem.directions = directions;
    problem.low = -1;
    problem.step = 2;
    problem.out = PlanesFormat(DataType::Bipolar());
    return *PackThreshold(problem);
  }
  static ParameterBlock Logits(int64_t n) {
    const double scale = 0.01, bias = 0.5;
    const int64_t zero = 0;
    return *PackDequantize({QCRT_X_INT32, n, DataType::Signed(16), {&scale, 1}, {&zero, 1}, {&bias, 1}});
  }

  Aligned matmul, epilogue;
  bool is_last;
};

ParameterBlock InputSigns(int64_t n) {
  const float zero = 0.5f;
  const int64_t up = 1;
  ThresholdProblem problem;
  problem.operand = QCRT_X_FLOAT32;
  problem.n = n;
  problem.count = 1;
  problem.float_thresholds = {&zero, 1};
  problem.directions = {&up, 1};
  problem.low = -1;
  problem.step = 2;
  problem.out = PlanesFormat(DataType::Bipolar());
  return *PackThreshold(problem);
}

// A binary network from 784 floats to 10 logits; its three hidden layers have `width` outputs.
void BM_BinaryMlp(benchmark::State &state) {
  const int64_t width = state.range(0);
  if (!UseTier(state, state.range(1)))
    return;
  const Aligned quantizer(InputSigns(784));
  std::vector<Layer> layers;
  layers.emplace_back(784, width, false);
  layers.emplace_back(width, width, false);
  layers.emplace_back(width, width, false);
  layers.emplace_back(width, 10, true);
  const Aligned input(784 * 4), codes(4096), sums(width * 4 + 256), logits(64);
  std::mt19937_64 random(2);
  for (int i = 0; i < 784; ++i)
    input.As<float>()[i] = static_cast<float>(random() % 256) / 255;
  for (auto _ : state) {
    qcrt_threshold(quantizer.As<qcrt_threshold_block>(), input.As<void>(), codes.As<void>(), 1);
    for (const Layer &layer : layers) {
      qcrt_matmul(layer.matmul.As<qcrt_matmul_block>(), codes.As<void>(), sums.As<void>(), 1);
      if (layer.is_last) {
        qcrt_dequantize(layer.epilogue.As<qcrt_dequantize_block>(), sums.As<void>(), logits.As<float>(), 1);
      } else {
        qcrt_threshold(layer.epilogue.As<qcrt_threshold_block>(), sums.As<void>(), codes.As<void>(), 1);
      }
    }
    benchmark::DoNotOptimize(logits.As<float>()[0]);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_BinaryMlp)->ArgNames({"width", "tier"})->ArgsProduct({{64, 256, 1024}, {0, 1, 2}});

void BM_InputSigns(benchmark::State &state) {
  if (!UseTier(state, state.range(0)))
    return;
  const Aligned quantizer(InputSigns(784)), input(784 * 4), codes(128);
  for (auto _ : state) {
    qcrt_threshold(quantizer.As<qcrt_threshold_block>(), input.As<void>(), codes.As<void>(), 1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_InputSigns)->ArgName("tier")->DenseRange(0, 2);

void BM_InputBytes(benchmark::State &state) {
  if (!UseTier(state, state.range(0)))
    return;
  const float scale = 1.0f / 255, zero = 0;
  const Aligned quantizer(
      *PackQuantize({QCRT_ROUND, 784, {&scale, 1}, {&zero, 1}, 0, 255, BytesFormat(DataType::Unsigned(8))}));
  const Aligned input(784 * 4), codes(832);
  for (auto _ : state) {
    qcrt_quantize(quantizer.As<qcrt_quantize_block>(), input.As<float>(), codes.As<void>(), 1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_InputBytes)->ArgName("tier")->DenseRange(0, 2);

// Weight bits 1 means bipolar. `bytes` forces the byte kernel.
void BM_Product(benchmark::State &state) {
  const int64_t k = 256, n = 256;
  const int weight_bits = static_cast<int>(state.range(0));
  const int act_bits = static_cast<int>(state.range(1));
  if (!UseTier(state, state.range(3)))
    return;
  const DataType weight_type = weight_bits == 1 ? DataType::Bipolar() : DataType::Signed(weight_bits);
  const DataType act_type = act_bits == 1 ? DataType::Bipolar() : DataType::Unsigned(act_bits);
  const auto weights = RandomWeights(weight_type, k * n);
  const MatmulProblem problem{k, n, act_type, weights};
  MatmulPlan plan;
  plan.kind = state.range(2) ? QCRT_MATMUL_BYTES : weight_bits == 1 ? QCRT_MATMUL_XOR : QCRT_MATMUL_AND;
  plan.weight_planes = state.range(2) ? 0 : weight_bits;
  plan.activations = state.range(2) ? BytesFormat(act_type) : PlanesFormat(act_type);
  plan.accumulators = Int32Format();
  const Aligned block(*PackMatmul(problem, plan)), acts(1024), sums(n * 4);
  for (auto _ : state) {
    qcrt_matmul(block.As<qcrt_matmul_block>(), acts.As<void>(), sums.As<void>(), 1);
    benchmark::ClobberMemory();
  }
  state.counters["GMAC/s"] =
      benchmark::Counter(static_cast<double>(k * n) / 1e9, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Product)->ArgNames({"w", "a", "bytes", "tier"})->ArgsProduct({{1, 2, 3}, {1, 2, 3, 4}, {0, 1}, {0, 1, 2}});

void BM_Threshold(benchmark::State &state) {
  const int64_t n = 256, count = state.range(0);
  if (!UseTier(state, state.range(1)))
    return;
  std::vector<int64_t> thresholds, directions(n, 1);
  for (int64_t i = 0; i < n * count; ++i)
    thresholds.push_back(i % count * 10);
  ThresholdProblem problem;
  problem.n = n;
  problem.count = count;
  problem.thresholds = thresholds;
  problem.directions = directions;
  problem.out = BytesFormat(DataType::Unsigned(8));
  const Aligned block(*PackThreshold(problem)), sums(n * 4), codes(n);
  std::mt19937_64 random(3);
  for (int64_t i = 0; i < n; ++i) {
    sums.As<int32_t>()[i] = static_cast<int32_t>(random() % (10 * count));
  }
  for (auto _ : state) {
    qcrt_threshold(block.As<qcrt_threshold_block>(), sums.As<void>(), codes.As<void>(), 1);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_Threshold)->ArgNames({"count", "tier"})->ArgsProduct({{1, 3, 7, 15, 31, 63, 127, 128, 255}, {0, 1, 2}});

// A 3 x 3 convolution of 16 x 16 positions with as many outputs as channels, its sums stored.
// Weight bits 1 means bipolar; with `depthwise` every channel is by itself.
void BM_Conv(benchmark::State &state) {
  const int64_t channels = state.range(0);
  const int weight_bits = static_cast<int>(state.range(1));
  const int act_bits = static_cast<int>(state.range(2));
  if (!UseTier(state, state.range(4)))
    return;
  ConvProblem problem;
  problem.window = {{1, 18, 18, channels}, {3, 3}, {1, 1}, {1, 1}};
  problem.groups = state.range(3) ? channels : 1;
  problem.outputs = channels;
  problem.input_type = act_bits == 1 ? DataType::Bipolar() : DataType::Unsigned(act_bits);
  problem.result_type = DataType::Signed(24);
  const int64_t count = channels * 9 * channels / problem.groups;
  const auto weights = RandomWeights(weight_bits == 1 ? DataType::Bipolar() : DataType::Signed(weight_bits), count);
  problem.weights = weights;
  const ConvPlan plan = *SelectConv(problem);
  const qcrt_format out = ContainerFormat(problem.result_type);
  const Aligned block(*PackConv(problem, plan, {QCRT_THEN_STORE, {}, out}));
  const Aligned in(static_cast<size_t>(18 * 18 * qcrt_row_bytes(&plan.in, channels)));
  const Aligned sums(static_cast<size_t>(16 * 16 * channels * 4));
  const Aligned scratch(static_cast<size_t>(block.As<qcrt_conv_block>()->scratch_size));
  for (auto _ : state) {
    qcrt_conv(block.As<qcrt_conv_block>(), in.As<void>(), sums.As<void>(), scratch.As<void>());
    benchmark::ClobberMemory();
  }
  state.counters["GMAC/s"] =
      benchmark::Counter(static_cast<double>(256 * count) / 1e9, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Conv)
    ->ArgNames({"channels", "w", "a", "depthwise", "tier"})
    ->ArgsProduct({{16, 64, 256}, {1, 2, 4, 8}, {1, 2, 4, 8}, {0}, {0, 1, 2}})
    ->ArgsProduct({{64, 256}, {4}, {4}, {1}, {0, 1, 2}});

} // namespace
} // namespace qcompile::runtime

BENCHMARK_MAIN();
