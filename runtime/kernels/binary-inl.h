// Weighted sums and products of two tensors of codes.
#ifndef QCOMPILE_RUNTIME_KERNELS_BINARY_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_BINARY_INL_H_

#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/lanes-inl.h"

namespace {

// Elements at once along the innermost dimension.
constexpr int64_t kBinaryChunk = 256;

// Unsigned lanes: terms may wrap around where the other term makes up for it.
template <typename Lane>
QCRT_INLINE void CombineLanes(const qcrt_binary_block* block, Lane* a, const Lane* b,
                              int64_t count) {
  if (block->operation == QCRT_CODES_MULTIPLY) {
    for (int64_t i = 0; i < count; ++i) a[i] *= b[i];
    return;
  }
  const Lane m = static_cast<Lane>(block->a_multiplier);
  const Lane n = static_cast<Lane>(block->b_multiplier);
  if (m == 1 && n == 1) {
    for (int64_t i = 0; i < count; ++i) a[i] += b[i];
    return;
  }
  for (int64_t i = 0; i < count; ++i) a[i] = m * a[i] + n * b[i];
}

template <typename Lane>
void BinaryOf(const qcrt_binary_block* block, const void* a, const void* b, void* y) {
  const int64_t inner = block->rank - 1, extent = block->extents[inner];
  const int64_t a_stride = block->a_strides[inner], b_stride = block->b_strides[inner];
  int64_t index[QCRT_MAX_RANK] = {};
  int64_t a_at = 0, b_at = 0, y_at = 0;
  while (true) {
    for (int64_t i = 0; i < extent; i += kBinaryChunk) {
      const int64_t count = extent - i < kBinaryChunk ? extent - i : kBinaryChunk;
      Lane left[kBinaryChunk], right[kBinaryChunk];
      LoadIntegers(block->a_layout, a, a_at + i * a_stride, count, a_stride, left);
      LoadIntegers(block->b_layout, b, b_at + i * b_stride, count, b_stride, right);
      CombineLanes(block, left, right, count);
      StoreIntegers(block->out_layout, left, count, y, y_at + i);
    }
    y_at += extent;
    if (!NextPair(block, inner, index, &a_at, &b_at)) return;
  }
}

void Binary(const qcrt_binary_block* block, const void* a, const void* b, void* y) {
  if (block->wide) {
    BinaryOf<uint64_t>(block, a, b, y);
  } else {
    BinaryOf<uint32_t>(block, a, b, y);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_BINARY_INL_H_
