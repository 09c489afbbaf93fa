// Codes of any layout in arrays of 32- or 64-bit lanes and back: what kernels use that compute on
// more layouts than one.
#ifndef QCOMPILE_RUNTIME_KERNELS_LANES_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_LANES_INL_H_

#include "runtime/kernels/vectors-inl.h"

namespace {

template <typename T, typename Lane>
QCRT_INLINE void WidenLanes(const void* from, int64_t first, int64_t count, int64_t stride,
                            Lane* lanes) {
  const T* elements = static_cast<const T*>(from) + first;
  if (stride == 1) {
    for (int64_t i = 0; i < count; ++i) lanes[i] = static_cast<Lane>(elements[i]);
  } else if (stride == 0) {
    const Lane lane = static_cast<Lane>(elements[0]);
    for (int64_t i = 0; i < count; ++i) lanes[i] = lane;
  } else {
    for (int64_t i = 0; i < count; ++i) lanes[i] = static_cast<Lane>(elements[i * stride]);
  }
}

// Elements first, first + stride, ... of a row in an integer layout. A lane narrower than the
// layout takes the low bits: the caller knows that they hold the codes.
template <typename Lane>
inline void LoadIntegers(int32_t layout, const void* row, int64_t first, int64_t count,
                         int64_t stride, Lane* lanes) {
  switch (layout) {
    case QCRT_DENSE_INT8:
      return WidenLanes<int8_t>(row, first, count, stride, lanes);
    case QCRT_DENSE_UINT8:
      return WidenLanes<uint8_t>(row, first, count, stride, lanes);
    case QCRT_DENSE_INT16:
      return WidenLanes<int16_t>(row, first, count, stride, lanes);
    case QCRT_DENSE_UINT16:
      return WidenLanes<uint16_t>(row, first, count, stride, lanes);
    case QCRT_INT32:
    case QCRT_DENSE_INT32:
      return WidenLanes<int32_t>(row, first, count, stride, lanes);
    case QCRT_DENSE_UINT32:
      return WidenLanes<uint32_t>(row, first, count, stride, lanes);
    default:
      return WidenLanes<int64_t>(row, first, count, stride, lanes);
  }
}

// Codes first to first + count - 1 of a row of n elements in any layout; count is at most kBlock
// and first a multiple of it.
template <typename Lane>
inline void LoadCodes(const qcrt_format& format, const void* row, int64_t n, int64_t first,
                      int64_t count, Lane* lanes) {
  const Lane offset = static_cast<Lane>(format.offset);
  if (format.layout == QCRT_PLANES) {
    uint8_t bytes[kBlock] = {};
    for (int p = 0; p < format.planes; ++p) {
      const uint64_t word = static_cast<const uint64_t*>(row)[p * PlaneWords(n) + first / 64];
      for (int i = 0; i < kBlock; ++i) {
        bytes[i] = static_cast<uint8_t>(bytes[i] | ((word >> i & 1) << p));
      }
    }
    const Lane multiplier = static_cast<Lane>(format.multiplier);
    for (int64_t i = 0; i < count; ++i) lanes[i] = offset + multiplier * bytes[i];
  } else if (format.layout == QCRT_BYTES) {
    const uint8_t* bytes = static_cast<const uint8_t*>(row) + first;
    for (int64_t i = 0; i < count; ++i) lanes[i] = offset + static_cast<Lane>(bytes[i]);
  } else {
    LoadIntegers(format.layout, row, first, count, 1, lanes);
  }
}

template <typename T, typename Lane>
QCRT_INLINE void NarrowLanes(const Lane* lanes, int64_t count, void* to, int64_t first) {
  T* elements = static_cast<T*>(to) + first;
  for (int64_t i = 0; i < count; ++i) elements[i] = static_cast<T>(lanes[i]);
}

// The reverse of LoadIntegers with stride 1; padding is not touched.
template <typename Lane>
inline void StoreIntegers(int32_t layout, const Lane* lanes, int64_t count, void* row,
                          int64_t first) {
  switch (layout == QCRT_INT32 ? 4 : ContainerBytes(layout)) {
    case 1:
      return NarrowLanes<uint8_t>(lanes, count, row, first);
    case 2:
      return NarrowLanes<uint16_t>(lanes, count, row, first);
    case 4:
      return NarrowLanes<uint32_t>(lanes, count, row, first);
    default:
      return NarrowLanes<int64_t>(lanes, count, row, first);
  }
}

// Writes codes first to first + count - 1 of a row of n elements, and the layout's padding behind
// the last; `count` and `first` as in LoadCodes. `lanes` has room for kBlock.
template <typename Lane>
inline void StoreCodes(const qcrt_format& format, const Lane* lanes, void* row, int64_t n,
                       int64_t first, int64_t count) {
  if (format.layout != QCRT_PLANES && format.layout != QCRT_BYTES) {
    return StoreIntegers(format.layout, lanes, count, row, first);
  }
  // The multiplier is 1 or 2.
  const Lane offset = static_cast<Lane>(format.offset);
  const int shift = format.multiplier == 2;
  uint8_t bytes[kBlock] = {};
  for (int64_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<uint8_t>((lanes[i] - offset) >> shift);
  }
  StoreBytes(format, bytes, row, n, first);
}

// Byte containers to bytes or planes, whose stored numbers are the low bits of the distance from
// the offset, whatever the sign.
inline void ConvertByteRow(const uint8_t* in, const qcrt_format& out_format, void* out, int64_t n) {
  const uint8_t offset = static_cast<uint8_t>(out_format.offset);
  const int shift = out_format.multiplier == 2;
  for (int64_t base = 0; base < n; base += kBlock) {
    const int64_t count = n - base < kBlock ? n - base : kBlock;
    uint8_t bytes[kBlock] = {};
    memcpy(bytes, in + base, static_cast<size_t>(count));
    for (int i = 0; i < kBlock; ++i) {
      bytes[i] = static_cast<uint8_t>(static_cast<uint8_t>(bytes[i] - offset) >> shift);
    }
    StoreBytes(out_format, bytes, out, n, base);
  }
}

template <typename Lane>
void ConvertRow(const qcrt_format& in_format, const void* in, const qcrt_format& out_format,
                void* out, int64_t n) {
  for (int64_t base = 0; base < n; base += kBlock) {
    const int64_t count = n - base < kBlock ? n - base : kBlock;
    Lane lanes[kBlock];
    LoadCodes(in_format, in, n, base, count, lanes);
    StoreCodes(out_format, lanes, out, n, base, count);
  }
}

QCRT_INLINE bool MayLeave32Bits(int32_t layout) {
  return layout == QCRT_INT64 || layout == QCRT_DENSE_UINT32;
}

// Rows of n elements in both formats.
inline void ConvertRows(const qcrt_format& in_format, const void* in, const qcrt_format& out_format,
                        void* out, int64_t rows, int64_t n) {
  const char* from = static_cast<const char*>(in);
  char* to = static_cast<char*>(out);
  const int64_t in_stride = RowBytes(in_format, n), out_stride = RowBytes(out_format, n);
  const bool bytes_only =
      (in_format.layout == QCRT_DENSE_INT8 || in_format.layout == QCRT_DENSE_UINT8) &&
      (out_format.layout == QCRT_BYTES || out_format.layout == QCRT_PLANES);
  const bool wide = MayLeave32Bits(in_format.layout) || MayLeave32Bits(out_format.layout);
  for (int64_t r = 0; r < rows; ++r, from += in_stride, to += out_stride) {
    if (bytes_only) {
      ConvertByteRow(reinterpret_cast<const uint8_t*>(from), out_format, to, n);
    } else if (wide) {
      ConvertRow<int64_t>(in_format, from, out_format, to, n);
    } else {
      ConvertRow<int32_t>(in_format, from, out_format, to, n);
    }
  }
}

QCRT_INLINE bool IsUnpadded(const qcrt_format& format) { return format.layout >= QCRT_INT64; }

// Rows of different lengths, of which both are padded: element by element.
inline void ConvertElements(const qcrt_format& in_format, const char* in, int64_t count,
                            int64_t in_n, const qcrt_format& out_format, char* out, int64_t out_n) {
  const int64_t in_stride = RowBytes(in_format, in_n), out_stride = RowBytes(out_format, out_n);
  int64_t from = 0;
  for (int64_t i = 0; i < count; out += out_stride) {
    ClearRow(out_format, out, out_n);
    for (int64_t to = 0; to < out_n; ++to, ++i, ++from) {
      if (from == in_n) {
        from = 0;
        in += in_stride;
      }
      StoreCode(out_format, out, out_n, to, LoadCode(in_format, in, in_n, from));
    }
  }
}

void Convert(const qcrt_format* in_format, const void* in, int64_t rows, int64_t in_n,
             const qcrt_format* out_format, void* out, int64_t out_n) {
  // Unpadded elements have no rows: they take those of the other side.
  const int64_t count = rows * in_n;
  if (in_n == out_n || IsUnpadded(*in_format)) {
    ConvertRows(*in_format, in, *out_format, out, count / out_n, out_n);
  } else if (IsUnpadded(*out_format)) {
    ConvertRows(*in_format, in, *out_format, out, rows, in_n);
  } else {
    ConvertElements(*in_format, static_cast<const char*>(in), count, in_n, *out_format,
                    static_cast<char*>(out), out_n);
  }
}

// Moves to the next position of the first `rank` dimensions of two operands with strides; false
// behind the last one.
template <typename Block>
bool NextPair(const Block* block, int64_t rank, int64_t* index, int64_t* a_at, int64_t* b_at) {
  for (int64_t d = rank - 1; d >= 0; --d) {
    *a_at += block->a_strides[d];
    *b_at += block->b_strides[d];
    if (++index[d] < block->extents[d]) return true;
    *a_at -= block->a_strides[d] * block->extents[d];
    *b_at -= block->b_strides[d] * block->extents[d];
    index[d] = 0;
  }
  return false;
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_LANES_INL_H_
