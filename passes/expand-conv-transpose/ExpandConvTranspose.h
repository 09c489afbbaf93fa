//===- ExpandConvTranspose.h - Convolutions without zeros -------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_H
#define QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/expand-conv-transpose/ExpandConvTranspose.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/expand-conv-transpose/ExpandConvTranspose.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_EXPANDCONVTRANSPOSE_H
