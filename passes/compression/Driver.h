//===- Driver.h - A method on the layers of a model -------------*- C++ -*-===//
//
// Walks the model operation by operation over all calibration samples, with the source model's values beside those of
// the already compressed prefix, and hands every selected layer to the method.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_DRIVER_H
#define QCOMPILE_PASSES_COMPRESSION_DRIVER_H

#include <memory>

#include "passes/compression/LayerwiseRun.h"
#include "passes/compression/Method.h"
#include "passes/compression/Options.h"

namespace qcompile::compression {

/// Compresses the selected layers of `function` one after the other and reports each ([QC-P010] remark, attribute
/// `compression.report`). Problems are collected, then it fails.
mlir::LogicalResult compressLayers(mlir::func::FuncOp function, llvm::StringRef pass, Method &method,
                                   const Options &options);

/// Appends one entry to the report of a pass, and emits it as a remark at the layer.
void reportLayer(mlir::func::FuncOp function, mlir::Operation *layer, llvm::json::Object entry);

/// Calibration samples for `function`, cut into batches of its inputs; nothing where `options` names none. Reports a
/// problem as [QC-U002].
mlir::FailureOr<std::optional<InputBatches>> readCalibration(mlir::func::FuncOp function, const Options &options);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_DRIVER_H
