//===- QnnBuilder.h - Operations of qnn with inferred results ---*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_QNNBUILDER_H
#define QCOMPILE_PASSES_REWRITING_QNNBUILDER_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Builders.h"

namespace qcompile {

/// Creates operations of `qnn` at one place of a function, with the result types that follow from the operands.
/// What would change nothing is not created. Shapes are static.
class QnnBuilder {
public:
  QnnBuilder(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  /// `encoding` is null, or a structure that the elements have.
  mlir::Value constant(llvm::StringRef name, const runtime::Tensor &tensor, encoding::EncodingAttr encoding = {});
  /// Zeros of the smallest element type whose values `within` has.
  mlir::Value zeros(llvm::ArrayRef<int64_t> shape, mlir::Type within);

  /// Pads with 0; the element type is widened where 0 is none of its values.
  mlir::Value padZero(mlir::Value x, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high);
  mlir::Value slice(mlir::Value x, llvm::ArrayRef<int64_t> offsets, llvm::ArrayRef<int64_t> steps,
                    llvm::ArrayRef<int64_t> shape);
  /// Values joined along `axis`, under an element type that holds them all.
  mlir::Value concat(mlir::ValueRange values, int64_t axis, mlir::Type elementType);
  mlir::Value gather(mlir::Value x, int64_t axis, llvm::ArrayRef<int64_t> indices);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  mlir::Value depthToSpace(mlir::Value x, int64_t axis, llvm::ArrayRef<int64_t> blocks, llvm::StringRef mode);
  /// A convolution with the accumulator `type`, or, where that is null, the narrowest one that its bounds admit;
  /// `otherwise` where it has no bounds.
  mlir::Value conv(mlir::Value x, mlir::Value weights, int64_t axis, llvm::ArrayRef<int64_t> strides,
                   llvm::ArrayRef<int64_t> dilations, int64_t groups, mlir::Type type, mlir::Type otherwise);

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_QNNBUILDER_H
