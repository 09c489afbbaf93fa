// Weights with a structure against our own dense product of bytes on the same layer: weights of 4 bits, inputs of 8.
// One row per layer: the best times of runs in turn, the median of the ratios of neighbouring runs, and what the
// planner takes. `slower` marks rows where that is the slower one.
//
//   build/bin/encodings_bench [seconds per row, 0.2] [smallest tier] [largest size]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/kernels/packing.h"

namespace qcompile::runtime {
namespace {

using Memory = std::unique_ptr<void, void (*)(void *)>;
using Weights = std::vector<int64_t>;

Memory Allocate(size_t size) {
  Memory memory(std::aligned_alloc(64, (size + 63) / 64 * 64), std::free);
  std::memset(memory.get(), 1, size);
  return memory;
}

Memory Place(const ParameterBlock &block) {
  Memory memory = Allocate(block.size());
  std::memcpy(memory.get(), block.data(), block.size());
  return memory;
}

int64_t RandomCode(std::mt19937_64 &random) { return static_cast<int64_t>(random() % 16) - 8; }

// [size x size], n of m neighbouring inputs of every output.
Weights SparseWeights(int64_t size, int64_t n, int64_t m) {
  std::mt19937_64 random(1);
  Weights weights(static_cast<size_t>(size * size), 0);
  for (int64_t i = 0; i < size * size; ++i) {
    if ((i / size + i % size) % m < n)
      weights[i] = RandomCode(random) | 1;
  }
  return weights;
}

Weights CirculantWeights(int64_t size, int64_t block) {
  std::mt19937_64 random(1);
  const int64_t columns = (size + block - 1) / block;
  Weights vectors(static_cast<size_t>(columns * columns * block)), weights;
  for (int64_t &code : vectors)
    code = RandomCode(random);
  for (int64_t k = 0; k < size; ++k) {
    for (int64_t m = 0; m < size; ++m) {
      const int64_t diagonal = (m % block - k % block + block) % block;
      weights.push_back(vectors[(m / block * columns + k / block) * block + diagonal]);
    }
  }
  return weights;
}

double Measure(const std::function<void()> &run, int64_t times) {
  const auto begin = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < times; ++i)
    run();
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
  return time.count() / static_cast<double>(times);
}

struct Times {
  double dense = 1e30, encoded = 1e30;
  double ratio = 0; // median
};

Times MeasureInTurn(const std::function<void()> &dense, const std::function<void()> &encoded, double seconds) {
  // About 100 us a measurement.
  const int64_t times = std::max<int64_t>(1, static_cast<int64_t>(100 / Measure(dense, 3)));
  Times result;
  std::vector<double> ratios;
  const auto begin = std::chrono::steady_clock::now();
  while (ratios.size() < 5 || std::chrono::steady_clock::now() - begin < std::chrono::duration<double>(seconds)) {
    const double d = Measure(dense, times), e = Measure(encoded, times);
    result.dense = std::min(result.dense, d);
    result.encoded = std::min(result.encoded, e);
    ratios.push_back(d / e);
  }
  std::nth_element(ratios.begin(), ratios.begin() + ratios.size() / 2, ratios.end());
  result.ratio = ratios[ratios.size() / 2];
  return result;
}

// `kind` is the kernel for the structure, of blocks of `block` where they are circulant.
void Compare(const std::string &name, const Weights &weights, int64_t size, int32_t kind, int64_t block,
             int32_t least_tier, double seconds) {
  const MatmulProblem problem{size, size, DataType::Unsigned(8), weights};
  const MatmulPlan chosen = *SelectMatmul(problem);
  MatmulPlan plan = chosen;
  plan.kind = QCRT_MATMUL_BYTES;
  const Memory dense = Place(*PackMatmul(problem, plan));
  plan.kind = kind;
  plan.block = block;
  const Memory encoded = Place(*PackMatmul(problem, plan));
  constexpr int64_t kMostRows = 32;
  const Memory x = Allocate(static_cast<size_t>(kMostRows * size));
  const Memory y = Allocate(static_cast<size_t>(kMostRows * size * 4));
  std::mt19937_64 random(2);
  for (int64_t i = 0; i < kMostRows * size; ++i) {
    static_cast<uint8_t *>(x.get())[i] = static_cast<uint8_t>(random());
  }
  for (int32_t tier = least_tier; tier < QCRT_TIER_COUNT; ++tier) {
    if (qcrt_select_tier(tier) != 0)
      continue;
    for (int64_t rows : {int64_t{1}, kMostRows}) {
      const auto run = [&](const Memory &memory) {
        return [&memory, &x, &y, rows] {
          qcrt_matmul(static_cast<const qcrt_matmul_block *>(memory.get()), x.get(), y.get(), rows);
        };
      };
      const Times times = MeasureInTurn(run(dense), run(encoded), seconds);
      const bool takes = chosen.kind == kind;
      const char *verdict = takes ? times.ratio < 1 ? "slower" : "" : times.ratio > 1 ? "slower" : "";
      std::printf("%-8s %-15s %4ld x %4ld, %2ld rows: dense %8.2f us, encoded %8.2f us, encoded is "
                  "%5.2f times as fast, planner takes %s %s\n",
                  qcrt_tier_name(tier), name.c_str(), static_cast<long>(size), static_cast<long>(size),
                  static_cast<long>(rows), times.dense, times.encoded, times.ratio, takes ? "encoded" : "dense",
                  verdict);
      std::fflush(stdout);
    }
  }
}

} // namespace
} // namespace qcompile::runtime

int main(int argc, char **argv) {
  using namespace qcompile::runtime;
  const double seconds = argc > 1 ? std::atof(argv[1]) : 0.2;
  const int32_t tier = argc > 2 ? std::atoi(argv[2]) : QCRT_TIER_BASELINE;
  const int64_t most = argc > 3 ? std::atoi(argv[3]) : 4096;
  for (int64_t size : {256, 1024, 4096}) {
    if (size > most)
      continue;
    for (auto [n, m] : {std::pair{1, 4}, {2, 8}, {2, 4}}) {
      Compare(std::to_string(n) + ":" + std::to_string(m), SparseWeights(size, n, m), size, QCRT_MATMUL_SPARSE, 0, tier,
              seconds);
    }
    for (int64_t block : {4, 8, 12, 16, 64, 256}) {
      Compare("circulant " + std::to_string(block), CirculantWeights(size, block), size, QCRT_MATMUL_CIRCULANT, block,
              tier, seconds);
    }
  }
}
