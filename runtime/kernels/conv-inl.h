// Convolutions: windows become rows, rows become sums, sums become codes, one tile of positions
// after the other so that what lies between stays in the processor's near caches.
#ifndef QCOMPILE_RUNTIME_KERNELS_CONV_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_CONV_INL_H_

#include "runtime/kernels/lanes-inl.h"
#include "runtime/kernels/matmul-inl.h"
#include "runtime/kernels/quantize-inl.h"
#include "runtime/kernels/requantize-inl.h"
#include "runtime/kernels/threshold-inl.h"
#include "runtime/kernels/window.h"

namespace {

struct ConvScratch {
  char* gathered;
  char* rows;
  char* group_sums;
  char* sums;
};

// --- Gathering --------------------------------------------------------------------------------

// Runs of bytes; the common lengths without a call.
QCRT_INLINE void CopyRun(char* to, const char* from, int64_t bytes) {
  switch (bytes) {
    case 1:
      *to = *from;
      return;
    case 8:
      memcpy(to, from, 8);
      return;
    case 16:
      memcpy(to, from, 16);
      return;
    case 64:
      memcpy(to, from, 64);
      return;
    default:
      memcpy(to, from, static_cast<size_t>(bytes));
  }
}

// The windows of `count` positions as dense rows of k containers. `in` is the first element of the
// group.
void GatherContainers(const qcrt_conv_block* block, WindowWalker walker, const char* in,
                      int64_t count, char* rows) {
  const qcrt_window& window = block->window;
  const int64_t element = ContainerBytes(block->in.layout);
  const int64_t* offsets = At<int64_t>(block, window.offsets_at);
  const int64_t run = window.run * element;
  for (int64_t p = 0; p < count; ++p, walker.Advance()) {
    const char* from = in + walker.origin() * element;
    for (int64_t r = 0; r < window.runs; ++r, rows += run) {
      CopyRun(rows, from + offsets[r] * element, run);
    }
  }
}

// The same in planes: elements come in whole words, a pixel's planes one after the other.
void GatherPlanes(const qcrt_conv_block* block, WindowWalker walker, const uint64_t* in,
                  int64_t count, uint64_t* rows) {
  const qcrt_window& window = block->window;
  const int64_t planes = block->in.planes;
  const int64_t* offsets = At<int64_t>(block, window.offsets_at);
  const int64_t run = window.run / 64, row = block->k / 64;
  for (int64_t p = 0; p < count; ++p, walker.Advance(), rows += planes * row) {
    const uint64_t* from = in + walker.origin() / 64 * planes;
    for (int64_t r = 0; r < window.runs; ++r) {
      const uint64_t* pixel = from + offsets[r] / 64 * planes;
      for (int64_t plane = 0; plane < planes; ++plane) {
        for (int64_t w = 0; w < run; ++w) {
          rows[plane * row + r * run + w] = pixel[plane * run + w];
        }
      }
    }
  }
}

// Whether the windows lie in the input as they would be gathered.
QCRT_INLINE bool IsGathered(const qcrt_conv_block* block) {
  const qcrt_window& window = block->window;
  return window.runs == 1 && window.rank == 1 && window.strides[0] == block->k;
}

const void* GatherRows(const qcrt_conv_block* block, const WindowWalker& walker, const char* in,
                       int64_t count, const ConvScratch& scratch) {
  if (block->in.layout == QCRT_PLANES) {
    if (IsGathered(block)) return in + walker.origin() / 64 * block->in.planes * 8;
    GatherPlanes(block, walker, reinterpret_cast<const uint64_t*>(in), count,
                 reinterpret_cast<uint64_t*>(scratch.rows));
    return scratch.rows;
  }
  const char* gathered = in + walker.origin() * ContainerBytes(block->in.layout);
  if (!IsGathered(block)) {
    GatherContainers(block, walker, in, count, scratch.gathered);
    gathered = scratch.gathered;
  }
  ConvertRows(block->in, gathered, block->rows, scratch.rows, count, block->k);
  return scratch.rows;
}

// --- Sums -------------------------------------------------------------------------------------

// Sums of products of a tile: one matrix per group, whose sums move to their columns.
void SumProducts(const qcrt_conv_block* block, const WindowWalker& walker, const char* in,
                 int64_t count, const ConvScratch& scratch) {
  const int64_t per_group = block->channels / block->groups;
  const int64_t element = block->sums.layout == QCRT_INT32 ? 4 : 8;
  const int64_t from_stride = RowBytes(block->sums, per_group);
  const int64_t to_stride = RowBytes(block->sums, block->channels);
  const int64_t group_bytes = block->group_offset * ContainerBytes(block->in.layout);
  for (int64_t g = 0; g < block->groups; ++g) {
    const void* rows = GatherRows(block, walker, in + g * group_bytes, count, scratch);
    const qcrt_matmul_block* product =
        At<qcrt_matmul_block>(block, block->products_at + g * block->product_size);
    if (block->groups == 1) return Matmul(product, rows, scratch.sums, count);
    Matmul(product, rows, scratch.group_sums, count);
    for (int64_t p = 0; p < count; ++p) {
      memcpy(scratch.sums + p * to_stride + g * per_group * element,
             scratch.group_sums + p * from_stride, static_cast<size_t>(per_group * element));
    }
  }
}

// One block of channels of one position: every channel's own sum over the runs.
template <typename T, typename Sum, bool kWeighted>
QCRT_INLINE void SumChannelBlock(const T* in, const int64_t* offsets, int64_t runs,
                                 const Sum* weights, int64_t weight_stride, int64_t count,
                                 Sum* out) {
  Sum sums[kBlock] = {};
  for (int64_t r = 0; r < runs; ++r, weights += kWeighted ? weight_stride : 0) {
    const T* x = in + offsets[r];
    if (count == kBlock) {
      for (int c = 0; c < kBlock; ++c) {
        sums[c] += static_cast<Sum>(x[c]) * (kWeighted ? weights[c] : Sum{1});
      }
    } else {
      for (int64_t c = 0; c < count; ++c) {
        sums[c] += static_cast<Sum>(x[c]) * (kWeighted ? weights[c] : Sum{1});
      }
    }
  }
  memcpy(out, sums, static_cast<size_t>(count) * sizeof(Sum));
}

template <typename T, typename Sum, bool kWeighted>
void SumChannelsOf(const qcrt_conv_block* block, WindowWalker walker, const T* in, int64_t count,
                   Sum* sums) {
  const int64_t* offsets = At<int64_t>(block, block->window.offsets_at);
  const int64_t padded = RoundUp(block->channels, kBlock);
  const int64_t stride = RowBytes(block->sums, block->channels) / static_cast<int64_t>(sizeof(Sum));
  const Sum* weights = kWeighted ? At<Sum>(block, block->weights_at) : nullptr;
  for (int64_t p = 0; p < count; ++p, walker.Advance(), sums += stride) {
    for (int64_t base = 0; base < block->channels; base += kBlock) {
      const int64_t rest = block->channels - base;
      SumChannelBlock<T, Sum, kWeighted>(in + walker.origin() + base, offsets, block->window.runs,
                                         kWeighted ? weights + base : nullptr, padded,
                                         rest < kBlock ? rest : kBlock, sums + base);
    }
  }
}

template <typename T>
void SumChannelsTyped(const qcrt_conv_block* block, const WindowWalker& walker, const void* in,
                      int64_t count, void* sums) {
  const T* from = static_cast<const T*>(in);
  if (block->sums.layout == QCRT_INT64) {
    int64_t* to = static_cast<int64_t*>(sums);
    return block->weights_at ? SumChannelsOf<T, int64_t, true>(block, walker, from, count, to)
                             : SumChannelsOf<T, int64_t, false>(block, walker, from, count, to);
  }
  int32_t* to = static_cast<int32_t*>(sums);
  return block->weights_at ? SumChannelsOf<T, int32_t, true>(block, walker, from, count, to)
                           : SumChannelsOf<T, int32_t, false>(block, walker, from, count, to);
}

void SumChannels(const qcrt_conv_block* block, const WindowWalker& walker, const void* in,
                 int64_t count, void* sums) {
  switch (block->in.layout) {
    case QCRT_DENSE_INT8:
      return SumChannelsTyped<int8_t>(block, walker, in, count, sums);
    case QCRT_DENSE_UINT8:
      return SumChannelsTyped<uint8_t>(block, walker, in, count, sums);
    case QCRT_DENSE_INT16:
      return SumChannelsTyped<int16_t>(block, walker, in, count, sums);
    case QCRT_DENSE_UINT16:
      return SumChannelsTyped<uint16_t>(block, walker, in, count, sums);
    case QCRT_DENSE_INT32:
      return SumChannelsTyped<int32_t>(block, walker, in, count, sums);
    case QCRT_DENSE_UINT32:
      return SumChannelsTyped<uint32_t>(block, walker, in, count, sums);
    default:
      return SumChannelsTyped<int64_t>(block, walker, in, count, sums);
  }
}

// --- The whole convolution --------------------------------------------------------------------

void FinishTile(const qcrt_conv_block* block, const void* sums, void* out, int64_t count) {
  switch (block->then) {
    case QCRT_THEN_THRESHOLD:
      return Threshold(At<qcrt_threshold_block>(block, block->then_at), sums, out, count);
    case QCRT_THEN_REQUANTIZE:
      return Requantize(At<qcrt_requantize_block>(block, block->then_at), sums, out, count);
    case QCRT_THEN_DEQUANTIZE:
      return Dequantize(At<qcrt_dequantize_block>(block, block->then_at), sums,
                        static_cast<float*>(out), count);
    default:
      return ConvertRows(block->sums, sums, block->out, out, count, block->channels);
  }
}

void Conv(const qcrt_conv_block* block, const void* in, void* out, void* scratch) {
  char* base = static_cast<char*>(scratch);
  const ConvScratch parts = {base + block->gathered_at, base + block->rows_at,
                             base + block->group_sums_at, base + block->sums_at};
  const int64_t positions = CountPositions(block->window);
  const int64_t out_stride = block->then == QCRT_THEN_DEQUANTIZE
                                 ? block->channels * static_cast<int64_t>(sizeof(float))
                                 : RowBytes(block->out, block->channels);
  char* to = static_cast<char*>(out);
  WindowWalker walker(block->window);
  for (int64_t first = 0; first < positions; first += block->tile) {
    const int64_t rest = positions - first;
    const int64_t count = rest < block->tile ? rest : block->tile;
    if (block->kind == QCRT_SUM_PRODUCTS) {
      SumProducts(block, walker, static_cast<const char*>(in), count, parts);
    } else {
      SumChannels(block, walker, in, count, parts.sums);
    }
    FinishTile(block, parts.sums, to + first * out_stride, count);
    for (int64_t p = 0; p < count; ++p) walker.Advance();
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_CONV_INL_H_
