// Quantizer and dequantizer.
#ifndef QCOMPILE_RUNTIME_KERNELS_QUANTIZE_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_QUANTIZE_INL_H_

#include "runtime/kernels/scaled_rounding.h"
#include "runtime/kernels/threshold-inl.h"

namespace {

// Code ranges of the vector path: all bounds and all values between are floats far below 2^22,
// where adding kIntegerGrid rounds to an integer, half to even.
constexpr int64_t kVectorBound = int64_t{1} << 20;
constexpr float kIntegerGrid = 0x1.8p23f;

// Rounds lanes that lie between the bounds.
template <bool kHalfEven>
QCRT_INLINE void RoundLanes(int32_t rounding, const F32x16& x, I32x16& out) {
  if (kHalfEven) {
    const F32x16 rounded = (x + kIntegerGrid) - kIntegerGrid;
    out = __builtin_convertvector(rounded, I32x16);
    return;
  }
  const I32x16 bits = __builtin_bit_cast(I32x16, x);
  const I32x16 sign = bits & INT32_MIN;
  const F32x16 magnitude = __builtin_bit_cast(F32x16, bits ^ sign);
  const I32x16 below = __builtin_convertvector(magnitude, I32x16);
  const F32x16 fraction = magnitude - __builtin_convertvector(below, F32x16);  // exact
  const I32x16 negative = sign >> 31;
  I32x16 away;
  switch (rounding) {
    case QCRT_CEIL:
      away = (fraction > 0.0f) & ~negative;
      break;
    case QCRT_FLOOR:
      away = (fraction > 0.0f) & negative;
      break;
    case QCRT_UP:
      away = fraction > 0.0f;
      break;
    case QCRT_HALF_UP:
      away = fraction >= 0.5f;
      break;
    case QCRT_HALF_DOWN:
      away = fraction > 0.5f;
      break;
    default:  // QCRT_DOWN
      away = I32x16{};
  }
  const I32x16 rounded = below - away;
  out = (rounded ^ negative) - negative;
}

template <bool kPerColumn, bool kHalfEven>
void QuantizeRow(const qcrt_quantize_block* block, const float* x, void* out) {
  const float* scales = At<float>(block, block->scales_at);
  const float* zero_points = At<float>(block, block->zero_points_at);
  F32x16 low, high;
  Splat(low, static_cast<float>(block->low));
  Splat(high, static_cast<float>(block->high));
  const int32_t offset = static_cast<int32_t>(block->out.offset);
  for (int64_t base = 0; base < block->n; base += kBlock) {
    const int64_t valid = block->n - base < kBlock ? block->n - base : kBlock;
    const float* from = x + base;
    float tail[kBlock] = {};
    if (valid < kBlock) {
      memcpy(tail, from, static_cast<size_t>(valid) * sizeof(float));
      from = tail;
    }
    I32x16 stored[kVectors];
    for (int i = 0; i < kVectors; ++i) {
      F32x16 value, scale, zero_point;
      LoadVector(value, from + 16 * i);
      LoadParameter<kPerColumn>(scale, scales, base + 16 * i);
      LoadParameter<kPerColumn>(zero_point, zero_points, base + 16 * i);
      value = value / scale;
      value = value + zero_point;
      value = value >= low ? value : low;  // NaN becomes low
      value = value <= high ? value : high;
      RoundLanes<kHalfEven>(block->rounding, value, stored[i]);
      stored[i] -= offset;
    }
    StoreBlock(block->out, stored, out, block->n, base);
  }
}

template <bool kPerColumn>
void QuantizeRows(const qcrt_quantize_block* block, const float* x, void* out, int64_t rows) {
  const int64_t out_stride = RowBytes(block->out, block->n);
  for (int64_t r = 0; r < rows; ++r) {
    const float* row = x + r * block->n;
    char* result = static_cast<char*>(out) + r * out_stride;
    if (block->rounding == QCRT_ROUND) {
      QuantizeRow<kPerColumn, true>(block, row, result);
    } else {
      QuantizeRow<kPerColumn, false>(block, row, result);
    }
  }
}

void Quantize(const qcrt_quantize_block* block, const float* x, void* out, int64_t rows) {
  if (block->low < -kVectorBound || block->high > kVectorBound || block->out.layout == QCRT_INT64 ||
      block->out.multiplier != 1) {
    qcrt_quantize_scalar(block, x, out, rows);
  } else if (block->per_column) {
    QuantizeRows<true>(block, x, out, rows);
  } else {
    QuantizeRows<false>(block, x, out, rows);
  }
}

// Rounds scale * d / divisor; without a divisor the fast way.
template <bool kDivides>
void DequantizeRow(const qcrt_dequantize_block* block, const void* row, float* y) {
  const double* scales = At<double>(block, block->scales_at);
  const int64_t* zero_points = At<int64_t>(block, block->zero_points_at);
  const double* biases = At<double>(block, block->biases_at);
  for (int64_t base = 0; base < block->n; base += kBlock) {
    const int64_t count = block->n - base < kBlock ? block->n - base : kBlock;
    int64_t codes[kBlock];
    LoadIntegers(block->in_layout, row, base, count, 1, codes);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t column = block->per_column ? base + i : 0;
      const double d = static_cast<double>(codes[i] - zero_points[column]);
      y[base + i] = kDivides ? RoundQuotient(scales[column], d, block->divisor)
                             : RoundScaled(scales[column], d, biases[column]);
    }
  }
}

void Dequantize(const qcrt_dequantize_block* block, const void* codes, float* y, int64_t rows) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  const int64_t stride = RowBytes(in, block->n);
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(codes) + r * stride;
    if (block->divisor == 1) {
      DequantizeRow<false>(block, row, y + r * block->n);
    } else {
      DequantizeRow<true>(block, row, y + r * block->n);
    }
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_QUANTIZE_INL_H_
