// Scalar twins of the kernels on networks' tensors: one element at a time, straight from the
// definitions in spatial_kernels.h and elementwise_kernels.h.
#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/row_codes.h"
#include "runtime/kernels/window.h"

namespace {

qcrt_format Containers(int32_t layout) { return {layout, 0, 0, 1}; }

// Code number `element` of a tensor: planes have a row per pixel.
int64_t TensorCode(const qcrt_conv_block* block, const void* in, int64_t element) {
  if (block->in.layout != QCRT_PLANES) return LoadCode(block->in, in, 0, element);
  const int64_t channels = block->window.run;
  const char* row =
      static_cast<const char*>(in) + element / channels * RowBytes(block->in, channels);
  return LoadCode(block->in, row, channels, element % channels);
}

// Element i of the window that begins at `origin`.
int64_t WindowElement(const qcrt_conv_block* block, int64_t origin, int64_t i) {
  const int64_t* offsets = At<int64_t>(block, block->window.offsets_at);
  return origin + offsets[i / block->window.run] + i % block->window.run;
}

void SumProducts(const qcrt_conv_block* block, const void* in, int64_t origin, char* scratch) {
  const int64_t per_group = block->channels / block->groups;
  char* row = scratch + block->rows_at;
  char* group_sums = scratch + block->group_sums_at;
  for (int64_t g = 0; g < block->groups; ++g) {
    ClearRow(block->rows, row, block->k);
    for (int64_t i = 0; i < block->k; ++i) {
      const int64_t element = WindowElement(block, origin + g * block->group_offset, i);
      StoreCode(block->rows, row, block->k, i, TensorCode(block, in, element));
    }
    qcrt_matmul_scalar(At<qcrt_matmul_block>(block, block->products_at + g * block->product_size),
                       row, group_sums, 1);
    for (int64_t m = 0; m < per_group; ++m) {
      StoreStored(block->sums, scratch + block->sums_at, block->channels, g * per_group + m,
                  LoadStored(block->sums, group_sums, per_group, m));
    }
  }
}

void SumChannels(const qcrt_conv_block* block, const void* in, int64_t origin, char* scratch) {
  const int64_t* offsets = At<int64_t>(block, block->window.offsets_at);
  const int64_t padded = RoundUp(block->channels, 64);
  for (int64_t c = 0; c < block->channels; ++c) {
    int64_t sum = 0;
    for (int64_t r = 0; r < block->window.runs; ++r) {
      int64_t weight = 1;
      if (block->weights_at) {
        weight = LoadStored(block->sums, At<char>(block, block->weights_at), 0, r * padded + c);
      }
      sum += weight * LoadCode(block->in, in, 0, origin + offsets[r] + c);
    }
    StoreStored(block->sums, scratch + block->sums_at, block->channels, c, sum);
  }
}

void Finish(const qcrt_conv_block* block, const void* sums, char* out) {
  switch (block->then) {
    case QCRT_THEN_THRESHOLD:
      return qcrt_threshold_scalar(At<qcrt_threshold_block>(block, block->then_at), sums, out, 1);
    case QCRT_THEN_REQUANTIZE:
      return qcrt_requantize_scalar(At<qcrt_requantize_block>(block, block->then_at), sums, out, 1);
    case QCRT_THEN_DEQUANTIZE:
      return qcrt_dequantize_scalar(At<qcrt_dequantize_block>(block, block->then_at), sums,
                                    reinterpret_cast<float*>(out), 1);
    default:
      for (int64_t c = 0; c < block->channels; ++c) {
        StoreCode(block->out, out, block->channels, c,
                  LoadCode(block->sums, sums, block->channels, c));
      }
  }
}

// v / 2^shift rounded: the quotient towards minus infinity, and whether to go one up from there by
// what remains.
int64_t RoundQuotient(int32_t rounding, int64_t v, int shift) {
  const int64_t one = int64_t{1} << shift;
  const int64_t floor = v >> shift, rest = v - floor * one;
  const int64_t twice = 2 * rest - one;  // the sign of rest - 1/2
  switch (rounding) {
    case QCRT_CEIL:
      return floor + (rest > 0);
    case QCRT_FLOOR:
      return floor;
    case QCRT_UP:
      return floor + (rest > 0 && v > 0);
    case QCRT_DOWN:
      return floor + (rest > 0 && v < 0);
    case QCRT_HALF_UP:
      return floor + (twice > 0 || (twice == 0 && v > 0));
    case QCRT_HALF_DOWN:
      return floor + (twice > 0 || (twice == 0 && v < 0));
    default:
      return floor + (twice > 0 || (twice == 0 && floor % 2 != 0));
  }
}

// Element of an operand at the given position.
int64_t ElementAt(const int64_t* strides, const int64_t* extents, int64_t rank, int64_t position) {
  int64_t at = 0;
  for (int64_t d = rank - 1; d >= 0; --d) {
    at += position % extents[d] * strides[d];
    position /= extents[d];
  }
  return at;
}

int64_t CountElements(const int64_t* extents, int64_t rank) {
  int64_t count = 1;
  for (int64_t d = 0; d < rank; ++d) count *= extents[d];
  return count;
}

}  // namespace

