//===- WriteQdq.h - Quantizers as pairs of linear operators -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_WRITEQDQ_H
#define QCOMPILE_PASSES_WRITEQDQ_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/write-qdq/WriteQdq.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/write-qdq/WriteQdq.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_WRITEQDQ_H
