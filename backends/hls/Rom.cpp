// Packs weights and translates thresholds for the generated memories.
#include "backends/hls/Rom.h"

#include <algorithm>
#include <bit>

namespace qcompile::hls {

WeightLayout::WeightLayout(int64_t simd, int bits) {
  const int64_t wanted = std::min<int64_t>(simd, 64 / bits) * bits;
  wordBits = 8;
  while (wordBits < wanted)
    wordBits *= 2;
  perWord = wordBits / bits;
  chunks = (simd + perWord - 1) / perWord;
}

std::vector<uint64_t> packWeights(const std::vector<int64_t> &weights, int64_t inputs, int64_t outputs, int bits,
                                  bool bipolar, Folding folding) {
  const WeightLayout layout(folding.simd, bits);
  const uint64_t mask = ~uint64_t(0) >> (64 - bits);
  const int64_t inFolds = inputs / folding.simd;
  const int64_t outFolds = outputs / folding.pe;
  std::vector<uint64_t> words(inFolds * outFolds * folding.pe * layout.chunks);
  for (int64_t k = 0; k < inputs; ++k) {
    const int64_t lane = k % folding.simd;
    for (int64_t m = 0; m < outputs; ++m) {
      const int64_t tile = m / folding.pe * inFolds + k / folding.simd;
      const int64_t value = weights[k * outputs + m];
      const uint64_t code = bipolar ? value > 0 : uint64_t(value) & mask;
      words[(tile * folding.pe + m % folding.pe) * layout.chunks + lane / layout.perWord] |=
          code << (lane % layout.perWord * bits);
    }
  }
  return words;
}

bool ThresholdRom::anyReversed() const { return std::find(reversed.begin(), reversed.end(), true) != reversed.end(); }

/// The smallest level L with: sum >= threshold exactly where sum >= L, or for a downward threshold
/// sum <= threshold exactly where not sum >= L; moved into [min, max + 1].
static int64_t ascendingLevel(int64_t threshold, bool down, const AccumulatorRange &range) {
  if (threshold > range.max)
    return range.max + 1;
  if (threshold < range.min)
    return range.min;
  return threshold + down;
}

ThresholdRom makeThresholdRom(const std::vector<int64_t> &thresholds, const std::vector<int64_t> &directions,
                              AccumulatorRange range) {
  ThresholdRom rom;
  rom.rows = int64_t(directions.size());
  rom.count = int64_t(thresholds.size()) / rom.rows;
  for (int64_t row = 0; row < rom.rows; ++row) {
    const bool down = directions[row] < 0;
    rom.reversed.push_back(down);
    std::vector<int64_t> levels;
    for (int64_t t = 0; t < rom.count; ++t)
      levels.push_back(ascendingLevel(thresholds[row * rom.count + t], down, range));
    if (down)
      std::reverse(levels.begin(), levels.end());
    rom.levels.insert(rom.levels.end(), levels.begin(), levels.end());
  }
  int64_t low = range.min, high = range.max + 1;
  if (range.products) {
    // 2 p - K >= L exactly where p >= ceil((L + K) / 2); L >= -K, so the division rounds right.
    for (int64_t &level : rom.levels)
      level = (level + range.products + 1) / 2;
    low = 0;
    high = range.products + 1;
  }
  rom.levelBits = signedBits(low, high);
  return rom;
}

CodeTable makeTableOfCounts(const CodeTable &table, int64_t products) {
  // Counts between those whose sums lie on or beyond the ends; >> rounds down, + 1 up.
  const int64_t first = std::clamp<int64_t>((table.low + products) >> 1, 0, products);
  const int64_t last = std::clamp<int64_t>((table.low + table.count - 1 + products + 1) >> 1, first, products);
  CodeTable out{table.rows, last - first + 1, first, {}};
  for (int64_t row = 0; row < table.rows; ++row)
    for (int64_t count = first; count <= last; ++count) {
      const int64_t place = std::clamp<int64_t>(2 * count - products - table.low, 0, table.count - 1);
      out.values.push_back(table.values[row * table.count + place]);
    }
  return out;
}

int multiplyShiftBits(const std::vector<int64_t> &multipliers, const std::vector<int64_t> &offsets,
                      AccumulatorRange range, int64_t shift, int64_t low, int64_t high) {
  int bits = std::max(signedBits(low, high), int(shift) + 2);
  for (size_t row = 0; row < multipliers.size(); ++row)
    for (int64_t x : {range.min, range.max}) {
      const __int128 number = __int128(multipliers[row]) * x + offsets[row];
      const int64_t bounded = int64_t(std::clamp<__int128>(number, INT64_MIN, INT64_MAX)); // beyond does not occur
      bits = std::max(bits, signedBits(bounded, bounded));
    }
  return std::min(bits, 64);
}

int unsignedBits(int64_t max) { return std::max(1, int(std::bit_width(uint64_t(max)))); }

int signedBits(int64_t min, int64_t max) {
  // A negative value v needs the bits of ~v and a sign.
  const int forMin = min < 0 ? int(std::bit_width(uint64_t(~min))) : 0;
  const int forMax = max > 0 ? int(std::bit_width(uint64_t(max))) : 0;
  return std::max(forMin, forMax) + 1;
}

} // namespace qcompile::hls
