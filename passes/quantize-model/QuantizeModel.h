//===- QuantizeModel.h - Low-bit weights and activations --------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_QUANTIZEMODEL_QUANTIZEMODEL_H
#define QCOMPILE_PASSES_QUANTIZEMODEL_QUANTIZEMODEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/quantize-model/QuantizeModel.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/quantize-model/QuantizeModel.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_QUANTIZEMODEL_QUANTIZEMODEL_H
