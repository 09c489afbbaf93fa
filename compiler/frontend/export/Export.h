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

/// The bytes of the model that `function` computes. Nothing where it cannot be written: every reason has
/// been reported as a diagnostic, with the node's name.
///
/// The default domain is imported at the oldest opset in which every operator used is the dialect's, and
/// the IR version is 10 unless an element type needs a newer one: older programs read the file.
std::optional<std::string> exportOnnx(mlir::func::FuncOp function);

/// The same to a file, written whole or not at all.
mlir::LogicalResult exportOnnxFile(mlir::func::FuncOp function, llvm::StringRef path);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_FRONTEND_EXPORT_EXPORT_H
