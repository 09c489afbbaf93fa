//===- LinearQuantSchema.h - The operator LinearQuant -----------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_LINEARQUANTSCHEMA_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_LINEARQUANTSCHEMA_H

#include "onnx/defs/schema.h"

namespace qcompile::onnx {

/// QuantizeLinear and DequantizeLinear in one (docs/Formats.md).
::onnx::OpSchema makeLinearQuantSchema();
/// Inputs, outputs, attributes and nodes of its function.
void writeLinearQuant(::onnx::FunctionProto &function);

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_LINEARQUANTSCHEMA_H
