// Products with block-circulant weights (circulant_kernels.h): blocks are the lanes, 16 bits each.
#ifndef QCOMPILE_RUNTIME_KERNELS_MATMUL_CIRCULANT_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_MATMUL_CIRCULANT_INL_H_

#include "runtime/kernels/circulant_kernels.h"
#include "runtime/kernels/vectors-inl.h"

namespace {

typedef int16_t I16x16 __attribute__((vector_size(32)));

constexpr int kCirculantLanes = QCRT_CIRCULANT_LANES;

// --- Arithmetic modulo a prime ----------------------------------------------------------------

// The high halves of sixteen products.
QCRT_INLINE void MultiplyHigh(const I16x16& a, const I16x16& b, I16x16& high) {
#if defined(__AVX2__)
  high = reinterpret_cast<I16x16>(
      _mm256_mulhi_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  __m128i x[2], y[2];
  memcpy(x, &a, sizeof(x));
  memcpy(y, &b, sizeof(y));
  for (int h = 0; h < 2; ++h) x[h] = _mm_mulhi_epi16(x[h], y[h]);
  memcpy(&high, x, sizeof(x));
#else
  for (int i = 0; i < kCirculantLanes; ++i) high[i] = static_cast<int16_t>((a[i] * b[i]) >> 16);
#endif
}

// A factor in all lanes.
struct Factor {
  I16x16 high, low;
};

QCRT_INLINE void SplatFactor(const int16_t* factor, Factor& f) {
  Splat(f.high, factor[0]);
  Splat(f.low, factor[1]);
}

// `x` times the factor, modulo the prime.
QCRT_INLINE void MultiplyBy(const Factor& f, const I16x16& prime, I16x16& x) {
  I16x16 high, rest;
  MultiplyHigh(x, f.high, high);
  const I16x16 low =
      reinterpret_cast<I16x16>(reinterpret_cast<U16x16>(x) * reinterpret_cast<U16x16>(f.low));
  MultiplyHigh(low, prime, rest);
  x = high - rest;
}

// 32-bit sums modulo the prime, of magnitude below twice the prime. The quotient is off by at most
// one.
QCRT_INLINE void ReduceSums(float inverse, int32_t prime, I32x16& sums) {
  const F32x16 quotient = __builtin_convertvector(sums, F32x16) * inverse;
  sums -= __builtin_convertvector(quotient, I32x16) * prime;
}

// --- Transforms -------------------------------------------------------------------------------

// The first level splits x^m - 1: factors are 1. Each of two parts has `part` elements, of all
// blocks.
QCRT_INLINE void SplitFirstPair(const int16_t* from, int64_t part, int16_t* x) {
  for (int64_t i = 0; i < part; i += kCirculantLanes) {
    I16x16 u, v;
    LoadVector(u, from + i);
    LoadVector(v, from + part + i);
    const I16x16 sum = u + v, difference = u - v;
    memcpy(x + i, &sum, sizeof(sum));
    memcpy(x + part + i, &difference, sizeof(difference));
  }
}

// Each of `nodes` polynomials into two.
template <bool kReduce>
QCRT_INLINE void SplitPairs(const int16_t* factors, int16_t prime, const int16_t* one,
                            int64_t nodes, int64_t part, int16_t* x) {
  I16x16 p;
  Splat(p, prime);
  Factor unit, f;
  SplatFactor(one, unit);
  for (int64_t node = 0; node < nodes; ++node, x += 2 * part, factors += 2) {
    SplatFactor(factors, f);
    for (int64_t i = 0; i < part; i += kCirculantLanes) {
      I16x16 u, v;
      LoadVector(u, x + i);
      LoadVector(v, x + part + i);
      MultiplyBy(f, p, v);
      if (kReduce) MultiplyBy(unit, p, u);
      const I16x16 sum = u + v, difference = u - v;
      memcpy(x + i, &sum, sizeof(sum));
      memcpy(x + part + i, &difference, sizeof(difference));
    }
  }
}

template <bool kReduce>
QCRT_INLINE void JoinPairs(const int16_t* factors, int16_t prime, const int16_t* one, int64_t nodes,
                           int64_t part, int16_t* x) {
  I16x16 p;
  Splat(p, prime);
  Factor unit, f;
  SplatFactor(one, unit);
  for (int64_t node = 0; node < nodes; ++node, x += 2 * part, factors += 2) {
    SplatFactor(factors, f);
    for (int64_t i = 0; i < part; i += kCirculantLanes) {
      I16x16 u, v;
      LoadVector(u, x + i);
      LoadVector(v, x + part + i);
      if (kReduce) {
        MultiplyBy(unit, p, u);
        MultiplyBy(unit, p, v);
      }
      const I16x16 sum = u + v;
      I16x16 difference = u - v;
      MultiplyBy(f, p, difference);
      memcpy(x + i, &sum, sizeof(sum));
      memcpy(x + part + i, &difference, sizeof(difference));
    }
  }
}

// A level of another factor, in either direction: r parts are r sums of them times factors.
inline void MixParts(const int16_t* factors, int16_t prime, int64_t radix, int64_t nodes,
                     int64_t part, int16_t* x) {
  I16x16 p;
  Splat(p, prime);
  for (int64_t node = 0; node < nodes; ++node, x += radix * part, factors += 2 * radix * radix) {
    for (int64_t i = 0; i < part; i += kCirculantLanes) {
      I16x16 parts[QCRT_CIRCULANT_RADIX];
      for (int64_t s = 0; s < radix; ++s) LoadVector(parts[s], x + s * part + i);
      for (int64_t t = 0; t < radix; ++t) {
        I16x16 sum = {};
        for (int64_t s = 0; s < radix; ++s) {
          Factor f;
          SplatFactor(factors + 2 * (t * radix + s), f);
          I16x16 term = parts[s];
          MultiplyBy(f, p, term);
          sum += term;
        }
        memcpy(x + t * part + i, &sum, sizeof(sum));
      }
    }
  }
}

// Coefficients [b][width], as they are in the input, to remainders.
inline void SplitAll(const qcrt_circulant_block* block, const qcrt_circulant_prime& prime,
                     int64_t width, const int16_t* from, int16_t* x) {
  const int16_t* factors = At<int16_t>(block, prime.forward_at);
  const int16_t p = static_cast<int16_t>(prime.prime);
  int64_t nodes = 1, m = block->block, level = 0;
  if (m % 2 == 0) {
    m /= 2;
    SplitFirstPair(from, m * width, x);
    factors += 2;
    nodes = 2;
    level = 1;
  } else {
    memcpy(x, from, static_cast<size_t>(m * width) * sizeof(*x));
  }
  for (; m > 1; ++level) {
    const int64_t radix = qcrt_circulant_radix(m);
    m /= radix;
    if (radix != 2) {
      MixParts(factors, p, radix, nodes, m * width, x);
    } else if (prime.reduce_forward >> level & 1) {
      SplitPairs<true>(factors, p, prime.one, nodes, m * width, x);
    } else {
      SplitPairs<false>(factors, p, prime.one, nodes, m * width, x);
    }
    factors += nodes * (radix == 2 ? 2 : 2 * radix * radix);
    nodes *= radix;
  }
}

// The reverse, times b.
inline void JoinAll(const qcrt_circulant_block* block, const qcrt_circulant_prime& prime,
                    int64_t width, int16_t* x) {
  const int16_t* factors = At<int16_t>(block, prime.inverse_at);
  const int16_t p = static_cast<int16_t>(prime.prime);
  int64_t radices[16], levels = 0;
  for (int64_t m = block->block; m > 1; m /= radices[levels++]) {
    radices[levels] = qcrt_circulant_radix(m);
  }
  int64_t nodes = block->block, part = width;
  for (int64_t level = levels; level-- > 0;) {
    const int64_t radix = radices[level];
    nodes /= radix;
    if (radix != 2) {
      MixParts(factors, p, radix, nodes, part, x);
    } else if (prime.reduce_inverse >> level & 1) {
      JoinPairs<true>(factors, p, prime.one, nodes, part, x);
    } else {
      JoinPairs<false>(factors, p, prime.one, nodes, part, x);
    }
    factors += nodes * (radix == 2 ? 2 : 2 * radix * radix);
    part *= radix;
  }
}

// --- Products of remainders -------------------------------------------------------------------

#if defined(__AVX512VNNI__)

QCRT_INLINE void AddPair(int32_t two, const int16_t* weights, I32x16& sums) {
  sums = reinterpret_cast<I32x16>(_mm512_dpwssd_epi32(
      reinterpret_cast<__m512i>(sums), _mm512_set1_epi32(two), _mm512_loadu_si512(weights)));
}

#elif defined(__AVX2__)

QCRT_INLINE void AddPair(int32_t two, const int16_t* weights, I32x16& sums) {
  __m256i sum[2];
  memcpy(sum, &sums, sizeof(sum));
  for (int h = 0; h < 2; ++h) {
    const __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights + 16 * h));
    sum[h] = _mm256_add_epi32(sum[h], _mm256_madd_epi16(_mm256_set1_epi32(two), w));
  }
  memcpy(&sums, sum, sizeof(sum));
}

