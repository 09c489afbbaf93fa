// Units of the library against integer loops: pooling, per-channel weights, joins, borders, tables.
#include "tests/unit/hls/UnitTesting.h"

#include <numeric>

namespace qcompile::hls::testing {
namespace {

template <class Code, unsigned Lanes> using Stream = ::hls::stream<ap_uint<Lanes * Code::bits>>;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

template <class Reduction, class Input, class Output, unsigned Channels, unsigned Lanes> void checkPool(unsigned seed) {
  constexpr unsigned taps = 5, vectors = 3;
  constexpr bool sums = std::is_same_v<Reduction, Total>;
  std::mt19937 random(seed);
  const auto inputs = randomCodes<Input>(vectors * taps * Channels, random);
  std::vector<int64_t> expected;
  for (unsigned v = 0; v < vectors; ++v)
    for (unsigned c = 0; c < Channels; ++c) {
      int64_t value = sums ? 0 : minOf<Input>();
      for (unsigned t = 0; t < taps; ++t) {
        const int64_t x = inputs[(v * taps + t) * Channels + c];
        value = sums ? value + x : std::max(value, x);
      }
      expected.push_back(value);
    }
  Stream<Input, Lanes> in;
  Stream<Output, Lanes> out;
  feed<Input, Lanes>(in, inputs);
  pool<Reduction, Channels, Lanes, taps, vectors, Input, Output>(in, out);
  EXPECT_TRUE(in.empty());
  EXPECT_EQ((drain<Output, Lanes>(out, expected.size())), expected);
}

TEST(Pool, KindsTypesAndLanes) {
  checkPool<Largest, Unsigned<3>, Unsigned<3>, 6, 1>(1);
  checkPool<Largest, Signed<8>, Signed<8>, 6, 3>(2);
  checkPool<Largest, Bipolar, Bipolar, 4, 4>(3);
  checkPool<Total, Signed<4>, Signed<7>, 6, 2>(4);
  checkPool<Total, Bipolar, Signed<4>, 3, 1>(5);
  checkPool<Total, Unsigned<8>, Unsigned<11>, 4, 4>(6);
}

template <class Input, class Weight, unsigned Channels, unsigned Pe> void checkVectorVector(unsigned seed) {
  constexpr unsigned taps = 9, vectors = 2;
  constexpr unsigned tiles = taps * Channels / Pe;
  constexpr bool counts = isBipolar<Input> && isBipolar<Weight>;
  using Output = Signed<24>;
  using Sum = std::conditional_t<counts, ap_uint<4>, ap_int<24>>;
  using Raw = std::conditional_t<counts, RawSumOfCount<Output, taps>, RawSum<Output>>;
  std::mt19937 random(seed);
  const auto inputs = randomCodes<Input>(vectors * taps * Channels, random);
  const auto weights = randomCodes<Weight>(taps * Channels, random);
  const WeightLayout layout(Pe, Weight::bits);
  const auto words = packWeights(weights, taps * Channels, 1, Weight::bits, isBipolar<Weight>, {1, Pe});
  ASSERT_EQ(layout.chunks, 1);
  ASSERT_EQ(words.size(), tiles);
  static uint64_t rom[tiles][1][1];
  std::copy(words.begin(), words.end(), &rom[0][0][0]);
  std::vector<int64_t> expected;
  for (unsigned v = 0; v < vectors; ++v)
    for (unsigned c = 0; c < Channels; ++c) {
      int64_t sum = 0;
      for (unsigned t = 0; t < taps; ++t)
        sum += inputs[(v * taps + t) * Channels + c] * weights[t * Channels + c];
      expected.push_back(sum);
    }
  Stream<Input, Pe> in;
  Stream<Output, Pe> out;
  feed<Input, Pe>(in, inputs);
  vectorVector<Channels, Pe, taps, vectors, Input, Weight, Sum, InLut>(in, out, rom, Raw());
  EXPECT_TRUE(in.empty());
  EXPECT_EQ((drain<Output, Pe>(out, expected.size())), expected);
}

TEST(VectorVector, TypesAndLanes) {
  checkVectorVector<Unsigned<4>, Signed<4>, 6, 1>(1);
  checkVectorVector<Unsigned<4>, Signed<4>, 6, 3>(2);
  checkVectorVector<Signed<8>, Signed<8>, 4, 4>(3);
  checkVectorVector<Bipolar, Bipolar, 6, 2>(4);
  checkVectorVector<Bipolar, Signed<2>, 6, 6>(5);
}

/// Two groups: outputs 0 to 2 see inputs 0 to 3 of a vector, outputs 3 to 5 inputs 4 to 7.
template <unsigned Simd, unsigned Pe> void checkGroups() {
  constexpr unsigned inputs = 4, outputs = 6, groups = 2, vectors = 3;
  using Input = Unsigned<3>;
  using Weight = Signed<3>;
  using Output = Signed<12>;
  std::mt19937 random(Simd * 10 + Pe);
  const auto codes = randomCodes<Input>(vectors * groups * inputs, random);
  const auto weights = randomCodes<Weight>(inputs * outputs, random);
  std::vector<int64_t> expected;
  for (unsigned v = 0; v < vectors; ++v)
    for (unsigned o = 0; o < outputs; ++o) {
      int64_t sum = 0;
      for (unsigned i = 0; i < inputs; ++i)
        sum += codes[(v * groups + o / 3) * inputs + i] * weights[i * outputs + o];
      expected.push_back(sum);
    }
  constexpr unsigned tiles = inputs / Simd * (outputs / Pe);
  const auto words = packWeights(weights, inputs, outputs, 3, false, {Pe, Simd});
  static uint16_t rom[tiles][Pe][1];
  ASSERT_EQ(words.size(), tiles * Pe);
  std::copy(words.begin(), words.end(), &rom[0][0][0]);
  Stream<Input, Simd> in;
  Stream<Output, Pe> out;
  feed<Input, Simd>(in, codes);
  matrixVector<inputs, outputs, groups, Simd, Pe, vectors, Input, Weight, ap_int<12>, InLut>(in, out, rom,
                                                                                             RawSum<Output>());
  EXPECT_TRUE(in.empty());
  EXPECT_EQ((drain<Output, Pe>(out, expected.size())), expected);
}

TEST(MatrixVectorGroups, Foldings) {
  checkGroups<1, 1>();
  checkGroups<2, 1>();
  checkGroups<4, 3>();
  checkGroups<1, 3>();
}

TEST(Dot, SumsOfProducts) {
  using Left = Unsigned<4>;
  using Right = Signed<5>;
  std::mt19937 random(1);
  const auto a = randomCodes<Left>(24, random), b = randomCodes<Right>(24, random);
  Stream<Left, 2> left;
  Stream<Right, 2> right;
  Stream<Signed<14>, 1> out;
  feed<Left, 2>(left, a);
  feed<Right, 2>(right, b);
  dotProducts<6, 2, 4, Left, Right, Signed<14>>(left, right, out);
  std::vector<int64_t> expected;
  for (int v = 0; v < 4; ++v)
    expected.push_back(std::inner_product(a.begin() + v * 6, a.begin() + v * 6 + 6, b.begin() + v * 6, int64_t(0)));
  EXPECT_EQ((drain<Signed<14>, 1>(out, 4)), expected);
}

template <class Code, bool Last> void checkArgMax() {
  std::mt19937 random(2);
  const auto codes = randomCodes<Code>(70, random);
  Stream<Code, 1> in;
  Stream<Signed<64>, 1> out;
  feed<Code, 1>(in, codes);
  argMax<7, 10, Last, Code, Signed<64>>(in, out);
  std::vector<int64_t> expected;
  for (int v = 0; v < 10; ++v) {
    const auto first = codes.begin() + v * 7;
    int64_t best = 0;
    for (int64_t i = 1; i < 7; ++i)
      if (first[i] > first[best] || (Last && first[i] == first[best]))
        best = i;
    expected.push_back(best);
  }
  EXPECT_EQ((drain<Signed<64>, 1>(out, 10)), expected);
}

TEST(ArgMax, Ties) {
  checkArgMax<Unsigned<2>, false>();
  checkArgMax<Unsigned<2>, true>();
  checkArgMax<Bipolar, false>();
  checkArgMax<Signed<8>, true>();
}

template <class Code, unsigned Count, bool Smallest> void checkTopK() {
  std::mt19937 random(3);
  const auto codes = randomCodes<Code>(70, random);
  Stream<Code, 1> in, values;
  Stream<Signed<64>, 1> positions;
  feed<Code, 1>(in, codes);
  topK<7, Count, 10, Smallest, Code, Signed<64>>(in, values, positions);
  std::vector<int64_t> expectedValues, expectedPositions;
  for (int v = 0; v < 10; ++v) {
    std::vector<int64_t> order(7);
    std::iota(order.begin(), order.end(), 0);
    const auto first = codes.begin() + v * 7;
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return Smallest ? first[a] < first[b] : first[a] > first[b]; });
    for (unsigned i = 0; i < Count; ++i) {
      expectedValues.push_back(first[order[i]]);
      expectedPositions.push_back(order[i]);
    }
  }
  EXPECT_EQ((drain<Code, 1>(values, 10 * Count)), expectedValues);
  EXPECT_EQ((drain<Signed<64>, 1>(positions, 10 * Count)), expectedPositions);
}

