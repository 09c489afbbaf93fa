// Weight tiles: how a rectangle of weights is written into the data section and what it takes in
// a bank. The bit layout is specified in docs/Imc.md, "Weight tiles".
#ifndef QCOMPILE_RUNTIME_IMC_WEIGHT_TILE_H_
#define QCOMPILE_RUNTIME_IMC_WEIGHT_TILE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/encoding/bit_stream.h"
#include "runtime/imc/instruction.h"
#include "runtime/imc/target.h"

namespace qcompile::runtime::imc {

struct TileShape {
  WeightFormat format = WeightFormat::kDense;
  int64_t n = 0;  // entries per group (n_m), per column (coo, run_length); 0 for dense
  int64_t m = 0;  // rows of a group (n_m), bits of a gap (run_length); else 0
  int64_t rows = 0;
  int64_t columns = 0;  // logical columns: outputs
  DataType weight = DataType::Signed(1);
};

// Cells that one weight takes: in adjacent columns or in consecutive slots.
int64_t CellsPerWeight(DataType weight, const Target& target);
using encoding::IndexBits;

// Index bits of an entry.
int64_t IndexBitsPerEntry(const TileShape& tile);
// Stored weights per logical column, counting empty entries and fillers.
int64_t EntriesPerColumn(const TileShape& tile);
// Slots taken in every physical column, and physical columns taken.
int64_t SlotsPerColumn(const TileShape& tile, const Target& target);
int64_t PhysicalColumns(const TileShape& tile, const Target& target);
// Size of the encoded tile.
int64_t EncodedBits(const TileShape& tile);
int64_t EncodedBytes(const TileShape& tile);

// Whether the tile fits a bank of the target; the message names the limit.
absl::Status CheckTile(const TileShape& tile, const Target& target);

// `weights` is row-major, rows x columns. Fails where a weight is not a value of the type, or a
// group or column needs more than n entries.
absl::StatusOr<std::vector<uint8_t>> EncodeTile(const TileShape& tile,
                                                absl::Span<const int32_t> weights);

// The inverse. `bytes` may be anything of EncodedBytes length; fails where an entry names a row
// beyond the tile or a row that another entry of its column holds.
absl::StatusOr<std::vector<int32_t>> DecodeTile(const TileShape& tile,
                                                absl::Span<const uint8_t> bytes);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_WEIGHT_TILE_H_
