//===- FoldConstants.h - Compute what depends on constants ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FOLDCONSTANTS_H
#define QCOMPILE_PASSES_FOLDCONSTANTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/fold-constants/FoldConstants.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/fold-constants/FoldConstants.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_FOLDCONSTANTS_H
