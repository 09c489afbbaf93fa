//===- NodeWriter.h - One operation as an ONNX node -------------*- C++ -*-===//
//
// The inverse of what the frontend does for one node or tensor.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_NODES_NODEWRITER_H
#define QCOMPILE_COMPILER_NODES_NODEWRITER_H

#include <optional>
#include <string>

#include "compiler/nodes/OperatorVersions.h"
#include "dialects/data/DataDialect.h"
#include "mlir/IR/Operation.h"
#include "onnx/onnx_pb.h"

namespace qcompile::nodes {

/// The schema that the operation was generated from, or null.
const ::onnx::OpSchema *findSchema(mlir::Operation *op);

/// Fills type, shape and data. False, with the reason in `problem`, where ONNX has no such element type.
bool writeTensor(data::ConstantAttr constant, ::onnx::TensorProto &tensor, std::string &problem);

/// Fills operator, domain and attributes of a node, and returns the versions of the domain in which it means the
/// operation. Nothing, with the reason in `problem`, for an operation that no ONNX node stands for.
std::optional<VersionRange> writeNode(mlir::Operation *op, ::onnx::NodeProto &node, std::string &problem);

/// The same for a copy of `value`, named `input`, as `output`.
VersionRange writeIdentity(mlir::Value value, llvm::StringRef input, llvm::StringRef output, ::onnx::NodeProto &node);

} // namespace qcompile::nodes

#endif // QCOMPILE_COMPILER_NODES_NODEWRITER_H
