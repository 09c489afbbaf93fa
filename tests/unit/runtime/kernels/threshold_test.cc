// Thresholds against the definition of qnn.threshold.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

template <typename T>
int64_t Expected(T x, const T *thresholds, int64_t count, int64_t direction, int64_t low, int64_t step) {
  int64_t reached = 0;
  for (int64_t t = 0; t < count; ++t) {
    reached += direction > 0 ? x >= thresholds[t] : x <= thresholds[t];
  }
  return low + step * reached;
}

// Everything a case needs; T is int64_t for integer operands, else float.
template <typename T> struct Case {
  int64_t n = 0, count = 0, channels = 1;
  std::vector<T> thresholds;
  std::vector<int64_t> directions;
  std::vector<T> x; // rows of n
};

template <typename T, typename Draw>
Case<T> MakeCase(std::mt19937_64 &random, int64_t n, int64_t count, int64_t channels, Draw draw) {
  Case<T> c{n, count, channels, {}, {}, {}};
  for (int64_t i = 0; i < channels; ++i) {
    std::vector<T> row(count);
    for (T &t : row)
      t = draw();
    const bool backwards = random() & 1;
    std::sort(row.begin(), row.end());
    if (backwards)
      std::reverse(row.begin(), row.end());
    c.directions.push_back(backwards ? -1 : 1);
    c.thresholds.insert(c.thresholds.end(), row.begin(), row.end());
  }
  for (int64_t i = 0; i < 3 * n; ++i) {
    // Half of the operands lie exactly on a threshold.
    c.x.push_back(random() & 1 ? draw() : c.thresholds[random() % c.thresholds.size()]);
  }
  return c;
}

template <typename T>
void CheckCase(const Case<T> &c, int32_t operand, int64_t low, int64_t step, const qcrt_format &out) {
  ThresholdProblem problem;
  problem.operand = operand;
  problem.n = c.n;
  problem.count = c.count;
  if constexpr (std::is_same_v<T, float>) {
    problem.float_thresholds = c.thresholds;
  } else {
    problem.thresholds = c.thresholds;
  }
  problem.directions = c.directions;
  problem.low = low;
  problem.step = step;
  problem.out = out;
  auto packed = PackThreshold(problem);
  ASSERT_TRUE(packed.ok()) << packed.status();
  Buffer block(*packed);
  const int64_t rows = static_cast<int64_t>(c.x.size()) / c.n;
  Buffer input(rows * c.n * static_cast<int64_t>(sizeof(float)));
  if constexpr (std::is_same_v<T, float>) {
    std::memcpy(input.As<char>(), c.x.data(), c.x.size() * sizeof(float));
  } else {
    input = Encode(operand == QCRT_X_INT32 ? Int32Format() : Int64Format(), c.x, c.n);
  }
  std::vector<int64_t> expected;
  for (int64_t i = 0; i < rows * c.n; ++i) {
    const int64_t channel = c.channels == 1 ? 0 : i % c.n;
    expected.push_back(
        Expected(c.x[i], c.thresholds.data() + channel * c.count, c.count, c.directions[channel], low, step));
  }
  ForEachTier([&](int tier) {
    Buffer output(rows * qcrt_row_bytes(&out, c.n));
    (tier < 0 ? qcrt_threshold_scalar : qcrt_threshold)(block.As<qcrt_threshold_block>(), input.As<void>(),
                                                        output.As<void>(), rows);
    EXPECT_EQ(Decode(out, output, rows, c.n), expected)
        << "n " << c.n << " count " << c.count << " channels " << c.channels << " layout " << out.layout;
    EXPECT_TRUE(PaddingIsZero(out, output, rows, c.n));
  });
}

// Output types for a number of levels, with every layout that holds them.
struct Output {
  int64_t low, step;
  qcrt_format format;
};
std::vector<Output> OutputsFor(int64_t count) {
  std::vector<Output> outputs;
  if (count == 1)
    outputs.push_back({-1, 2, PlanesFormat(DataType::Bipolar())});
  if (count == 1)
    outputs.push_back({1, -2, BytesFormat(DataType::Bipolar())});
  int bits = 1;
  while ((int64_t{1} << bits) <= count)
    ++bits;
  const DataType is_unsigned = DataType::Unsigned(bits), is_signed = DataType::Signed(bits);
  for (const qcrt_format &format : {PlanesFormat(is_unsigned), BytesFormat(is_unsigned)}) {
    outputs.push_back({0, 1, format});
    outputs.push_back({count, -1, format});
  }
  outputs.push_back({is_signed.MinValue(), 1, PlanesFormat(is_signed)});
  outputs.push_back({is_signed.MinValue(), 1, BytesFormat(is_signed)});
  outputs.push_back({-70000, 300, Int32Format()});
  outputs.push_back({int64_t{1} << 40, -3, Int64Format()});
  return outputs;
}

