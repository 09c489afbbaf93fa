//===- OutlineIslands.h - Float islands as functions ------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_OUTLINEISLANDS_H
#define QCOMPILE_BACKENDS_CPU_OUTLINEISLANDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile::cpu {

#define GEN_PASS_DECL
#include "backends/cpu/outline-islands/OutlineIslands.h.inc"
#define GEN_PASS_REGISTRATION
#include "backends/cpu/outline-islands/OutlineIslands.h.inc"

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_OUTLINEISLANDS_H
