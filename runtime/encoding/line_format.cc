#include "runtime/encoding/line_format.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace qcompile::runtime::encoding {
namespace {

constexpr int64_t kMaxGapBits = 16;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One stored code. `place` is its index in its group (n_m), in its line (coo), or the gap before it
// (run_length).
struct Entry {
  int64_t place = 0;
  int64_t code = 0;
};

int64_t PlaceBits(const LineFormat& format, int64_t length) {
  if (format.kind == LineKind::kNm) return IndexBits(format.m);
  return format.kind == LineKind::kCoo ? IndexBits(length) : format.gap_bits;
}

// The codes other than zero, with fillers before those whose gap is too long.
std::vector<Entry> ListEntries(const LineFormat& format, absl::Span<const int64_t> line) {
  std::vector<Entry> entries;
  const int64_t longest = (int64_t{1} << format.gap_bits) - 1;
  int64_t next = 0;  // the first position that no entry has reached
  for (int64_t i = 0; i < static_cast<int64_t>(line.size()); ++i) {
    if (line[i] == 0) continue;
    if (format.kind == LineKind::kCoo) {
      entries.push_back({i, line[i]});
      continue;
    }
    for (; i - next > longest; next += longest + 1) entries.push_back({longest, 0});
    entries.push_back({i - next, line[i]});
    next = i + 1;
  }
  return entries;
}

void PutEntry(const LineFormat& format, DataType type, int64_t length, Entry entry,
              BitWriter& writer) {
  PutCode(type, entry.code, writer);
  writer.Put(static_cast<uint64_t>(entry.place), PlaceBits(format, length));
}

Entry GetEntry(const LineFormat& format, DataType type, int64_t length, BitReader& reader) {
  Entry entry;
  entry.code = GetCode(type, reader);
  entry.place = static_cast<int64_t>(reader.Get(PlaceBits(format, length)));
  return entry;
}

absl::Status Malformed(absl::string_view what) { return absl::InvalidArgumentError(what); }

// The rest of a group that has been read to its end; entries of code zero are empty.
absl::Status ReadGroup(const LineFormat& format, DataType type, BitReader& reader,
                       absl::Span<int64_t> group, int64_t length) {
  for (int64_t i = 0; i < format.n; ++i) {
    Entry entry = GetEntry(format, type, length, reader);
    if (entry.code == 0) continue;
    if (entry.place >= static_cast<int64_t>(group.size())) {
      return Malformed(
          absl::StrCat("an entry names index ", entry.place, " of a group of ", group.size()));
    }
    if (group[entry.place] != 0) {
      return Malformed(absl::StrCat("two entries of a group name index ", entry.place));
    }
    group[entry.place] = entry.code;
  }
  return absl::OkStatus();
}

absl::Status ReadEntries(const LineFormat& format, DataType type, BitReader& reader,
                         absl::Span<int64_t> line) {
  auto length = static_cast<int64_t>(line.size());
  const bool counted = format.entries < 0;
  const bool gaps = format.kind == LineKind::kRunLength;
  const int64_t longest = (int64_t{1} << format.gap_bits) - 1;
  int64_t count =
      counted ? static_cast<int64_t>(reader.Get(IndexBits(length + 1))) : format.entries;
  if (count > length && counted) {
    return Malformed(absl::StrCat("a line of ", length, " codes has ", count, " entries"));
  }
  int64_t next = 0;
  for (int64_t i = 0; i < count; ++i) {
    Entry entry = GetEntry(format, type, length, reader);
    int64_t position = gaps ? next + entry.place : entry.place;
    // Empty entries of a fixed number; a filler is an entry of code 0 that steps as far as it can.
    if (entry.code == 0 && (!counted || (gaps && entry.place == longest))) {
      if (gaps) next = position + 1;
      if (counted && next >= length) return Malformed("a filler reaches the end of its line");
      continue;
    }
    if (entry.code == 0) return Malformed("an entry holds the code 0");
    if (position < next || position >= length) {
      return Malformed(absl::StrCat("an entry names index ", position, " of a line of ", length,
                                    position < next ? ", behind one with a later index" : ""));
    }
    line[position] = entry.code;
    next = position + 1;
  }
  return absl::OkStatus();
}

}  // namespace

std::string LineFormat::ToString() const {
  switch (kind) {
    case LineKind::kDense:
      return "dense";
    case LineKind::kNm:
      return absl::StrCat(n, ":", m);
    case LineKind::kCoo:
      return "coo";
    case LineKind::kRunLength:
      return absl::StrCat("run_length(", gap_bits, ")");
  }
  return "unknown";
}

absl::Status CheckFormat(const LineFormat& format, DataType type) {
  if (format.kind == LineKind::kDense) return absl::OkStatus();
  if (!type.IsInteger() || !type.Contains(0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected codes of a type with a zero, found ", type.ToString()));
  }
  if (format.kind == LineKind::kNm &&
      (format.n < 1 || format.n >= format.m || format.m > (int64_t{1} << 31))) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected 1 <= n < m <= 2^31, found ", format.n, ":", format.m));
  }
  if (format.kind == LineKind::kRunLength &&
      (format.gap_bits < 1 || format.gap_bits > kMaxGapBits)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected gaps of 1 to ", kMaxGapBits, " bits, found ", format.gap_bits));
  }
  return absl::OkStatus();
}

