//===- WriteQonnx.h - Quantizers as QONNX has them --------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_WRITEQONNX_H
#define QCOMPILE_PASSES_WRITEQONNX_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/write-qonnx/WriteQonnx.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/write-qonnx/WriteQonnx.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_WRITEQONNX_H
