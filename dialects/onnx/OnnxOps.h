//===- OnnxOps.h - The onnx dialect's operations ----------------*- C++ -*-===//
//
// A big generated header: include it only where operation classes are needed.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ONNX_ONNXOPS_H
#define QCOMPILE_DIALECTS_ONNX_ONNXOPS_H

#include "dialects/onnx/OnnxDialect.h"

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxOps.h.inc"

#endif // QCOMPILE_DIALECTS_ONNX_ONNXOPS_H
