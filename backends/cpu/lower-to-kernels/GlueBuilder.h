//===- GlueBuilder.h - A kernel plan in the llvm dialect --------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_GLUEBUILDER_H
#define QCOMPILE_BACKENDS_CPU_GLUEBUILDER_H

#include "backends/cpu/lower-to-kernels/KernelPlan.h"
#include "mlir/IR/BuiltinOps.h"

namespace qcompile::cpu {

/// Symbols of a lowered module.
inline constexpr llvm::StringLiteral kRunFunction = "network_run";
inline constexpr llvm::StringLiteral kDescriptor = "network_descriptor";
/// Attribute of a lowered module: the parameter image, a #data.constant of bytes.
inline constexpr llvm::StringLiteral kImageAttr = "data.parameters";

/// Puts the plan into `module` as functions and globals of the llvm dialect: the function that calls
/// the kernels one after the other, and the descriptor (runtime/artifact/artifact.h).
void buildGlue(const KernelPlan &plan, mlir::ModuleOp module);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_GLUEBUILDER_H
