//===- ExpandChannelsLast.h - QONNX channels-last operators -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EXPANDCHANNELSLAST_H
#define QCOMPILE_PASSES_EXPANDCHANNELSLAST_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/expand-channels-last/ExpandChannelsLast.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/expand-channels-last/ExpandChannelsLast.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_EXPANDCHANNELSLAST_H
