#include "runtime/encoding/bit_stream.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace qcompile::runtime::encoding {

int64_t IndexBits(int64_t count) {
  int64_t bits = 0;
  while (bits < 62 && (int64_t{1} << bits) < count) ++bits;
  return bits;
}

void BitWriter::Put(uint64_t value, int64_t bits) {
  while (bits > 0) {
    int64_t used = bits_ % 8;
    if (used == 0) bytes_.push_back(0);
    int64_t take = std::min<int64_t>(8 - used, bits);
    uint64_t part = value & ((uint64_t{1} << take) - 1);
    bytes_.back() |= static_cast<uint8_t>(part << used);
    value = take < 64 ? value >> take : 0;
    bits -= take;
    bits_ += take;
  }
}

uint64_t BitReader::Get(int64_t bits) {
  auto size = static_cast<int64_t>(bytes_.size()) * 8;
  if (bits > size - position_) {
    exhausted_ = true;
    position_ = size;
    return 0;
  }
  uint64_t value = 0;
  for (int64_t done = 0; done < bits;) {
    int64_t used = position_ % 8;
    int64_t take = std::min<int64_t>(8 - used, bits - done);
    uint64_t part = (bytes_[position_ / 8] >> used) & ((uint64_t{1} << take) - 1);
    value |= part << done;
    done += take;
    position_ += take;
  }
  return value;
}

absl::Status BitReader::Finish() const {
  auto size = static_cast<int64_t>(bytes_.size()) * 8;
  if (exhausted_) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected more than the ", bytes_.size(), " bytes there are"));
  }
  if (size - position_ >= 8) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", (position_ + 7) / 8, " bytes, found ", bytes_.size()));
  }
  if (position_ < size && (bytes_.back() >> (position_ % 8)) != 0) {
    return absl::InvalidArgumentError("expected zero bits behind the last code");
  }
  return absl::OkStatus();
}

void PutCode(DataType type, int64_t code, BitWriter& writer) {
  bool bipolar = type.kind == TypeKind::kBipolar;
  writer.Put(bipolar ? (code > 0 ? 1 : 0) : static_cast<uint64_t>(code), type.bits);
}

int64_t GetCode(DataType type, BitReader& reader) {
  uint64_t raw = reader.Get(type.bits);
  if (type.kind == TypeKind::kBipolar) return raw ? 1 : -1;
  bool negative = type.kind == TypeKind::kSigned && (raw >> (type.bits - 1)) & 1;
  if (negative && type.bits < 64) raw |= ~uint64_t{0} << type.bits;
  return static_cast<int64_t>(raw);
}

absl::Status CheckCodes(DataType type, absl::Span<const int64_t> codes) {
  for (int64_t code : codes) {
    if (!type.Contains(code)) {
      return absl::InvalidArgumentError(
          absl::StrCat("code ", code, " is not a value of ", type.ToString()));
    }
  }
  return absl::OkStatus();
}

}  // namespace qcompile::runtime::encoding
