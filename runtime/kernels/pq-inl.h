// Products by product quantization. Bytes go a tile of rows at a time: the rows are the lanes of
// the search and of the table look-ups, which are byte shuffles.
#ifndef QCOMPILE_RUNTIME_KERNELS_PQ_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_PQ_INL_H_

#include "runtime/kernels/lanes-inl.h"
#include "runtime/kernels/pq_kernels.h"

namespace {

// Sub-spaces whose positions are held at once, and whose bytes a 16-bit sum takes.
constexpr int64_t kPqSpaces = 256;

#if defined(__AVX2__)

// The widest vectors of the tier: 32-bit lanes for the search, bytes for the look-ups.
#if defined(__AVX512BW__)
using PqVector = __m512i;
QCRT_INLINE PqVector PqSplat(int32_t v) { return _mm512_set1_epi32(v); }
QCRT_INLINE PqVector PqLoad(const void* from) { return _mm512_load_si512(from); }
QCRT_INLINE void PqStore(void* to, PqVector v) { _mm512_store_si512(to, v); }
QCRT_INLINE PqVector PqMin(PqVector a, PqVector b) { return _mm512_min_epi32(a, b); }
QCRT_INLINE PqVector PqAddPairs(PqVector sum, PqVector a, PqVector b) {
  return _mm512_dpwssd_epi32(sum, a, b);
}
QCRT_INLINE PqVector PqLookUp(const uint8_t* table, PqVector positions) {
  const __m128i entries = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(entries), positions);
}
QCRT_INLINE PqVector PqEven(PqVector v) { return _mm512_and_si512(v, _mm512_set1_epi16(0xFF)); }
QCRT_INLINE PqVector PqOdd(PqVector v) { return _mm512_srli_epi16(v, 8); }
QCRT_INLINE PqVector PqAdd16(PqVector a, PqVector b) { return _mm512_add_epi16(a, b); }
#else
using PqVector = __m256i;
QCRT_INLINE PqVector PqSplat(int32_t v) { return _mm256_set1_epi32(v); }
QCRT_INLINE PqVector PqLoad(const void* from) {
  return _mm256_load_si256(static_cast<const __m256i*>(from));
}
QCRT_INLINE void PqStore(void* to, PqVector v) { _mm256_store_si256(static_cast<__m256i*>(to), v); }
QCRT_INLINE PqVector PqMin(PqVector a, PqVector b) { return _mm256_min_epi32(a, b); }
QCRT_INLINE PqVector PqAddPairs(PqVector sum, PqVector a, PqVector b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
QCRT_INLINE PqVector PqLookUp(const uint8_t* table, PqVector positions) {
  const __m128i entries = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(entries), positions);
}
QCRT_INLINE PqVector PqEven(PqVector v) { return _mm256_and_si256(v, _mm256_set1_epi16(0xFF)); }
QCRT_INLINE PqVector PqOdd(PqVector v) { return _mm256_srli_epi16(v, 8); }
QCRT_INLINE PqVector PqAdd16(PqVector a, PqVector b) { return _mm256_add_epi16(a, b); }
#endif

constexpr int kPqRows = sizeof(PqVector);  // rows of a tile: one byte of a vector each
constexpr int kPqLanes = sizeof(PqVector) / 4;
constexpr int kPqSearches = kPqRows / kPqLanes;
constexpr int kPqWords = 4;  // longer sub-vectors have another kernel
constexpr int64_t kPqOutputs = 16;

// Four bytes of each row of a tile from element `at` on; what lies behind the padded row reads as
// zero. A row that is not there is the last one again.
QCRT_INLINE void LoadPqWords(const uint8_t* x, int64_t stride, int64_t at, int64_t rows,
                             uint32_t* words) {
  const int64_t behind = at + 4 - stride;
  const uint8_t* from = x + (behind > 0 ? stride - 4 : at);
  for (int64_t r = 0; r < kPqRows; ++r) {
    memcpy(words + r, from, sizeof(*words));
    from += r + 1 < rows ? stride : 0;
  }
  for (int64_t r = 0; behind > 0 && r < kPqRows; ++r) {
    words[r] = behind < 4 ? words[r] >> (8 * behind) : 0;
  }
}

