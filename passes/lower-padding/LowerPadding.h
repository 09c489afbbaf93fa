//===- LowerPadding.h - Padding within the element type ---------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_LOWERPADDING_H
#define QCOMPILE_PASSES_LOWERPADDING_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

/// What becomes of pad values that the element type does not have.
enum class PaddingMode { Widen, Correct };

#define GEN_PASS_DECL
#include "passes/lower-padding/LowerPadding.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/lower-padding/LowerPadding.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_LOWERPADDING_H
