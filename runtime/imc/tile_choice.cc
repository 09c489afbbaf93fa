#include "runtime/imc/tile_choice.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace qcompile::runtime::imc {
namespace {

// Most weights other than zero in any group of m rows of any column; at least 1.
int64_t LargestGroup(const WeightWindow& window, int64_t m) {
  int64_t largest = 1;
  for (int64_t start = 0; start < window.rows; start += m) {
    int64_t end = std::min(start + m, window.rows);
    for (int64_t column = 0; column < window.columns; ++column) {
      int64_t count = 0;
      for (int64_t row = start; row < end; ++row) count += window.At(row, column) != 0;
      largest = std::max(largest, count);
    }
  }
  return largest;
}

// Group sizes that the target can index: the powers of two.
int64_t LargestM(const Target& target) {
  return std::min(int64_t{1} << target.index_bits, target.rows);
}

}  // namespace

DataType NarrowestWeightType(absl::Span<const int32_t> weights) {
  int32_t low = 0;
  int32_t high = 0;
  bool bipolar = !weights.empty();
  for (int32_t value : weights) {
    low = std::min(low, value);
    high = std::max(high, value);
    bipolar = bipolar && (value == 1 || value == -1);
  }
  if (bipolar) return DataType::Bipolar();
  int bits = 1;
  auto make = [&] { return low < 0 ? DataType::Signed(bits) : DataType::Unsigned(bits); };
  while (!make().Contains(low) || !make().Contains(high)) ++bits;
  return make();
}

TileShape ChooseFormat(const WeightWindow& window, DataType weight, const Target& target) {
  TileShape best{WeightFormat::kDense, 0, 0, window.rows, window.columns, weight};
  if (weight.kind == TypeKind::kBipolar) return best;
  for (int64_t m = 2; m <= LargestM(target); m *= 2) {
    int64_t n = LargestGroup(window, m);
    if (n >= m) continue;
    TileShape candidate{WeightFormat::kNOfM, n, m, window.rows, window.columns, weight};
    if (SlotsPerColumn(candidate, target) < SlotsPerColumn(best, target)) best = candidate;
  }
  return best;
}

absl::StatusOr<TileExtents> ChooseTileExtents(const WeightWindow& matrix, DataType weight,
                                              const Target& target) {
  if (weight.bits > target.max_weight_bits) {
    return absl::UnimplementedError(
        absl::StrCat("weights need ", static_cast<int>(weight.bits),
                     " bits, the target has max_weight_bits=", target.max_weight_bits));
  }
  TileShape best = ChooseFormat(matrix, weight, target);
  TileShape one{WeightFormat::kDense, 0, 0, 1, 1, weight};
  int64_t slots = target.slots / SlotsPerColumn(one, target);  // whole weights per column
  TileExtents extents;
  extents.columns = target.columns / PhysicalColumns(one, target);
  extents.rows = slots;
  if (best.format == WeightFormat::kNOfM) {
    // A group needs n places; where not even one group fits, rows stay dense.
    int64_t groups = slots / best.n;
    if (groups > 0) extents.rows = groups * best.m;
  }
  // Tiles start at multiples of m so that the groups of a tile are groups of the matrix.
  int64_t unit = best.format == WeightFormat::kNOfM && extents.rows >= best.m ? best.m : 1;
  extents.rows = std::min(extents.rows, target.rows) / unit * unit;
  extents.rows = std::min(extents.rows, matrix.rows);
  extents.columns = std::min(extents.columns, matrix.columns);
  return extents;
}

}  // namespace qcompile::runtime::imc
