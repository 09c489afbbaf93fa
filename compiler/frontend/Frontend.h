//===- Frontend.h - ONNX files to the onnx dialect --------------*- C++ -*-===//
//
// Reading: parse → inline functions of the model → repair → check sizes and data → upgrade to the pinned opset →
// check → infer shapes → operations. Every problem is reported as a diagnostic with a code and the node's name; all
// problems of a step are reported together.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_FRONTEND_FRONTEND_H
#define QCOMPILE_COMPILER_FRONTEND_FRONTEND_H

#include <functional>
#include <map>

#include "compiler/frontend/ImportReport.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace qcompile {

struct ImportOptions {
  /// Shapes that replace those of the file, by input name.
  std::map<std::string, std::vector<int64_t>> inputShapes;
  /// Shapes of the data that inputs of these names will get, for dimensions that neither the file nor `inputShapes`
  /// gives a size; called where there are any.
  std::function<std::map<std::string, std::vector<int64_t>>(llvm::ArrayRef<std::string> inputs)> getDataShapes;
  /// The first dimension of data is that of samples, which are computed one by one; this takes all of them as one
  /// batch.
  bool takeBatchFromData = false;
  /// Dimensions that nothing gives a size stay unknown, instead of being an error: for looking at a model.
  bool keepUnknownShapes = false;
  /// Nodes with unknown operators are errors, but what is known of the model is read all the same: for looking at it.
  bool keepUnknownOperators = false;
};

/// The opset of the default domain that every model is brought to, and the newest that is read.
int64_t getNewestOpset();

/// Reads an ONNX file. On failure the module is null and diagnostics have been emitted.
mlir::OwningOpRef<mlir::ModuleOp> importOnnxFile(mlir::MLIRContext *context, llvm::StringRef path,
                                                 const ImportOptions &options, ImportReport &report);

/// The same from memory: `name` stands for the file in messages, `directory` is where external data may
/// lie (empty: nowhere).
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(mlir::MLIRContext *context, llvm::StringRef bytes, llvm::StringRef name,
                                             llvm::StringRef directory, const ImportOptions &options,
                                             ImportReport &report);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_FRONTEND_FRONTEND_H
