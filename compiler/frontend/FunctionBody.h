//===- FunctionBody.h - A function in the place of its call -----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_FUNCTIONBODY_H
#define QCOMPILE_COMPILER_FRONTEND_FUNCTIONBODY_H

#include "compiler/frontend/Nodes.h"
#include "compiler/frontend/Renaming.h"

namespace qcompile::frontend {

/// Copies of functions and of graphs within nodes may make no more nodes than this, and have no more bytes.
inline constexpr int kMaxCopiedNodes = 1 << 17;
inline constexpr int64_t kMaxCopiedBytes = int64_t{1} << 30;

/// Appends the nodes of `function` on the inputs, outputs and attributes of `call`. New values are named by `renaming`;
/// the nodes keep their names.
void appendBody(const ::onnx::NodeProto &call, ::onnx::FunctionProto function, Renaming &&renaming, Nodes &nodes);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_FUNCTIONBODY_H
