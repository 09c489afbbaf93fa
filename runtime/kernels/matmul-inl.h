// Integer products: chooses by the kind of the weights.
#ifndef QCOMPILE_RUNTIME_KERNELS_MATMUL_INL_H_
#define QCOMPILE_RUNTIME_KERNELS_MATMUL_INL_H_

#include "runtime/kernels/matmul_bytes-inl.h"
#include "runtime/kernels/matmul_circulant-inl.h"
#include "runtime/kernels/matmul_planes-inl.h"
#include "runtime/kernels/matmul_sparse-inl.h"

namespace {

void MatmulWide(const qcrt_matmul_block* block, const int64_t* acts, int64_t* out, int64_t rows) {
  for (int64_t r = 0; r < rows; ++r, acts += block->k, out += block->n) {
    const int64_t* weights = At<int64_t>(block, block->weights_at);
    for (int64_t m = 0; m < block->n; ++m, weights += block->k) {
      int64_t sum = 0;
      for (int64_t k = 0; k < block->k; ++k) sum += acts[k] * weights[k];
      out[m] = sum;
    }
  }
}

void Matmul(const qcrt_matmul_block* block, const void* activations, void* accumulators,
            int64_t rows) {
  int32_t* out = static_cast<int32_t*>(accumulators);
  switch (block->kind) {
    case QCRT_MATMUL_XOR:
      return MatmulPlanes<true>(block, static_cast<const uint64_t*>(activations), out, rows);
    case QCRT_MATMUL_AND:
      return MatmulPlanes<false>(block, static_cast<const uint64_t*>(activations), out, rows);
    case QCRT_MATMUL_BYTES:
      return MatmulBytes(block, static_cast<const uint8_t*>(activations), out, rows);
    case QCRT_MATMUL_SPARSE:
      return MatmulSparse(block, static_cast<const uint8_t*>(activations), out, rows);
    case QCRT_MATMUL_CIRCULANT:
      return MatmulCirculant(block, static_cast<const uint8_t*>(activations), out, rows);
    default:
      return MatmulWide(block, static_cast<const int64_t*>(activations),
                        static_cast<int64_t*>(accumulators), rows);
  }
}

}  // namespace

#endif  // QCOMPILE_RUNTIME_KERNELS_MATMUL_INL_H_
