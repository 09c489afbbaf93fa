//===- ConvertQnnToMultithreshold.h - Integers as floats --------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_H
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_H
