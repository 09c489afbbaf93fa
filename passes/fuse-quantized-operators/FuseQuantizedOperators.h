//===- FuseQuantizedOperators.h - Operators on integers ---------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_H
#define QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_H
