//===- ProductQuantize.h - Products by look-ups -----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_H

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/product-quantize/ProductQuantize.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/product-quantize/ProductQuantize.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_H
