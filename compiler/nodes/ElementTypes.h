//===- ElementTypes.h - Types of ONNX and of MLIR ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_NODES_ELEMENTTYPES_H
#define QCOMPILE_COMPILER_NODES_ELEMENTTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace onnx {
class TypeProto;
} // namespace onnx

namespace qcompile::nodes {

/// The MLIR element type of an ONNX element type, or null for strings and undefined.
mlir::Type getElementType(mlir::MLIRContext *context, int onnxType);
/// The ONNX element type of an MLIR one, or UNDEFINED, 0.
int getOnnxElementType(mlir::Type elementType);

/// A tensor type; dimensions without a value are dynamic. Null for what is no tensor of numbers.
mlir::Type readType(mlir::MLIRContext *context, const ::onnx::TypeProto &type);
/// Fills a tensor type; open dimensions have no value. False where ONNX has no such type.
bool writeType(mlir::Type type, ::onnx::TypeProto &out);

} // namespace qcompile::nodes

#endif // QCOMPILE_COMPILER_NODES_ELEMENTTYPES_H