#elif defined(__SSE2__)

QCRT_INLINE void AddPair(int32_t two, const int16_t* weights, I32x16& sums) {
  __m128i sum[4];
  memcpy(sum, &sums, sizeof(sum));
  for (int q = 0; q < 4; ++q) {
    const __m128i w = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights + 8 * q));
    sum[q] = _mm_add_epi32(sum[q], _mm_madd_epi16(_mm_set1_epi32(two), w));
  }
  memcpy(&sums, sum, sizeof(sum));
}

#else

QCRT_INLINE void AddPair(int32_t two, const int16_t* weights, I32x16& sums) {
  int16_t x[2];
  memcpy(x, &two, sizeof(x));
  for (int i = 0; i < 16; ++i) sums[i] += x[0] * weights[2 * i] + x[1] * weights[2 * i + 1];
}

#endif

// Block rows of kTiles tiles for one remainder: several chains of additions, whose latency would
// bind otherwise.
template <int kTiles>
QCRT_INLINE void MultiplyTiles(const qcrt_circulant_prime& prime, const int16_t* weights,
                               const int16_t* x, int64_t pairs, int16_t* y) {
  const int64_t most = prime.sums / 2;
  const float inverse = 1.0f / static_cast<float>(prime.prime);
  I32x16 sums[kTiles] = {};
  for (int64_t first = 0; first < pairs; first += most) {
    const int64_t end = pairs - first < most ? pairs : first + most;
    for (int64_t j = first; j < end; ++j) {
      int32_t two;
      memcpy(&two, x + 2 * j, sizeof(two));
      for (int t = 0; t < kTiles; ++t) AddPair(two, weights + 32 * (t * pairs + j), sums[t]);
    }
    for (int t = 0; t < kTiles; ++t) ReduceSums(inverse, prime.prime, sums[t]);
  }
  for (int t = 0; t < kTiles; ++t) {
    const I16x16 narrow = __builtin_convertvector(sums[t], I16x16);
    memcpy(y + t * kCirculantLanes, &narrow, sizeof(narrow));
  }
}

