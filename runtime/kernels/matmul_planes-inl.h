// Products of bit planes: population counts of XOR or AND, eight outputs side by side in 64-bit
// lanes, so that no sum crosses lanes.
#ifndef QCOMPILE_RUNTIME_KERNELS_MATMUL_PLANES_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_MATMUL_PLANES_INL_H_

#include "runtime/kernels/vectors-inl.h"

namespace {

typedef int32_t I32x8 __attribute__((vector_size(32)));
typedef uint64_t U64x8 __attribute__((vector_size(64)));

// Outputs of one tile.
constexpr int kLanes = 8;

#if defined(__AVX512VPOPCNTDQ__)

constexpr int kTilesAtOnce = 8;

// counts[t][a] = for each lane of tile t the bits set in (weights op plane a). `weights` is one
// plane of the first tile; `planes` the first activation plane.
template <bool kXor, int kTiles, int kActs>
QCRT_INLINE void CountTiles(const uint64_t* weights, int64_t tile_stride, const uint64_t* planes,
                            int64_t words, U64x8 (&counts)[kTiles][kActs]) {
  __m512i sums[kTiles][kActs];
  for (auto& tile : sums) {
    for (__m512i& sum : tile) sum = _mm512_setzero_si512();
  }
  for (int64_t w = 0; w < words; ++w) {
    __m512i acts[kActs];
    for (int a = 0; a < kActs; ++a) {
      acts[a] = _mm512_set1_epi64(static_cast<int64_t>(planes[a * words + w]));
    }
    for (int t = 0; t < kTiles; ++t) {
      const __m512i weight = _mm512_loadu_si512(weights + t * tile_stride + w * kLanes);
      for (int a = 0; a < kActs; ++a) {
        const __m512i bits =
            kXor ? _mm512_xor_si512(weight, acts[a]) : _mm512_and_si512(weight, acts[a]);
        sums[t][a] = _mm512_add_epi64(sums[t][a], _mm512_popcnt_epi64(bits));
      }
    }
  }
  memcpy(&counts, &sums, sizeof(counts));
}

#elif defined(__AVX2__)

constexpr int kTilesAtOnce = 2;

// Bytes count up to 8 bits a word and must not pass 255.
constexpr int64_t kWordsPerFlush = 31;

template <bool kXor, int kTiles, int kActs>
QCRT_INLINE void CountTiles(const uint64_t* weights, int64_t tile_stride, const uint64_t* planes,
                            int64_t words, U64x8 (&counts)[kTiles][kActs]) {
  const __m256i low = _mm256_set1_epi8(0x0f);
  const __m256i bits_of_nibble =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                       0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  __m256i sums[kTiles][kActs][2] = {};
  for (int64_t begin = 0; begin < words; begin += kWordsPerFlush) {
    const int64_t end = begin + kWordsPerFlush < words ? begin + kWordsPerFlush : words;
    __m256i bytes[kTiles][kActs][2] = {};
    for (int64_t w = begin; w < end; ++w) {
      for (int t = 0; t < kTiles; ++t) {
        const __m256i* weight =
            reinterpret_cast<const __m256i*>(weights + t * tile_stride + w * kLanes);
        for (int a = 0; a < kActs; ++a) {
          const __m256i act = _mm256_set1_epi64x(static_cast<int64_t>(planes[a * words + w]));
          for (int h = 0; h < 2; ++h) {
            const __m256i value = _mm256_loadu_si256(weight + h);
            const __m256i bits = kXor ? _mm256_xor_si256(value, act) : _mm256_and_si256(value, act);
            const __m256i first = _mm256_and_si256(bits, low);
            const __m256i second = _mm256_and_si256(_mm256_srli_epi16(bits, 4), low);
            const __m256i count = _mm256_add_epi8(_mm256_shuffle_epi8(bits_of_nibble, first),
                                                  _mm256_shuffle_epi8(bits_of_nibble, second));
            bytes[t][a][h] = _mm256_add_epi8(bytes[t][a][h], count);
          }
        }
      }
    }
    for (int t = 0; t < kTiles; ++t) {
      for (int a = 0; a < kActs; ++a) {
        for (int h = 0; h < 2; ++h) {
          const __m256i sum = _mm256_sad_epu8(bytes[t][a][h], _mm256_setzero_si256());
          sums[t][a][h] = _mm256_add_epi64(sums[t][a][h], sum);
        }
      }
    }
  }
  memcpy(&counts, &sums, sizeof(counts));
}

#else

constexpr int kTilesAtOnce = 1;

template <bool kXor, int kTiles, int kActs>
QCRT_INLINE void CountTiles(const uint64_t* weights, int64_t tile_stride, const uint64_t* planes,
                            int64_t words, U64x8 (&counts)[kTiles][kActs]) {
  for (int t = 0; t < kTiles; ++t) {
    for (int a = 0; a < kActs; ++a) counts[t][a] = U64x8{};
    for (int64_t w = 0; w < words; ++w) {
      U64x8 weight;
      LoadVector(weight, weights + t * tile_stride + w * kLanes);
      for (int a = 0; a < kActs; ++a) {
        // The classic tree of partial sums: 2, 4, 8 bits, then all bytes by shifted additions.
        U64x8 bits = kXor ? weight ^ planes[a * words + w] : weight & planes[a * words + w];
        bits -= (bits >> 1) & 0x5555555555555555;
        bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333);
        bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0f;
        bits += bits >> 8;
        bits += bits >> 16;
        bits += bits >> 32;
        counts[t][a] += bits & 0x7f;
      }
    }
  }
}

