// Product quantization against our own dense product of the same layer: 8-bit inputs and weights, sub-vectors of 4, 16
// prototypes, 8-bit tables. Prints one row per layer: microseconds of both (the best of interleaved runs) and their
// ratio.
//
//   build/bin/pq_bench
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "runtime/kernels/packing_pq.h"

namespace qcompile::runtime {
namespace {

using Memory = std::unique_ptr<void, void (*)(void *)>;

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

std::vector<int64_t> RandomNumbers(std::mt19937_64 &random, int64_t count, int64_t low, int64_t high) {
  std::vector<int64_t> numbers(static_cast<size_t>(count));
  for (int64_t &number : numbers) {
    number = low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  }
  return numbers;
}

template <typename F> double Microseconds(F run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

void Compare(const char *name, int64_t rows, int64_t k, int64_t n) {
  std::mt19937_64 random(1);
  const DataType input = DataType::Unsigned(8);
  const std::vector<int64_t> weights = RandomNumbers(random, k * n, -128, 127);
  const MatmulProblem matmul{k, n, input, weights};
  const Memory dense = Place(*PackMatmul(matmul, *SelectMatmul(matmul)));

  PqProblem pq;
  pq.k = k;
  pq.rows = rows;
  pq.n = n;
  pq.length = 4;
  pq.prototypes = 16;
  pq.spaces = (k + 3) / 4;
  pq.input_type = input;
  pq.sum_type = DataType::Signed(24);
  const auto values = RandomNumbers(random, pq.spaces * 64, 0, 255);
  const auto offsets = RandomNumbers(random, pq.spaces * 16, -1000, 1000);
  const auto tables = RandomNumbers(random, pq.spaces * 16 * n, -128, 127);
  pq.values = values;
  pq.offsets = offsets;
  pq.tables = tables;
  const PqPlan plan = SelectPq(pq);
  const Memory encoded = Place(*PackPq(pq, plan));

  const qcrt_format bytes = BytesFormat(input);
  const Memory x = Allocate(static_cast<size_t>(rows * qcrt_row_bytes(&bytes, k)));
  const Memory y = Allocate(static_cast<size_t>(rows * qcrt_row_bytes(&plan.sums, n)));
  for (int64_t i = 0; i < rows * qcrt_row_bytes(&bytes, k); ++i) {
    static_cast<uint8_t *>(x.get())[i] = static_cast<uint8_t>(random());
  }
  double least_dense = 1e30, least_pq = 1e30;
  for (int run = 0; run < 200; ++run) {
    least_dense = std::min(least_dense, Microseconds([&] {
                             qcrt_matmul(static_cast<const qcrt_matmul_block *>(dense.get()), x.get(), y.get(), rows);
                           }));
    least_pq = std::min(least_pq, Microseconds([&] {
                          qcrt_pq(static_cast<const qcrt_pq_block *>(encoded.get()), x.get(), y.get(), rows);
                        }));
  }
  std::printf("%-28s %5ld x %5ld -> %4ld   dense %9.1f us   pq %9.1f us   pq is %.2f times as fast\n", name,
              static_cast<long>(rows), static_cast<long>(k), static_cast<long>(n), least_dense, least_pq,
              least_dense / least_pq);
}

} // namespace
} // namespace qcompile::runtime

int main() {
  using qcompile::runtime::Compare;
  for (int32_t tier = 0; tier < QCRT_TIER_COUNT; ++tier) {
    if (qcrt_select_tier(tier) != 0)
      continue;
    std::printf("%s\n", qcrt_tier_name(tier));
    Compare("convolution of a small CNN", 196, 200, 16);
    Compare("matrix product", 64, 1024, 256);
    Compare("3x3 convolution, 64 channels", 784, 576, 64);
    Compare("fully connected, one sample", 1, 1024, 256);
  }
}
