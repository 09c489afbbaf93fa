// The matrix-vector unit against integer loops: every folding of odd shapes, every kind of product,
// every activation.
#include "tests/unit/hls/UnitTesting.h"

namespace qcompile::hls::testing {
namespace {

/// One layer of random weights with all activations.
template <unsigned K, unsigned M, unsigned Simd, unsigned Pe, class Input, class Weight, class Multiplier = InLut>
class Layer {
  static constexpr bool counts = isBipolar<Input> && isBipolar<Weight>;
  static constexpr unsigned vectors = 3;
  static constexpr unsigned tileCount = (K / Simd) * (M / Pe);
  static constexpr unsigned fit = 64 / Weight::bits;
  static constexpr unsigned tileBits = (Simd < fit ? Simd : fit) * Weight::bits;
  using Word = std::conditional_t<
      tileBits <= 8, uint8_t,
      std::conditional_t<tileBits <= 16, uint16_t, std::conditional_t<tileBits <= 32, uint32_t, uint64_t>>>;
  static constexpr unsigned perWord = 8 * sizeof(Word) / Weight::bits;
  static constexpr unsigned chunks = (Simd + perWord - 1) / perWord;
  // Wide enough for 8-bit products of the shapes used here.
  using Sum = std::conditional_t<counts, ap_uint<8>, ap_int<24>>;
  static constexpr unsigned folds = M / Pe;

public:
  explicit Layer(unsigned seed) : random(seed) {
    inputs = randomCodes<Input>(vectors * K, random);
    weights = randomCodes<Weight>(K * M, random);
    const std::vector<uint64_t> words = packWeights(weights, K, M, Weight::bits, isBipolar<Weight>, {Pe, Simd});
    EXPECT_EQ(words.size(), size_t(tileCount) * Pe * chunks);
    for (size_t i = 0; i < words.size(); ++i)
      (&rom[0][0][0])[i] = Word(words[i]);
    sums = naiveSums(inputs, weights, K, M);
  }

  void checkRaw() {
    using Output = Signed<26>;
    using Raw = std::conditional_t<counts, RawSumOfCount<Output, K>, RawSum<Output>>;
    EXPECT_EQ(run(Raw()), sums);
  }

  template <class Output, unsigned Count> void checkThresholds(bool directed, bool shared) {
    const auto [least, most] = std::minmax_element(sums.begin(), sums.end());
    const RandomThresholds thresholds(shared ? 1 : M, Count, *least, *most, directed, random);
    const AccumulatorRange range =
        counts ? AccumulatorRange{-int64_t(K), K, K} : AccumulatorRange{-(1 << 23), (1 << 23) - 1};
    const ThresholdRom levels = makeThresholdRom(thresholds.values, thresholds.directions, range);
    constexpr int64_t low = isBipolar<Output> ? -1 : 2;
    constexpr int64_t step = isBipolar<Output> ? 2 : 1;
    std::vector<int64_t> expected;
    for (size_t i = 0; i < sums.size(); ++i) {
      const size_t row = shared ? 0 : i % M;
      expected.push_back(
          naiveThreshold(sums[i], &thresholds.values[row * Count], Count, thresholds.directions[row], low, step));
    }
    if (shared) {
      Thresholds<Output, 1, 1, Count, low, step, 26, int32_t> activation;
      fill(activation.levels[0], levels);
      EXPECT_EQ(run(activation), expected);
    } else if (directed) {
      DirectedThresholds<Output, folds, Pe, Count, low, step, 26, int32_t> activation;
      fill(activation.ascending.levels[0], levels);
      for (unsigned m = 0; m < M; ++m)
        activation.reversed[m / Pe][m % Pe] = levels.reversed[m];
      EXPECT_EQ(run(activation), expected);
    } else {
      Thresholds<Output, folds, Pe, Count, low, step, 26, int32_t> activation;
      fill(activation.levels[0], levels);
      EXPECT_EQ(run(activation), expected);
    }
  }

private:
  template <size_t Lanes, size_t Count> void fill(int32_t (&first)[Lanes][Count], const ThresholdRom &levels) {
    for (size_t i = 0; i < levels.levels.size(); ++i)
      (&first[0][0])[i] = int32_t(levels.levels[i]);
  }

