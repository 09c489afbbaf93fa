//===- PartitionHost.h - Host part, integer core, host part -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PARTITIONHOST_H
#define QCOMPILE_PASSES_PARTITIONHOST_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

/// Names of the functions that the pass makes.
inline constexpr llvm::StringLiteral kHostBefore = "host_before";
inline constexpr llvm::StringLiteral kCore = "core";
inline constexpr llvm::StringLiteral kHostAfter = "host_after";

#define GEN_PASS_DECL
#include "passes/partition-host/PartitionHost.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/partition-host/PartitionHost.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_PARTITIONHOST_H
