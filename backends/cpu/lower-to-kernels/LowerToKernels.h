//===- LowerToKernels.h - A network as calls of kernels ---------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_LOWERTOKERNELS_H
#define QCOMPILE_BACKENDS_CPU_LOWERTOKERNELS_H

#include "dialects/data/DataDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

namespace qcompile::cpu {

#define GEN_PASS_DECL
#include "backends/cpu/lower-to-kernels/LowerToKernels.h.inc"
#define GEN_PASS_REGISTRATION
#include "backends/cpu/lower-to-kernels/LowerToKernels.h.inc"

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_LOWERTOKERNELS_H
