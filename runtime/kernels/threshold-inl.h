// Thresholds, a block of 64 columns at a time: count in each lane the thresholds that it reaches.
#ifndef QCOMPILE_RUNTIME_KERNELS_THRESHOLD_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_THRESHOLD_INL_H_

#include "runtime/kernels/lanes-inl.h"

namespace {

// Integers: the mask turns x into -1 - x where the direction is -1, which orders backwards and
// cannot overflow.
struct IntegerOperand {
  using Element = int32_t;
  using Vector = I32x16;
  static QCRT_INLINE void Combine(Vector& x, const I32x16& mask) { x ^= mask; }
  static QCRT_INLINE void Reaches(I32x16& lanes, const Vector& x, const Vector& t) {
    lanes = x > t;
  }
  static QCRT_INLINE int32_t CombineOne(int32_t x, int32_t mask) { return x ^ mask; }
  static QCRT_INLINE bool ReachesOne(int32_t x, int32_t t) { return x > t; }
};

// Floats: the mask is the sign bit; comparisons with NaN, also a threshold of padding, are false.
struct FloatOperand {
  using Element = float;
  using Vector = F32x16;
  static QCRT_INLINE void Combine(Vector& x, const I32x16& mask) {
    x = __builtin_bit_cast(Vector, __builtin_bit_cast(I32x16, x) ^ mask);
  }
  static QCRT_INLINE void Reaches(I32x16& lanes, const Vector& x, const Vector& t) {
    lanes = x >= t;
  }
  static QCRT_INLINE float CombineOne(float x, int32_t mask) { return mask ? -x : x; }
  static QCRT_INLINE bool ReachesOne(float x, float t) { return x >= t; }
};

// The parameters of one vector of columns.
template <bool kPerColumn, typename Vector, typename T>
QCRT_INLINE void LoadParameter(Vector& v, const T* from, int64_t column) {
  if (kPerColumn) {
    LoadVector(v, from + column);
  } else {
    Splat(v, *from);
  }
}

// Lanes become -(number of thresholds reached). `channel` is that of the row, or 0.
template <typename Operand, bool kPerColumn>
QCRT_INLINE void CountBlock(const qcrt_threshold_block* block, int64_t channel,
                            const typename Operand::Element* x, int64_t base, I32x16* negated) {
  using Element = typename Operand::Element;
  const int64_t columns = kPerColumn ? RoundUp(block->n, kBlock) : 1;
  const int32_t* masks = At<int32_t>(block, block->masks_at) + channel;
  const Element* thresholds = At<Element>(block, block->thresholds_at) + channel * block->stride;
  typename Operand::Vector values[kVectors];
  for (int i = 0; i < kVectors; ++i) {
    I32x16 mask;
    LoadParameter<kPerColumn>(mask, masks, base + 16 * i);
    LoadVector(values[i], x + 16 * i);
    Operand::Combine(values[i], mask);
    negated[i] = I32x16{};
  }
  for (int32_t t = 0; t < block->count; ++t, thresholds += columns) {
    for (int i = 0; i < kVectors; ++i) {
      typename Operand::Vector threshold;
      LoadParameter<kPerColumn>(threshold, thresholds, base + 16 * i);
      I32x16 lanes;
      Operand::Reaches(lanes, values[i], threshold);
      negated[i] += lanes;
    }
  }
}

// The same by binary search in each column; rows of thresholds have 2^s - 1 elements.
template <typename Operand>
QCRT_INLINE void SearchBlock(const qcrt_threshold_block* block, int64_t channel,
                             const typename Operand::Element* x, int64_t base, int64_t valid,
                             I32x16* negated) {
  using Element = typename Operand::Element;
  const int32_t* masks = At<int32_t>(block, block->masks_at);
  const Element* thresholds = At<Element>(block, block->thresholds_at);
  int32_t counts[kBlock] = {};
  for (int64_t c = 0; c < valid; ++c) {
    const int64_t column = block->per_column ? base + c : channel;
    const Element* row = thresholds + column * block->stride;
    const Element value = Operand::CombineOne(x[c], masks[column]);
    int32_t reached = 0;
    for (int32_t half = (block->stride + 1) / 2; half > 0; half /= 2) {
      // Arithmetic instead of a branch that no predictor could learn.
      reached += half & -static_cast<int32_t>(Operand::ReachesOne(value, row[reached + half - 1]));
    }
    counts[c] = -reached;
  }
  memcpy(negated, counts, sizeof(counts));
}

// Columns base to base + valid - 1 of a row, behind which whatever is harmless to compare.
QCRT_INLINE const float* LoadOperand(const qcrt_threshold_block*, const void* row, int64_t base,
                                     int64_t valid, float* tail) {
  const float* from = static_cast<const float*>(row) + base;
  if (valid == kBlock) return from;
  memcpy(tail, from, static_cast<size_t>(valid) * sizeof(float));
  return tail;
}

QCRT_INLINE const int32_t* LoadOperand(const qcrt_threshold_block* block, const void* row,
                                       int64_t base, int64_t valid, int32_t* tail) {
  if (block->in_layout == QCRT_INT32 && valid == kBlock) {
    return static_cast<const int32_t*>(row) + base;
  }
  LoadIntegers(block->in_layout, row, base, valid, 1, tail);
  return tail;
}

template <typename Operand, bool kPerColumn>
void ThresholdRow(const qcrt_threshold_block* block, int64_t channel, const void* x, void* out) {
  using Element = typename Operand::Element;
  const bool one_bit = block->out.layout == QCRT_PLANES && block->out.planes == 1 &&
                       block->count == 1 && block->identity && !block->by_column;
  const int32_t first = static_cast<int32_t>(block->first);
  const int32_t delta = static_cast<int32_t>(block->delta);
  for (int64_t base = 0; base < block->n; base += kBlock) {
    const int64_t valid = block->n - base < kBlock ? block->n - base : kBlock;
    Element tail[kBlock] = {};
    const Element* from = LoadOperand(block, x, base, valid, tail);
    I32x16 lanes[kVectors];
    if (block->by_column) {
      SearchBlock<Operand>(block, channel, from, base, valid, lanes);
    } else {
      CountBlock<Operand, kPerColumn>(block, channel, from, base, lanes);
    }
    if (one_bit) {
      static_cast<uint64_t*>(out)[base / 64] = BitsOfLanes(lanes) & FirstBits(valid);
      continue;
    }
    for (int i = 0; i < kVectors; ++i) lanes[i] = first - delta * lanes[i];
    StoreBlock(block->out, lanes, out, block->n, base);
  }
}

template <typename Operand>
void ThresholdRows(const qcrt_threshold_block* block, const void* x, int64_t x_stride, void* out,
                   int64_t rows) {
  const int64_t out_stride = RowBytes(block->out, block->n);
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(x) + r * x_stride;
    char* result = static_cast<char*>(out) + r * out_stride;
    if (block->per_column) {
      ThresholdRow<Operand, true>(block, 0, row, result);
    } else {
      const int64_t channel = block->row_channels ? r % block->row_channels : 0;
      ThresholdRow<Operand, false>(block, channel, row, result);
    }
  }
}

void Threshold(const qcrt_threshold_block* block, const void* x, void* out, int64_t rows) {
  if (block->operand == QCRT_X_INT64 || MayLeave32Bits(block->out.layout)) {
    qcrt_threshold_scalar(block, x, out, rows);
  } else if (block->operand == QCRT_X_INT32) {
    const qcrt_format in = {block->in_layout, 0, 0, 1};
    ThresholdRows<IntegerOperand>(block, x, RowBytes(in, block->n), out, rows);
  } else {
    ThresholdRows<FloatOperand>(block, x, block->n * 4, out, rows);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_THRESHOLD_INL_H_
