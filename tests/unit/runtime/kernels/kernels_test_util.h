// Buffers of exactly the documented size, random codes, and every way to run a kernel.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_KERNELS_KERNELS_TEST_UTIL_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_KERNELS_KERNELS_TEST_UTIL_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "runtime/kernels/packing.h"
#include "gtest/gtest.h"

namespace qcompile::runtime {

// 64-byte aligned memory, filled with a pattern that is neither zero nor a plausible code. The
// allocation ends where the buffer ends (up to the alignment), so that a sanitizer sees over-reads.
class Buffer {
public:
  explicit Buffer(int64_t size) : size_(size) {
    void *memory = nullptr;
    if (posix_memalign(&memory, 64, static_cast<size_t>(size > 0 ? size : 1)) != 0)
      std::abort();
    data_.reset(static_cast<char *>(memory));
    std::memset(memory, 0xA5, static_cast<size_t>(size));
  }
  explicit Buffer(const ParameterBlock &block) : Buffer(static_cast<int64_t>(block.size())) {
    std::memcpy(data_.get(), block.data(), block.size());
  }

  template <typename T> T *As() { return reinterpret_cast<T *>(data_.get()); }
  int64_t size() const { return size_; }
  std::string Bytes() const { return std::string(data_.get(), static_cast<size_t>(size_)); }

private:
  struct Free {
    void operator()(char *p) const { std::free(p); }
  };
  int64_t size_;
  std::unique_ptr<char, Free> data_;
};

// The codes in `format`, by the public conversion (which convert_test.cc checks by hand).
inline Buffer Encode(const qcrt_format &format, const std::vector<int64_t> &codes, int64_t n) {
  const int64_t rows = static_cast<int64_t>(codes.size()) / n;
  Buffer buffer(rows * qcrt_row_bytes(&format, n));
  const qcrt_format dense = Int64Format();
  qcrt_convert(&dense, codes.data(), rows, n, &format, buffer.As<void>(), n);
  return buffer;
}

inline std::vector<int64_t> Decode(const qcrt_format &format, Buffer &buffer, int64_t rows, int64_t n) {
  std::vector<int64_t> codes(rows * n);
  const qcrt_format dense = Int64Format();
  qcrt_convert(&format, buffer.As<void>(), rows, n, &dense, codes.data(), n);
  return codes;
}

// Whether planes and bytes have zeros in their padding.
inline bool PaddingIsZero(const qcrt_format &format, Buffer &buffer, int64_t rows, int64_t n) {
  const int64_t stride = qcrt_row_bytes(&format, n);
  for (int64_t r = 0; r < rows; ++r) {
    const char *row = buffer.As<char>() + r * stride;
    for (int64_t i = n; format.layout == QCRT_BYTES && i < stride; ++i) {
      if (row[i] != 0)
        return false;
    }
    for (int p = 0; format.layout == QCRT_PLANES && n % 64 != 0 && p < format.planes; ++p) {
      uint64_t word;
      std::memcpy(&word, row + (p * ((n + 63) / 64) + n / 64) * 8, 8);
      if (word >> (n % 64) != 0)
        return false;
    }
  }
  return true;
}

inline std::vector<int64_t> RandomCodes(std::mt19937_64 &random, DataType type, int64_t count) {
  std::uniform_int_distribution<int64_t> codes(type.MinValue(), type.MaxValue());
  std::vector<int64_t> result(count);
  for (int64_t &code : result) {
    code = type.kind == TypeKind::kBipolar ? (random() & 1 ? 1 : -1) : codes(random);
  }
  return result;
}

// Calls `check` with the scalar twin selected (tier -1) and with every tier of this processor.
inline void ForEachTier(const std::function<void(int tier)> &check) {
  const int32_t selected = qcrt_selected_tier();
  for (int tier = -1; tier < QCRT_TIER_COUNT; ++tier) {
    if (tier >= 0 && qcrt_select_tier(tier) != 0)
      continue;
    SCOPED_TRACE(tier < 0 ? "scalar twin" : qcrt_tier_name(tier));
    check(tier);
  }
  qcrt_select_tier(selected);
}

} // namespace qcompile::runtime

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_KERNELS_KERNELS_TEST_UTIL_H_
