//===- ExternalData.h - Tensors in files beside the model -------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_EXTERNALDATA_H
#define QCOMPILE_COMPILER_FRONTEND_EXTERNALDATA_H

#include "compiler/frontend/ModelContext.h"

namespace qcompile::frontend {

struct MappedBytes {
  llvm::ArrayRef<uint8_t> bytes;
  std::shared_ptr<const void> owner; ///< null on failure
};

/// Maps the bytes of an external tensor. The path must be relative, without "..", and lead, links resolved, to a
/// file within the model's folder; offset and length must lie within the file. Otherwise an error is
/// emitted, which calls the tensor `name`, and the result is empty.
MappedBytes mapExternalData(ModelContext &model, const ::onnx::TensorProto &tensor, llvm::StringRef name,
                            uint64_t expectedSize);

struct ExternalTensor {
  ::onnx::TensorProto *tensor;
  uint64_t size;    ///< in bytes
  bool isParameter; ///< its values are needed to infer shapes
};

/// Checks that all of them can be mapped, and reports what is wrong with a file once for all tensors in it. The bytes
/// of parameters are put into the message, where the library finds them.
mlir::LogicalResult checkExternalData(ModelContext &model, llvm::ArrayRef<ExternalTensor> tensors);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_EXTERNALDATA_H
