//===- MicrosoftFunctions.h - Operators of ONNX Runtime by functions *- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTFUNCTIONS_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTFUNCTIONS_H

#include <string>

#include "onnx/defs/schema.h"

namespace qcompile::onnx {

/// The body of standard operators that computes exactly what an operator of the domain com.microsoft does, which import
/// puts in its place; empty where there is none.
::onnx::ContextDependentFunctionBodyBuilder findMicrosoftBody(const std::string &operatorName);

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTFUNCTIONS_H
