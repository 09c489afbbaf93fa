//===- EmitRom.h - Weights and thresholds as C++ ----------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_EMIT_EMITROM_H
#define QCOMPILE_BACKENDS_HLS_EMIT_EMITROM_H

#include "backends/hls/Rom.h"
#include "backends/hls/dialect/HlsDialect.h"

namespace qcompile::hls {

/// A definition, and how the stage function refers to the object.
struct EmittedRom {
  /// `static const ... name = {...};`
  std::string definition;
  /// The object, or a temporary of an activation without memory.
  std::string expression;
  /// Names of arrays whose listed dimensions are read in one clock.
  std::vector<std::pair<std::string, std::vector<int>>> partitions;
};

/// The library's name of an element type: "Signed<4>", "Unsigned<2>", "Bipolar".
std::string getCodeName(mlir::Type elementType);

EmittedRom emitWeights(MatrixVectorOp op, llvm::StringRef name);
EmittedRom emitWeights(VectorVectorOp op, llvm::StringRef name);
/// The activation of a unit, or its plain sum.
EmittedRom emitActivation(MatrixVectorOp op, llvm::StringRef name);
EmittedRom emitActivation(VectorVectorOp op, llvm::StringRef name);
EmittedRom emitActivation(ActivateOp op, llvm::StringRef name);

/// Numbers as an array with the given extents, of an integer type that holds values of `element`.
EmittedRom emitNumbers(llvm::ArrayRef<int64_t> values, llvm::ArrayRef<int64_t> extents, mlir::Type element,
                       llvm::StringRef name);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_EMIT_EMITROM_H