  template <class Activation> std::vector<int64_t> run(const Activation &activation) {
    using Output = typename Activation::Output;
    ::hls::stream<ap_uint<Simd * Input::bits>> in;
    ::hls::stream<ap_uint<Pe * Output::bits>> out;
    feed<Input, Simd>(in, inputs);
    matrixVector<K, M, 1, Simd, Pe, vectors, Input, Weight, Sum, Multiplier>(in, out, rom, activation);
    EXPECT_TRUE(in.empty());
    return drain<Output, Pe>(out, vectors * M);
  }

  std::mt19937 random;
  std::vector<int64_t> inputs, weights, sums;
  Word rom[tileCount][Pe][chunks];
};

template <unsigned K, unsigned M, unsigned Simd, unsigned Pe> void checkFolding() {
  SCOPED_TRACE(::testing::Message() << K << "x" << M << " simd " << Simd << " pe " << Pe);
  Layer<K, M, Simd, Pe, Bipolar, Bipolar>(K).checkRaw();
  Layer<K, M, Simd, Pe, Unsigned<2>, Signed<3>> layer(M);
  layer.checkRaw();
  layer.template checkThresholds<Unsigned<3>, 3>(true, false);
}

template <unsigned K, unsigned M, unsigned Simd> void checkFoldingsOf3() {
  checkFolding<K, M, Simd, 1>();
  checkFolding<K, M, Simd, 3>();
}

TEST(MatrixVector, EveryFoldingOf15x3) {
  checkFoldingsOf3<15, 3, 1>();
  checkFoldingsOf3<15, 3, 3>();
  checkFoldingsOf3<15, 3, 5>();
  checkFoldingsOf3<15, 3, 15>();
}

TEST(MatrixVector, EveryFoldingOf7x6) {
  checkFolding<7, 6, 1, 1>();
  checkFolding<7, 6, 1, 2>();
  checkFolding<7, 6, 1, 3>();
  checkFolding<7, 6, 1, 6>();
  checkFolding<7, 6, 7, 1>();
  checkFolding<7, 6, 7, 2>();
  checkFolding<7, 6, 7, 3>();
  checkFolding<7, 6, 7, 6>();
}

TEST(MatrixVector, OneByOne) { checkFolding<1, 1, 1, 1>(); }

TEST(MatrixVector, TilesOfSeveralWords) {
  Layer<130, 4, 130, 2, Bipolar, Bipolar>(1).checkRaw();
  Layer<44, 4, 44, 4, Unsigned<4>, Signed<3>>(2).checkRaw();
  Layer<18, 2, 9, 1, Signed<8>, Signed<8>>(3).checkRaw();
}

template <class Input, class Weight> void checkProduct() {
  SCOPED_TRACE(::testing::Message() << Input::bits << " x " << Weight::bits);
  Layer<10, 4, 5, 2, Input, Weight> layer(Input::bits * 10 + Weight::bits);
  layer.checkRaw();
  layer.template checkThresholds<Bipolar, 1>(true, false);
}

template <class Input> void checkProductsWith() {
  checkProduct<Input, Bipolar>();
  checkProduct<Input, Signed<1>>();
  checkProduct<Input, Signed<2>>();
  checkProduct<Input, Signed<5>>();
  checkProduct<Input, Signed<8>>();
  checkProduct<Input, Unsigned<1>>();
  checkProduct<Input, Unsigned<8>>();
}

TEST(MatrixVector, EveryKindOfProduct) {
  checkProductsWith<Bipolar>();
  checkProductsWith<Unsigned<1>>();
  checkProductsWith<Unsigned<4>>();
  checkProductsWith<Unsigned<8>>();
  checkProductsWith<Signed<1>>();
  checkProductsWith<Signed<3>>();
  checkProductsWith<Signed<8>>();
}

TEST(MatrixVector, DspProducts) { Layer<6, 4, 3, 2, Signed<8>, Signed<8>, InDsp>(5).checkRaw(); }

TEST(MatrixVector, Activations) {
  Layer<12, 6, 4, 3, Signed<4>, Signed<4>> sums(7);
  sums.checkThresholds<Bipolar, 1>(false, false);
  sums.checkThresholds<Unsigned<8>, 200>(true, false);
  sums.checkThresholds<Signed<4>, 5>(false, true);
  sums.checkThresholds<Signed<9>, 200>(false, false);
  Layer<33, 6, 11, 2, Bipolar, Bipolar> counts(8);
  counts.checkThresholds<Bipolar, 1>(true, false);
  counts.checkThresholds<Unsigned<3>, 4>(true, false);
  counts.checkThresholds<Unsigned<3>, 4>(false, true);
}

} // namespace
} // namespace qcompile::hls::testing
