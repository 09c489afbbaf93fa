//===- Window.cpp - Windows of convolutions and pools ---------------------===//
#include "passes/convert-onnx-to-qnn/Window.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;

namespace qcompile {

bool Window::isPadded() const {
  auto positive = [](int64_t extent) { return extent > 0; };
  return llvm::any_of(low, positive) || llvm::any_of(high, positive);
}

/// An integer list attribute, or `rank` times `otherwise`.
static SmallVector<int64_t> readList(Operation *op, StringRef name, size_t size, int64_t otherwise) {
  auto list = op->getAttrOfType<DenseI64ArrayAttr>(name);
  if (list && list.size() == int64_t(size))
    return llvm::to_vector(list.asArrayRef());
  return SmallVector<int64_t>(size, otherwise);
}

Window readWindow(Operation *op, ArrayRef<int64_t> kernel, RankedTensorType input, RankedTensorType result) {
  size_t rank = kernel.size();
  Window window;
  window.kernel.assign(kernel.begin(), kernel.end());
  window.strides = readList(op, "strides", rank, 1);
  window.dilations = readList(op, "dilations", rank, 1);
  SmallVector<int64_t> pads = readList(op, "pads", 2 * rank, 0);
  auto automatic = op->getAttrOfType<StringAttr>("auto_pad");
  StringRef mode = automatic ? automatic.getValue() : "NOTSET";
  for (size_t d = 0; d < rank; ++d) {
    window.low.push_back(mode == "NOTSET" ? pads[d] : 0);
    window.high.push_back(mode == "NOTSET" ? pads[rank + d] : 0);
    if (!mode.starts_with("SAME"))
      continue;
    int64_t total = window.getReach(d, input.getDimSize(d + 2), result.getDimSize(d + 2));
    window.high[d] = mode == "SAME_UPPER" ? total - total / 2 : total / 2;
    window.low[d] = total - window.high[d];
  }
  return window;
}

} // namespace qcompile
