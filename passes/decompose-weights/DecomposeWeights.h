//===- DecomposeWeights.h - Weights as basis and powers of two --*- C++ -*-===//
#ifndef QCOMPILE_PASSES_DECOMPOSEWEIGHTS_H
#define QCOMPILE_PASSES_DECOMPOSEWEIGHTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/decompose-weights/DecomposeWeights.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/decompose-weights/DecomposeWeights.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_DECOMPOSEWEIGHTS_H
