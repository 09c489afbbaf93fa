//===- RemoveDeadChannels.h - Leave out constant channels -------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REMOVEDEADCHANNELS_H
#define QCOMPILE_PASSES_REMOVEDEADCHANNELS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/remove-dead-channels/RemoveDeadChannels.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/remove-dead-channels/RemoveDeadChannels.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_REMOVEDEADCHANNELS_H
