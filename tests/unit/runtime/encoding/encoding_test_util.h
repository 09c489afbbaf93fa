// Random weight matrices, and bytes that something has changed.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_ENCODING_ENCODING_TEST_UTIL_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_ENCODING_ENCODING_TEST_UTIL_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "runtime/core/data_type.h"
#include "runtime/encoding/matrix.h"
#include "gtest/gtest.h"

namespace qcompile::runtime::encoding {

inline int64_t Below(int64_t end, std::mt19937_64 &random) {
  return static_cast<int64_t>(random() % static_cast<uint64_t>(end));
}

inline int64_t RandomCode(DataType type, std::mt19937_64 &random) {
  if (type.kind == TypeKind::kBipolar)
    return random() & 1 ? 1 : -1;
  uint64_t raw = type.bits < 64 ? random() & ((uint64_t{1} << type.bits) - 1) : random();
  return type.MinValue() + static_cast<int64_t>(raw);
}

// Codes of which about `percent` of a hundred are other than zero.
inline std::vector<int64_t> RandomCodes(DataType type, int64_t count, int64_t percent, std::mt19937_64 &random) {
  std::vector<int64_t> codes(static_cast<size_t>(count));
  for (int64_t &code : codes)
    code = Below(100, random) < percent ? RandomCode(type, random) : 0;
  return codes;
}

// Extents on both sides of what blocks, groups and vectors divide.
inline MatrixShape RandomShape(std::mt19937_64 &random) { return {1 + Below(20, random), 1 + Below(40, random)}; }

// Bytes with a few changes: bits flipped, the end cut off or something appended.
inline std::vector<uint8_t> Damage(std::vector<uint8_t> bytes, std::mt19937_64 &random) {
  switch (Below(4, random)) {
  case 0:
    bytes.resize(Below(static_cast<int64_t>(bytes.size()) + 1, random));
    break;
  case 1:
    bytes.push_back(static_cast<uint8_t>(random()));
    break;
  default:
    for (int64_t flips = 1 + Below(4, random); flips > 0 && !bytes.empty(); --flips) {
      bytes[Below(static_cast<int64_t>(bytes.size()), random)] ^= static_cast<uint8_t>(1 << Below(8, random));
    }
  }
  return bytes;
}

} // namespace qcompile::runtime::encoding

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_ENCODING_ENCODING_TEST_UTIL_H_
