//===- ExpandActivations.h - Activations by their formulas ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EXPANDACTIVATIONS_H
#define QCOMPILE_PASSES_EXPANDACTIVATIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/expand-activations/ExpandActivations.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/expand-activations/ExpandActivations.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_EXPANDACTIVATIONS_H
