/* Products of float32 matrices, bit for bit those of the reference semantics (docs/ExactReading.md,
 * 5). */
#ifndef QCOMPILE_RUNTIME_KERNELS_FLOAT_PRODUCT_H_
#define QCOMPILE_RUNTIME_KERNELS_FLOAT_PRODUCT_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Columns come in blocks of so many. */
enum { QCRT_FLOAT_COLUMNS = 16 };

/* y[r, c] += a[r, 0] * b[0, c], then a[r, 1] * b[1, c], and so on to k - 1: every product and every
 * sum is rounded. Element [r, c] lies at r * stride + c; strides count elements; n is a multiple of
 * QCRT_FLOAT_COLUMNS. The matrices do not overlap. */
void qcrt_float_product(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                        float* y, int64_t y_stride, int64_t rows, int64_t k, int64_t n);

#ifdef __cplusplus
}
#endif

#endif  // QCOMPILE_RUNTIME_KERNELS_FLOAT_PRODUCT_H_
