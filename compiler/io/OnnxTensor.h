//===- OnnxTensor.h - Tensors in ONNX's own files ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_ONNXTENSOR_H
#define QCOMPILE_COMPILER_IO_ONNXTENSOR_H

#include "runtime/core/tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// The tensor of a serialized ONNX TensorProto (as the node tests store inputs and outputs).
llvm::Expected<runtime::Tensor> parseOnnxTensor(llvm::StringRef bytes, llvm::StringRef path);

/// The serialized ONNX TensorProto of a tensor whose element type ONNX has, else an error.
llvm::Expected<std::string> formatOnnxTensor(const runtime::Tensor &tensor, llvm::StringRef name);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_ONNXTENSOR_H
