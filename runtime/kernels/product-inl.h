// Products of matrices that are both data: a few rows by a block of columns at a time, so that each
// element of the right matrix is widened once for all of the rows.
#ifndef QCOMPILE_RUNTIME_KERNELS_PRODUCT_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_PRODUCT_INL_H_

#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/lanes-inl.h"

namespace {

constexpr int64_t kProductRows = 4;
constexpr int64_t kProductColumns = 64;

// Rows `row` to `row` + rows - 1 of one matrix, columns `column` to `column` + columns - 1.
// a_at, b_at and y_at are the first elements of the three matrices.
template <typename Lane>
QCRT_INLINE void ProductTile(const qcrt_product_block* block, const void* a, int64_t a_at,
                             const void* b, int64_t b_at, void* y, int64_t y_at, int64_t row,
                             int64_t rows, int64_t column, int64_t columns) {
  Lane sums[kProductRows][kProductColumns] = {};
  for (int64_t k = 0; k < block->k; ++k) {
    Lane right[kProductColumns] = {};
    Lane left[kProductRows] = {};
    LoadIntegers(block->b_layout, b, b_at + k * block->n + column, columns, 1, right);
    LoadIntegers(block->a_layout, a, a_at + row * block->k + k, rows, block->k, left);
    for (int64_t r = 0; r < kProductRows; ++r) {
      for (int64_t c = 0; c < kProductColumns; ++c) sums[r][c] += left[r] * right[c];
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    StoreIntegers(block->out_layout, sums[r], columns, y, y_at + (row + r) * block->n + column);
  }
}

template <typename Lane>
void ProductOf(const qcrt_product_block* block, const void* a, const void* b, void* y) {
  int64_t index[QCRT_MAX_RANK] = {};
  int64_t a_at = 0, b_at = 0, y_at = 0;
  while (true) {
    for (int64_t row = 0; row < block->rows; row += kProductRows) {
      const int64_t rows = block->rows - row < kProductRows ? block->rows - row : kProductRows;
      for (int64_t column = 0; column < block->n; column += kProductColumns) {
        const int64_t rest = block->n - column;
        ProductTile<Lane>(block, a, a_at, b, b_at, y, y_at, row, rows, column,
                          rest < kProductColumns ? rest : kProductColumns);
      }
    }
    y_at += block->rows * block->n;
    if (!NextPair(block, block->rank, index, &a_at, &b_at)) return;
  }
}

void Product(const qcrt_product_block* block, const void* a, const void* b, void* y) {
  if (block->wide) {
    ProductOf<uint64_t>(block, a, b, y);
  } else {
    ProductOf<uint32_t>(block, a, b, y);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_PRODUCT_INL_H_
