// Elementwise float operations with every kind of stride.
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

float Expected(int32_t operation, float a, float b) {
  switch (operation) {
  case QCRT_ADD:
    return a + b;
  case QCRT_SUBTRACT:
    return a - b;
  case QCRT_MULTIPLY:
    return a * b;
  default:
    return a / b;
  }
}

TEST(FloatBinary, Strides) {
  std::mt19937_64 random(18);
  const int64_t rows = 3, n = 5;
  std::vector<float> a, b;
  for (int i = 0; i < rows * n; ++i) {
    a.push_back(static_cast<float>(random() % 1000) / 7 - 60);
    b.push_back(static_cast<float>(random() % 1000 + 1) / 3);
  }
  const int64_t strides[][2] = {{n, 1}, {0, 1}, {1, 0}, {0, 0}};
  for (int32_t operation = QCRT_ADD; operation <= QCRT_DIVIDE; ++operation) {
    for (const auto &sa : strides) {
      for (const auto &sb : strides) {
        std::vector<float> y(rows * n, -1.0f);
        qcrt_float_binary(operation, a.data(), sa[0], sa[1], b.data(), sb[0], sb[1], y.data(), rows, n);
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t c = 0; c < n; ++c) {
            EXPECT_EQ(y[r * n + c], Expected(operation, a[r * sa[0] + c * sa[1]], b[r * sb[0] + c * sb[1]]));
          }
        }
      }
    }
  }
}

} // namespace
} // namespace qcompile::runtime
