//===- StridedCopy.h - Rearranged constants ---------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_STRIDEDCOPY_H
#define QCOMPILE_PASSES_REWRITING_STRIDEDCOPY_H

#include "runtime/core/tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace qcompile {

/// The strides, in elements, of a dense tensor in row-major order.
llvm::SmallVector<int64_t> getRowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// A tensor of `shape` whose element i is element `offset + sum of i[d] * strides[d]` of `source`. One copy does any
/// permutation, reversal, selection and broadcast of a constant, so that none of the steps between needs memory.
runtime::Tensor copyStrided(const runtime::Tensor &source, llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<int64_t> strides, int64_t offset = 0);

/// `source` with dimension d of the result being its dimension perm[d].
runtime::Tensor permute(const runtime::Tensor &source, llvm::ArrayRef<int64_t> perm);

/// Tensors of one element type joined along dimension 0.
runtime::Tensor joinRows(llvm::ArrayRef<runtime::Tensor> tensors);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_STRIDEDCOPY_H
