//===- EqualizeLayers.h - Ranges shared by neighbours -----------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EQUALIZELAYERS_EQUALIZELAYERS_H
#define QCOMPILE_PASSES_EQUALIZELAYERS_EQUALIZELAYERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/equalize-layers/EqualizeLayers.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/equalize-layers/EqualizeLayers.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_EQUALIZELAYERS_EQUALIZELAYERS_H
