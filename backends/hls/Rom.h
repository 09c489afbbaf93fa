// The contents of weight and threshold memories, as library/Weights.h and library/Activations.h
// read them. Plain integers: no MLIR.
#ifndef QCOMPILE_BACKENDS_HLS_ROM_H
#define QCOMPILE_BACKENDS_HLS_ROM_H

#include <cstdint>
#include <vector>

namespace qcompile::hls {

/// Elements handled per clock: `pe` outputs, `simd` inputs.
struct Folding {
  int64_t pe = 1;
  int64_t simd = 1;
  friend bool operator==(const Folding &, const Folding &) = default;
};

/// How a tile of `simd` weights of `bits` bits lies in unsigned words.
struct WeightLayout {
  WeightLayout(int64_t simd, int bits);
  /// 8, 16, 32 or 64: the narrowest that holds the tile, 64 where none does.
  int wordBits;
  int64_t perWord;
  /// Words per tile.
  int64_t chunks;
};

/// The words of all tiles, in the order [tile][pe][chunk], of the K x M matrix `weights`
/// (row-major, bipolar weights as -1 and +1). `bits` is 1 for bipolar weights. The folding divides
/// the matrix.
std::vector<uint64_t> packWeights(const std::vector<int64_t> &weights, int64_t inputs, int64_t outputs, int bits,
                                  bool bipolar, Folding folding);

/// What an accumulator holds: the sum, or for bipolar products their number of equal signs.
struct AccumulatorRange {
  int64_t min;
  int64_t max;
  /// Nonzero: the accumulator counts the positive of this many bipolar products; min and max are
  /// still those of the sum 2 * count - products.
  int64_t products = 0;
};

/// Thresholds as `x >= level` in ascending order, with the channels whose count is complemented.
struct ThresholdRom {
  int64_t rows = 0;
  int64_t count = 0;
  std::vector<int64_t> levels;
  std::vector<bool> reversed;
  /// Width of a signed integer that holds every level and every accumulator.
  int levelBits = 0;

  bool anyReversed() const;
};

/// Translates the thresholds of `qnn.threshold` ([rows][count], sorted as its constraint C3 says).
/// Levels beyond the accumulator's range move to its border, where they decide the same.
ThresholdRom makeThresholdRom(const std::vector<int64_t> &thresholds, const std::vector<int64_t> &directions,
                              AccumulatorRange range);

/// Rows of `count` values: values[clamp(x - low, 0, count - 1)].
struct CodeTable {
  int64_t rows, count, low;
  std::vector<int64_t> values;
};

/// The table that does with a count p of positive among `products` bipolar products what the other
/// does with their sum 2 p - products.
CodeTable makeTableOfCounts(const CodeTable &table, int64_t products);

/// Bits of a signed integer that holds multiplier * x + offset for every x of the range and every
/// row, low, high, and what is left of a shift; at most 64.
int multiplyShiftBits(const std::vector<int64_t> &multipliers, const std::vector<int64_t> &offsets,
                      AccumulatorRange range, int64_t shift, int64_t low, int64_t high);

/// Bits of the narrowest signed and unsigned integers that hold [min, max].
int signedBits(int64_t min, int64_t max);
int unsignedBits(int64_t max);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_ROM_H
