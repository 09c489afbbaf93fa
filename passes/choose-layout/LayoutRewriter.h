//===- LayoutRewriter.h - A function in its layouts -------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUTREWRITER_H
#define QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUTREWRITER_H

#include "passes/choose-layout/LayoutAssignment.h"

namespace qcompile {

/// Rewrites a block, operation by operation, to work on values in their assigned layouts.
class LayoutRewriter {
public:
  LayoutRewriter(const LayoutAssignment &assignment, ChannelLayout wanted, TransposeBorder border)
      : assignment(assignment), wanted(wanted), border(border) {}

  void run(mlir::Block &block);

private:
  void rewrite(mlir::Operation *op);
  void rewriteSpatial(mlir::Operation *op);
  void rewriteUniform(mlir::Operation *op);
  void rewriteMatMul(qnn::MatMulOp op);
  void viewTranspose(mlir::Operation *op);
  void rewriteReshape(qnn::ReshapeOp op);
  bool sortRowsOfUsers(qnn::ReshapeOp op);

  /// An operand of a broadcasting operation with the rank of its result.
  mlir::Value raiseRank(mlir::Value value, int64_t rank);
  /// `value` in a layout.
  mlir::Value load(mlir::Value value, const Layout &layout);
  mlir::Value loadConstant(qnn::ConstantOp op, const Layout &layout);
  Layout getStoredLayout(mlir::Value value) const;
  mlir::Value getStored(mlir::Value value) const;
  llvm::SmallVector<int64_t> getWrittenShape(mlir::Value value) const;
  /// Gives a result, whose type is the written one, that of a layout.
  void store(mlir::Value result, const Layout &layout);

  const LayoutAssignment &assignment;
  ChannelLayout wanted;
  TransposeBorder border;
  /// The layout of every value seen so far, and what holds it where that is another value.
  llvm::DenseMap<mlir::Value, Layout> layouts;
  llvm::DenseMap<mlir::Value, mlir::Value> stored;
  /// Rearrangements made, by what they rearrange.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<std::pair<Layout, mlir::Value>>> made;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUTREWRITER_H
