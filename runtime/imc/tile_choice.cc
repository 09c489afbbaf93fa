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

// Most weights other than zero in any column; at least 1.
int64_t LargestColumn(const WeightWindow& window) { return LargestGroup(window, window.rows); }

// Most entries of any column in run-length form, fillers included; at least 1.
int64_t LongestRuns(const WeightWindow& window, int64_t gap_bits) {
  const int64_t reach = int64_t{1} << gap_bits;  // rows that a filler takes
  int64_t largest = 1;
  for (int64_t column = 0; column < window.columns; ++column) {
    int64_t count = 0, next = 0;
    for (int64_t row = 0; row < window.rows; ++row) {
      if (window.At(row, column) == 0) continue;
      count += 1 + (row - next) / reach;
      next = row + 1;
    }
    largest = std::max(largest, count);
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

// The dense or n_m form with the fewest slots.
static TileShape ChooseGroups(const WeightWindow& window, DataType weight, const Target& target) {
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

TileShape ChooseFormat(const WeightWindow& window, DataType weight, const Target& target) {
  TileShape best = ChooseGroups(window, weight, target);
  if (weight.kind == TypeKind::kBipolar) return best;
  const int64_t row_bits = IndexBits(window.rows);
  for (int64_t bits = 1; bits <= std::min(target.index_bits, row_bits); ++bits) {
    TileShape candidate{WeightFormat::kRunLength,
                        LongestRuns(window, bits),
                        bits,
                        window.rows,
                        window.columns,
                        weight};
    if (SlotsPerColumn(candidate, target) < SlotsPerColumn(best, target)) best = candidate;
  }
  if (row_bits <= target.index_bits) {
    TileShape candidate{WeightFormat::kCoo, LargestColumn(window), 0,
                        window.rows,        window.columns,        weight};
    if (SlotsPerColumn(candidate, target) < SlotsPerColumn(best, target)) best = candidate;
  }
  return best;
}

namespace {

// Whether every tile of `rows` rows fits the slots.
bool FitsSlots(const WeightWindow& matrix, int64_t rows, DataType weight, const Target& target) {
  for (int64_t row = 0; row < matrix.rows; row += rows) {
    WeightWindow tile = matrix;
    tile.first_row += row;
    tile.rows = std::min(rows, matrix.rows - row);
    if (SlotsPerColumn(ChooseFormat(tile, weight, target), target) > target.slots) return false;
  }
  return true;
}

// Tall tiles by what each of them holds: the fewest rows of tiles below `most`; 0 where there are
// none. All tiles but the last have the same rows, a multiple of the largest group.
int64_t FindTallerRows(const WeightWindow& matrix, DataType weight, const Target& target,
                       int64_t most) {
  if (weight.kind == TypeKind::kBipolar || target.index_bits == 0) return 0;
  const int64_t unit = LargestM(target);
  for (int64_t tiles = (matrix.rows + target.rows - 1) / target.rows; tiles < most; ++tiles) {
    int64_t rows = (matrix.rows + tiles - 1) / tiles;
    rows = (rows + unit - 1) / unit * unit;
    if (rows > target.rows || (matrix.rows + rows - 1) / rows >= most) continue;
    if (FitsSlots(matrix, rows, weight, target)) return rows;
  }
  return 0;
}

}  // namespace

absl::StatusOr<TileExtents> ChooseTileExtents(const WeightWindow& matrix, DataType weight,
                                              const Target& target) {
  if (weight.bits > target.max_weight_bits) {
    return absl::UnimplementedError(
        absl::StrCat("weights need ", static_cast<int>(weight.bits),
                     " bits, the target has max_weight_bits=", target.max_weight_bits));
  }
  TileShape best = ChooseGroups(matrix, weight, target);
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
  int64_t taller =
      FindTallerRows(matrix, weight, target, (matrix.rows + extents.rows - 1) / extents.rows);
  if (taller > 0) extents.rows = std::min(taller, matrix.rows);
  extents.columns = std::min(extents.columns, matrix.columns);
  return extents;
}

}  // namespace qcompile::runtime::imc