TEST(TopK, CountsAndOrders) {
  checkTopK<Unsigned<2>, 1, false>();
  checkTopK<Unsigned<2>, 3, false>();
  checkTopK<Signed<5>, 7, true>();
  checkTopK<Bipolar, 4, false>();
}

//===----------------------------------------------------------------------===//
// Joins and memories
//===----------------------------------------------------------------------===//

template <class Left, class Right, class Output, class Operation, class Function> void checkJoin(Function function) {
  std::mt19937 random(4);
  const auto a = randomCodes<Left>(24, random), b = randomCodes<Right>(24, random);
  Stream<Left, 3> left;
  Stream<Right, 3> right;
  Stream<Output, 3> out;
  feed<Left, 3>(left, a);
  feed<Right, 3>(right, b);
  combine<Operation, 3, 8, Left, Right, Output>(left, right, out);
  std::vector<int64_t> expected;
  for (size_t i = 0; i < a.size(); ++i)
    expected.push_back(function(a[i], b[i]));
  EXPECT_EQ((drain<Output, 3>(out, 24)), expected);
}

TEST(Join, SumsAndProducts) {
  auto sum = [](int64_t a, int64_t b) { return 3 * a - b; };
  checkJoin<Unsigned<4>, Signed<4>, Signed<7>, WeightedSum<Signed<7>, 3, -1>>(sum);
  checkJoin<Bipolar, Unsigned<3>, Signed<6>, WeightedSum<Signed<6>, 3, -1>>(sum);
  auto scaled = [](int64_t a, int64_t b) { return -1000000 * a + 4096 * b; };
  checkJoin<Signed<8>, Signed<8>, Signed<30>, WeightedSum<Signed<30>, -1000000, 4096>>(scaled);
  auto product = [](int64_t a, int64_t b) { return a * b; };
  checkJoin<Unsigned<4>, Unsigned<4>, Unsigned<8>, ProductOfTwo<Unsigned<8>>>(product);
  checkJoin<Bipolar, Signed<4>, Signed<5>, ProductOfTwo<Signed<5>>>(product);
}

