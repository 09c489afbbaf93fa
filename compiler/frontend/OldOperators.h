//===- OldOperators.h - What the version converter leaves out ---*- C++ -*-===//
//
// The onnx library converts models to a newer opset. Where it passes over a difference between versions, or builds
// what is not valid, nodes are written otherwise before, or mended afterwards.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_FRONTEND_OLDOPERATORS_H
#define QCOMPILE_COMPILER_FRONTEND_OLDOPERATORS_H

#include "compiler/frontend/ModelContext.h"
#include "llvm/ADT/StringMap.h"

namespace qcompile::frontend {

class OldOperators {
public:
  /// Prepares a model of opset `version` for the converter to `target`; reports nodes that no newer version can say.
  static mlir::FailureOr<OldOperators> prepare(ModelContext &model, int version, int target);
  /// Mends what the converter has made of it.
  void finish(::onnx::GraphProto &graph) const;

private:
  bool resizes = false;                  ///< all Resize are of a version that has become another
  llvm::StringMap<std::string> resizing; ///< how Upsample and Resize round positions, by the result's name
  llvm::StringMap<int32_t> types;        ///< of operands that are not float32, by the name of what is made of them
};

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_OLDOPERATORS_H
