// Moves containers: copies between tensors of any rank, fillings, rows of a table.
#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/row_codes.h"

namespace {

// One run of copies along the innermost dimension.
template <typename T>
void CopyElements(const T* in, const int64_t* table, int64_t extent, T* out, int64_t out_stride) {
  for (int64_t i = 0; i < extent; ++i) out[i * out_stride] = in[table[i]];
}

void CopyInner(const qcrt_copy_block* block, const char* in, const int64_t* table, char* out) {
  const int64_t inner = block->rank - 1;
  const int64_t extent = block->extents[inner], stride = block->out_strides[inner];
  switch (block->element_bytes) {
    case 1:
      return CopyElements(in, table, extent, out, stride);
    case 2:
      return CopyElements(reinterpret_cast<const uint16_t*>(in), table, extent,
                          reinterpret_cast<uint16_t*>(out), stride);
    case 4:
      return CopyElements(reinterpret_cast<const uint32_t*>(in), table, extent,
                          reinterpret_cast<uint32_t*>(out), stride);
    case 8:
      return CopyElements(reinterpret_cast<const uint64_t*>(in), table, extent,
                          reinterpret_cast<uint64_t*>(out), stride);
    default:
      for (int64_t i = 0; i < extent; ++i) {
        memcpy(out + i * stride * block->element_bytes, in + table[i] * block->element_bytes,
               static_cast<size_t>(block->element_bytes));
      }
  }
}

template <typename T>
void FillOf(const T* values, T* out, int64_t outer, int64_t channels, int64_t inner) {
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t c = 0; c < channels; ++c, out += inner) {
      for (int64_t i = 0; i < inner; ++i) out[i] = values[c];
    }
  }
}

}  // namespace

extern "C" {

void qcrt_copy(const qcrt_copy_block* block, const void* in, void* out) {
  const int64_t* tables[QCRT_MAX_RANK];
  const int64_t* table = At<int64_t>(block, block->tables_at);
  for (int64_t d = 0; d < block->rank; ++d) {
    tables[d] = table;
    table += block->extents[d];
  }
  const int64_t inner = block->rank - 1;
  int64_t index[QCRT_MAX_RANK] = {};
  while (true) {
    int64_t from = 0, to = block->out_offset;
    for (int64_t d = 0; d < inner; ++d) {
      from += tables[d][index[d]];
      to += index[d] * block->out_strides[d];
    }
    CopyInner(block, static_cast<const char*>(in) + from * block->element_bytes, tables[inner],
              static_cast<char*>(out) + to * block->element_bytes);
    int64_t d = inner - 1;
    for (; d >= 0; --d) {
      if (++index[d] < block->extents[d]) break;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

void qcrt_fill(const void* values, int32_t container_bytes, void* out, int64_t outer,
               int64_t channels, int64_t inner) {
  switch (container_bytes) {
    case 1:
      return FillOf(static_cast<const uint8_t*>(values), static_cast<uint8_t*>(out), outer,
                    channels, inner);
    case 2:
      return FillOf(static_cast<const uint16_t*>(values), static_cast<uint16_t*>(out), outer,
                    channels, inner);
    case 4:
      return FillOf(static_cast<const uint32_t*>(values), static_cast<uint32_t*>(out), outer,
                    channels, inner);
    default:
      return FillOf(static_cast<const uint64_t*>(values), static_cast<uint64_t*>(out), outer,
                    channels, inner);
  }
}

int32_t qcrt_lookup(const void* indices, int32_t layout, int64_t count, const void* table,
                    int64_t table_rows, int64_t row_bytes, void* out) {
  const qcrt_format format = {layout, 0, 0, 1};
  char* to = static_cast<char*>(out);
  for (int64_t i = 0; i < count; ++i, to += row_bytes) {
    int64_t index = LoadStored(format, indices, count, i);
    if (index < 0) index += table_rows;
    if (index < 0 || index >= table_rows) return -1;
    memcpy(to, static_cast<const char*>(table) + index * row_bytes, static_cast<size_t>(row_bytes));
  }
  return 0;
}

}  // extern "C"
