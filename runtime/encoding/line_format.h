// Formats that store each output of a weight matrix for itself: dense, N:m, coordinate and
// run-length form. A line is the `length` codes of one output, in the accumulated direction.
// docs/Encodings.md specifies the bits.
//
// Bits of a line of K codes of b bits with n codes other than zero (techniques.md 1):
//   dense       K b
//   n_m         ceil(K / m) N (b + ceil(log2 m))
//   coo         ceil(log2 (K + 1)) + n (b + ceil(log2 K))
//   run_length  ceil(log2 (K + 1)) + n' (b + gap_bits), n' = n and the fillers
#ifndef QCOMPILE_RUNTIME_ENCODING_LINE_FORMAT_H_
#define QCOMPILE_RUNTIME_ENCODING_LINE_FORMAT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/data_type.h"
#include "runtime/encoding/bit_stream.h"
#include "runtime/encoding/matrix.h"

namespace qcompile::runtime::encoding {

enum class LineKind : uint8_t { kDense, kNm, kCoo, kRunLength };

struct LineFormat {
  LineKind kind = LineKind::kDense;
  int64_t n = 0, m = 0;  // n_m: at most n codes other than zero in m adjacent ones, 1 <= n < m
  int64_t gap_bits = 0;  // run_length: bits of a gap, 1 to 16
  // coo and run_length: exactly so many entries, without a count in front, the last ones empty
  // (code 0); negative: as many as there are, with a count.
  int64_t entries = -1;

  static LineFormat Dense() { return {}; }
  static LineFormat Nm(int64_t n, int64_t m) { return {LineKind::kNm, n, m}; }
  static LineFormat Coo() { return {LineKind::kCoo}; }
  static LineFormat RunLength(int64_t gap_bits) { return {LineKind::kRunLength, 0, 0, gap_bits}; }

  // "dense", "2:4", "coo", "run_length(4)".
  std::string ToString() const;
};

// Fails where a parameter is out of its range, or the codes have no zero to leave out.
absl::Status CheckFormat(const LineFormat& format, DataType type);

// Whether the line can be written; the message names the first place where it cannot: a group of m
// with more than n codes other than zero. Every line can be written in the other formats (with a
// free number of entries).
absl::Status CheckLine(const LineFormat& format, absl::Span<const int64_t> line);

// Stored codes, empty ones and fillers included, and bits.
int64_t CountEntries(const LineFormat& format, absl::Span<const int64_t> line);
int64_t CountBits(const LineFormat& format, DataType type, absl::Span<const int64_t> line);

// Appends a line whose codes are values of the type.
absl::Status WriteLine(const LineFormat& format, DataType type, absl::Span<const int64_t> line,
                       BitWriter& writer);
// Fills a line. Fails where the bits are no line of the format.
absl::Status ReadLine(const LineFormat& format, DataType type, BitReader& reader,
                      absl::Span<int64_t> line);

// All lines of a matrix, one behind the other, filled with zero bits to whole bytes.
absl::StatusOr<std::vector<uint8_t>> EncodeLines(const LineFormat& format, DataType type,
                                                 MatrixShape shape,
                                                 absl::Span<const int64_t> codes);
// The inverse, from any bytes.
absl::StatusOr<std::vector<int64_t>> DecodeLines(const LineFormat& format, DataType type,
                                                 MatrixShape shape,
                                                 absl::Span<const uint8_t> bytes);

}  // namespace qcompile::runtime::encoding

#endif  // QCOMPILE_RUNTIME_ENCODING_LINE_FORMAT_H_