#endif

// Adds the counts of one weight plane with kActs activation planes to the accumulators.
template <bool kXor, int kTiles, int kActs>
QCRT_INLINE void AddPlane(const uint64_t* weights, int64_t tile_stride, const uint64_t* planes,
                          int64_t words, const int32_t* coefficients, I32x8 (&sums)[kTiles]) {
  U64x8 counts[kTiles][kActs];
  CountTiles<kXor, kTiles, kActs>(weights, tile_stride, planes, words, counts);
  for (int t = 0; t < kTiles; ++t) {
    for (int a = 0; a < kActs; ++a) {
      sums[t] += __builtin_convertvector(counts[t][a], I32x8) * coefficients[a];
    }
  }
}

template <bool kXor, int kTiles>
void PlanesTiles(const qcrt_matmul_block* block, const uint64_t* acts, int64_t tile, int32_t* out) {
  // With two activation planes each weight is loaded once for both; half the tiles fit then.
  constexpr int kHalf = kTiles > 1 ? kTiles / 2 : 1;
  const int64_t words = PlaneWords(block->k);
  const int64_t tile_stride = block->weight_planes * words * kLanes;
  const uint64_t* weights = At<uint64_t>(block, block->weights_at) + tile * tile_stride;
  I32x8 sums[kTiles];
  memcpy(&sums, At<int32_t>(block, block->initial_at) + tile * kLanes, sizeof(sums));
  for (int i = 0; i < block->weight_planes; ++i, weights += words * kLanes) {
    const int32_t* coefficients = block->coefficients + i * block->act_planes;
    int a = 0;
    for (; a + 2 <= block->act_planes; a += 2) {
      for (int t = 0; t < kTiles; t += kHalf) {
        I32x8 part[kHalf];
        memcpy(&part, sums + t, sizeof(part));
        AddPlane<kXor, kHalf, 2>(weights + t * tile_stride, tile_stride, acts + a * words, words,
                                 coefficients + a, part);
        memcpy(sums + t, &part, sizeof(part));
      }
    }
    if (a < block->act_planes) {
      AddPlane<kXor, kTiles, 1>(weights, tile_stride, acts + a * words, words, coefficients + a,
                                sums);
    }
  }
  memcpy(out + tile * kLanes, &sums, sizeof(sums));
}

template <bool kXor>
void MatmulPlanes(const qcrt_matmul_block* block, const uint64_t* acts, int32_t* out,
                  int64_t rows) {
  const int64_t act_stride = block->act_planes * PlaneWords(block->k);
  const int64_t tiles = RoundUp(block->n, kLanes) / kLanes;
  for (int64_t r = 0; r < rows; ++r) {
    int64_t tile = 0;
    for (; tile + kTilesAtOnce <= tiles; tile += kTilesAtOnce) {
      PlanesTiles<kXor, kTilesAtOnce>(block, acts, tile, out);
    }
    if (kTilesAtOnce > 2) {
      for (; tile + 2 <= tiles; tile += 2) PlanesTiles<kXor, 2>(block, acts, tile, out);
    }
    for (; tile < tiles; ++tile) PlanesTiles<kXor, 1>(block, acts, tile, out);
    acts += act_stride;
    out += RoundUp(block->n, kBlock);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_MATMUL_PLANES_INL_H_
