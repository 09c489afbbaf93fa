/* The kernels that compiled networks call: a C interface, usable from C and from generated code.
 *
 * A kernel is a leaf function. It allocates nothing, keeps no state, takes one *parameter block*
 * (constants laid out by packing.h when the network is compiled), an input buffer and an output
 * buffer, and works on `rows` independent rows. Everything is exact: an output never depends on
 * the instruction set that the dispatcher selects.
 *
 * Layouts. The elements of one row (the innermost dimension, n elements) are stored as
 *
 *   QCRT_PLANES  bit planes. Plane p holds bit p of every element in ceil(n/64) 64-bit words,
 *                element i in bit i%64 of word i/64; a row is its planes one after the other.
 *                Bits beyond n are zero.
 *   QCRT_BYTES   one byte per element, padded with zero bytes to a multiple of 64.
 *   QCRT_INT32   one 32-bit integer per element, padded to a multiple of 64 elements. The padding
 *                holds no particular value. Values lie within +-(2^31 - 2).
 *   QCRT_INT64   one 64-bit integer per element, not padded.
 *   QCRT_DENSE_* one container of the named kind per element, not padded: how tensors look outside
 *                of a network, and inside wherever operations see more than rows.
 *
 * Planes and bytes store an element as an unsigned number u with code = offset + multiplier * u
 * (multiplier 2 for planes of bipolar codes, else 1); the other layouts store the code itself
 * (offset 0, multiplier 1). Buffers in padded layouts are
 * aligned to 64 bytes. Kernels read and write padding, and nothing beyond it. Unpadded rows
 * (floats, containers, QCRT_INT64) need no more than their natural alignment.
 *
 * Kernels that see tensors as more than rows are in spatial_kernels.h and elementwise_kernels.h.
 */
#ifndef QCOMPILE_RUNTIME_KERNELS_KERNELS_H_
#define QCOMPILE_RUNTIME_KERNELS_KERNELS_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  QCRT_PLANES = 1,
  QCRT_BYTES = 2,
  QCRT_INT32 = 3,
  QCRT_INT64 = 4,
  QCRT_DENSE_INT8 = 5,
  QCRT_DENSE_UINT8 = 6,
  QCRT_DENSE_INT16 = 7,
  QCRT_DENSE_UINT16 = 8,
  QCRT_DENSE_INT32 = 9,
  QCRT_DENSE_UINT32 = 10
};

/* How the elements of a buffer are stored. */
typedef struct qcrt_format {
  int32_t layout;
  int32_t planes; /* QCRT_PLANES: 1 to 8; else 0 */
  int64_t offset;
  int64_t multiplier;
} qcrt_format;

/* Bytes of one row of n elements, and of each plane in it. */
int64_t qcrt_row_bytes(const qcrt_format* format, int64_t n);

/* --- Integer matrix product: acc[m] = sum over k of code(a[k]) * w[k, m] --------------------- */

enum {
  QCRT_MATMUL_XOR = 1,      /* bipolar weights, activations in planes, QCRT_INT32 accumulators */
  QCRT_MATMUL_AND = 2,      /* two's complement weight planes, activations in planes, QCRT_INT32 */
  QCRT_MATMUL_BYTES = 3,    /* 8-bit weights, activations in bytes, QCRT_INT32 accumulators */
  QCRT_MATMUL_WIDE = 4,     /* 64-bit weights, activations and accumulators (QCRT_INT64) */
  QCRT_MATMUL_SPARSE = 5,   /* as BYTES, few weights other than zero in any 16 neighbouring k */
  QCRT_MATMUL_CIRCULANT = 6 /* as BYTES, block-circulant weights */
};
enum { QCRT_MAX_PLANES = 8, QCRT_MAX_PLANE_PAIRS = 16 };

