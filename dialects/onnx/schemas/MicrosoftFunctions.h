//===- MicrosoftFunctions.h - Operators of ONNX Runtime by functions *- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTFUNCTIONS_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTFUNCTIONS_H

#include <vector>

#include "onnx/defs/schema.h"

namespace qcompile::onnx {

/// Quantized operators of the domain com.microsoft that standard operators say exactly: import puts these in their place.
std::vector<::onnx::OpSchema> makeMicrosoftFunctions();

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTFUNCTIONS_H
