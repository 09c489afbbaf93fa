// Searches along a dimension, and functions by table.
#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/row_codes.h"

namespace {

// One line of the searched dimension: elements first, first + stride, ...
class Line {
 public:
  Line(const void* x, int32_t layout, int64_t first, int64_t stride)
      : x_(x), format_{layout, 0, 0, 1}, first_(first), stride_(stride) {}
  int64_t operator[](int64_t i) const { return LoadStored(format_, x_, 0, first_ + i * stride_); }

 private:
  const void* x_;
  qcrt_format format_;
  int64_t first_, stride_;
};

int64_t FindLargest(const Line& line, int64_t extent, bool select_last) {
  int64_t best = 0, largest = line[0];
  for (int64_t i = 1; i < extent; ++i) {
    const int64_t value = line[i];
    if (value > largest || (select_last && value == largest)) {
      largest = value;
      best = i;
    }
  }
  return best;
}

// The position that follows (value, position) in the order of top_k, or the first one for
// position -1: needs no memory.
int64_t FindNext(const Line& line, int64_t extent, bool smallest, int64_t value, int64_t position) {
  int64_t best = -1, best_value = 0;
  for (int64_t i = 0; i < extent; ++i) {
    const int64_t candidate = line[i];
    const bool is_later = smallest ? candidate > value : candidate < value;
    if (position >= 0 && !is_later && (candidate != value || i <= position)) continue;
    const bool is_better = smallest ? candidate < best_value : candidate > best_value;
    if (best < 0 || is_better) {
      best = i;
      best_value = candidate;
    }
  }
  return best;
}

template <typename T>
void TableRow(const qcrt_table_block* block, int64_t row, const void* x, T* out) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  const T* values = At<T>(block, block->values_at);
  const int64_t row_channel = row % block->channels;
  for (int64_t c = 0; c < block->n; ++c) {
    const int64_t channel = block->per_column ? c : row_channel;
    // Unsigned: the distance between two 64-bit codes may not fit 64 bits with a sign.
    const int64_t code = LoadStored(in, x, block->n, c);
    const uint64_t distance = static_cast<uint64_t>(code) - static_cast<uint64_t>(block->low);
    const uint64_t last = static_cast<uint64_t>(block->length - 1);
    const uint64_t at = code < block->low ? 0 : distance < last ? distance : last;
    out[c] = values[channel * block->length + static_cast<int64_t>(at)];
  }
}

template <typename T>
void TableRows(const qcrt_table_block* block, const void* x, void* out, int64_t rows) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  const int64_t stride = RowBytes(in, block->n);
  for (int64_t r = 0; r < rows; ++r) {
    TableRow(block, r, static_cast<const char*>(x) + r * stride,
             static_cast<T*>(out) + r * block->n);
  }
}

}  // namespace

extern "C" {

void qcrt_arg_max(const void* x, int32_t layout, int64_t* out, int64_t outer, int64_t extent,
                  int64_t inner, int32_t select_last) {
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      const Line line(x, layout, o * extent * inner + i, inner);
      out[o * inner + i] = FindLargest(line, extent, select_last != 0);
    }
  }
}

void qcrt_top_k(const void* x, int32_t layout, void* values, int64_t* positions, int64_t outer,
                int64_t extent, int64_t inner, int64_t count, int32_t smallest) {
  const qcrt_format format = {layout, 0, 0, 1};
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      const Line line(x, layout, o * extent * inner + i, inner);
      int64_t position = -1, value = 0;
      for (int64_t k = 0; k < count; ++k) {
        position = FindNext(line, extent, smallest != 0, value, position);
        value = line[position];
        const int64_t to = (o * count + k) * inner + i;
        StoreStored(format, values, 0, to, value);
        positions[to] = position;
      }
    }
  }
}

void qcrt_table(const qcrt_table_block* block, const void* x, void* out, int64_t rows) {
  switch (block->container_bytes) {
    case 1:
      return TableRows<uint8_t>(block, x, out, rows);
    case 2:
      return TableRows<uint16_t>(block, x, out, rows);
    case 4:
      return TableRows<uint32_t>(block, x, out, rows);
    default:
      return TableRows<uint64_t>(block, x, out, rows);
  }
}

}  // extern "C"
