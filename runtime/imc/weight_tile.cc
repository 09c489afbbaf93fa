#include "runtime/imc/weight_tile.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace qcompile::runtime::imc {
namespace {

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

class BitWriter {
 public:
  explicit BitWriter(int64_t bits) : bytes_(static_cast<size_t>(CeilDiv(bits, 8))) {}
  void Put(uint32_t value, int64_t bits) {
    for (int64_t i = 0; i < bits; ++i, ++position_) {
      if ((value >> i) & 1) bytes_[position_ / 8] |= static_cast<uint8_t>(1 << (position_ % 8));
    }
  }
  std::vector<uint8_t> Take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
  size_t position_ = 0;
};

class BitReader {
 public:
  explicit BitReader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}
  uint32_t Get(int64_t bits) {
    uint32_t value = 0;
    for (int64_t i = 0; i < bits; ++i, ++position_) {
      value |= static_cast<uint32_t>((bytes_[position_ / 8] >> (position_ % 8)) & 1) << i;
    }
    return value;
  }

 private:
  absl::Span<const uint8_t> bytes_;
  size_t position_ = 0;
};

uint32_t WeightCode(DataType type, int32_t value) {
  if (type.kind == TypeKind::kBipolar) return value > 0 ? 1 : 0;
  return static_cast<uint32_t>(value);
}

int32_t WeightValue(DataType type, uint32_t code) {
  if (type.kind == TypeKind::kBipolar) return code ? 1 : -1;
  auto value = static_cast<int32_t>(code);
  bool negative = type.kind == TypeKind::kSigned && (code >> (type.bits - 1)) & 1;
  return negative ? value - (int32_t{1} << type.bits) : value;
}

absl::Status CheckFormat(const TileShape& tile) {
  if (tile.format == WeightFormat::kDense || tile.weight.kind != TypeKind::kBipolar) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("an n_m tile needs a weight type with a zero, found bipolar");
}

absl::Status EncodeGroup(const TileShape& tile, absl::Span<const int32_t> weights, int64_t column,
                         int64_t first_row, BitWriter& writer) {
  int64_t left = tile.n;
  int64_t end = std::min(first_row + tile.m, tile.rows);
  for (int64_t row = first_row; row < end; ++row) {
    int32_t value = weights[row * tile.columns + column];
    if (value == 0) continue;
    if (left-- == 0) {
      return absl::InvalidArgumentError(absl::StrCat("rows ", first_row, " to ", end - 1,
                                                     " of column ", column, " hold more than ",
                                                     tile.n, " weights other than zero"));
    }
    writer.Put(WeightCode(tile.weight, value), tile.weight.bits);
    writer.Put(static_cast<uint32_t>(row - first_row), IndexBits(tile.m));
  }
  for (; left > 0; --left) writer.Put(0, tile.weight.bits + IndexBits(tile.m));
  return absl::OkStatus();
}

absl::Status DecodeEntry(const TileShape& tile, int64_t column, int64_t first_row,
                         BitReader& reader, std::vector<int32_t>& weights) {
  int32_t value = WeightValue(tile.weight, reader.Get(tile.weight.bits));
  auto index = static_cast<int64_t>(reader.Get(IndexBits(tile.m)));
  if (value == 0) return absl::OkStatus();
  int64_t row = first_row + index;
  if (index >= tile.m || row >= tile.rows) {
    return absl::InvalidArgumentError(absl::StrCat("an entry of column ", column, " names row ",
                                                   row, " of a tile of ", tile.rows, " rows"));
  }
  int32_t& place = weights[row * tile.columns + column];
  if (place != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("two entries of column ", column, " name row ", row));
  }
  place = value;
  return absl::OkStatus();
}

}  // namespace

int64_t CellsPerWeight(DataType weight, const Target& target) {
  return CeilDiv(weight.bits, target.cell_bits);
}

int64_t IndexBits(int64_t m) {
  int64_t bits = 0;
  while ((int64_t{1} << bits) < m) ++bits;
  return bits;
}

int64_t EntriesPerColumn(const TileShape& tile) {
  return tile.format == WeightFormat::kDense ? tile.rows : CeilDiv(tile.rows, tile.m) * tile.n;
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
  int64_t index = tile.format == WeightFormat::kDense ? 0 : IndexBits(tile.m);
  return tile.columns * EntriesPerColumn(tile) * (tile.weight.bits + index);
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
  int64_t index = IndexBits(tile.m);
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
  BitWriter writer(EncodedBits(tile));
  for (int64_t column = 0; column < tile.columns; ++column) {
    if (tile.format == WeightFormat::kDense) {
      for (int64_t row = 0; row < tile.rows; ++row) {
        writer.Put(WeightCode(tile.weight, weights[row * tile.columns + column]), tile.weight.bits);
      }
      continue;
    }
    for (int64_t row = 0; row < tile.rows; row += tile.m) {
      absl::Status status = EncodeGroup(tile, weights, column, row, writer);
      if (!status.ok()) return status;
    }
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
  BitReader reader(bytes);
  for (int64_t column = 0; column < tile.columns; ++column) {
    if (tile.format == WeightFormat::kDense) {
      for (int64_t row = 0; row < tile.rows; ++row) {
        weights[row * tile.columns + column] =
            WeightValue(tile.weight, reader.Get(tile.weight.bits));
      }
      continue;
    }
    for (int64_t row = 0; row < tile.rows; row += tile.m) {
      for (int64_t entry = 0; entry < tile.n; ++entry) {
        absl::Status status = DecodeEntry(tile, column, row, reader, weights);
        if (!status.ok()) return status;
      }
    }
  }
  return weights;
}

}  // namespace qcompile::runtime::imc