// Positions of the nearest prototypes of a sub-space for a tile of rows.
template <int kWords>
QCRT_INLINE void FindNearestOfTile(const qcrt_pq_block* block, const uint8_t* x, int64_t stride,
                                   int64_t space, int64_t rows, uint8_t* nearest) {
  const int16_t* pairs =
      At<int16_t>(block, block->prototypes_at) + space * kWords * 4 * QCRT_PQ_PROTOTYPES;
  const int32_t* offsets = At<int32_t>(block, block->offsets_at) + space * QCRT_PQ_PROTOTYPES;
  alignas(64) uint32_t words[kWords][kPqRows];
  for (int w = 0; w < kWords; ++w) {
    LoadPqWords(x, stride, space * block->length + 4 * w, rows, words[w]);
  }
  PqVector even[kWords][kPqSearches], odd[kWords][kPqSearches], best[kPqSearches];
  for (int w = 0; w < kWords; ++w) {
    for (int v = 0; v < kPqSearches; ++v) {
      const PqVector bytes = PqLoad(words[w] + v * kPqLanes);
      even[w][v] = PqEven(bytes);
      odd[w][v] = PqOdd(bytes);
    }
  }
  for (int v = 0; v < kPqSearches; ++v) best[v] = PqSplat(INT32_MAX);
  for (int p = 0; p < QCRT_PQ_PROTOTYPES; ++p) {
    PqVector scores[kPqSearches];
    for (int v = 0; v < kPqSearches; ++v) scores[v] = PqSplat(offsets[p]);
    for (int w = 0; w < kWords; ++w) {
      int32_t first, second;
      memcpy(&first, pairs + (w * 4) * QCRT_PQ_PROTOTYPES + 2 * p, sizeof(first));
      memcpy(&second, pairs + (w * 4 + 2) * QCRT_PQ_PROTOTYPES + 2 * p, sizeof(second));
      for (int v = 0; v < kPqSearches; ++v) {
        scores[v] = PqAddPairs(scores[v], even[w][v], PqSplat(first));
        scores[v] = PqAddPairs(scores[v], odd[w][v], PqSplat(second));
      }
    }
    for (int v = 0; v < kPqSearches; ++v) best[v] = PqMin(best[v], scores[v]);
  }
  alignas(64) int32_t found[kPqRows];
  for (int v = 0; v < kPqSearches; ++v) PqStore(found + v * kPqLanes, best[v]);
  for (int r = 0; r < kPqRows; ++r) {
    nearest[r] = static_cast<uint8_t>(found[r] & (QCRT_PQ_PROTOTYPES - 1));
  }
}

// Sums of table entries of `spaces` sub-spaces, for one output and a tile of rows.
QCRT_INLINE void AddTileTables(const uint8_t* table, const uint8_t* nearest, int64_t spaces,
                               uint16_t* sums) {
  PqVector even = PqSplat(0), odd = PqSplat(0);
  for (int64_t s = 0; s < spaces; ++s) {
    const PqVector values = PqLookUp(table + s * QCRT_PQ_PROTOTYPES, PqLoad(nearest + s * kPqRows));
    even = PqAdd16(even, PqEven(values));
    odd = PqAdd16(odd, PqOdd(values));
  }
  alignas(64) uint16_t lanes[2][kPqRows / 2];
  PqStore(lanes[0], even);
  PqStore(lanes[1], odd);
  for (int i = 0; i < kPqRows / 2; ++i) {
    sums[2 * i] = lanes[0][i];
    sums[2 * i + 1] = lanes[1][i];
  }
}

