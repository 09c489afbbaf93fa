// Scalar twins of the kernels: one element at a time, straight from the definitions in kernels.h.
#include <math.h>

#include "runtime/kernels/circulant_kernels.h"
#include "runtime/kernels/kernels.h"
#include "runtime/kernels/row_codes.h"
#include "runtime/kernels/scaled_rounding.h"

namespace {

// Weight (k, m) as the block stores it: plane `plane` of planar weights, else the whole weight.
int64_t StoredWeight(const qcrt_matmul_block* block, int64_t k, int64_t m, int plane) {
  switch (block->kind) {
    case QCRT_MATMUL_XOR:
    case QCRT_MATMUL_AND: {
      const int64_t words = PlaneWords(block->k);
      const int64_t at = ((m / 8 * block->weight_planes + plane) * words + k / 64) * 8 + m % 8;
      return At<uint64_t>(block, block->weights_at)[at] >> (k % 64) & 1;
    }
    case QCRT_MATMUL_BYTES: {
      const int64_t groups = RoundUp(block->k, 4) / 4;
      const int64_t at = ((m / 16 * groups + k / 4) * 16 + m % 16) * 4 + k % 4;
      return At<int8_t>(block, block->weights_at)[at];
    }
    case QCRT_MATMUL_SPARSE: {
      const int64_t chunks = RoundUp(block->k, 16) / 16;
      const uint8_t* rounds =
          At<uint8_t>(block, block->weights_at) + (m / 16 * chunks + k / 16) * block->rounds * 96;
      int64_t weight = 0;
      for (int64_t i = 0; i < 4 * block->rounds; ++i) {
        const uint8_t* round = rounds + i / 4 * 96;
        const int64_t at = m % 16 * 4 + i % 4;
        const int place = at < 32 ? round[64 + at] & 15 : round[64 + at - 32] >> 4;
        if (place == k % 16) weight += static_cast<int8_t>(round[at]);
      }
      return weight;
    }
    case QCRT_MATMUL_CIRCULANT: {
      const auto* circulant = At<qcrt_circulant_block>(block, block->weights_at);
      const int64_t b = circulant->block;
      const int64_t vector = m / b * circulant->columns + k / b;
      return At<int8_t>(circulant, circulant->vectors_at)[vector * b + (m % b - k % b + b) % b];
    }
    default:
      return At<int64_t>(block, block->weights_at)[m * block->k + k];
  }
}

int64_t PlanesDot(const qcrt_matmul_block* block, const void* row, int64_t m) {
  const qcrt_format format = {QCRT_PLANES, block->act_planes, 0, 1};
  int64_t sum = At<int32_t>(block, block->initial_at)[m];
  for (int64_t k = 0; k < block->k; ++k) {
    const int64_t u = LoadStored(format, row, block->k, k);
    for (int i = 0; i < block->weight_planes; ++i) {
      const int64_t weight = StoredWeight(block, k, m, i);
      for (int j = 0; j < block->act_planes; ++j) {
        const int64_t bit = u >> j & 1;
        const int64_t product = block->kind == QCRT_MATMUL_XOR ? weight ^ bit : weight & bit;
        sum += block->coefficients[i * block->act_planes + j] * product;
      }
    }
  }
  return sum;
}

int64_t Dot(const qcrt_matmul_block* block, const void* row, int64_t m) {
  if (block->kind == QCRT_MATMUL_XOR || block->kind == QCRT_MATMUL_AND) {
    return PlanesDot(block, row, m);
  }
  const bool wide = block->kind == QCRT_MATMUL_WIDE;
  const qcrt_format format = {wide ? QCRT_INT64 : QCRT_BYTES, 0, 0, 1};
  int64_t sum = wide ? 0 : At<int32_t>(block, block->initial_at)[m];
  for (int64_t k = 0; k < block->k; ++k) {
    sum += LoadStored(format, row, block->k, k) * StoredWeight(block, k, m, 0);
  }
  return sum;
}

// Whether element c of a row of `channel` reaches threshold t of its column.
bool Reaches(const qcrt_threshold_block* block, const void* row, int64_t channel, int64_t c,
             int64_t t) {
  const int64_t column = block->per_column ? c : channel;
  const int64_t columns = block->per_column ? RoundUp(block->n, 64) : 1;
  const bool by_column = block->by_column || block->row_channels;
  const int64_t at = by_column ? column * block->stride + t : t * columns + column;
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  switch (block->operand) {
    case QCRT_X_INT32: {
      const int32_t x = static_cast<int32_t>(LoadStored(in, row, block->n, c));
      const int32_t mask = At<int32_t>(block, block->masks_at)[column];
      return (x ^ mask) > At<int32_t>(block, block->thresholds_at)[at];
    }
    case QCRT_X_INT64: {
      const int64_t x = LoadStored(in, row, block->n, c);
      const int64_t mask = At<int64_t>(block, block->masks_at)[column];
      return (x ^ mask) >= At<int64_t>(block, block->thresholds_at)[at];
    }
    default: {
      const float x = static_cast<const float*>(row)[c];
      const bool negated = At<int32_t>(block, block->masks_at)[column] != 0;
      return (negated ? -x : x) >= At<float>(block, block->thresholds_at)[at];
    }
  }
}

int64_t XBytes(const qcrt_threshold_block* block) {
  if (block->operand == QCRT_X_FLOAT32) return block->n * 4;
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  return RowBytes(in, block->n);
}

// `x` is finite and clamped to the code range.
double RoundBy(int32_t rounding, double x) {
  const double below = floor(x);
  const double fraction = x - below;  // exact: x came from a float
  const bool negative = x < 0;
  switch (rounding) {
    case QCRT_CEIL:
      return ceil(x);
    case QCRT_FLOOR:
      return below;
    case QCRT_UP:
      return negative ? below : ceil(x);
    case QCRT_DOWN:
      return negative ? ceil(x) : below;
    case QCRT_HALF_UP:
      return fraction > 0.5 || (fraction == 0.5 && !negative) ? below + 1 : below;
    case QCRT_HALF_DOWN:
      return fraction > 0.5 || (fraction == 0.5 && negative) ? below + 1 : below;
    default:
      if (fraction != 0.5) return fraction > 0.5 ? below + 1 : below;
      return fmod(below, 2) == 0 ? below : below + 1;
  }
}

int64_t QuantizeOne(const qcrt_quantize_block* block, float x, int64_t column) {
  const float quotient = x / At<float>(block, block->scales_at)[column];
  const float shifted = quotient + At<float>(block, block->zero_points_at)[column];
  // The bounds are at most 48 bits wide, so that double holds them.
  if (!(shifted >= static_cast<double>(block->low))) return block->low;
  if (shifted >= static_cast<double>(block->high)) return block->high;
  return static_cast<int64_t>(RoundBy(block->rounding, shifted));
}

}  // namespace

