// Scalar twin of qcrt_pq.
#include "runtime/kernels/pq_kernels.h"
#include "runtime/kernels/row_codes.h"

namespace {

int64_t FindNearest(const qcrt_pq_block* block, const void* row, int64_t space) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  const int64_t* prototype =
      At<int64_t>(block, block->prototypes_at) + space * block->prototypes * block->length;
  const int64_t* offsets = At<int64_t>(block, block->offsets_at) + space * block->prototypes;
  int64_t best = 0, nearest = 0;
  for (int64_t p = 0; p < block->prototypes; ++p, prototype += block->length) {
    int64_t distance = offsets[p];
    for (int64_t l = 0; l < block->length && space * block->length + l < block->k; ++l) {
      const int64_t x = LoadStored(in, row, block->k, space * block->length + l);
      const int64_t d = block->factor * x - prototype[l];
      distance += block->norm == 2 ? d * d : d < 0 ? -d : d;
    }
    if (p == 0 || distance < best) {
      best = distance;
      nearest = p;
    }
  }
  return nearest;
}

int64_t FindNearestOfBytes(const qcrt_pq_block* block, const uint8_t* row, int64_t space) {
  const int64_t words = (block->length + 3) / 4;
  const int16_t* prototypes =
      At<int16_t>(block, block->prototypes_at) + space * words * 4 * QCRT_PQ_PROTOTYPES;
  const int32_t* offsets = At<int32_t>(block, block->offsets_at) + space * QCRT_PQ_PROTOTYPES;
  int32_t best = 0;
  for (int p = 0; p < QCRT_PQ_PROTOTYPES; ++p) {
    int32_t score = offsets[p];
    for (int64_t l = 0; l < block->length && space * block->length + l < block->k; ++l) {
      // [word][odd][prototype][half]
      const int64_t at = (l / 4 * 2 + l % 2) * 2 * QCRT_PQ_PROTOTYPES + 2 * p + l % 4 / 2;
      score += prototypes[at] * row[space * block->length + l];
    }
    if (p == 0 || score < best) best = score;
  }
  return best & (QCRT_PQ_PROTOTYPES - 1);
}

template <typename T>
void AddRow(const qcrt_pq_block* block, const void* row, T* sums) {
  for (int64_t m = 0; m < block->n; ++m) sums[m] = 0;
  for (int64_t s = 0; s < block->spaces; ++s) {
    const int64_t entry = s * block->prototypes + FindNearest(block, row, s);
    const T* table = At<T>(block, block->tables_at) + entry * block->n;
    for (int64_t m = 0; m < block->n; ++m) sums[m] += table[m];
  }
}

void AddByteRow(const qcrt_pq_block* block, const uint8_t* row, int32_t* sums) {
  for (int64_t m = 0; m < block->n; ++m) sums[m] = 0;
  for (int64_t s = 0; s < block->spaces; ++s) {
    const int64_t nearest = FindNearestOfBytes(block, row, s);
    const uint8_t* tables = At<uint8_t>(block, block->tables_at);
    for (int64_t m = 0; m < block->n; ++m) {
      const int64_t at = block->kind == QCRT_PQ_TILES
                             ? (m * block->spaces + s) * QCRT_PQ_PROTOTYPES + nearest
                             : (s * QCRT_PQ_PROTOTYPES + nearest) * block->n + m;
      sums[m] += tables[at] + static_cast<int32_t>(block->low);
    }
  }
}

}  // namespace

extern "C" void qcrt_pq_scalar(const qcrt_pq_block* block, const void* x, void* sums,
                               int64_t rows) {
  const bool bytes = block->kind != QCRT_PQ_ANY;
  const qcrt_format in = {bytes ? int32_t{QCRT_BYTES} : block->in_layout, 0, 0, 1};
  const qcrt_format out = {block->table_bytes == 8 ? QCRT_INT64 : QCRT_INT32, 0, 0, 1};
  const int64_t in_stride = RowBytes(in, block->k), out_stride = RowBytes(out, block->n);
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(x) + r * in_stride;
    char* to = static_cast<char*>(sums) + r * out_stride;
    if (bytes) {
      AddByteRow(block, reinterpret_cast<const uint8_t*>(row), reinterpret_cast<int32_t*>(to));
    } else if (block->table_bytes == 8) {
      AddRow(block, row, reinterpret_cast<int64_t*>(to));
    } else {
      AddRow(block, row, reinterpret_cast<int32_t*>(to));
    }
  }
}