TEST(Pad, BordersPerChannel) {
  // Rows of 2 pixels of 2 channels, one pixel before and two behind; bipolar codes as numbers.
  const int8_t border[2][1] = {{0}, {1}};
  Stream<Bipolar, 1> in;
  Stream<Signed<2>, 1> out;
  feed<Bipolar, 1>(in, {1, -1, 1, 1, -1, -1, -1, 1});
  pad<1, 2, 4, 4, 2, Bipolar, Signed<2>>(in, out, border);
  EXPECT_EQ((drain<Signed<2>, 1>(out, 20)),
            (std::vector<int64_t>{0, 1, 1, -1, 1, 1, 0, 1, 0, 1, 0, 1, -1, -1, -1, 1, 0, 1, 0, 1}));
}

TEST(Concat, WidensCodes) {
  Stream<Unsigned<2>, 2> left;
  Stream<Signed<3>, 2> right;
  Stream<Signed<4>, 2> out;
  feed<Unsigned<2>, 2>(left, {1, 2, 3, 0});
  feed<Signed<3>, 2>(right, {-1, -4, 3, 2, 1, 0, -2, -3});
  concat<2, 1, 2, 2, Unsigned<2>, Signed<3>, Signed<4>>(left, right, out);
  EXPECT_EQ((drain<Signed<4>, 2>(out, 12)), (std::vector<int64_t>{1, 2, -1, -4, 3, 2, 3, 0, 1, 0, -2, -3}));
}

TEST(Lookup, NegativePositionsCountFromTheEnd) {
  const int8_t table[3][2][1] = {{{1}, {2}}, {{3}, {4}}, {{5}, {6}}};
  Stream<Signed<32>, 1> in;
  Stream<Unsigned<3>, 1> out;
  feed<Signed<32>, 1>(in, {2, -3, 1, -1});
  lookup<Signed<32>, Unsigned<3>, 1, 4>(in, out, table);
  EXPECT_EQ((drain<Unsigned<3>, 1>(out, 8)), (std::vector<int64_t>{5, 6, 1, 2, 3, 4, 5, 6}));
}

