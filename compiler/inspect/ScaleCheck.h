//===- ScaleCheck.h - Scales that quantizers cannot have --------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_SCALECHECK_H
#define QCOMPILE_COMPILER_INSPECT_SCALECHECK_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile::inspect {

/// Warns of constant scales in a function of the `onnx` dialect that are zero, negative, infinite or no numbers:
/// looking at a model goes on, compiling it does not.
void checkScales(mlir::func::FuncOp function);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_SCALECHECK_H
