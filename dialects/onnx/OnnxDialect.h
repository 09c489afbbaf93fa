//===- OnnxDialect.h - The onnx dialect -------------------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_ONNXDIALECT_H
#define QCOMPILE_DIALECTS_ONNX_ONNXDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/OnnxDialect.h.inc"

#endif // QCOMPILE_DIALECTS_ONNX_ONNXDIALECT_H