TEST(Lookup, PositionsOutsideEndTheRun) {
  const int8_t table[3][1][1] = {{{1}}, {{3}}, {{5}}};
  Stream<Signed<32>, 1> in;
  Stream<Unsigned<3>, 1> out;
  feed<Signed<32>, 1>(in, {3});
  EXPECT_EXIT((lookup<Signed<32>, Unsigned<3>, 1, 1>(in, out, table)), ::testing::ExitedWithCode(3),
              "expected a position in a table of 3 rows, found 3");
}

TEST(Constant, Words) {
  const int8_t values[2][2] = {{1, -2}, {0, 3}};
  Stream<Signed<3>, 2> out;
  constant<Signed<3>, 2, 2>(out, values);
  EXPECT_EQ((drain<Signed<3>, 2>(out, 4)), (std::vector<int64_t>{1, -2, 0, 3}));
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

TEST(Table, ClampsAtItsEnds) {
  const Table<Signed<4>, 1, 2, 3, -1, 8, int8_t> table = {{{{-8, 0, 7}, {1, 2, 3}}}};
  const int64_t expected[2][3] = {{-8, 0, 7}, {1, 2, 3}};
  for (int lane : {0, 1})
    for (int x = -100; x <= 100; ++x) {
      const ap_int<4> code = table.apply(ap_int<8>(x), 0, lane);
      EXPECT_EQ(code.to_int(), expected[lane][std::clamp(x, -1, 1) + 1]);
    }
}

TEST(Table, OfCounts) {
  // f(sum) = sum clamped to [-2, 1], of 5 products whose sums are odd.
  const CodeTable table{1, 4, -2, {-2, -1, 0, 1}};
  const CodeTable counts = makeTableOfCounts(table, 5);
  for (int64_t count = 0; count <= 5; ++count) {
    const int64_t place = std::clamp<int64_t>(count - counts.low, 0, counts.count - 1);
    EXPECT_EQ(counts.values[place], std::clamp<int64_t>(2 * count - 5, -2, 1)) << count;
  }
}

/// Rounds n / 4 by the definition of the modes in docs/Qnn.md.
template <class Rounding> void checkRounding(int64_t (*round)(int64_t numerator)) {
  const MultiplyShift<Signed<8>, Rounding, 1, 1, 2, -20, 20, 12, 3, int8_t, int8_t> unit = {{{-3}}, {{2}}};
  for (int x = -64; x < 64; ++x) {
    const ap_int<8> code = unit.apply(ap_int<7>(x), 0, 0);
    EXPECT_EQ(code.to_int(), std::clamp<int64_t>(round(-3 * x + 2), -20, 20)) << x;
  }
}

int64_t floorOf(int64_t n) { return (n - ((n % 4 + 4) % 4)) / 4; }
int64_t nearest(int64_t n, int64_t onTie) {
  const int64_t below = floorOf(n), rest = n - 4 * below;
  return rest == 2 ? onTie : below + (rest > 2);
}

TEST(MultiplyShift, EveryRounding) {
  checkRounding<Downwards>(floorOf);
  checkRounding<Upwards>([](int64_t n) { return -floorOf(-n); });
  checkRounding<AwayFromZero>([](int64_t n) { return n < 0 ? floorOf(n) : -floorOf(-n); });
  checkRounding<TowardsZero>([](int64_t n) { return n / 4; });
  checkRounding<HalfToEven>([](int64_t n) {
    const int64_t below = floorOf(n);
    return nearest(n, below % 2 ? below + 1 : below);
  });
  checkRounding<HalfAway>([](int64_t n) { return nearest(n, n < 0 ? floorOf(n) : floorOf(n) + 1); });
  checkRounding<HalfToZero>([](int64_t n) { return nearest(n, n < 0 ? floorOf(n) + 1 : floorOf(n)); });
}

TEST(MultiplyShift, Widths) {
  // 1000 * [-8, 7] - 5: -8005 to 6995.
  EXPECT_EQ(multiplyShiftBits({1000}, {-5}, {-8, 7}, 4, -8, 7), 14);
  EXPECT_EQ(multiplyShiftBits({1}, {0}, {0, 1}, 40, 0, 1), 42);
  EXPECT_EQ(multiplyShiftBits({1}, {0}, {INT64_MIN, INT64_MAX}, 0, INT64_MIN, INT64_MAX), 64);
}

} // namespace
} // namespace qcompile::hls::testing
