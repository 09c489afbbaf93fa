// The largest element of every window, channel by channel.
#ifndef QCOMPILE_RUNTIME_KERNELS_POOL_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_POOL_INL_H_

#include "runtime/kernels/vectors-inl.h"
#include "runtime/kernels/window.h"

namespace {

template <typename T>
void MaxPoolOf(const qcrt_max_pool_block* block, const T* in, T* out) {
  const qcrt_window& window = block->window;
  const int64_t* offsets = At<int64_t>(block, window.offsets_at);
  const int64_t channels = window.run, positions = CountPositions(window);
  WindowWalker walker(window);
  for (int64_t p = 0; p < positions; ++p, walker.Advance(), out += channels) {
    const T* from = in + walker.origin();
    memcpy(out, from + offsets[0], static_cast<size_t>(channels) * sizeof(T));
    for (int64_t r = 1; r < window.runs; ++r) {
      const T* x = from + offsets[r];
      for (int64_t c = 0; c < channels; ++c) out[c] = x[c] > out[c] ? x[c] : out[c];
    }
  }
}

void MaxPool(const qcrt_max_pool_block* block, const void* in, void* out) {
  switch (block->layout) {
    case QCRT_DENSE_INT8:
      return MaxPoolOf(block, static_cast<const int8_t*>(in), static_cast<int8_t*>(out));
    case QCRT_DENSE_UINT8:
      return MaxPoolOf(block, static_cast<const uint8_t*>(in), static_cast<uint8_t*>(out));
    case QCRT_DENSE_INT16:
      return MaxPoolOf(block, static_cast<const int16_t*>(in), static_cast<int16_t*>(out));
    case QCRT_DENSE_UINT16:
      return MaxPoolOf(block, static_cast<const uint16_t*>(in), static_cast<uint16_t*>(out));
    case QCRT_DENSE_INT32:
      return MaxPoolOf(block, static_cast<const int32_t*>(in), static_cast<int32_t*>(out));
    case QCRT_DENSE_UINT32:
      return MaxPoolOf(block, static_cast<const uint32_t*>(in), static_cast<uint32_t*>(out));
    default:
      return MaxPoolOf(block, static_cast<const int64_t*>(in), static_cast<int64_t*>(out));
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_POOL_INL_H_
