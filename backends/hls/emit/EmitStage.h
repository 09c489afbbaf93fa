//===- EmitStage.h - One stage as a C++ function ----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_EMIT_EMITSTAGE_H
#define QCOMPILE_BACKENDS_HLS_EMIT_EMITSTAGE_H

#include "backends/hls/dialect/HlsDialect.h"

namespace qcompile::hls {

/// The statements of a stage's function, and the constant arrays that they refer to.
struct StageCode {
  std::string body, memory;
};

/// The names of the function's parameters, in the order of operands and results.
llvm::StringRef getInputName(unsigned operand);
llvm::StringRef getOutputName(unsigned result);

/// A call of the library for a stage; arrays have names that start with `name`. Queues have none.
StageCode emitStage(mlir::Operation *op, llvm::StringRef name);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_EMIT_EMITSTAGE_H
