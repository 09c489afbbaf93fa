//===- Export.h - The onnx dialect to ONNX files ----------------*- C++ -*-===//
//
// Writing: a function of the `onnx` dialect, at any stage before integer, becomes an ONNX/QONNX model
// that computes the same. Nodes and tensors get the names that locations carry, constants become
// initializers, each held once.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_FRONTEND_EXPORT_EXPORT_H
#define QCOMPILE_COMPILER_FRONTEND_EXPORT_EXPORT_H

#include <optional>
#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile {

/// What the file is to be; by default, what most programs read.
struct ExportOptions {
  /// The opset of the default domain. By default the oldest in which every operator used is the dialect's.
  std::optional<int64_t> opset;
  /// The IR version. By default 10, or what an element type needs.
  std::optional<int64_t> irVersion;
};

/// The bytes of the model that `function` computes. Nothing where it cannot be written: every reason has
/// been reported as a diagnostic, with the node's name.
std::optional<std::string> exportOnnx(mlir::func::FuncOp function, const ExportOptions &options = {});

/// The same to a file, written whole or not at all.
mlir::LogicalResult exportOnnxFile(mlir::func::FuncOp function, llvm::StringRef path,
                                   const ExportOptions &options = {});

/// The opsets at which the function can be written.
struct OpsetRange {
  int64_t oldest = 0, newest = 0;
};
OpsetRange getOpsetRange(mlir::func::FuncOp function);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_FRONTEND_EXPORT_EXPORT_H
