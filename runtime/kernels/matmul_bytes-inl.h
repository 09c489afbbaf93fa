// Products of bytes: unsigned activations, signed weights, sixteen outputs side by side in 32-bit
// lanes, each lane holding four neighbouring k.
#ifndef QCOMPILE_RUNTIME_KERNELS_MATMUL_BYTES_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_MATMUL_BYTES_INL_H_

#include "runtime/kernels/vectors-inl.h"

namespace {

// Outputs of one tile, and bytes of one group of four k of a tile.
constexpr int kByteLanes = 16;
constexpr int64_t kGroupBytes = 64;

QCRT_INLINE int32_t FourBytes(const uint8_t* acts, int64_t group) {
  int32_t four;
  memcpy(&four, acts + 4 * group, sizeof(four));
  return four;
}

#if defined(__AVX512VNNI__)

constexpr int kByteTilesAtOnce = 4;

// Adds the products of `groups` groups of k to the sums of kTiles tiles. The weights of
// consecutive tiles are tile_stride bytes apart.
template <int kTiles>
QCRT_INLINE void AddBytes(const int8_t* weights, int64_t tile_stride, const uint8_t* acts,
                          int64_t groups, bool pairs_fit, int32_t* out) {
  // A sum of its own for every second, third, ... group where there are few tiles: the latency of
  // one chain of additions would bind.
  constexpr int kChains = kTiles >= 4 ? 1 : 4 / kTiles;
  __m512i sums[kChains][kTiles];
  for (int t = 0; t < kTiles; ++t) {
    sums[0][t] = _mm512_loadu_si512(out + t * kByteLanes);
    for (int c = 1; c < kChains; ++c) sums[c][t] = _mm512_setzero_si512();
  }
  int64_t g = 0;
  for (; g + kChains <= groups; g += kChains) {
    for (int c = 0; c < kChains; ++c) {
      const __m512i four = _mm512_set1_epi32(FourBytes(acts, g + c));
      for (int t = 0; t < kTiles; ++t) {
        const int8_t* weight = weights + t * tile_stride + (g + c) * kGroupBytes;
        sums[c][t] = _mm512_dpbusd_epi32(sums[c][t], four, _mm512_loadu_si512(weight));
      }
    }
  }
  for (; g < groups; ++g) {
    const __m512i four = _mm512_set1_epi32(FourBytes(acts, g));
    for (int t = 0; t < kTiles; ++t) {
      const int8_t* weight = weights + t * tile_stride + g * kGroupBytes;
      sums[0][t] = _mm512_dpbusd_epi32(sums[0][t], four, _mm512_loadu_si512(weight));
    }
  }
  for (int t = 0; t < kTiles; ++t) {
    for (int c = 1; c < kChains; ++c) sums[0][t] = _mm512_add_epi32(sums[0][t], sums[c][t]);
    _mm512_storeu_si512(out + t * kByteLanes, sums[0][t]);
  }
}

#elif defined(__AVX2__)

constexpr int kByteTilesAtOnce = 2;

template <int kTiles, bool kPairsFit>
QCRT_INLINE void AddByteGroups(const int8_t* weights, int64_t tile_stride, const uint8_t* acts,
                               int64_t groups, __m256i (&sums)[kTiles][2]) {
  const __m256i ones = _mm256_set1_epi16(1);
  const __m256i low = _mm256_set1_epi16(0x00ff);
  for (int64_t g = 0; g < groups; ++g) {
    const __m256i four = _mm256_set1_epi32(FourBytes(acts, g));
    const __m256i even_acts = _mm256_and_si256(four, low);
    const __m256i odd_acts = _mm256_srli_epi16(four, 8);
    for (int t = 0; t < kTiles; ++t) {
      for (int h = 0; h < 2; ++h) {
        const __m256i weight = _mm256_loadu_si256(
            reinterpret_cast<const __m256i*>(weights + t * tile_stride + g * kGroupBytes + 32 * h));
        __m256i products;
        if (kPairsFit) {
          products = _mm256_madd_epi16(_mm256_maddubs_epi16(four, weight), ones);
        } else {
          // vpmaddubsw would saturate: multiply even and odd bytes in 16 bits instead.
          const __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(weight, 8), 8);
          const __m256i odd = _mm256_srai_epi16(weight, 8);
          products = _mm256_add_epi32(_mm256_madd_epi16(even_acts, even),
                                      _mm256_madd_epi16(odd_acts, odd));
        }
        sums[t][h] = _mm256_add_epi32(sums[t][h], products);
      }
    }
  }
}

