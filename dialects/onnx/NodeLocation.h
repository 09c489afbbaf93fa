//===- NodeLocation.h - Locations that name ONNX nodes ----------*- C++ -*-===//
//
// Every imported operation carries `loc("node"("tensor"("file":index:0)))`: the node's name, the
// name of its first output, the file, and the node's topological index. Rewrites keep locations, so
// that messages name source nodes to the very end.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ONNX_NODELOCATION_H
#define QCOMPILE_DIALECTS_ONNX_NODELOCATION_H

#include <string>

#include "mlir/IR/Location.h"

namespace qcompile::onnx {

mlir::Location makeNodeLocation(mlir::MLIRContext *context, llvm::StringRef node, llvm::StringRef tensor,
                                llvm::StringRef file, unsigned index);

/// The name of the source node, or an empty string. A fused location gives the last of its nodes:
/// the one whose output the operation computes.
llvm::StringRef getNodeName(mlir::Location location);

/// The name of the source tensor that the operation computes, or an empty string.
llvm::StringRef getTensorName(mlir::Location location);

/// Whether the operation, or one that it took the place of, stands in a file; else a rewrite wrote it as a step beside
/// such a one.
bool isOfFile(mlir::Location location);

/// What messages call the operation: the node's name, else the tensor's, else the op's own name.
std::string describe(mlir::Operation *op);

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_NODELOCATION_H