// Remainders of inputs [b][width] to those of outputs [b][rows].
inline void MultiplyRemainders(const qcrt_circulant_block* block, const qcrt_circulant_prime& prime,
                               const int16_t* x, int64_t width, int64_t rows, int16_t* y) {
#if defined(__AVX2__)
  constexpr int kTiles = 4;
#else
  constexpr int kTiles = 2;
#endif
  const int64_t pairs = RoundUp(block->columns, 2) / 2, tiles = rows / kCirculantLanes;
  const int16_t* weights = At<int16_t>(block, prime.weights_at);
  for (int64_t f = 0; f < block->block; ++f, x += width, y += rows) {
    int64_t tile = 0;
    for (; tile + kTiles <= tiles; tile += kTiles, weights += kTiles * 32 * pairs) {
      MultiplyTiles<kTiles>(prime, weights, x, pairs, y + tile * kCirculantLanes);
    }
    for (; tile < tiles; ++tile, weights += 32 * pairs) {
      MultiplyTiles<1>(prime, weights, x, pairs, y + tile * kCirculantLanes);
    }
  }
}

// --- Between rows and blocks side by side -----------------------------------------------------

// Rows of bytes 0 and 1, of 2 and 3, ... of two vectors.
#define QCRT_INTERLEAVE(a, b, from)                                                                \
  __builtin_shufflevector(a, b, from, from + 16, from + 1, from + 17, from + 2, from + 18,         \
                          from + 3, from + 19, from + 4, from + 20, from + 5, from + 21, from + 6, \
                          from + 22, from + 7, from + 23)

