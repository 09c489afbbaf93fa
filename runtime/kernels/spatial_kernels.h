/* Kernels that see a tensor as positions with channels: windows (convolutions and pools), and
 * copies between tensors of any rank. Tensors are dense containers (kernels.h) unless said
 * otherwise; channels are the innermost dimension.
 */
#ifndef QCOMPILE_RUNTIME_KERNELS_SPATIAL_KERNELS_H_
#define QCOMPILE_RUNTIME_KERNELS_SPATIAL_KERNELS_H_

#include "runtime/kernels/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Windows --------------------------------------------------------------------------------- */

enum { QCRT_WINDOW_RANK = 8 };

/* Which elements of the input every output position sees. Output positions are numbered in
 * row-major order of `extents`; the window of position p begins at element sum(p[d] * strides[d])
 * and consists of `runs` runs of `run` neighbouring elements each, which begin at int64
 * offsets[runs] from there (offsets_at in the block that holds this struct). */
typedef struct qcrt_window {
  int64_t rank;
  int64_t extents[QCRT_WINDOW_RANK];
  int64_t strides[QCRT_WINDOW_RANK];
  int64_t run;
  int64_t runs;
  int64_t offsets_at;
} qcrt_window;

/* --- Convolutions: windows, then sums, then what follows them, a few positions at a time ------ */

enum {
  QCRT_SUM_PRODUCTS = 1, /* gather windows into rows and multiply them with a matrix per group */
  QCRT_SUM_CHANNELS = 2  /* every channel by itself: weights [run][channel], or 1 without them */
};

/* What becomes of the sums of a position. */
enum {
  QCRT_THEN_STORE = 0, /* converted to the format `out` */
  QCRT_THEN_THRESHOLD = 1,
  QCRT_THEN_REQUANTIZE = 2,
  QCRT_THEN_DEQUANTIZE = 3
};

/* Parameter block: this header, then what the members ..._at point at, each at a multiple of 64. */
typedef struct qcrt_conv_block {
  int32_t kind;
  int32_t then;
  int64_t size;
  int64_t channels; /* of the output */
  qcrt_window window;
  qcrt_format in;   /* dense containers, or planes of whole words (SUM_PRODUCTS, one group) */
  qcrt_format sums; /* QCRT_INT32 or QCRT_INT64, rows of `channels` */
  qcrt_format out;  /* rows of `channels` */
  int64_t then_at;  /* block of the kernel that follows */
  /* SUM_PRODUCTS: */
  int64_t groups;
  int64_t group_offset; /* elements from the window of one group to that of the next */
  int64_t k;            /* elements of a gathered row: run * runs */
  qcrt_format rows;     /* what the product reads */
  int64_t products_at;  /* qcrt_matmul_block of group g at products_at + g * product_size */
  int64_t product_size;
  /* SUM_CHANNELS: int32 or int64 as the sums, [run][channel rounded up to 64]; 0 for ones */
  int64_t weights_at;
  /* Positions worked on at once, and what they need of the scratch buffer. */
  int64_t tile;
  int64_t gathered_at; /* offsets in the scratch buffer */
  int64_t rows_at;
  int64_t group_sums_at;
  int64_t sums_at;
  int64_t scratch_size;
} qcrt_conv_block;

/* `scratch` is aligned to 64 bytes. */
void qcrt_conv(const qcrt_conv_block* block, const void* in, void* out, void* scratch);

/* Parameter block: this header, then the window's offsets. `run` of the window is the number of
 * channels; input and output have the same layout. */
typedef struct qcrt_max_pool_block {
  int32_t layout;
  int32_t reserved;
  int64_t size;
  qcrt_window window;
} qcrt_max_pool_block;

void qcrt_max_pool(const qcrt_max_pool_block* block, const void* in, void* out);

/* --- Copies ---------------------------------------------------------------------------------- */

enum { QCRT_MAX_RANK = 16 };

/* out[out_offset + sum(i[d] * out_strides[d])] = in[sum over d of table[d][i[d]]] for all i below
 * the extents; both count elements. An element of the copy is `element_bytes` bytes: a container,
 * or a run of them. Slices, concatenations, transposes, gathers, the interior of a padded tensor:
 * all are this.
 *
 * Parameter block: this header, then at tables_at the tables of all dimensions, int64, one after
 * the other. */
typedef struct qcrt_copy_block {
  int64_t size;
  int64_t rank; /* at least 1 */
  int64_t element_bytes;
  int64_t extents[QCRT_MAX_RANK];
  int64_t out_strides[QCRT_MAX_RANK];
  int64_t out_offset;
  int64_t tables_at;
} qcrt_copy_block;

void qcrt_copy(const qcrt_copy_block* block, const void* in, void* out);

/* out[o, c, i] = values[c] for o < outer, c < channels, i < inner; containers of 1, 2, 4 or 8
 * bytes. */
void qcrt_fill(const void* values, int32_t container_bytes, void* out, int64_t outer,
               int64_t channels, int64_t inner);

/* --- Scalar twins ---------------------------------------------------------------------------- */

void qcrt_conv_scalar(const qcrt_conv_block* block, const void* in, void* out, void* scratch);
void qcrt_max_pool_scalar(const qcrt_max_pool_block* block, const void* in, void* out);

#ifdef __cplusplus
}
#endif

#endif /* QCOMPILE_RUNTIME_KERNELS_SPATIAL_KERNELS_H_ */
