//===- PassCatalog.h - Steps as pipelines of passes -------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_PASSCATALOG_H
#define QCOMPILE_COMPILER_COMPRESS_PASSCATALOG_H

#include "compiler/compress/Recipe.h"
#include "mlir/Pass/PassManager.h"

namespace qcompile::compress {

/// Whether the pass of that flag is there, and takes the option with the value.
bool isPass(llvm::StringRef flag);
bool hasOption(llvm::StringRef flag, llvm::StringRef option, llvm::StringRef value);

/// The step as a textual pipeline, "func.func(onnx-prune-weights{layers=conv2 pattern=2:4})". `calibration` are
/// settings that it gets, with all samples, where the pass takes them and the step names none.
///
/// Characters of layer names that have a meaning in pipelines become '?', which stands for any character.
std::string formatPipeline(const Step &step, llvm::ArrayRef<std::string> calibration);

/// What is wrong with a step, or an empty string: an unknown pass or option, with the nearest one that there is, or a
/// value that the option does not take.
std::string checkStep(const Step &step);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_PASSCATALOG_H
