// The formula quantizer: the rounding table of the QONNX specification, and random floats against
// the formula written with the C library.
#include <cmath>
#include <limits>

#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

std::vector<int64_t> RunQuantize(const QuantizeProblem &problem, const std::vector<float> &x, int tier) {
  auto packed = PackQuantize(problem);
  EXPECT_TRUE(packed.ok()) << packed.status();
  Buffer block(*packed);
  const int64_t rows = static_cast<int64_t>(x.size()) / problem.n;
  Buffer input(static_cast<int64_t>(x.size() * sizeof(float)));
  std::memcpy(input.As<char>(), x.data(), x.size() * sizeof(float));
  Buffer output(rows * qcrt_row_bytes(&problem.out, problem.n));
  (tier < 0 ? qcrt_quantize_scalar : qcrt_quantize)(block.As<qcrt_quantize_block>(), input.As<float>(),
                                                    output.As<void>(), rows);
  EXPECT_TRUE(PaddingIsZero(problem.out, output, rows, problem.n));
  return Decode(problem.out, output, rows, problem.n);
}

// Rounding as the ONNX and QONNX documents word it, by the C library.
double Round(int mode, double x) {
  const double magnitude = std::fabs(x);
  switch (mode) {
  case QCRT_CEIL:
    return std::ceil(x);
  case QCRT_FLOOR:
    return std::floor(x);
  case QCRT_UP:
    return std::copysign(std::ceil(magnitude), x);
  case QCRT_DOWN:
    return std::trunc(x);
  case QCRT_HALF_UP:
    return std::round(x);
  case QCRT_HALF_DOWN:
    return std::copysign(std::ceil(magnitude - 0.5), x);
  default:
    return std::nearbyint(x);
  }
}

TEST(Quantize, RoundingTable) {
  const std::vector<float> x = {5.5f, 2.5f, 1.6f, 1.1f, 1.0f, -1.0f, -1.1f, -1.6f, -2.5f, -5.5f};
  const std::vector<std::vector<int64_t>> expected = {
      {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}, // ROUND
      {6, 3, 2, 2, 1, -1, -1, -1, -2, -5}, // CEIL
      {5, 2, 1, 1, 1, -1, -2, -2, -3, -6}, // FLOOR
      {6, 3, 2, 2, 1, -1, -2, -2, -3, -6}, // UP
      {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}, // DOWN
      {6, 3, 2, 1, 1, -1, -1, -2, -3, -6}, // HALF_UP
      {5, 2, 2, 1, 1, -1, -1, -2, -2, -5}, // HALF_DOWN
  };
  const std::vector<float> one = {1.0f}, zero = {0.0f};
  ForEachTier([&](int tier) {
    for (int mode = 0; mode <= QCRT_HALF_DOWN; ++mode) {
      const QuantizeProblem problem{mode, 10, one, zero, -128, 127, BytesFormat(DataType::Signed(8))};
      EXPECT_EQ(RunQuantize(problem, x, tier), expected[mode]) << "mode " << mode;
    }
  });
}

TEST(Quantize, RandomFloatsFollowTheFormula) {
  std::mt19937_64 random(11);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (int64_t n : {1, 17, 64, 70, 200}) {
    for (bool per_column : {false, true}) {
      std::vector<float> scales, zero_points, x;
      for (int64_t c = 0; c < (per_column ? n : 1); ++c) {
        scales.push_back(0.01f + static_cast<float>(random() % 1000) / 977.0f);
        zero_points.push_back(static_cast<float>(random() % 9) - 4.0f + (random() % 3 == 0 ? 0.5f : 0.0f));
      }
      for (int64_t i = 0; i < 4 * n; ++i) {
        const float scale = scales[per_column ? i % n : 0];
        const float grid = static_cast<float>(static_cast<int64_t>(random() % 601) - 300) / 2;
        const float others[] = {grid * scale, std::nextafter(grid * scale, kInfinity),
                                grid,         0.49999997f * scale,
                                -0.0f,        kInfinity,
                                -kInfinity,   1e30f};
        x.push_back(others[random() % 8]);
      }
      for (DataType type : {DataType::Signed(8), DataType::Unsigned(3), DataType::Signed(12), DataType::Unsigned(40)}) {
        for (int mode = 0; mode <= QCRT_HALF_DOWN; ++mode) {
          const qcrt_format out = FitsBytes(type) ? BytesFormat(type) : IntegerFormat(type);
          const QuantizeProblem problem{mode, n, scales, zero_points, type.MinValue(), type.MaxValue(), out};
          std::vector<int64_t> expected;
          for (int64_t i = 0; i < 4 * n; ++i) {
            const int64_t c = per_column ? i % n : 0;
            const float quotient = x[i] / scales[c];
            const float shifted = quotient + zero_points[c];
            double code = std::max<double>(shifted, type.MinValue());
            code = std::min<double>(code, type.MaxValue());
            expected.push_back(static_cast<int64_t>(Round(mode, code)));
          }
          ForEachTier([&](int tier) {
            EXPECT_EQ(RunQuantize(problem, x, tier), expected) << type.ToString() << " mode " << mode << " n " << n;
          });
        }
      }
    }
  }
}

TEST(Quantize, NaNGivesTheLowBound) {
  const std::vector<float> one = {1.0f}, zero = {0.0f};
  ForEachTier([&](int tier) {
    for (int mode = 0; mode <= QCRT_HALF_DOWN; ++mode) {
      QuantizeProblem problem{mode, 3, one, zero, -3, 3, PlanesFormat(DataType::Signed(3))};
      const std::vector<float> x = {NAN, -NAN, 2.0f};
      EXPECT_EQ(RunQuantize(problem, x, tier), (std::vector<int64_t>{-3, -3, 2}));
      problem.out = Int64Format();
      EXPECT_EQ(RunQuantize(problem, x, tier), (std::vector<int64_t>{-3, -3, 2}));
    }
  });
}

TEST(Quantize, RefusesBadParameters) {
  const std::vector<float> one = {1.0f}, zero = {0.0f}, nan = {NAN}, negative = {-1.0f};
  const qcrt_format out = BytesFormat(DataType::Signed(8));
  EXPECT_FALSE(PackQuantize({QCRT_ROUND, 4, zero, zero, 0, 1, out}).ok());
  EXPECT_FALSE(PackQuantize({QCRT_ROUND, 4, nan, zero, 0, 1, out}).ok());
  EXPECT_FALSE(PackQuantize({QCRT_ROUND, 4, negative, zero, 0, 1, out}).ok());
  EXPECT_FALSE(PackQuantize({QCRT_ROUND, 4, one, zero, 1, 0, out}).ok());
  EXPECT_FALSE(PackQuantize({QCRT_ROUND, 4, {}, zero, 0, 1, out}).ok());
  EXPECT_FALSE(PackQuantize({QCRT_ROUND, 4, one, zero, -1, 1, PlanesFormat(DataType::Bipolar())}).ok());
}

} // namespace
} // namespace qcompile::runtime
