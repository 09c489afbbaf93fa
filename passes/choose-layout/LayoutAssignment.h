//===- LayoutAssignment.h - A layout for every value ------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUTASSIGNMENT_H
#define QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUTASSIGNMENT_H

#include <deque>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/choose-layout/Layout.h"

namespace qcompile {

/// What an operation makes of layouts.
enum class LayoutRole {
  Constant,  ///< stored in any way at no cost
  Spatial,   ///< asks for the wanted layout
  Uniform,   ///< one order of dimensions for all operands of the result's rank, and the results
  MatMul,    ///< rows may stand in any order
  Transpose, ///< another order of the same stored value
  Reshape,   ///< joins and splits dimensions
  Opaque,    ///< takes and gives the written order
};

LayoutRole getLayoutRole(mlir::Operation *op);

/// The dimension of the channels of a spatial operation.
int64_t getChannelAxis(mlir::Operation *op);

/// The layout in which a spatial operation has its channels where wanted.
Layout getSpatialLayout(mlir::Operation *op, ChannelLayout wanted);

/// The permutation of a transpose of `qnn` or `onnx`.
Layout getPermutation(mlir::Operation *op);

/// Assigns a layout to every value: that of the spatial operations, spread over all that may follow, then the written
/// one from the function's borders and from operations that know no other. Who comes first stays: where two orders
/// meet, the use is where a transpose will stand.
class LayoutAssignment {
public:
  LayoutAssignment(ChannelLayout wanted, TransposeBorder border) : wanted(wanted), border(border) {}

  void run(mlir::Block &block);

  Layout get(mlir::Value value) const;

private:
  void assign(mlir::Value value, const Layout &layout);
  void spread(bool throughBorders);
  void spreadThrough(mlir::Operation *op, mlir::Value value, const Layout &layout);

  ChannelLayout wanted;
  TransposeBorder border;
  llvm::DenseMap<mlir::Value, Layout> layouts;
  std::deque<mlir::Value> worklist;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUTASSIGNMENT_H
