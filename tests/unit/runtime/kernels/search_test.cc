// arg_max and top_k against a sort.
#include <algorithm>
#include <numeric>

#include "runtime/kernels/elementwise_kernels.h"
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

TEST(ArgMax, TiesGoWhereTheyShall) {
  const int8_t x[] = {1, 5, 5, -3, 5, 2};
  int64_t position = -1;
  qcrt_arg_max(x, QCRT_DENSE_INT8, &position, 1, 6, 1, 0);
  EXPECT_EQ(position, 1);
  qcrt_arg_max(x, QCRT_DENSE_INT8, &position, 1, 6, 1, 1);
  EXPECT_EQ(position, 4);
}

TEST(Search, RandomTensors) {
  std::mt19937_64 random(61);
  for (int round = 0; round < 200; ++round) {
    const int64_t outer = 1 + static_cast<int64_t>(random() % 3);
    const int64_t extent = 1 + static_cast<int64_t>(random() % 12);
    const int64_t inner = 1 + static_cast<int64_t>(random() % 3);
    const int64_t count = 1 + static_cast<int64_t>(random() % extent);
    const int bits[] = {2, 3, 16, 32, 40};
    const int width = bits[random() % 5];
    const DataType type = random() & 1 ? DataType::Signed(width) : DataType::Unsigned(width);
    const auto x = RandomCodes(random, type, outer * extent * inner);
    const bool smallest = random() & 1;
    const qcrt_format format = ContainerFormat(type);
    Buffer in = Encode(format, x, static_cast<int64_t>(x.size()));
    Buffer values(qcrt_row_bytes(&format, outer * count * inner));
    std::vector<int64_t> positions(outer * count * inner), best(outer * inner);
    qcrt_top_k(in.As<void>(), format.layout, values.As<void>(), positions.data(), outer, extent, inner, count,
               smallest);
    qcrt_arg_max(in.As<void>(), format.layout, best.data(), outer, extent, inner, 0);
    const auto found = Decode(format, values, 1, outer * count * inner);
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i) {
        auto at = [&](int64_t p) { return x[(o * extent + p) * inner + i]; };
        std::vector<int64_t> order(extent);
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin(), order.end(), [&](int64_t p, int64_t q) {
          if (at(p) == at(q))
            return p < q;
          return smallest ? at(p) < at(q) : at(p) > at(q);
        });
        for (int64_t j = 0; j < count; ++j) {
          EXPECT_EQ(positions[(o * count + j) * inner + i], order[j]);
          EXPECT_EQ(found[(o * count + j) * inner + i], at(order[j]));
        }
        if (!smallest)
          EXPECT_EQ(best[o * inner + i], order[0]);
      }
    }
  }
}

} // namespace
} // namespace qcompile::runtime