/* Parameter block of a product: this header, then
 *   int32 initial[n rounded up to 64]   what the accumulator starts from (not for WIDE)
 *   XOR, AND: uint64 [tile of 8 outputs][weight plane][word of k][8 outputs]
 *   BYTES:    int8   [tile of 16 outputs][group of 4 of k][16 outputs][4]
 *   SPARSE:   [tile of 16 outputs][chunk of 16 of k][round] of 96 bytes: int8 [16 outputs][4], then
 * 32 bytes whose low four bits are the places in the chunk of the first 32 weights, the high ones
 * those of the others. Unused: 0. CIRCULANT: a qcrt_circulant_block (circulant_kernels.h) WIDE:
 * int64  [n][k] Weights of padding are zero. */
typedef struct qcrt_matmul_block {
  int32_t kind;
  int32_t weight_planes;
  int32_t act_planes;
  int32_t pairs_fit; /* BYTES: no sum of two neighbouring products leaves 16 bits */
  int64_t k;
  int64_t n;
  int64_t size; /* of the whole block, bytes */
  int64_t initial_at;
  int64_t weights_at;
  int64_t rounds; /* SPARSE: four weights of an output each, per chunk */
  /* XOR, AND: the count of weight plane i with activation plane j weighs
   * coefficients[i * act_planes + j]. */
  int32_t coefficients[QCRT_MAX_PLANE_PAIRS];
} qcrt_matmul_block;

void qcrt_matmul(const qcrt_matmul_block* block, const void* activations, void* accumulators,
                 int64_t rows);

/* --- Thresholds: y[c] = low + step * #{t : x[c] reaches threshold[c, t]} --------------------- */

enum { QCRT_X_INT32 = 1, QCRT_X_INT64 = 2, QCRT_X_FLOAT32 = 3 };

/* Parameter block: this header, then per column (where per_column is set), or per channel of
 * rows (row r has channel r % row_channels, where that is not 0), or once
 *   masks       same width as x: what x is combined with so that "reaches" ascends. Integers:
 *               x ^ mask with mask -1 for direction -1; floats: the sign bit.
 *   thresholds  in the combined order, ascending. INT32: x reaches t when combined x > t; else
 *               when combined x >= t. `by_column` 0: [threshold][column rounded up to 64]; 1:
 *               [column][stride], padded with values that nothing reaches (the form of binary
 *               search). Per channel of rows: always [channel][stride]. */
typedef struct qcrt_threshold_block {
  int32_t operand; /* QCRT_X_... */
  int32_t per_column;
  int32_t by_column;
  int32_t count;    /* thresholds per column, 1 to 255 */
  int32_t stride;   /* by_column: 2^s - 1 */
  int32_t identity; /* first is 0 and delta is 1 */
  int64_t n;
  int64_t size;
  int64_t masks_at;
  int64_t thresholds_at;
  /* The stored output is first + delta * number of thresholds reached. */
  int64_t first;
  int64_t delta;
  qcrt_format out;
  int32_t in_layout; /* of integer operands: QCRT_INT32, QCRT_INT64 or QCRT_DENSE_* */
  int32_t row_channels;
  int64_t reserved[2];
} qcrt_threshold_block;

/* `x`: rows in the block's layout, or dense float rows for QCRT_X_FLOAT32. */
void qcrt_threshold(const qcrt_threshold_block* block, const void* x, void* out, int64_t rows);

/* --- Quantizer: code = clamp(round([[x / scale] + zero_point]), low, high), float32 steps ----- */

enum {
  QCRT_ROUND = 0, /* half to even */
  QCRT_CEIL = 1,
  QCRT_FLOOR = 2,
  QCRT_UP = 3,       /* away from zero */
  QCRT_DOWN = 4,     /* towards zero */
  QCRT_HALF_UP = 5,  /* ties away from zero */
  QCRT_HALF_DOWN = 6 /* ties towards zero */
};

/* Parameter block: this header, then float scales[], float zero_points[]: one each, or per column
 * and padded to a multiple of 64 with ones and zeros. */
typedef struct qcrt_quantize_block {
  int32_t rounding;
  int32_t per_column;
  int64_t n;
  int64_t size;
  int64_t scales_at;
  int64_t zero_points_at;
  int64_t low;
  int64_t high;
  qcrt_format out;
  int64_t reserved[6];
} qcrt_quantize_block;

