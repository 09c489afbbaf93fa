// Vectors of the compiler's portable vector extension, 512 bits each: one tier splits them in two,
// another in four. Written without calls that pass them by value, whose calling convention
// depends on the instruction set.
#ifndef QCOMPILE_RUNTIME_KERNELS_VECTORS_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_VECTORS_INL_H_

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "runtime/kernels/kernels.h"
#include "runtime/kernels/row_codes.h"

#define QCRT_INLINE inline __attribute__((always_inline))

namespace {

typedef int32_t I32x16 __attribute__((vector_size(64)));
typedef float F32x16 __attribute__((vector_size(64)));
typedef uint8_t U8x16 __attribute__((vector_size(16)));
typedef uint16_t U16x16 __attribute__((vector_size(32)));

// A block of 64 columns.
constexpr int kBlock = 64;
constexpr int kVectors = 4;

template <typename Vector, typename T>
QCRT_INLINE void LoadVector(Vector& v, const T* from) {
  memcpy(&v, from, sizeof(v));
}

template <typename Vector, typename T>
QCRT_INLINE void Splat(Vector& v, T value) {
  v = Vector{} + value;
}

// A 1 for each of the first `n` of 64 positions.
QCRT_INLINE uint64_t FirstBits(int64_t n) {
  return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
}

// Bit `bit` of each of 64 bytes.
QCRT_INLINE uint64_t BitOfBytes(const uint8_t* bytes, int bit) {
#if defined(__AVX512BW__)
  const __m512i v = _mm512_loadu_si512(bytes);
  return _mm512_test_epi8_mask(v, _mm512_set1_epi8(static_cast<char>(1 << bit)));
#elif defined(__AVX2__)
  // Shifting 16-bit lanes moves foreign bits in from below, never into bit 7.
  const __m128i shift = _mm_cvtsi32_si128(7 - bit);
  uint64_t mask = 0;
  for (int i = 0; i < 2; ++i) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32 * i));
    const uint32_t half = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_sll_epi16(v, shift)));
    mask |= uint64_t{half} << (32 * i);
  }
  return mask;
#else
  uint64_t mask = 0;
  for (int i = 0; i < 8; ++i) {
    uint64_t eight = 0;
    for (int b = 0; b < 8; ++b) eight |= uint64_t{bytes[8 * i + b]} << (8 * b);
    eight = eight >> bit & 0x0101010101010101;
    // Byte b of the factor moves the bit of byte b to bit 56 + b.
    mask |= (eight * 0x0102040810204080 >> 56) << (8 * i);
  }
  return mask;
#endif
}

// A 1 for each lane of four comparison results (lanes 0 or -1).
QCRT_INLINE uint64_t BitsOfLanes(const I32x16* lanes) {
#if defined(__AVX512DQ__)
  uint64_t mask = 0;
  for (int i = 0; i < kVectors; ++i) {
    mask |= uint64_t{_mm512_movepi32_mask(__builtin_bit_cast(__m512i, lanes[i]))} << (16 * i);
  }
  return mask;
#elif defined(__AVX2__)
  const __m256i* v = reinterpret_cast<const __m256i*>(lanes);
  uint64_t mask = 0;
  for (int i = 0; i < 8; ++i) {
    const int eight = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_loadu_si256(v + i)));
    mask |= static_cast<uint64_t>(eight) << (8 * i);
  }
  return mask;
#else
  uint8_t bytes[kBlock];
  for (int i = 0; i < kVectors; ++i) {
    const U8x16 narrow = __builtin_convertvector(lanes[i], U8x16);
    memcpy(bytes + 16 * i, &narrow, sizeof(narrow));
  }
  return BitOfBytes(bytes, 0);
#endif
}

// Writes the stored bytes of columns base to base + 63 of a row of planes or bytes. Those at or
// beyond n become zero, as padding is.
QCRT_INLINE void StoreBytes(const qcrt_format& format, const uint8_t* bytes, void* row, int64_t n,
                            int64_t base) {
  const int64_t valid = n - base < kBlock ? n - base : kBlock;
  if (format.layout == QCRT_PLANES) {
    uint64_t* words = static_cast<uint64_t*>(row) + base / 64;
    for (int p = 0; p < format.planes; ++p) {
      words[p * PlaneWords(n)] = BitOfBytes(bytes, p) & FirstBits(valid);
    }
    return;
  }
  uint8_t* out = static_cast<uint8_t*>(row) + base;
  memcpy(out, bytes, kBlock);
  if (valid < kBlock) memset(out + valid, 0, static_cast<size_t>(kBlock - valid));
}

// Writes the stored numbers of columns base to base + 63 of a row; those at or beyond n become the
// layout's padding.
QCRT_INLINE void StoreBlock(const qcrt_format& format, const I32x16* stored, void* row, int64_t n,
                            int64_t base) {
  const int64_t valid = n - base < kBlock ? n - base : kBlock;
  if (format.layout == QCRT_INT32) {
    memcpy(static_cast<int32_t*>(row) + base, stored, kBlock * sizeof(int32_t));
    return;
  }
  if (format.layout == QCRT_DENSE_INT32 || format.layout == QCRT_DENSE_UINT32) {
    memcpy(static_cast<int32_t*>(row) + base, stored, static_cast<size_t>(valid) * 4);
    return;
  }
  if (format.layout == QCRT_DENSE_INT16 || format.layout == QCRT_DENSE_UINT16) {
    U16x16 halves[kVectors];
    for (int i = 0; i < kVectors; ++i) halves[i] = __builtin_convertvector(stored[i], U16x16);
    memcpy(static_cast<uint16_t*>(row) + base, halves, static_cast<size_t>(valid) * 2);
    return;
  }
  uint8_t bytes[kBlock];
  for (int i = 0; i < kVectors; ++i) {
    const U8x16 narrow = __builtin_convertvector(stored[i], U8x16);
    memcpy(bytes + 16 * i, &narrow, sizeof(narrow));
  }
  if (format.layout == QCRT_DENSE_INT8 || format.layout == QCRT_DENSE_UINT8) {
    memcpy(static_cast<uint8_t*>(row) + base, bytes, static_cast<size_t>(valid));
  } else {
    StoreBytes(format, bytes, row, n, base);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_VECTORS_INL_H_
