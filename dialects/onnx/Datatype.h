//===- Datatype.h - QONNX data types of values ------------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_DATATYPE_H
#define QCOMPILE_DIALECTS_ONNX_DATATYPE_H

#include "llvm/ADT/StringRef.h"

namespace qcompile {

/// A note on an operation: the QONNX data type of its first result, written as quantization_annotation.
inline constexpr llvm::StringLiteral kDatatypeAttr = "onnx.datatype";

} // namespace qcompile

#endif // QCOMPILE_DIALECTS_ONNX_DATATYPE_H
