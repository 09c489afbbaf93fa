//===- ExpandPq.h - Product quantization by other operations ----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_EXPANDPQ_H
#define QCOMPILE_PASSES_EXPANDPQ_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/Error.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/expand-pq/ExpandPq.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/expand-pq/ExpandPq.h.inc"

/// Why the pass leaves an operation of static shape as it is; success where it expands it.
llvm::Error checkPqExpansion(qnn::PqOp op);

} // namespace qcompile

#endif // QCOMPILE_PASSES_EXPANDPQ_H