template <int kTiles>
QCRT_INLINE void AddBytes(const int8_t* weights, int64_t tile_stride, const uint8_t* acts,
                          int64_t groups, bool pairs_fit, int32_t* out) {
  __m256i sums[kTiles][2];
  memcpy(&sums, out, sizeof(sums));
  if (pairs_fit) {
    AddByteGroups<kTiles, true>(weights, tile_stride, acts, groups, sums);
  } else {
    AddByteGroups<kTiles, false>(weights, tile_stride, acts, groups, sums);
  }
  memcpy(out, &sums, sizeof(sums));
}

#elif defined(__SSE2__)

constexpr int kByteTilesAtOnce = 1;

// Without an instruction for bytes: even and odd bytes in 16 bits.
template <int kTiles>
QCRT_INLINE void AddBytes(const int8_t* weights, int64_t tile_stride, const uint8_t* acts,
                          int64_t groups, bool pairs_fit, int32_t* out) {
  const __m128i low = _mm_set1_epi16(0x00ff);
  __m128i sums[4];
  memcpy(&sums, out, sizeof(sums));
  for (int64_t g = 0; g < groups; ++g) {
    const __m128i four = _mm_set1_epi32(FourBytes(acts, g));
    const __m128i even_acts = _mm_and_si128(four, low);
    const __m128i odd_acts = _mm_srli_epi16(four, 8);
    for (int q = 0; q < 4; ++q) {
      const __m128i weight =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + g * kGroupBytes + 16 * q));
      const __m128i even = _mm_srai_epi16(_mm_slli_epi16(weight, 8), 8);
      const __m128i odd = _mm_srai_epi16(weight, 8);
      sums[q] = _mm_add_epi32(sums[q], _mm_madd_epi16(even_acts, even));
      sums[q] = _mm_add_epi32(sums[q], _mm_madd_epi16(odd_acts, odd));
    }
  }
  memcpy(out, &sums, sizeof(sums));
}

#else

constexpr int kByteTilesAtOnce = 1;

template <int kTiles>
QCRT_INLINE void AddBytes(const int8_t* weights, int64_t tile_stride, const uint8_t* acts,
                          int64_t groups, bool pairs_fit, int32_t* out) {
  for (int64_t g = 0; g < groups; ++g) {
    const uint8_t* four = acts + 4 * g;
    const int8_t* weight = weights + g * kGroupBytes;
    for (int m = 0; m < kByteLanes; ++m) {
      out[m] += four[0] * weight[4 * m] + four[1] * weight[4 * m + 1] +
                four[2] * weight[4 * m + 2] + four[3] * weight[4 * m + 3];
    }
  }
}

#endif

void MatmulBytes(const qcrt_matmul_block* block, const uint8_t* acts, int32_t* out, int64_t rows) {
  const int64_t groups = RoundUp(block->k, 4) / 4;
  const int64_t tile_stride = groups * kGroupBytes;
  const int64_t tiles = RoundUp(block->n, kByteLanes) / kByteLanes;
  const int64_t out_stride = RoundUp(block->n, kBlock);
  const bool fit = block->pairs_fit != 0;
  for (int64_t r = 0; r < rows; ++r) {
    const int8_t* weights = At<int8_t>(block, block->weights_at);
    memcpy(out, At<int32_t>(block, block->initial_at),
           static_cast<size_t>(out_stride) * sizeof(int32_t));
    int64_t tile = 0;
    for (; tile + kByteTilesAtOnce <= tiles; tile += kByteTilesAtOnce) {
      AddBytes<kByteTilesAtOnce>(weights + tile * tile_stride, tile_stride, acts, groups, fit,
                                 out + tile * kByteLanes);
    }
    for (; tile < tiles; ++tile) {
      AddBytes<1>(weights + tile * tile_stride, tile_stride, acts, groups, fit,
                  out + tile * kByteLanes);
    }
    acts += RoundUp(block->k, kBlock);
    out += out_stride;
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_MATMUL_BYTES_INL_H_
