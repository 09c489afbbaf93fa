//===- StridedCopy.cpp - Rearranged constants -----------------------------===//
#include "passes/rewriting/StridedCopy.h"

#include <cstring>

namespace qcompile {

llvm::SmallVector<int64_t> getRowMajorStrides(llvm::ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

/// Copies element by element, with the size known to the compiler.
template <size_t Size>
static void copyElements(const uint8_t *from, uint8_t *to, llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<int64_t> strides, int64_t position) {
  if (shape.empty()) {
    std::memcpy(to, from + position * Size, Size);
    return;
  }
  int64_t inner = runtime::NumElements({shape.data() + 1, shape.size() - 1});
  for (int64_t i = 0; i < shape.front(); ++i, position += strides.front(), to += inner * Size)
    copyElements<Size>(from, to, shape.drop_front(), strides.drop_front(), position);
}

runtime::Tensor copyStrided(const runtime::Tensor &source, llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<int64_t> strides, int64_t offset) {
  runtime::Tensor out(source.type(), runtime::Shape(shape.begin(), shape.end()));
  if (out.size() == 0)
    return out;
  const uint8_t *from = source.bytes().data();
  uint8_t *to = out.MutableBytes().data();
  switch (source.type().ContainerSize()) {
  case 1:
    copyElements<1>(from, to, shape, strides, offset);
    break;
  case 2:
    copyElements<2>(from, to, shape, strides, offset);
    break;
  case 4:
    copyElements<4>(from, to, shape, strides, offset);
    break;
  default:
    copyElements<8>(from, to, shape, strides, offset);
    break;
  }
  return out;
}

runtime::Tensor permute(const runtime::Tensor &source, llvm::ArrayRef<int64_t> perm) {
  llvm::SmallVector<int64_t> all = getRowMajorStrides({source.shape().data(), source.shape().size()});
  llvm::SmallVector<int64_t> shape, strides;
  for (int64_t d : perm) {
    shape.push_back(source.shape()[d]);
    strides.push_back(all[d]);
  }
  return copyStrided(source, shape, strides);
}

runtime::Tensor joinRows(llvm::ArrayRef<runtime::Tensor> tensors) {
  runtime::Shape shape = tensors.front().shape();
  shape[0] = 0;
  for (const runtime::Tensor &tensor : tensors)
    shape[0] += tensor.shape()[0];
  runtime::Tensor out(tensors.front().type(), shape);
  uint8_t *to = out.MutableBytes().data();
  for (const runtime::Tensor &tensor : tensors) {
    std::memcpy(to, tensor.bytes().data(), tensor.bytes().size());
    to += tensor.bytes().size();
  }
  return out;
}

} // namespace qcompile
