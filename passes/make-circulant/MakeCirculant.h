//===- MakeCirculant.h - Block-circulant weights ----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_MAKECIRCULANT_H
#define QCOMPILE_PASSES_MAKECIRCULANT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/make-circulant/MakeCirculant.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/make-circulant/MakeCirculant.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_MAKECIRCULANT_H
