//===- ElementTypes.h - Numbers of ONNX element types -----------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_EXPORT_ELEMENTTYPES_H
#define QCOMPILE_COMPILER_FRONTEND_EXPORT_ELEMENTTYPES_H

#include "mlir/IR/Types.h"

namespace qcompile::frontend {

/// The ONNX element type of an MLIR one, or UNDEFINED, 0.
int getOnnxElementType(mlir::Type elementType);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_EXPORT_ELEMENTTYPES_H
