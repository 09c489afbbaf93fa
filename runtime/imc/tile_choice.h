// Which weight type, tile extents and storage formats a layer gets. Everything here is exact:
// narrower types and sparse formats are taken only where the weights already fit them.
#ifndef QCOMPILE_RUNTIME_IMC_TILE_CHOICE_H_
#define QCOMPILE_RUNTIME_IMC_TILE_CHOICE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/imc/target.h"
#include "runtime/imc/weight_tile.h"

namespace qcompile::runtime::imc {

// A row-major window of a larger weight matrix.
struct WeightWindow {
  absl::Span<const int32_t> matrix;
  int64_t stride = 0;  // columns of the whole matrix
  int64_t first_row = 0;
  int64_t first_column = 0;
  int64_t rows = 0;
  int64_t columns = 0;

  int32_t At(int64_t row, int64_t column) const {
    return matrix[(first_row + row) * stride + first_column + column];
  }
};

// Bipolar where every weight is -1 or 1, else the narrowest unsigned or signed type.
DataType NarrowestWeightType(absl::Span<const int32_t> weights);

// The format that takes the fewest slots per column, dense where nothing is gained; of equals the
// one with fewer index bits.
TileShape ChooseFormat(const WeightWindow& window, DataType weight, const Target& target);

struct TileExtents {
  int64_t rows = 0;
  int64_t columns = 0;
};

// The largest tiles of a matrix that fit a bank: as few rows of tiles as the sparsity of each of
// them admits.
absl::StatusOr<TileExtents> ChooseTileExtents(const WeightWindow& matrix, DataType weight,
                                              const Target& target);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_TILE_CHOICE_H_
