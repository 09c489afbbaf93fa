//===- TensorData.h - Initializers as constants -----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_TENSORDATA_H
#define QCOMPILE_COMPILER_FRONTEND_TENSORDATA_H

#include "compiler/frontend/ModelContext.h"
#include "dialects/data/DataDialect.h"

namespace qcompile::frontend {

/// The MLIR element type of an ONNX element type, or null for strings and undefined.
mlir::Type getElementType(mlir::MLIRContext *context, int onnxType);

/// A tensor type; dimensions without a value are dynamic. Null for what is no tensor of numbers.
mlir::Type readType(mlir::MLIRContext *context, const ::onnx::TypeProto &type);

/// Initializers up to this many elements may be parameters (axes, shapes, scales) whose values
/// conversion and inference need; bigger ones are only data.
inline constexpr uint64_t kParameterElements = 64;

/// Adds up elements and bytes of the initializers for the report.
void countParameters(ModelContext &model);

/// Checks declared sizes of all initializers against their data, before anything is allocated for them.
mlir::LogicalResult checkTensorData(ModelContext &model);

/// The constant of a checked tensor: raw bytes are referred to, not copied; external data is mapped.
/// Null, after an error, where the data cannot be had.
data::ConstantAttr makeConstant(ModelContext &model, const ::onnx::TensorProto &tensor,
                                llvm::StringRef name);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_TENSORDATA_H
