// Multiply, add, shift, round, clamp.
#ifndef QCOMPILE_RUNTIME_KERNELS_REQUANTIZE_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_REQUANTIZE_INL_H_

#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/lanes-inl.h"

namespace {

// round(v / 2^shift). Rounding goes through floor(v / 2^shift) after an addition that depends on
// the mode and, for modes that are symmetric about zero, on the sign. Magnitudes stay below a
// quarter of what Lane holds, and so does 2^shift.
template <int kRounding, typename Lane>
QCRT_INLINE Lane RoundShifted(Lane v, int shift) {
  const Lane one = Lane{1} << shift, half = one >> 1;
  const Lane negative = v < 0 ? Lane{-1} : Lane{0};
  switch (kRounding) {
    case QCRT_FLOOR:
      return v >> shift;
    case QCRT_CEIL:
      return (v + one - 1) >> shift;
    case QCRT_UP:  // away from zero: up for positive numbers, down for negative ones
      return (v + ((one - 1) & ~negative)) >> shift;
    case QCRT_DOWN:
      return (v + ((one - 1) & negative)) >> shift;
    case QCRT_HALF_UP:  // ties away from zero
      return shift == 0 ? v : (v + half + negative) >> shift;
    case QCRT_HALF_DOWN:
      return shift == 0 ? v : (v + half - 1 - negative) >> shift;
    default:  // ties to even: what an odd number below the tie needs, an even one does not
      return shift == 0 ? v : (v + half - 1 + (v >> shift & 1)) >> shift;
  }
}

template <int kRounding, typename Lane>
void RequantizeRow(const qcrt_requantize_block* block, int64_t channel, const void* x, void* out) {
  const Lane* multipliers = At<Lane>(block, block->multipliers_at) + channel;
  const Lane* offsets = At<Lane>(block, block->offsets_at) + channel;
  const Lane low = static_cast<Lane>(block->low), high = static_cast<Lane>(block->high);
  for (int64_t base = 0; base < block->n; base += kBlock) {
    const int64_t count = block->n - base < kBlock ? block->n - base : kBlock;
    Lane lanes[kBlock] = {};
    LoadIntegers(block->in_layout, x, base, count, 1, lanes);
    // Whole vectors: parameters are padded, and what is computed behind the row is not stored.
    const int64_t width = RoundUp(count, 16);
    if (block->per_column) {
      for (int64_t i = 0; i < width; ++i) {
        lanes[i] = lanes[i] * multipliers[base + i] + offsets[base + i];
      }
    } else {
      for (int64_t i = 0; i < width; ++i) lanes[i] = lanes[i] * multipliers[0] + offsets[0];
    }
    for (int64_t i = 0; i < width; ++i) {
      const Lane rounded = RoundShifted<kRounding>(lanes[i], block->shift);
      lanes[i] = rounded < low ? low : rounded > high ? high : rounded;
    }
    StoreCodes(block->out, lanes, out, block->n, base, count);
  }
}

template <int kRounding>
void RequantizeRows(const qcrt_requantize_block* block, const char* x, char* out, int64_t rows) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  const int64_t in_stride = RowBytes(in, block->n), out_stride = RowBytes(block->out, block->n);
  for (int64_t r = 0; r < rows; ++r, x += in_stride, out += out_stride) {
    const int64_t channel = block->row_channels ? r % block->row_channels : 0;
    if (block->wide) {
      RequantizeRow<kRounding, int64_t>(block, channel, x, out);
    } else {
      RequantizeRow<kRounding, int32_t>(block, channel, x, out);
    }
  }
}

void Requantize(const qcrt_requantize_block* block, const void* x, void* out, int64_t rows) {
  const char* from = static_cast<const char*>(x);
  char* to = static_cast<char*>(out);
  switch (block->rounding) {
    case QCRT_CEIL:
      return RequantizeRows<QCRT_CEIL>(block, from, to, rows);
    case QCRT_FLOOR:
      return RequantizeRows<QCRT_FLOOR>(block, from, to, rows);
    case QCRT_UP:
      return RequantizeRows<QCRT_UP>(block, from, to, rows);
    case QCRT_DOWN:
      return RequantizeRows<QCRT_DOWN>(block, from, to, rows);
    case QCRT_HALF_UP:
      return RequantizeRows<QCRT_HALF_UP>(block, from, to, rows);
    case QCRT_HALF_DOWN:
      return RequantizeRows<QCRT_HALF_DOWN>(block, from, to, rows);
    default:
      return RequantizeRows<QCRT_ROUND>(block, from, to, rows);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_REQUANTIZE_INL_H_