template <int kWords>
void PqTiles(const qcrt_pq_block* block, const uint8_t* x, int32_t* out, int64_t rows) {
  const int64_t in_stride = RoundUp(block->k, 64), out_stride = RoundUp(block->n, 64);
  const int64_t table_stride = block->spaces * QCRT_PQ_PROTOTYPES;
  alignas(64) uint8_t nearest[kPqSpaces * kPqRows];
  for (int64_t row = 0; row < rows; row += kPqRows) {
    const int64_t count = rows - row < kPqRows ? rows - row : kPqRows;
    for (int64_t first = 0; first < block->spaces; first += kPqSpaces) {
      const int64_t rest = block->spaces - first;
      const int64_t spaces = rest < kPqSpaces ? rest : kPqSpaces;
      for (int64_t s = 0; s < spaces; ++s) {
        FindNearestOfTile<kWords>(block, x + row * in_stride, in_stride, first + s, count,
                                  nearest + s * kPqRows);
      }
      const uint8_t* table = At<uint8_t>(block, block->tables_at) + first * QCRT_PQ_PROTOTYPES;
      const int32_t base = static_cast<int32_t>(block->low * spaces);
      for (int64_t m = 0; m < block->n; m += kPqOutputs) {
        const int64_t outputs = block->n - m < kPqOutputs ? block->n - m : kPqOutputs;
        uint16_t sums[kPqOutputs][kPqRows];
        for (int64_t j = 0; j < outputs; ++j) {
          AddTileTables(table + (m + j) * table_stride, nearest, spaces, sums[j]);
        }
        for (int64_t r = 0; r < count; ++r) {
          int32_t* to = out + (row + r) * out_stride + m;
          for (int64_t j = 0; j < outputs; ++j) {
            to[j] = (first == 0 ? 0 : to[j]) + base + sums[j][r];
          }
        }
      }
    }
  }
}

void PqBytes(const qcrt_pq_block* block, const uint8_t* x, int32_t* out, int64_t rows) {
  switch ((block->length + 3) / 4) {
    case 1:
      return PqTiles<1>(block, x, out, rows);
    case 2:
      return PqTiles<2>(block, x, out, rows);
    case 3:
      return PqTiles<3>(block, x, out, rows);
    default:
      return PqTiles<kPqWords>(block, x, out, rows);
  }
}

#endif  // __AVX2__

// The position of the nearest prototype of a sub-space of one row of bytes.
QCRT_INLINE int64_t FindNearestOfBytes(const qcrt_pq_block* block, const uint8_t* row,
                                       int64_t stride, int64_t space) {
  const int64_t words = (block->length + 3) / 4;
  const int16_t* pairs =
      At<int16_t>(block, block->prototypes_at) + space * words * 4 * QCRT_PQ_PROTOTYPES;
  int32_t scores[QCRT_PQ_PROTOTYPES];
  memcpy(scores, At<int32_t>(block, block->offsets_at) + space * QCRT_PQ_PROTOTYPES,
         sizeof(scores));
  for (int64_t w = 0; w < words; ++w, pairs += 4 * QCRT_PQ_PROTOTYPES) {
    // Behind the padded row, where the prototypes are 0, nothing is read.
    int32_t x[4];
    for (int64_t i = 0; i < 4; ++i) {
      const int64_t at = space * block->length + 4 * w + i;
      x[i] = at < stride ? row[at] : 0;
    }
    for (int p = 0; p < QCRT_PQ_PROTOTYPES; ++p) {
      const int16_t* odd = pairs + 2 * QCRT_PQ_PROTOTYPES;
      scores[p] +=
          pairs[2 * p] * x[0] + pairs[2 * p + 1] * x[2] + odd[2 * p] * x[1] + odd[2 * p + 1] * x[3];
    }
  }
  int32_t best = scores[0];
  for (int p = 1; p < QCRT_PQ_PROTOTYPES; ++p) best = scores[p] < best ? scores[p] : best;
  return best & (QCRT_PQ_PROTOTYPES - 1);
}

