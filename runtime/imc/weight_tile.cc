#include "runtime/imc/weight_tile.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/encoding/line_format.h"

namespace qcompile::runtime::imc {
namespace {

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The tile's columns are lines of the encodings (runtime/encoding/line_format.h), with a fixed
// number of entries.
encoding::LineFormat GetLineFormat(const TileShape& tile) {
  encoding::LineFormat format;
  switch (tile.format) {
    case WeightFormat::kDense:
      break;
    case WeightFormat::kNOfM:
      format = encoding::LineFormat::Nm(tile.n, tile.m);
      break;
    case WeightFormat::kCoo:
      format = encoding::LineFormat::Coo();
      format.entries = tile.n;
      break;
    case WeightFormat::kRunLength:
      format = encoding::LineFormat::RunLength(tile.m);
      format.entries = tile.n;
      break;
  }
  return format;
}

absl::Status InColumn(int64_t column, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat("column ", column, ": ", status.message()));
}

absl::Status CheckFormat(const TileShape& tile) {
  if (tile.format == WeightFormat::kDense || tile.weight.kind != TypeKind::kBipolar) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("a sparse tile needs a weight type with a zero, found bipolar");
}

}  // namespace

int64_t CellsPerWeight(DataType weight, const Target& target) {
  return CeilDiv(weight.bits, target.cell_bits);
}

int64_t IndexBitsPerEntry(const TileShape& tile) {
  switch (tile.format) {
    case WeightFormat::kDense:
      return 0;
    case WeightFormat::kNOfM:
      return IndexBits(tile.m);
    case WeightFormat::kCoo:
      return IndexBits(tile.rows);
    case WeightFormat::kRunLength:
      return tile.m;
  }
  return 0;
}

int64_t EntriesPerColumn(const TileShape& tile) {
  if (tile.format == WeightFormat::kDense) return tile.rows;
  return tile.format == WeightFormat::kNOfM ? CeilDiv(tile.rows, tile.m) * tile.n : tile.n;
}

int64_t SlotsPerColumn(const TileShape& tile, const Target& target) {
  bool slots = target.weight_layout == WeightLayout::kSlots;
  return EntriesPerColumn(tile) * (slots ? CellsPerWeight(tile.weight, target) : 1);
}

int64_t PhysicalColumns(const TileShape& tile, const Target& target) {
  bool slices = target.weight_layout == WeightLayout::kSlices;
  return tile.columns * (slices ? CellsPerWeight(tile.weight, target) : 1);
}

int64_t EncodedBits(const TileShape& tile) {
  return tile.columns * EntriesPerColumn(tile) * (tile.weight.bits + IndexBitsPerEntry(tile));
}

int64_t EncodedBytes(const TileShape& tile) { return CeilDiv(EncodedBits(tile), 8); }

absl::Status CheckTile(const TileShape& tile, const Target& target) {
  auto beyond = [](absl::string_view what, int64_t found, absl::string_view key, int64_t limit) {
    return absl::InvalidArgumentError(
        absl::StrCat("the tile takes ", found, " ", what, ", the target has ", key, "=", limit));
  };
  if (tile.weight.bits > target.max_weight_bits) {
    return beyond("bits per weight", tile.weight.bits, "max_weight_bits", target.max_weight_bits);
  }
  if (tile.rows > target.rows) return beyond("rows", tile.rows, "rows", target.rows);
  int64_t columns = PhysicalColumns(tile, target);
  if (columns > target.columns) return beyond("columns", columns, "columns", target.columns);
  int64_t slots = SlotsPerColumn(tile, target);
  if (slots > target.slots) return beyond("slots per column", slots, "slots", target.slots);
  if (tile.format == WeightFormat::kDense) return absl::OkStatus();
  int64_t index = IndexBitsPerEntry(tile);
  if (index > target.index_bits) {
    return beyond("index bits per slot", index, "index_bits", target.index_bits);
  }
  return CheckFormat(tile);
}

absl::StatusOr<std::vector<uint8_t>> EncodeTile(const TileShape& tile,
                                                absl::Span<const int32_t> weights) {
  if (static_cast<int64_t>(weights.size()) != tile.rows * tile.columns) {
    return absl::InvalidArgumentError(absl::StrCat("a tile of ", tile.rows, "x", tile.columns,
                                                   " weights was given ", weights.size()));
  }
  absl::Status format = CheckFormat(tile);
  if (!format.ok()) return format;
  for (int32_t value : weights) {
    if (!tile.weight.Contains(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("weight ", value, " is not a value of ", tile.weight.ToString()));
    }
  }
  encoding::BitWriter writer;
  std::vector<int64_t> line(static_cast<size_t>(tile.rows));
  for (int64_t column = 0; column < tile.columns; ++column) {
    for (int64_t row = 0; row < tile.rows; ++row) line[row] = weights[row * tile.columns + column];
    absl::Status status = encoding::WriteLine(GetLineFormat(tile), tile.weight, line, writer);
    if (!status.ok()) return InColumn(column, status);
  }
  return writer.Take();
}

absl::StatusOr<std::vector<int32_t>> DecodeTile(const TileShape& tile,
                                                absl::Span<const uint8_t> bytes) {
  if (static_cast<int64_t>(bytes.size()) != EncodedBytes(tile)) {
    return absl::InvalidArgumentError(
        absl::StrCat("an encoded tile takes ", EncodedBytes(tile), " bytes, found ", bytes.size()));
  }
  std::vector<int32_t> weights(static_cast<size_t>(tile.rows * tile.columns));
  encoding::BitReader reader(bytes);
  std::vector<int64_t> line(static_cast<size_t>(tile.rows));
  for (int64_t column = 0; column < tile.columns; ++column) {
    absl::Status status =
        encoding::ReadLine(GetLineFormat(tile), tile.weight, reader, absl::MakeSpan(line));
    if (!status.ok()) return InColumn(column, status);
    for (int64_t row = 0; row < tile.rows; ++row) {
      weights[row * tile.columns + column] = static_cast<int32_t>(line[row]);
    }
  }
  return weights;
}

}  // namespace qcompile::runtime::imc