extern "C" {

void qcrt_conv_scalar(const qcrt_conv_block* block, const void* in, void* out, void* scratch) {
  char* parts = static_cast<char*>(scratch);
  const int64_t out_stride = block->then == QCRT_THEN_DEQUANTIZE
                                 ? block->channels * static_cast<int64_t>(sizeof(float))
                                 : RowBytes(block->out, block->channels);
  WindowWalker walker(block->window);
  const int64_t positions = CountPositions(block->window);
  for (int64_t p = 0; p < positions; ++p, walker.Advance()) {
    if (block->kind == QCRT_SUM_PRODUCTS) {
      SumProducts(block, in, walker.origin(), parts);
    } else {
      SumChannels(block, in, walker.origin(), parts);
    }
    char* row = static_cast<char*>(out) + p * out_stride;
    if (block->then != QCRT_THEN_DEQUANTIZE) ClearRow(block->out, row, block->channels);
    Finish(block, parts + block->sums_at, row);
  }
}

void qcrt_max_pool_scalar(const qcrt_max_pool_block* block, const void* in, void* out) {
  const qcrt_format format = Containers(block->layout);
  const int64_t* offsets = At<int64_t>(block, block->window.offsets_at);
  const int64_t channels = block->window.run, positions = CountPositions(block->window);
  WindowWalker walker(block->window);
  for (int64_t p = 0; p < positions; ++p, walker.Advance()) {
    for (int64_t c = 0; c < channels; ++c) {
      int64_t largest = INT64_MIN;
      for (int64_t r = 0; r < block->window.runs; ++r) {
        const int64_t x = LoadStored(format, in, 0, walker.origin() + offsets[r] + c);
        if (x > largest) largest = x;
      }
      StoreStored(format, out, 0, p * channels + c, largest);
    }
  }
}

void qcrt_binary_scalar(const qcrt_binary_block* block, const void* a, const void* b, void* y) {
  const qcrt_format a_format = Containers(block->a_layout), b_format = Containers(block->b_layout);
  const int64_t count = CountElements(block->extents, block->rank);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t left =
        LoadStored(a_format, a, 0, ElementAt(block->a_strides, block->extents, block->rank, i));
    const int64_t right =
        LoadStored(b_format, b, 0, ElementAt(block->b_strides, block->extents, block->rank, i));
    const int64_t result = block->operation == QCRT_CODES_MULTIPLY
                               ? left * right
                               : block->a_multiplier * left + block->b_multiplier * right;
    StoreStored(Containers(block->out_layout), y, 0, i, result);
  }
}

void qcrt_product_scalar(const qcrt_product_block* block, const void* a, const void* b, void* y) {
  const qcrt_format a_format = Containers(block->a_layout), b_format = Containers(block->b_layout);
  const int64_t batches = CountElements(block->extents, block->rank);
  int64_t to = 0;
  for (int64_t i = 0; i < batches; ++i) {
    const int64_t a_at = ElementAt(block->a_strides, block->extents, block->rank, i);
    const int64_t b_at = ElementAt(block->b_strides, block->extents, block->rank, i);
    for (int64_t r = 0; r < block->rows; ++r) {
      for (int64_t m = 0; m < block->n; ++m, ++to) {
        int64_t sum = 0;
        for (int64_t k = 0; k < block->k; ++k) {
          sum += LoadStored(a_format, a, 0, a_at + r * block->k + k) *
                 LoadStored(b_format, b, 0, b_at + k * block->n + m);
        }
        StoreStored(Containers(block->out_layout), y, 0, to, sum);
      }
    }
  }
}

void qcrt_requantize_scalar(const qcrt_requantize_block* block, const void* x, void* out,
                            int64_t rows) {
  const qcrt_format in = Containers(block->in_layout);
  const qcrt_format parameters = Containers(block->wide ? QCRT_INT64 : QCRT_DENSE_INT32);
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(x) + r * RowBytes(in, block->n);
    char* result = static_cast<char*>(out) + r * RowBytes(block->out, block->n);
    const int64_t row_channel = block->row_channels ? r % block->row_channels : 0;
    ClearRow(block->out, result, block->n);
    for (int64_t c = 0; c < block->n; ++c) {
      const int64_t channel = block->per_column ? c : row_channel;
      const int64_t multiplier =
          LoadStored(parameters, At<char>(block, block->multipliers_at), 0, channel);
      const int64_t offset = LoadStored(parameters, At<char>(block, block->offsets_at), 0, channel);
      const int64_t code = RoundQuotient(
          block->rounding, multiplier * LoadStored(in, row, block->n, c) + offset, block->shift);
      StoreCode(block->out, result, block->n, c,
                code < block->low    ? block->low
                : code > block->high ? block->high
                                     : code);
    }
  }
}

}  // extern "C"