// Eight elements each of sixteen blocks, `stride` apart, of which `blocks` are there, to
// [8][width].
QCRT_INLINE void SpreadTile(const uint8_t* from, int64_t stride, int64_t blocks, int64_t width,
                            int16_t* x) {
  U8x16 rows[16] = {};
  for (int64_t j = 0; j < blocks; ++j) memcpy(&rows[j], from + j * stride, 8);
  U8x16 pairs[8], other[8];
  for (int i = 0; i < 8; ++i) pairs[i] = QCRT_INTERLEAVE(rows[i], rows[i + 8], 0);
  // Elements 0 to 3 in the first half, 4 to 7 in the second, then each half again.
  for (int i = 0; i < 4; ++i) {
    other[i] = QCRT_INTERLEAVE(pairs[i], pairs[i + 4], 0);
    other[4 + i] = QCRT_INTERLEAVE(pairs[i], pairs[i + 4], 8);
  }
  for (int h = 0; h < 8; h += 4) {
    for (int i = 0; i < 2; ++i) {
      pairs[h + i] = QCRT_INTERLEAVE(other[h + i], other[h + i + 2], 0);
      pairs[h + 2 + i] = QCRT_INTERLEAVE(other[h + i], other[h + i + 2], 8);
    }
  }
  for (int h = 0; h < 8; h += 2) {
    other[h] = QCRT_INTERLEAVE(pairs[h], pairs[h + 1], 0);
    other[h + 1] = QCRT_INTERLEAVE(pairs[h], pairs[h + 1], 8);
  }
  for (int t = 0; t < 8; ++t) {
    const I16x16 wide = __builtin_convertvector(other[t], I16x16);
    memcpy(x + t * width, &wide, sizeof(wide));
  }
}

#undef QCRT_INTERLEAVE

// Element t of block j of a row goes to [t][j].
inline void SpreadBlocks(const uint8_t* row, int64_t k, int64_t block, int64_t width, int16_t* x) {
  if (block % 8 == 0) {
    const int64_t end = RoundUp(k, kBlock);  // padding is zero
    for (int64_t j = 0; j < width; j += kCirculantLanes) {
      for (int64_t t = 0; t < block; t += 8) {
        const int64_t first = j * block + t;
        const int64_t there = first < end ? (end - first + block - 8) / block : 0;
        SpreadTile(row + first, block, there < kCirculantLanes ? there : kCirculantLanes, width,
                   x + t * width + j);
      }
    }
    return;
  }
  memset(x, 0, static_cast<size_t>(block * width) * sizeof(*x));
  for (int64_t j = 0; j * block < k; ++j) {
    const int64_t count = k - j * block < block ? k - j * block : block;
    for (int64_t t = 0; t < count; ++t) x[t * width + j] = row[j * block + t];
  }
}

// Remainders modulo the primes to the numbers of least magnitude that have them.
QCRT_INLINE void JoinPrimes(const qcrt_circulant_block* block, const int16_t* first,
                            const int16_t* second, I32x16& y) {
  const qcrt_circulant_prime& a = block->prime[0];
  I16x16 low, p;
  Factor one;
  LoadVector(low, first);
  Splat(p, static_cast<int16_t>(a.prime));
  SplatFactor(a.one, one);
  MultiplyBy(one, p, low);
  y = __builtin_convertvector(low, I32x16);
  y += (y > a.prime / 2) * a.prime - (y < -(a.prime / 2)) * a.prime;
  if (block->primes == 1) return;
  const qcrt_circulant_prime& b = block->prime[1];
  I16x16 high;
  LoadVector(high, second);
  Splat(p, static_cast<int16_t>(b.prime));
  SplatFactor(b.one, one);
  MultiplyBy(one, p, high);
  Factor join;
  SplatFactor(b.join, join);
  high -= __builtin_convertvector(y, I16x16);
  MultiplyBy(join, p, high);
  I32x16 times = __builtin_convertvector(high, I32x16);
  times += (times > b.prime / 2) * b.prime - (times < -(b.prime / 2)) * b.prime;
  y += times * a.prime;
}

