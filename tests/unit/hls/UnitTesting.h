// Runs a unit of the library on random data beside naive integer loops.
#ifndef QCOMPILE_TESTS_UNIT_HLS_UNITTESTING_H
#define QCOMPILE_TESTS_UNIT_HLS_UNITTESTING_H

#include "backends/hls/Rom.h"
#include "backends/hls/library/Dataflow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <type_traits>
#include <vector>

namespace qcompile::hls::testing {

using namespace qcompile_hls;

template <class Code> constexpr bool isBipolar = std::is_same_v<Code, Bipolar>;

template <class Code> int64_t minOf() {
  if (isBipolar<Code>)
    return -1;
  return std::is_same_v<Code, Signed<Code::bits>> ? int64_t(~uint64_t(0) << (Code::bits - 1)) : 0;
}
template <class Code> int64_t maxOf() {
  return isBipolar<Code> ? 1 : int64_t(uint64_t(minOf<Code>()) + (~uint64_t(0) >> (64 - Code::bits)));
}

/// Random values of a code, its extremes frequent.
template <class Code> std::vector<int64_t> randomCodes(int64_t count, std::mt19937 &random) {
  std::uniform_int_distribution<int64_t> any(minOf<Code>(), maxOf<Code>());
  std::vector<int64_t> values;
  for (int64_t i = 0; i < count; ++i) {
    const unsigned pick = random() % 8;
    int64_t value = pick == 0 ? minOf<Code>() : pick == 1 ? maxOf<Code>() : any(random);
    if (isBipolar<Code>)
      value = value > 0 ? 1 : -1;
    values.push_back(value);
  }
  return values;
}

/// The bits that stand for a value, after the definition in Codes.h.
template <class Code> uint64_t bitsOf(int64_t value) {
  if (isBipolar<Code>)
    return value > 0;
  return uint64_t(value) & (~uint64_t(0) >> (64 - Code::bits));
}

template <class Code, unsigned Lanes>
void feed(::hls::stream<ap_uint<Lanes * Code::bits>> &stream, const std::vector<int64_t> &values) {
  for (size_t first = 0; first < values.size(); first += Lanes) {
    ap_uint<Lanes * Code::bits> word = 0;
    for (unsigned lane = 0; lane < Lanes; ++lane)
      for (int bit = 0; bit < Code::bits; ++bit)
        word[lane * Code::bits + bit] = bitsOf<Code>(values[first + lane]) >> bit & 1;
    stream.write(word);
  }
}

/// Reads `count` values; there must be exactly as many.
template <class Code, unsigned Lanes>
std::vector<int64_t> drain(::hls::stream<ap_uint<Lanes * Code::bits>> &stream, size_t count) {
  std::vector<int64_t> values;
  while (values.size() < count && !stream.empty()) {
    const ap_uint<Lanes * Code::bits> word = stream.read();
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      uint64_t bits = 0;
      for (int bit = 0; bit < Code::bits; ++bit)
        bits |= uint64_t(bool(word[lane * Code::bits + bit])) << bit;
      int64_t value = int64_t(bits);
      if (isBipolar<Code>)
        value = bits ? 1 : -1;
      else if (value > maxOf<Code>())
        value = int64_t(bits | ~(~uint64_t(0) >> (64 - Code::bits)));
      values.push_back(value);
    }
  }
  EXPECT_TRUE(stream.empty());
  EXPECT_EQ(values.size(), count);
  return values;
}

/// Sums of products by definition, [vectors][outputs].
inline std::vector<int64_t> naiveSums(const std::vector<int64_t> &inputs, const std::vector<int64_t> &weights,
                                      int64_t k, int64_t m) {
  std::vector<int64_t> sums;
  for (size_t first = 0; first < inputs.size(); first += k)
    for (int64_t output = 0; output < m; ++output) {
      int64_t sum = 0;
      for (int64_t i = 0; i < k; ++i)
        sum += inputs[first + i] * weights[i * m + output];
      sums.push_back(sum);
    }
  return sums;
}

/// docs/Qnn.md, qnn.threshold.
inline int64_t naiveThreshold(int64_t x, const int64_t *thresholds, int64_t count, int64_t direction, int64_t low,
                              int64_t step) {
  int64_t reached = 0;
  for (int64_t t = 0; t < count; ++t)
    reached += direction > 0 ? x >= thresholds[t] : x <= thresholds[t];
  return low + step * reached;
}

/// Random thresholds of `rows` channels with alternating directions, sorted for their direction.
struct RandomThresholds {
  std::vector<int64_t> values, directions;
  RandomThresholds(int64_t rows, int64_t count, int64_t min, int64_t max, bool directed, std::mt19937 &random) {
    std::uniform_int_distribution<int64_t> any(min - 1, max + 1);
    for (int64_t row = 0; row < rows; ++row) {
      std::vector<int64_t> line;
      for (int64_t t = 0; t < count; ++t)
        line.push_back(any(random));
      std::sort(line.begin(), line.end());
      directions.push_back(directed && row % 2 ? -1 : 1);
      if (directions.back() < 0)
        std::reverse(line.begin(), line.end());
      values.insert(values.end(), line.begin(), line.end());
    }
  }
};

} // namespace qcompile::hls::testing

#endif // QCOMPILE_TESTS_UNIT_HLS_UNITTESTING_H
