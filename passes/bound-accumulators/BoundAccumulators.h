//===- BoundAccumulators.h - Narrowest safe accumulators -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_BOUNDACCUMULATORS_H
#define QCOMPILE_PASSES_BOUNDACCUMULATORS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/bound-accumulators/BoundAccumulators.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/bound-accumulators/BoundAccumulators.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_BOUNDACCUMULATORS_H
