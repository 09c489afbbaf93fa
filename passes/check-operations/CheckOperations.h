//===- CheckOperations.h - Operations that cannot be computed -*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CHECKOPERATIONS_H
#define QCOMPILE_PASSES_CHECKOPERATIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/check-operations/CheckOperations.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/check-operations/CheckOperations.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_CHECKOPERATIONS_H
