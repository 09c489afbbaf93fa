/* Kernels on codes element by element, and searches. Tensors are dense containers (kernels.h)
 * unless said otherwise.
 */
#ifndef QCOMPILE_RUNTIME_KERNELS_ELEMENTWISE_KERNELS_H_
#define QCOMPILE_RUNTIME_KERNELS_ELEMENTWISE_KERNELS_H_

#include "runtime/kernels/spatial_kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Two tensors ----------------------------------------------------------------------------- */

enum { QCRT_CODES_ADD = 1, QCRT_CODES_MULTIPLY = 2 };

/* y[i] = a_multiplier * a[i] + b_multiplier * b[i], or a[i] * b[i]. Element i of an operand lies at
 * sum(i[d] * strides[d]), in elements: a stride of 0 repeats. y is dense. */
typedef struct qcrt_binary_block {
  int32_t operation;
  int32_t wide; /* a result or term may leave 32 bits */
  int32_t a_layout;
  int32_t b_layout;
  int32_t out_layout;
  int32_t rank; /* at least 1 */
  int64_t size;
  int64_t a_multiplier;
  int64_t b_multiplier;
  int64_t extents[QCRT_MAX_RANK];
  int64_t a_strides[QCRT_MAX_RANK];
  int64_t b_strides[QCRT_MAX_RANK];
} qcrt_binary_block;

void qcrt_binary(const qcrt_binary_block* block, const void* a, const void* b, void* y);

/* Product of two matrices of codes that are both data: for every batch i (strides 0 repeat a
 * matrix) y[i, r, m] = sum over k of a[i, r, k] * b[i, k, m]; y and the matrices are dense. */
typedef struct qcrt_product_block {
  int32_t a_layout;
  int32_t b_layout;
  int32_t out_layout;
  int32_t wide; /* a sum may leave 32 bits */
  int64_t size;
  int64_t rows;
  int64_t k;
  int64_t n;
  int64_t rank; /* of the batch; at least 1 */
  int64_t extents[QCRT_MAX_RANK];
  int64_t a_strides[QCRT_MAX_RANK];
  int64_t b_strides[QCRT_MAX_RANK];
} qcrt_product_block;

void qcrt_product(const qcrt_product_block* block, const void* a, const void* b, void* y);

/* --- y = clamp(round((multiplier * x + offset) / 2^shift), low, high) ------------------------- */

/* Parameter block: this header, then multipliers[], offsets[], int32 or (wide) int64: per column,
 * padded to a multiple of 64 with zeros; per channel of rows (row r has channel r % row_channels);
 * or one each. */
typedef struct qcrt_requantize_block {
  int32_t rounding; /* QCRT_ROUND, ... */
  int32_t wide;     /* 64-bit arithmetic */
  int32_t per_column;
  int32_t row_channels;
  int32_t in_layout; /* QCRT_INT32, QCRT_INT64 or QCRT_DENSE_* */
  int32_t shift;
  int64_t n;
  int64_t size;
  int64_t multipliers_at;
  int64_t offsets_at;
  int64_t low;
  int64_t high;
  qcrt_format out;
} qcrt_requantize_block;

void qcrt_requantize(const qcrt_requantize_block* block, const void* x, void* out, int64_t rows);

/* --- y = values[channel, clamp(x - low, 0, length - 1)] --------------------------------------- */

/* Parameter block: this header, then values[channels][length] in containers of the output. The
 * channel of column c of row r is c where per_column is set, r % channels where it is not. */
typedef struct qcrt_table_block {
  int32_t in_layout;
  int32_t container_bytes; /* of values and output */
  int32_t per_column;
  int32_t reserved;
  int64_t size;
  int64_t n;
  int64_t channels;
  int64_t low;
  int64_t length;
  int64_t values_at;
} qcrt_table_block;

void qcrt_table(const qcrt_table_block* block, const void* x, void* out, int64_t rows);

/* --- Searches -------------------------------------------------------------------------------- */

/* Of x[outer][extent][inner] in `layout`: the position of the largest element along the middle
 * dimension, to out[outer][inner]. Ties go to the first, or to the last. */
void qcrt_arg_max(const void* x, int32_t layout, int64_t* out, int64_t outer, int64_t extent,
                  int64_t inner, int32_t select_last);

/* The `count` largest (or smallest) elements in order, ties in order of their positions, to
 * values[outer][count][inner] (in `layout`) and positions[outer][count][inner]. */
void qcrt_top_k(const void* x, int32_t layout, void* values, int64_t* positions, int64_t outer,
                int64_t extent, int64_t inner, int64_t count, int32_t smallest);

/* out[i] = table[indices[i]], rows of `row_bytes` bytes; negative indices count from the end.
 * Returns 0, or -1 where an index is outside of the table. */
int32_t qcrt_lookup(const void* indices, int32_t layout, int64_t count, const void* table,
                    int64_t table_rows, int64_t row_bytes, void* out);

/* --- Scalar twins ---------------------------------------------------------------------------- */

void qcrt_binary_scalar(const qcrt_binary_block* block, const void* a, const void* b, void* y);
void qcrt_product_scalar(const qcrt_product_block* block, const void* a, const void* b, void* y);
void qcrt_requantize_scalar(const qcrt_requantize_block* block, const void* x, void* out,
                            int64_t rows);

#ifdef __cplusplus
}
#endif

#endif /* QCOMPILE_RUNTIME_KERNELS_ELEMENTWISE_KERNELS_H_ */
