//===- QonnxOperators.h - Which operators only QONNX has --------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_QONNXOPERATORS_H
#define QCOMPILE_PASSES_REWRITING_QONNXOPERATORS_H

#include "mlir/IR/Operation.h"

namespace qcompile {

/// Whether the operation is one of the domains of QONNX, which other programs do not run.
bool isQonnxOperator(mlir::Operation *op);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_QONNXOPERATORS_H