/* NaN gives `low`. */
void qcrt_quantize(const qcrt_quantize_block* block, const float* x, void* out, int64_t rows);

/* --- Dequantizer: y = scale * (code - zero_point) / divisor + bias, rounded once to float32 -- */

/* Parameter block: this header, then double scales[], int64 zero_points[], double biases[]: one
 * each, or n each. |code - zero_point| is below 2^53. The divisor is 1 to 2^31, and 1 where a bias
 * is not 0. */
typedef struct qcrt_dequantize_block {
  int32_t in_layout; /* QCRT_INT32, QCRT_INT64 or QCRT_DENSE_* */
  int32_t per_column;
  int64_t n;
  int64_t size;
  int64_t scales_at;
  int64_t zero_points_at;
  int64_t biases_at;
  int64_t divisor;
  int64_t reserved[1];
} qcrt_dequantize_block;

/* `y`: dense float rows. */
void qcrt_dequantize(const qcrt_dequantize_block* block, const void* codes, float* y, int64_t rows);

/* --- Floats element by element --------------------------------------------------------------- */

enum { QCRT_ADD = 0, QCRT_SUBTRACT = 1, QCRT_MULTIPLY = 2, QCRT_DIVIDE = 3 };

/* y[r, c] = a[r, c] op b[r, c], one float32 rounding, where an operand's element (r, c) lies at
 * r * row_stride + c * column_stride of it (strides in elements, 0 repeats) and y is dense. */
void qcrt_float_binary(int32_t operation, const float* a, int64_t a_row_stride,
                       int64_t a_column_stride, const float* b, int64_t b_row_stride,
                       int64_t b_column_stride, float* y, int64_t rows, int64_t n);

/* --- Moving codes ---------------------------------------------------------------------------- */

/* Whether every code of dense containers is one of low, low + step, ..., high (step 1 or 2): 0, or
 * -1 where one is not. */
int32_t qcrt_check_codes(const void* containers, int32_t layout, int64_t low, int64_t high,
                         int64_t step, int64_t count);
/* From one layout to another that holds every code, and from rows of in_n elements to rows of
 * out_n: element i in row-major order stays element i. rows * in_n is a multiple of out_n. */
void qcrt_convert(const qcrt_format* in_format, const void* in, int64_t rows, int64_t in_n,
                  const qcrt_format* out_format, void* out, int64_t out_n);

/* --- Scalar twins: the same functions, written for obviousness ------------------------------- */

void qcrt_matmul_scalar(const qcrt_matmul_block* block, const void* activations, void* accumulators,
                        int64_t rows);
void qcrt_threshold_scalar(const qcrt_threshold_block* block, const void* x, void* out,
                           int64_t rows);
void qcrt_quantize_scalar(const qcrt_quantize_block* block, const float* x, void* out,
                          int64_t rows);
void qcrt_dequantize_scalar(const qcrt_dequantize_block* block, const void* codes, float* y,
                            int64_t rows);

/* --- Instruction sets ------------------------------------------------------------------------ */

/* Tiers of kernels, best last. The first call of a kernel selects the best that the processor
 * has. */
enum { QCRT_TIER_BASELINE = 0, QCRT_TIER_AVX2 = 1, QCRT_TIER_AVX512 = 2, QCRT_TIER_COUNT = 3 };

/* "baseline", "avx2", "avx512". */
const char* qcrt_tier_name(int32_t tier);
/* Whether this build and this processor have the tier. */
int32_t qcrt_tier_supported(int32_t tier);
int32_t qcrt_selected_tier(void);
/* For tests and benchmarks: uses `tier` from now on in the whole process. Returns 0, or -1 where
 * it is not supported. */
int32_t qcrt_select_tier(int32_t tier);

#ifdef __cplusplus
}
#endif

#endif /* QCOMPILE_RUNTIME_KERNELS_KERNELS_H_ */
