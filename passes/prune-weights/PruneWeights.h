//===- PruneWeights.h - Set weights to zero ---------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS_H
#define QCOMPILE_PASSES_PRUNEWEIGHTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/prune-weights/PruneWeights.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/prune-weights/PruneWeights.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS_H
