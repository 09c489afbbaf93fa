//===- PqSchemas.h - Operators of the domain `qcompile` ---------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_PQSCHEMAS_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_PQSCHEMAS_H

#include "onnx/onnx_pb.h"

namespace qcompile::onnx {

/// Our own domain. Files that use an operator of it carry the function that computes it by standard operators.
inline constexpr const char *kQcompileDomain = "qcompile";
inline constexpr int kQcompileVersion = 1;

/// Adds the domain and its schemas; to be called once per process.
void registerPqSchemas();

/// The function of an operator of the domain, with operators of the default domain as they are from opset 13 on,
/// imported at `opset`. Nothing (no name) for an operator that the domain does not have.
::onnx::FunctionProto makeFunction(const std::string &operatorName, int opset);

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_PQSCHEMAS_H