// Four sums each of sixteen blocks, `stride` apart; those at or beyond `end` are not stored.
QCRT_INLINE void GatherTile(const I32x16 (&y)[4], const int32_t* initial, int64_t at,
                            int64_t stride, int64_t end, int32_t* out) {
  // Within each quarter a square of four by four is transposed: vector c has blocks c, c + 4, ...
  const I32x16 low[2] = {
      __builtin_shufflevector(y[0], y[1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29),
      __builtin_shufflevector(y[2], y[3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13,
                              29)};
  const I32x16 high[2] = {__builtin_shufflevector(y[0], y[1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26,
                                                  11, 27, 14, 30, 15, 31),
                          __builtin_shufflevector(y[2], y[3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26,
                                                  11, 27, 14, 30, 15, 31)};
#define QCRT_FIRST_PAIRS 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define QCRT_SECOND_PAIRS 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
  const I32x16 blocks[4] = {__builtin_shufflevector(low[0], low[1], QCRT_FIRST_PAIRS),
                            __builtin_shufflevector(low[0], low[1], QCRT_SECOND_PAIRS),
                            __builtin_shufflevector(high[0], high[1], QCRT_FIRST_PAIRS),
                            __builtin_shufflevector(high[0], high[1], QCRT_SECOND_PAIRS)};
#undef QCRT_FIRST_PAIRS
#undef QCRT_SECOND_PAIRS
  typedef int32_t I32x4 __attribute__((vector_size(16)));
  I32x4 parts[4][4];
  memcpy(parts, blocks, sizeof(parts));
  for (int q = 0; q < 4; ++q) {
    for (int c = 0; c < 4; ++c, at += stride) {
      if (at >= end) return;
      I32x4 sum;
      LoadVector(sum, initial + at);
      sum += parts[c][q];
      memcpy(out + at, &sum, sizeof(sum));
    }
  }
}

// The reverse of SpreadBlocks for sums: adds the initial ones.
inline void GatherSums(const qcrt_circulant_block* block,
                       const int16_t (*sums)[QCRT_CIRCULANT_ELEMENTS], int64_t n, int64_t width,
                       const int32_t* initial, int32_t* out) {
  const int64_t b = block->block;
  for (int64_t i = 0; i < block->rows; i += kCirculantLanes) {
    int64_t t = 0;
    for (; b % 4 == 0 && t < b; t += 4) {
      I32x16 y[4];
      for (int64_t s = 0; s < 4; ++s) {
        JoinPrimes(block, sums[0] + (t + s) * width + i, sums[1] + (t + s) * width + i, y[s]);
      }
      GatherTile(y, initial, i * b + t, b, RoundUp(n, kBlock), out);
    }
    for (; t < b; ++t) {
      I32x16 y;
      JoinPrimes(block, sums[0] + t * width + i, sums[1] + t * width + i, y);
      int32_t values[kCirculantLanes];
      memcpy(values, &y, sizeof(values));
      int64_t at = i * b + t;
      for (int lane = 0; lane < kCirculantLanes && at < n; ++lane, at += b) {
        out[at] = initial[at] + values[lane];
      }
    }
  }
}

void MatmulCirculant(const qcrt_matmul_block* matmul, const uint8_t* acts, int32_t* out,
                     int64_t rows) {
  const qcrt_circulant_block* block = At<qcrt_circulant_block>(matmul, matmul->weights_at);
  const int32_t* initial = At<int32_t>(matmul, matmul->initial_at);
  const int64_t in_width = RoundUp(block->columns, kCirculantLanes);
  const int64_t out_width = RoundUp(block->rows, kCirculantLanes);
  alignas(64) int16_t inputs[QCRT_CIRCULANT_ELEMENTS], x[QCRT_CIRCULANT_ELEMENTS];
  alignas(64) int16_t sums[2][QCRT_CIRCULANT_ELEMENTS];
  for (int64_t r = 0; r < rows; ++r) {
    SpreadBlocks(acts, matmul->k, block->block, in_width, inputs);
    for (int64_t i = 0; i < block->primes; ++i) {
      const qcrt_circulant_prime& prime = block->prime[i];
      SplitAll(block, prime, in_width, inputs, x);
      MultiplyRemainders(block, prime, x, in_width, out_width, sums[i]);
      JoinAll(block, prime, out_width, sums[i]);
    }
    GatherSums(block, sums, matmul->n, out_width, initial, out);
    acts += RoundUp(matmul->k, kBlock);
    out += RoundUp(matmul->n, kBlock);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_MATMUL_CIRCULANT_INL_H_
