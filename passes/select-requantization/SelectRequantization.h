//===- SelectRequantization.h - Thresholds as multiplications ---*- C++ -*-===//
#ifndef QCOMPILE_PASSES_SELECTREQUANTIZATION_H
#define QCOMPILE_PASSES_SELECTREQUANTIZATION_H

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/select-requantization/SelectRequantization.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/select-requantization/SelectRequantization.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_SELECTREQUANTIZATION_H
