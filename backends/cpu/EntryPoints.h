//===- EntryPoints.h - The functions that a C program calls -----*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_ENTRYPOINTS_H
#define QCOMPILE_BACKENDS_CPU_ENTRYPOINTS_H

#include "mlir/IR/BuiltinOps.h"

namespace qcompile::cpu {

/// Adds NAME_open, NAME_run_tensors, NAME_message and NAME_close to a lowered module, and hides
/// everything else of it: they are what the library exports.
void addEntryPoints(mlir::ModuleOp module, llvm::StringRef name);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_ENTRYPOINTS_H
