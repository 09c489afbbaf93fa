// Access to single elements of a row in any layout of kernels.h: for everything that need not be
// fast. Functions are static because files that include this are compiled for different
// instruction sets and must not share code.
#ifndef QCOMPILE_RUNTIME_KERNELS_ROW_CODES_H_
#define QCOMPILE_RUNTIME_KERNELS_ROW_CODES_H_

#include <string.h>

#include "runtime/kernels/kernels.h"

static inline int64_t RoundUp(int64_t n, int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// Words of one plane of n elements.
static inline int64_t PlaneWords(int64_t n) { return RoundUp(n, 64) / 64; }

// Bytes of one element of an unpadded layout.
static inline int64_t ContainerBytes(int32_t layout) {
  switch (layout) {
    case QCRT_DENSE_INT8:
    case QCRT_DENSE_UINT8:
      return 1;
    case QCRT_DENSE_INT16:
    case QCRT_DENSE_UINT16:
      return 2;
    case QCRT_DENSE_INT32:
    case QCRT_DENSE_UINT32:
      return 4;
    default:
      return 8;
  }
}

static inline int64_t RowBytes(const qcrt_format& format, int64_t n) {
  switch (format.layout) {
    case QCRT_PLANES:
      return format.planes * PlaneWords(n) * 8;
    case QCRT_BYTES:
      return RoundUp(n, 64);
    case QCRT_INT32:
      return RoundUp(n, 64) * 4;
    default:
      return n * ContainerBytes(format.layout);
  }
}

// The number u (planes, bytes) or code that is stored for element i.
static inline int64_t LoadStored(const qcrt_format& format, const void* row, int64_t n, int64_t i) {
  switch (format.layout) {
    case QCRT_PLANES: {
      const uint64_t* words = static_cast<const uint64_t*>(row) + i / 64;
      int64_t stored = 0;
      for (int p = 0; p < format.planes; ++p) {
        stored |= static_cast<int64_t>((words[p * PlaneWords(n)] >> (i % 64)) & 1) << p;
      }
      return stored;
    }
    case QCRT_BYTES:
    case QCRT_DENSE_UINT8:
      return static_cast<const uint8_t*>(row)[i];
    case QCRT_DENSE_INT8:
      return static_cast<const int8_t*>(row)[i];
    case QCRT_DENSE_INT16:
      return static_cast<const int16_t*>(row)[i];
    case QCRT_DENSE_UINT16:
      return static_cast<const uint16_t*>(row)[i];
    case QCRT_DENSE_UINT32:
      return static_cast<const uint32_t*>(row)[i];
    case QCRT_INT32:
    case QCRT_DENSE_INT32:
      return static_cast<const int32_t*>(row)[i];
    default:
      return static_cast<const int64_t*>(row)[i];
  }
}

static inline void StoreStored(const qcrt_format& format, void* row, int64_t n, int64_t i,
                               int64_t stored) {
  switch (format.layout) {
    case QCRT_PLANES: {
      uint64_t* words = static_cast<uint64_t*>(row) + i / 64;
      const uint64_t bit = uint64_t{1} << (i % 64);
      for (int p = 0; p < format.planes; ++p) {
        uint64_t& word = words[p * PlaneWords(n)];
        word = (stored >> p) & 1 ? word | bit : word & ~bit;
      }
      return;
    }
    case QCRT_BYTES:
    case QCRT_DENSE_INT8:
    case QCRT_DENSE_UINT8:
      static_cast<uint8_t*>(row)[i] = static_cast<uint8_t>(stored);
      return;
    case QCRT_DENSE_INT16:
    case QCRT_DENSE_UINT16:
      static_cast<uint16_t*>(row)[i] = static_cast<uint16_t>(stored);
      return;
    case QCRT_INT32:
    case QCRT_DENSE_INT32:
    case QCRT_DENSE_UINT32:
      static_cast<int32_t*>(row)[i] = static_cast<int32_t>(stored);
      return;
    default:
      static_cast<int64_t*>(row)[i] = stored;
  }
}

static inline int64_t LoadCode(const qcrt_format& format, const void* row, int64_t n, int64_t i) {
  return format.offset + format.multiplier * LoadStored(format, row, n, i);
}

static inline void StoreCode(const qcrt_format& format, void* row, int64_t n, int64_t i,
                             int64_t code) {
  // The multiplier is 1 or 2: no division in loops over elements.
  const int64_t distance = code - format.offset;
  StoreStored(format, row, n, i, format.multiplier == 2 ? distance / 2 : distance);
}

// Zeroes a row, so that the padding is right when every element has been stored.
static inline void ClearRow(const qcrt_format& format, void* row, int64_t n) {
  memset(row, 0, static_cast<size_t>(RowBytes(format, n)));
}

// Part of a parameter block.
template <typename T, typename Block>
static inline const T* At(const Block* block, int64_t offset) {
  return reinterpret_cast<const T*>(reinterpret_cast<const char*>(block) + offset);
}

#endif  // QCOMPILE_RUNTIME_KERNELS_ROW_CODES_H_
