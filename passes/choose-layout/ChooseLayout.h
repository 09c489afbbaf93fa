//===- ChooseLayout.h - Layouts of spatial operations -----------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CHOOSELAYOUT_H
#define QCOMPILE_PASSES_CHOOSELAYOUT_H

#include "dialects/onnx/OnnxDialect.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace qcompile {

/// Where spatial operations have their channels.
enum class ChannelLayout { First, Last };
/// On which side of quantizers transposes stand.
enum class TransposeBorder { Floats, Codes };

#define GEN_PASS_DECL
#include "passes/choose-layout/ChooseLayout.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/choose-layout/ChooseLayout.h.inc"

} // namespace qcompile

#endif // QCOMPILE_PASSES_CHOOSELAYOUT_H
