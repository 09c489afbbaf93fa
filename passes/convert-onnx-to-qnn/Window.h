//===- Window.h - Windows of convolutions and pools -------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_WINDOW_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_WINDOW_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace qcompile {

/// The window of an ONNX operation, per spatial dimension (dimension 2 on).
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations;
  /// Padding as the source says it, automatic padding resolved.
  llvm::SmallVector<int64_t> low, high;

  int64_t rank() const { return kernel.size(); }
  /// Extent of the dilated kernel.
  int64_t getSpan(int64_t d) const { return dilations[d] * (kernel[d] - 1) + 1; }
  /// How far the last of `outputs` windows reaches beyond the end of `input` elements; not less than 0.
  int64_t getReach(int64_t d, int64_t input, int64_t outputs) const {
    return std::max<int64_t>((outputs - 1) * strides[d] + getSpan(d) - low[d] - input, 0);
  }
  bool isPadded() const;
};

/// Whether integer window operations take tensors of this rank: a batch, channels and 1 to 3 spatial dimensions.
inline bool hasWindowRank(mlir::RankedTensorType type) { return type.getRank() >= 3 && type.getRank() <= 5; }

/// Reads `strides`, `dilations`, `pads` and `auto_pad` of an operation from input to result of the given
/// types, both with a batch and a channel dimension in front.
Window readWindow(mlir::Operation *op, llvm::ArrayRef<int64_t> kernel, mlir::RankedTensorType input,
                  mlir::RankedTensorType result);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_WINDOW_H
