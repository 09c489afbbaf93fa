//===- Recording.h - What another program computed --------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_RECORDING_H
#define QCOMPILE_COMPILER_COMPARE_RECORDING_H

#include "compiler/compare/Trace.h"

namespace qcompile::compare {

/// Reads recorded tensors: a folder with one NAME.npy per tensor (names percent-encoded as `run --dump-intermediates`
/// writes them, if need be), an .npz archive whose arrays have the tensors' names, or a folder of ONNX test data sets,
/// which have outputs only. Samples lie along the first dimension. An output of the model is recorded by its name.
llvm::Expected<Trace> readRecording(llvm::StringRef path, llvm::ArrayRef<runtime::Port> outputs);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_RECORDING_H
