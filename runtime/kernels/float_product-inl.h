// Products of float32 matrices in the order of the reference semantics: every sum runs along k,
// ascending, with one rounding per product and one per sum. Rows and columns are independent, so
// vectors lie along columns.
#ifndef QCOMPILE_RUNTIME_KERNELS_FLOAT_PRODUCT_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_FLOAT_PRODUCT_INL_H_

#include "runtime/kernels/float_product.h"
#include "runtime/kernels/vectors-inl.h"

namespace {

// Sixteen columns: one register of AVX-512, two of AVX2, four of SSE.
typedef float FloatColumns __attribute__((vector_size(64), aligned(4)));

// The sums that fit the registers, with a column block of b and a number of a besides.
#if defined(__AVX512F__)
constexpr int kFloatRows = 6, kFloatBlocks = 4;
#elif defined(__AVX2__)
constexpr int kFloatRows = 6, kFloatBlocks = 1;
#else
constexpr int kFloatRows = 2, kFloatBlocks = 1;
#endif

template <int rows, int blocks>
QCRT_INLINE void FloatTile(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                           float* y, int64_t y_stride, int64_t k_extent) {
  FloatColumns sums[rows][blocks];
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < blocks; ++c)
      sums[r][c] = reinterpret_cast<const FloatColumns*>(y + r * y_stride)[c];
  for (int64_t k = 0; k < k_extent; ++k) {
    const FloatColumns* line = reinterpret_cast<const FloatColumns*>(b + k * b_stride);
    for (int r = 0; r < rows; ++r) {
      const float factor = a[r * a_stride + k];
      for (int c = 0; c < blocks; ++c) sums[r][c] += factor * line[c];
    }
  }
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < blocks; ++c)
      reinterpret_cast<FloatColumns*>(y + r * y_stride)[c] = sums[r][c];
}

template <int blocks>
void FloatProductColumns(const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                         float* y, int64_t y_stride, int64_t rows, int64_t k_extent) {
  int64_t r = 0;
  for (; r + kFloatRows <= rows; r += kFloatRows)
    FloatTile<kFloatRows, blocks>(a + r * a_stride, a_stride, b, b_stride, y + r * y_stride,
                                  y_stride, k_extent);
  for (; r < rows; ++r)
    FloatTile<1, blocks>(a + r * a_stride, a_stride, b, b_stride, y + r * y_stride, y_stride,
                         k_extent);
}

void FloatProduct(const float* a, int64_t a_stride, const float* b, int64_t b_stride, float* y,
                  int64_t y_stride, int64_t rows, int64_t k_extent, int64_t n) {
  int64_t column = 0;
  for (; column + 16 * kFloatBlocks <= n; column += 16 * kFloatBlocks)
    FloatProductColumns<kFloatBlocks>(a, a_stride, b + column, b_stride, y + column, y_stride, rows,
                                      k_extent);
  for (; column < n; column += 16)
    FloatProductColumns<1>(a, a_stride, b + column, b_stride, y + column, y_stride, rows, k_extent);
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_FLOAT_PRODUCT_INL_H_
