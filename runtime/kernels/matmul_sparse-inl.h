// Products of bytes with weights of which few are other than zero: of every sixteen neighbouring k
// an output has the same small number of weights, each with the place of its activation. A byte
// shuffle fetches the four activations of a lane, and the rest is the product of bytes
// (matmul_bytes-inl.h): a quarter of the multiplications and three eighths of the bytes where one
// weight in four is left.
#ifndef QCOMPILE_RUNTIME_KERNELS_MATMUL_SPARSE_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_MATMUL_SPARSE_INL_H_

#include "runtime/kernels/matmul_bytes-inl.h"

namespace {

// k of one chunk; bytes of a round of a tile: 64 weights, then 64 places of four bits.
constexpr int64_t kChunk = 16;
constexpr int64_t kRoundBytes = 96;

#if defined(__AVX512VNNI__)

template <int kTiles>
QCRT_INLINE void AddSparse(const uint8_t* rounds, int64_t tile_stride, const uint8_t* acts,
                           int64_t chunks, int64_t per_chunk, bool pairs_fit, int32_t* out) {
  const __m256i low = _mm256_set1_epi8(15);
  // Two chains: the latency of one chain of additions would bind.
  __m512i sums[2][kTiles];
  for (int t = 0; t < kTiles; ++t) {
    sums[0][t] = _mm512_loadu_si512(out + t * kByteLanes);
    sums[1][t] = _mm512_setzero_si512();
  }
  for (int64_t c = 0; c < chunks; ++c) {
    const __m512i chunk = _mm512_broadcast_i32x4(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(acts + c * kChunk)));
    for (int64_t r = 0; r < per_chunk; ++r, rounds += kRoundBytes) {
      for (int t = 0; t < kTiles; ++t) {
        const uint8_t* round = rounds + t * tile_stride;
        const __m256i packed = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(round + 64));
        const __m512i places =
            _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_and_si256(packed, low)),
                               _mm256_and_si256(_mm256_srli_epi16(packed, 4), low), 1);
        __m512i& sum = sums[c & 1][t];
        sum =
            _mm512_dpbusd_epi32(sum, _mm512_shuffle_epi8(chunk, places), _mm512_loadu_si512(round));
      }
    }
  }
  for (int t = 0; t < kTiles; ++t) {
    _mm512_storeu_si512(out + t * kByteLanes, _mm512_add_epi32(sums[0][t], sums[1][t]));
  }
}

#elif defined(__AVX2__)

// Four products per lane, in 32 bits; kPairsFit as in AddByteGroups.
template <bool kPairsFit>
QCRT_INLINE __m256i FourProducts(__m256i acts, __m256i weights) {
  if (kPairsFit) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(acts, weights), _mm256_set1_epi16(1));
  }
  const __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(weights, 8), 8);
  const __m256i odd = _mm256_srai_epi16(weights, 8);
  const __m256i even_acts = _mm256_and_si256(acts, _mm256_set1_epi16(0x00ff));
  return _mm256_add_epi32(_mm256_madd_epi16(even_acts, even),
                          _mm256_madd_epi16(_mm256_srli_epi16(acts, 8), odd));
}

template <int kTiles, bool kPairsFit>
QCRT_INLINE void AddSparseRounds(const uint8_t* rounds, int64_t tile_stride, const uint8_t* acts,
                                 int64_t chunks, int64_t per_chunk, __m256i (&sums)[kTiles][2]) {
  const __m256i low = _mm256_set1_epi8(15);
  for (int64_t c = 0; c < chunks; ++c) {
    const __m256i chunk = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(acts + c * kChunk)));
    for (int64_t r = 0; r < per_chunk; ++r, rounds += kRoundBytes) {
      for (int t = 0; t < kTiles; ++t) {
        const uint8_t* round = rounds + t * tile_stride;
        const __m256i packed = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(round + 64));
        for (int h = 0; h < 2; ++h) {
          const __m256i places = _mm256_and_si256(h ? _mm256_srli_epi16(packed, 4) : packed, low);
          const __m256i weights =
              _mm256_loadu_si256(reinterpret_cast<const __m256i*>(round + 32 * h));
          sums[t][h] = _mm256_add_epi32(
              sums[t][h], FourProducts<kPairsFit>(_mm256_shuffle_epi8(chunk, places), weights));
        }
      }
    }
  }
}

template <int kTiles>
QCRT_INLINE void AddSparse(const uint8_t* rounds, int64_t tile_stride, const uint8_t* acts,
                           int64_t chunks, int64_t per_chunk, bool pairs_fit, int32_t* out) {
  __m256i sums[kTiles][2];
  memcpy(&sums, out, sizeof(sums));
  if (pairs_fit) {
    AddSparseRounds<kTiles, true>(rounds, tile_stride, acts, chunks, per_chunk, sums);
  } else {
    AddSparseRounds<kTiles, false>(rounds, tile_stride, acts, chunks, per_chunk, sums);
  }
  memcpy(out, &sums, sizeof(sums));
}

#else

// Without an instruction that shuffles bytes: one product after the other.
template <int kTiles>
QCRT_INLINE void AddSparse(const uint8_t* rounds, int64_t tile_stride, const uint8_t* acts,
                           int64_t chunks, int64_t per_chunk, bool pairs_fit, int32_t* out) {
  for (int64_t c = 0; c < chunks; ++c, acts += kChunk) {
    for (int64_t r = 0; r < per_chunk; ++r, rounds += kRoundBytes) {
      const int8_t* weights = reinterpret_cast<const int8_t*>(rounds);
      const uint8_t* places = rounds + 64;
      for (int i = 0; i < 32; ++i) {
        out[i / 4] += acts[places[i] & 15] * weights[i];
        out[8 + i / 4] += acts[places[i] >> 4] * weights[32 + i];
      }
    }
  }
}

#endif

void MatmulSparse(const qcrt_matmul_block* block, const uint8_t* acts, int32_t* out, int64_t rows) {
  const int64_t chunks = RoundUp(block->k, kChunk) / kChunk;
  const int64_t tile_stride = chunks * block->rounds * kRoundBytes;
  const int64_t tiles = RoundUp(block->n, kByteLanes) / kByteLanes;
  const int64_t out_stride = RoundUp(block->n, kBlock);
  const bool fit = block->pairs_fit != 0;
  const uint8_t* weights = At<uint8_t>(block, block->weights_at);
  for (int64_t r = 0; r < rows; ++r) {
    memcpy(out, At<int32_t>(block, block->initial_at),
           static_cast<size_t>(out_stride) * sizeof(int32_t));
    int64_t tile = 0;
    for (; tile + kByteTilesAtOnce <= tiles; tile += kByteTilesAtOnce) {
      AddSparse<kByteTilesAtOnce>(weights + tile * tile_stride, tile_stride, acts, chunks,
                                  block->rounds, fit, out + tile * kByteLanes);
    }
    for (; tile < tiles; ++tile) {
      AddSparse<1>(weights + tile * tile_stride, tile_stride, acts, chunks, block->rounds, fit,
                   out + tile * kByteLanes);
    }
    acts += RoundUp(block->k, kBlock);
    out += out_stride;
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_MATMUL_SPARSE_INL_H_
