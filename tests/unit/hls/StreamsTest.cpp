// The thresholding unit and the plumbing.
#include "tests/unit/hls/UnitTesting.h"

namespace qcompile::hls::testing {
namespace {

template <unsigned Channels, unsigned Pe, class Input, class Output, unsigned Count, long long Low, long long Step>
void checkThreshold(unsigned seed) {
  constexpr unsigned vectors = 4;
  std::mt19937 random(seed);
  const std::vector<int64_t> inputs = randomCodes<Input>(vectors * Channels, random);
  const int64_t min = minOf<Input>(), max = maxOf<Input>();
  const RandomThresholds thresholds(Channels, Count, min, max, true, random);
  const ThresholdRom rom = makeThresholdRom(thresholds.values, thresholds.directions, {min, max});
  EXPECT_LE(rom.levelBits, Input::bits + 2);
  DirectedThresholds<Output, Channels / Pe, Pe, Count, Low, Step, Input::bits + 2, int64_t> activation;
  std::vector<int64_t> expected;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const size_t row = i % Channels;
    expected.push_back(
        naiveThreshold(inputs[i], &thresholds.values[row * Count], Count, thresholds.directions[row], Low, Step));
  }
  for (unsigned c = 0; c < Channels; ++c) {
    activation.reversed[c / Pe][c % Pe] = rom.reversed[c];
    for (unsigned t = 0; t < Count; ++t)
      activation.ascending.levels[c / Pe][c % Pe][t] = rom.levels[c * Count + t];
  }
  ::hls::stream<ap_uint<Pe * Input::bits>> in;
  ::hls::stream<ap_uint<Pe * Output::bits>> out;
  feed<Input, Pe>(in, inputs);
  threshold<Channels, Pe, vectors, Input>(in, out, activation);
  EXPECT_TRUE(in.empty());
  EXPECT_EQ((drain<Output, Pe>(out, inputs.size())), expected);
}

TEST(Threshold, FoldingsTypesAndSteps) {
  checkThreshold<6, 1, Signed<5>, Unsigned<2>, 3, 0, 1>(1);
  checkThreshold<6, 2, Unsigned<8>, Signed<8>, 255, -128, 1>(2);
  checkThreshold<6, 3, Signed<40>, Signed<4>, 5, -8, 3>(3);
  checkThreshold<6, 6, Signed<20>, Bipolar, 1, -1, 2>(4);
  // One step over the whole range of the type, and a falling one.
  checkThreshold<6, 3, Signed<6>, Signed<8>, 1, -128, 255>(5);
  checkThreshold<6, 3, Signed<6>, Signed<8>, 2, 100, -99>(6);
}

TEST(Streams, WidenKeepsTheOrder) {
  ::hls::stream<ap_uint<3>> in;
  ::hls::stream<ap_uint<9>> out;
  for (int i = 0; i < 6; ++i)
    in.write(i);
  widen<3, 3, 2>(in, out);
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(out.read().to_int(), 0 + 1 * 8 + 2 * 64);
  EXPECT_EQ(out.read().to_int(), 3 + 4 * 8 + 5 * 64);
  EXPECT_TRUE(out.empty());
}

TEST(Streams, NarrowIsTheInverse) {
  std::mt19937 random(1);
  const std::vector<int64_t> values = randomCodes<Signed<7>>(60, random);
  ::hls::stream<ap_uint<7>> single;
  ::hls::stream<ap_uint<70>> wide;
  ::hls::stream<ap_uint<14>> pairs;
  feed<Signed<7>, 1>(single, values);
  widen<7, 10, 6>(single, wide);
  narrow<14, 5, 6>(wide, pairs);
  EXPECT_TRUE(single.empty() && wide.empty());
  EXPECT_EQ((drain<Signed<7>, 2>(pairs, values.size())), values);
}

TEST(Streams, MemoryAndDuplicate) {
  const ap_uint<16> memory[3] = {5, 4095, 0};
  ap_uint<16> first[3], second[3];
  ::hls::stream<ap_uint<12>> in, a, b;
  readMemory<12, 16, 3>(memory, in);
  duplicate<12, 3>(in, a, b);
  writeMemory<12, 16, 3>(a, first);
  writeMemory<12, 16, 3>(b, second);
  EXPECT_TRUE(in.empty() && a.empty() && b.empty());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i].to_int(), memory[i].to_int());
    EXPECT_EQ(second[i].to_int(), memory[i].to_int());
  }
}

} // namespace
} // namespace qcompile::hls::testing