absl::Status CheckLine(const LineFormat& format, absl::Span<const int64_t> line) {
  if (format.kind != LineKind::kNm) {
    int64_t found = format.entries < 0 || format.kind == LineKind::kDense
                        ? -1
                        : static_cast<int64_t>(ListEntries(format, line).size());
    if (found <= format.entries) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("expected at most ", format.entries, " entries, found ", found));
  }
  auto length = static_cast<int64_t>(line.size());
  for (int64_t first = 0; first < length; first += format.m) {
    absl::Span<const int64_t> group = line.subspan(first, format.m);
    auto found = static_cast<int64_t>(group.size()) - std::count(group.begin(), group.end(), 0);
    if (found > format.n) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected at most ", format.n, " codes other than 0 among ", format.m,
                       ", found ", found, " from ", first, " to ", first + group.size() - 1));
    }
  }
  return absl::OkStatus();
}

int64_t CountEntries(const LineFormat& format, absl::Span<const int64_t> line) {
  auto length = static_cast<int64_t>(line.size());
  if (format.kind == LineKind::kDense) return length;
  if (format.kind == LineKind::kNm) return CeilDiv(length, format.m) * format.n;
  if (format.entries >= 0) return format.entries;
  if (format.kind == LineKind::kCoo) return length - std::count(line.begin(), line.end(), 0);
  return static_cast<int64_t>(ListEntries(format, line).size());
}

int64_t CountBits(const LineFormat& format, DataType type, absl::Span<const int64_t> line) {
  auto length = static_cast<int64_t>(line.size());
  if (format.kind == LineKind::kDense) return length * type.bits;
  bool counted = format.kind != LineKind::kNm && format.entries < 0;
  return (counted ? IndexBits(length + 1) : 0) +
         CountEntries(format, line) * (type.bits + PlaceBits(format, length));
}

absl::Status WriteLine(const LineFormat& format, DataType type, absl::Span<const int64_t> line,
                       BitWriter& writer) {
  absl::Status status = CheckLine(format, line);
  if (!status.ok()) return status;
  auto length = static_cast<int64_t>(line.size());
  if (format.kind == LineKind::kDense) {
    for (int64_t code : line) PutCode(type, code, writer);
    return absl::OkStatus();
  }
  if (format.kind == LineKind::kNm) {
    for (int64_t first = 0; first < length; first += format.m) {
      int64_t left = format.n;
      for (int64_t i = first; i < std::min(first + format.m, length); ++i) {
        if (line[i] == 0) continue;
        PutEntry(format, type, length, {i - first, line[i]}, writer);
        --left;
      }
      for (; left > 0; --left) PutEntry(format, type, length, {}, writer);
    }
    return absl::OkStatus();
  }
  std::vector<Entry> entries = ListEntries(format, line);
  if (format.entries < 0) writer.Put(entries.size(), IndexBits(length + 1));
  for (Entry entry : entries) PutEntry(format, type, length, entry, writer);
  for (auto i = static_cast<int64_t>(entries.size()); i < format.entries; ++i) {
    PutEntry(format, type, length, {}, writer);
  }
  return absl::OkStatus();
}

absl::Status ReadLine(const LineFormat& format, DataType type, BitReader& reader,
                      absl::Span<int64_t> line) {
  std::fill(line.begin(), line.end(), 0);
  auto length = static_cast<int64_t>(line.size());
  absl::Status status;
  if (format.kind == LineKind::kDense) {
    for (int64_t& code : line) code = GetCode(type, reader);
  } else if (format.kind == LineKind::kNm) {
    for (int64_t first = 0; first < length && status.ok(); first += format.m) {
      status = ReadGroup(format, type, reader, line.subspan(first, format.m), length);
    }
  } else {
    status = ReadEntries(format, type, reader, line);
  }
  if (reader.exhausted()) return Malformed("the bytes end within a line");
  return status;
}

absl::StatusOr<std::vector<uint8_t>> EncodeLines(const LineFormat& format, DataType type,
                                                 MatrixShape shape,
                                                 absl::Span<const int64_t> codes) {
  absl::Status status = CheckFormat(format, type);
  if (status.ok()) status = CheckCodes(type, codes);
  if (status.ok() && static_cast<int64_t>(codes.size()) != shape.size()) {
    status = absl::InvalidArgumentError(
        absl::StrCat("expected ", shape.size(), " codes, found ", codes.size()));
  }
  BitWriter writer;
  for (int64_t output = 0; output < shape.outputs && status.ok(); ++output) {
    status = WriteLine(format, type, codes.subspan(output * shape.length, shape.length), writer);
    if (!status.ok()) {
      status = absl::InvalidArgumentError(absl::StrCat("output ", output, ": ", status.message()));
    }
  }
  if (!status.ok()) return status;
  return writer.Take();
}

absl::StatusOr<std::vector<int64_t>> DecodeLines(const LineFormat& format, DataType type,
                                                 MatrixShape shape,
                                                 absl::Span<const uint8_t> bytes) {
  absl::Status status = CheckFormat(format, type);
  if (!status.ok()) return status;
  std::vector<int64_t> codes(static_cast<size_t>(shape.size()));
  BitReader reader(bytes);
  for (int64_t output = 0; output < shape.outputs; ++output) {
    status = ReadLine(format, type, reader,
                      absl::MakeSpan(codes).subspan(output * shape.length, shape.length));
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("output ", output, ": ", status.message()));
    }
  }
  status = reader.Finish();
  if (!status.ok()) return status;
  return codes;
}

}  // namespace qcompile::runtime::encoding
