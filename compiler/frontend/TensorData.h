//===- TensorData.h - Initializers as constants -----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_TENSORDATA_H
#define QCOMPILE_COMPILER_FRONTEND_TENSORDATA_H

#include "compiler/frontend/ModelContext.h"
#include "dialects/data/DataDialect.h"
#include "llvm/ADT/StringSet.h"

namespace qcompile::frontend {

/// Adds up elements and bytes of the initializers for the report.
void countParameters(ModelContext &model);

/// Checks declared sizes of all initializers against their data, before anything is allocated for them.
mlir::LogicalResult checkTensorData(ModelContext &model);

/// Checks external data that stands in attributes of nodes and in initializers of graphs that have taken their nodes'
/// places, which `checkTensorData` has not seen.
mlir::LogicalResult checkInlinedData(ModelContext &model, const llvm::StringSet<> &used);

/// The constant of a checked tensor: raw bytes are referred to, not copied; external data is mapped.
/// Null, after an error, where the data cannot be had.
data::ConstantAttr makeConstant(ModelContext &model, const ::onnx::TensorProto &tensor, llvm::StringRef name);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_TENSORDATA_H
