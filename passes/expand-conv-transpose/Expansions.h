//===- Expansions.h - Convolutions in parts ---------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_EXPANSIONS_H
#define QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_EXPANSIONS_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Builders.h"

namespace qcompile {

/// A convolution as dense convolutions of parts.
struct Expansion {
  mlir::Value result;
  int64_t convolutions = 0;
  /// Multiply-accumulates of one dense convolution with zeros inserted, and of the parts.
  int64_t before = 0, after = 0;
};

Expansion expandTransposedConv(mlir::OpBuilder &builder, qnn::ConvTransposeOp op);

/// Whether a convolution has dilations that its kernel and its strides do not make void.
bool isDilated(qnn::ConvOp op);
Expansion expandDilatedConv(mlir::OpBuilder &builder, qnn::ConvOp op);

/// The extents of all dimensions but the batch and the channels, and a shape with these.
llvm::SmallVector<int64_t> getSpatial(llvm::ArrayRef<int64_t> shape, int64_t axis);
llvm::SmallVector<int64_t> makeShape(int64_t batch, int64_t channels, int64_t axis, llvm::ArrayRef<int64_t> spatial);

/// Gives an accumulator that `type` does not hold that type: of 0 alone the narrowest is unsigned.
void keepWithin(mlir::Value part, mlir::Type type);

/// Interleaves parts, in row-major order of `blocks` (one entry per spatial dimension) and each possibly short of its
/// last position, to a tensor of `type`.
mlir::Value interleave(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::Value> parts, int64_t axis,
                       llvm::ArrayRef<int64_t> blocks, mlir::RankedTensorType type);

} // namespace qcompile

#endif // QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_EXPANSIONS_H