void PqRows(const qcrt_pq_block* block, const uint8_t* x, int32_t* out, int64_t rows) {
  const int64_t in_stride = RoundUp(block->k, 64), out_stride = RoundUp(block->n, 64);
  const uint8_t* tables = At<uint8_t>(block, block->tables_at);
  for (int64_t r = 0; r < rows; ++r, x += in_stride, out += out_stride) {
    for (int64_t first = 0; first < block->spaces; first += kPqSpaces) {
      const int64_t rest = block->spaces - first;
      const int64_t spaces = rest < kPqSpaces ? rest : kPqSpaces;
      const uint8_t* entries[kPqSpaces];
      for (int64_t s = 0; s < spaces; ++s) {
        const int64_t nearest = FindNearestOfBytes(block, x, in_stride, first + s);
        entries[s] = tables + ((first + s) * QCRT_PQ_PROTOTYPES + nearest) * block->n;
      }
      const int32_t base = static_cast<int32_t>(block->low * spaces);
      for (int64_t m = 0; m < block->n; m += kBlock) {
        const int64_t count = block->n - m < kBlock ? block->n - m : kBlock;
        uint16_t sums[kBlock] = {};
        for (int64_t s = 0; s < spaces; ++s) {
          const uint8_t* entry = entries[s] + m;
          if (count == kBlock) {
            for (int64_t j = 0; j < kBlock; ++j)
              sums[j] = static_cast<uint16_t>(sums[j] + entry[j]);
          } else {
            for (int64_t j = 0; j < count; ++j) sums[j] = static_cast<uint16_t>(sums[j] + entry[j]);
          }
        }
        for (int64_t j = 0; j < count; ++j) {
          out[m + j] = (first == 0 ? 0 : out[m + j]) + base + sums[j];
        }
      }
    }
  }
}

// The nearest prototype of a sub-space of one row in any layout.
inline int64_t FindNearestOfAny(const qcrt_pq_block* block, const void* row, int64_t space) {
  const int64_t first = space * block->length;
  const int64_t rest = block->k - first;
  const int64_t count = rest < block->length ? rest : block->length;
  const int64_t* prototype = At<int64_t>(block, block->prototypes_at) + first * block->prototypes;
  const int64_t* offsets = At<int64_t>(block, block->offsets_at) + space * block->prototypes;
  int64_t best = 0, nearest = 0;
  for (int64_t p = 0; p < block->prototypes; ++p, prototype += block->length) {
    int64_t distance = offsets[p];
    for (int64_t at = 0; at < count; at += kBlock) {
      int64_t lanes[kBlock];
      const int64_t part = count - at < kBlock ? count - at : kBlock;
      LoadIntegers(block->in_layout, row, first + at, part, 1, lanes);
      for (int64_t l = 0; l < part; ++l) {
        const int64_t d = block->factor * lanes[l] - prototype[at + l];
        distance += block->norm == 2 ? d * d : d < 0 ? -d : d;
      }
    }
    if (p == 0 || distance < best) {
      best = distance;
      nearest = p;
    }
  }
  return nearest;
}

template <typename T>
void PqAny(const qcrt_pq_block* block, const void* x, T* out, int64_t stride, int64_t rows) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  const int64_t in_stride = RowBytes(in, block->k);
  for (int64_t r = 0; r < rows; ++r, out += stride) {
    const char* row = static_cast<const char*>(x) + r * in_stride;
    memset(out, 0, static_cast<size_t>(block->n) * sizeof(T));
    for (int64_t s = 0; s < block->spaces; ++s) {
      const int64_t entry = s * block->prototypes + FindNearestOfAny(block, row, s);
      const T* table = At<T>(block, block->tables_at) + entry * block->n;
      for (int64_t m = 0; m < block->n; ++m) out[m] += table[m];
    }
  }
}

void Pq(const qcrt_pq_block* block, const void* x, void* sums, int64_t rows) {
  if (block->kind == QCRT_PQ_ROWS) {
    PqRows(block, static_cast<const uint8_t*>(x), static_cast<int32_t*>(sums), rows);
  } else if (block->kind == QCRT_PQ_TILES) {
#if defined(__AVX2__)
    PqBytes(block, static_cast<const uint8_t*>(x), static_cast<int32_t*>(sums), rows);
#else
    qcrt_pq_scalar(block, x, sums, rows);  // without a byte shuffle there is nothing to gain
#endif
  } else if (block->table_bytes == 8) {
    PqAny(block, x, static_cast<int64_t*>(sums), block->n, rows);
  } else {
    PqAny(block, x, static_cast<int32_t*>(sums), RoundUp(block->n, 64), rows);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_PQ_INL_H_
