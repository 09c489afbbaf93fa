//===- NormaliseQuantization.h - One way of writing quantization*- C++ -*-===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION_H
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

#define GEN_PASS_DECL
#include "passes/normalise-quantization/NormaliseQuantization.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/normalise-quantization/NormaliseQuantization.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION_H