extern "C" {

void qcrt_matmul_scalar(const qcrt_matmul_block* block, const void* activations, void* accumulators,
                        int64_t rows) {
  const bool wide = block->kind == QCRT_MATMUL_WIDE;
  const bool bytes = block->kind == QCRT_MATMUL_BYTES || block->kind == QCRT_MATMUL_SPARSE ||
                     block->kind == QCRT_MATMUL_CIRCULANT;
  const qcrt_format in = {wide    ? QCRT_INT64
                          : bytes ? QCRT_BYTES
                                  : QCRT_PLANES,
                          block->act_planes, 0, 1};
  const qcrt_format out = {wide ? QCRT_INT64 : QCRT_INT32, 0, 0, 1};
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(activations) + r * RowBytes(in, block->k);
    char* result = static_cast<char*>(accumulators) + r * RowBytes(out, block->n);
    for (int64_t m = 0; m < block->n; ++m) {
      StoreStored(out, result, block->n, m, Dot(block, row, m));
    }
  }
}

void qcrt_threshold_scalar(const qcrt_threshold_block* block, const void* x, void* out,
                           int64_t rows) {
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(x) + r * XBytes(block);
    const int64_t channel = block->row_channels ? r % block->row_channels : 0;
    char* result = static_cast<char*>(out) + r * RowBytes(block->out, block->n);
    ClearRow(block->out, result, block->n);
    for (int64_t c = 0; c < block->n; ++c) {
      int64_t reached = 0;
      for (int64_t t = 0; t < block->count; ++t) reached += Reaches(block, row, channel, c, t);
      StoreStored(block->out, result, block->n, c, block->first + block->delta * reached);
    }
  }
}

void qcrt_quantize_scalar(const qcrt_quantize_block* block, const float* x, void* out,
                          int64_t rows) {
  for (int64_t r = 0; r < rows; ++r) {
    char* result = static_cast<char*>(out) + r * RowBytes(block->out, block->n);
    ClearRow(block->out, result, block->n);
    for (int64_t c = 0; c < block->n; ++c) {
      const int64_t code = QuantizeOne(block, x[r * block->n + c], block->per_column ? c : 0);
      StoreCode(block->out, result, block->n, c, code);
    }
  }
}

void qcrt_dequantize_scalar(const qcrt_dequantize_block* block, const void* codes, float* y,
                            int64_t rows) {
  const qcrt_format in = {block->in_layout, 0, 0, 1};
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(codes) + r * RowBytes(in, block->n);
    for (int64_t c = 0; c < block->n; ++c) {
      const int64_t column = block->per_column ? c : 0;
      const int64_t distance =
          LoadStored(in, row, block->n, c) - At<int64_t>(block, block->zero_points_at)[column];
      const double scale = At<double>(block, block->scales_at)[column];
      const double d = static_cast<double>(distance);
      y[r * block->n + c] =
          block->divisor == 1
              ? RoundScaledExactly(scale, d, At<double>(block, block->biases_at)[column])
              : RoundQuotient(scale, d, block->divisor);
    }
  }
}

}  // extern "C"
