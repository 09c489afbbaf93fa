//===- ConvertOnnxToQnn.h - The exact integer form --------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_H
