// Stored forms of weights: any bytes are codes of the structure, or refused. Eight bytes say of which form and shape.
#include "runtime/encoding/circulant.h"
#include "runtime/encoding/line_format.h"

using namespace qcompile::runtime;
using namespace qcompile::runtime::encoding;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 8)
    return 0;
  const uint8_t *p = data;
  const absl::Span<const uint8_t> bytes(data + 8, size - 8);
  const MatrixShape shape{p[1] % 9 + 1, p[2] % 70 + 1};
  const int bits = p[3] % 9 + 1;
  const DataType type = bits == 9                   ? DataType::Bipolar()
                        : p[4] % 2 != 0 || bits < 2 ? DataType::Unsigned(bits)
                                                    : DataType::Signed(bits);
  if (p[0] % 5 == 4) {
    const int64_t block = p[5] % 80 + 1;
    absl::StatusOr<std::vector<int64_t>> codes = DecodeCirculant(block, type, shape, bytes);
    if (!codes.ok())
      return 0;
    auto again = EncodeCirculant(block, type, shape, *codes);
    if (!again.ok() || *again != std::vector<uint8_t>(bytes.begin(), bytes.end()))
      __builtin_trap();
    return 0;
  }
  const LineFormat formats[] = {LineFormat::Dense(), LineFormat::Nm(p[5] % 9, p[6] % 17), LineFormat::Coo(),
                                LineFormat::RunLength(p[5] % 18)};
  const LineFormat &format = formats[p[0] % 5];
  if (!CheckFormat(format, type).ok())
    return 0;
  absl::StatusOr<std::vector<int64_t>> codes = DecodeLines(format, type, shape, bytes);
  if (!codes.ok())
    return 0;
  // Bytes may hold entries of code 0 that a writer leaves out: the codes are what stays.
  auto again = EncodeLines(format, type, shape, *codes);
  if (!again.ok())
    __builtin_trap();
  auto decoded = DecodeLines(format, type, shape, *again);
  if (!decoded.ok() || *decoded != *codes)
    __builtin_trap();
  return 0;
}
