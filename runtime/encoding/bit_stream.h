// Streams of bits: the least significant bit of each byte first, numbers from their lowest bit on.
#ifndef QCOMPILE_RUNTIME_ENCODING_BIT_STREAM_H_
#define QCOMPILE_RUNTIME_ENCODING_BIT_STREAM_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "runtime/core/data_type.h"

namespace qcompile::runtime::encoding {

// Bits that tell `count` things apart: ceil(log2 count), 0 for one thing.
int64_t IndexBits(int64_t count);

class BitWriter {
 public:
  // Appends the lowest `bits` (0 to 64) bits of `value`.
  void Put(uint64_t value, int64_t bits);
  int64_t bits() const { return bits_; }
  // The stream, filled with zero bits to whole bytes.
  std::vector<uint8_t> Take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
  int64_t bits_ = 0;
};

// Reads what may be any bytes: behind their end every number is 0, and Finish says so.
class BitReader {
 public:
  explicit BitReader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}
  uint64_t Get(int64_t bits);
  // Whether a read went beyond the end.
  bool exhausted() const { return exhausted_; }
  // Fails unless exactly all bytes were read, but for less than eight zero bits.
  absl::Status Finish() const;

 private:
  absl::Span<const uint8_t> bytes_;
  int64_t position_ = 0;
  bool exhausted_ = false;
};

// A code as bits: two's complement, unsigned, or one bit that is 0 for the bipolar -1; and back.
void PutCode(DataType type, int64_t code, BitWriter& writer);
int64_t GetCode(DataType type, BitReader& reader);

// Fails where a code is not a value of the type.
absl::Status CheckCodes(DataType type, absl::Span<const int64_t> codes);

}  // namespace qcompile::runtime::encoding

#endif  // QCOMPILE_RUNTIME_ENCODING_BIT_STREAM_H_