constexpr int64_t kColumns[] = {1, 5, 15, 16, 63, 64, 65, 127, 200};
constexpr int64_t kCounts[] = {1, 2, 3, 7, 15, 63, 64, 100, 127, 128, 255};

template <typename T, typename Draw> void CheckAll(int32_t operand, Draw draw) {
  std::mt19937_64 random(7);
  for (int64_t n : kColumns) {
    for (int64_t count : kCounts) {
      for (const Output &out : OutputsFor(count)) {
        for (int64_t channels : {int64_t{1}, n}) {
          CheckCase<T>(MakeCase<T>(random, n, count, channels, draw), operand, out.low, out.step, out.format);
        }
      }
    }
  }
}

TEST(Threshold, Int32) {
  std::mt19937_64 random(8);
  CheckAll<int64_t>(QCRT_X_INT32, [&] { return static_cast<int64_t>(random() % 401) - 200; });
}

TEST(Threshold, Int64) {
  std::mt19937_64 random(9);
  CheckAll<int64_t>(QCRT_X_INT64, [&] { return static_cast<int64_t>(random() % 401 - 200) * 10000000000; });
}

TEST(Threshold, Float) {
  std::mt19937_64 random(10);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float specials[] = {0.0f, -0.0f, kInfinity, -kInfinity, 1e-45f, -1e-45f, 3.4e38f};
  CheckAll<float>(QCRT_X_FLOAT32, [&] {
    const uint64_t r = random();
    return r % 8 == 0 ? specials[(r >> 8) % 7] : static_cast<float>(static_cast<int64_t>(r % 2001) - 1000) / 128.0f;
  });
}

TEST(Threshold, NaNReachesNothing) {
  for (int64_t count : {1, 100}) {
    Case<float> c{2, count, 2, std::vector<float>(2 * count, -INFINITY), {1, -1}, {}};
    std::fill(c.thresholds.begin() + count, c.thresholds.end(), INFINITY);
    c.x = {NAN, NAN, 0.0f, 0.0f};
    CheckCase(c, QCRT_X_FLOAT32, 0, 1, Int32Format());
  }
}

// The ends of the operand range, and thresholds beyond it that everything or nothing reaches.
TEST(Threshold, Int32Extremes) {
  constexpr int64_t kEnd = (int64_t{1} << 31) - 2;
  const std::vector<int64_t> rising = {-kEnd - 100, -kEnd - 1, -kEnd,    -kEnd + 1,       kEnd - 1,
                                       kEnd,        kEnd + 1,  kEnd + 2, int64_t{1} << 40};
  std::vector<int64_t> falling(rising.rbegin(), rising.rend());
  Case<int64_t> c{2, 9, 2, rising, {1, -1}, {}};
  c.thresholds.insert(c.thresholds.end(), falling.begin(), falling.end());
  for (int64_t x : {-kEnd, -kEnd + 1, int64_t{0}, kEnd - 1, kEnd})
    c.x.insert(c.x.end(), 2, x);
  CheckCase(c, QCRT_X_INT32, -4, 1, BytesFormat(DataType::Signed(4)));
}

TEST(Threshold, RefusesWhatItCannotHold) {
  ThresholdProblem problem;
  const std::vector<int64_t> thresholds = {1, 2, 0, 5}, directions = {1};
  problem.n = 3;
  problem.count = 2;
  problem.directions = directions;
  problem.thresholds = absl::MakeConstSpan(thresholds).subspan(0, 2);
  problem.out = PlanesFormat(DataType::Unsigned(2));
  EXPECT_TRUE(PackThreshold(problem).ok());
  problem.out = PlanesFormat(DataType::Bipolar());
  EXPECT_FALSE(PackThreshold(problem).ok()); // steps of 1 between -1 and +1
  problem.out = PlanesFormat(DataType::Unsigned(2));
  problem.low = 2;
  EXPECT_FALSE(PackThreshold(problem).ok()); // 4 in two bits
  problem.low = -1;
  EXPECT_FALSE(PackThreshold(problem).ok());
  problem.low = 0;
  problem.thresholds = absl::MakeConstSpan(thresholds).subspan(1, 2);
  EXPECT_FALSE(PackThreshold(problem).ok()); // not sorted
  problem.thresholds = thresholds;
  EXPECT_FALSE(PackThreshold(problem).ok()); // too many
  problem.count = 0;
  EXPECT_FALSE(PackThreshold(problem).ok());
  problem.count = 256;
  EXPECT_FALSE(PackThreshold(problem).ok());
}

} // namespace
} // namespace qcompile::runtime
