//===- FitAccumulators.h - Weights for narrow accumulators ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS_H
#define QCOMPILE_PASSES_FITACCUMULATORS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/fit-accumulators/FitAccumulators.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/fit-accumulators/FitAccumulators.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_FITACCUMULATORS_H
