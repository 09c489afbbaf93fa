//===- GraphDrawing.h - A model's graph as an SVG element -------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_GRAPHDRAWING_H
#define QCOMPILE_COMPILER_INSPECT_GRAPHDRAWING_H

#include <functional>
#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::inspect {

/// What a drawing shows of an operation.
struct DrawnNode {
  std::string label, tip; ///< in the box, and when pointed at
  std::string style;      ///< a class of the page's style
  std::string link;       ///< "#row", or empty
};

/// Operations from top to bottom in rows by their distance from the inputs, with their data flow; constants are left
/// out. Empty where there are more than `most` operations.
std::string drawGraph(mlir::func::FuncOp function, const llvm::DenseSet<mlir::Value> &constants,
                      const std::function<DrawnNode(mlir::Operation *)> &describe, size_t most = 3000);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_GRAPHDRAWING_H
