//===- KernelSupport.h - Which operations have a kernel ---------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_KERNELSUPPORT_H
#define QCOMPILE_BACKENDS_CPU_KERNELSUPPORT_H

#include <optional>
#include <string>

#include "mlir/IR/Operation.h"

namespace qcompile::cpu {

/// An operation of `onnx` that keeps elements and their order (a reshape), so that a tensor of
/// floats need not move.
bool keepsElements(mlir::Operation *op);

/// The order of dimensions of an onnx.Transpose; nothing for other operations.
std::optional<llvm::SmallVector<int64_t>> getPermutation(mlir::Operation *op);

/// Empty where the runtime's kernels compute the operation, else the reason why they do not: it
/// then runs by the reference semantics, as part of a float island.
std::string reasonAgainstKernel(mlir::Operation *op);

inline bool hasKernel(mlir::Operation *op) { return reasonAgainstKernel(op).empty(); }

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_KERNELSUPPORT_H
