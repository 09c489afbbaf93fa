//===- MicrosoftSchemas.h - Quantized operators of ONNX Runtime -*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTSCHEMAS_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTSCHEMAS_H

namespace qcompile::onnx {

/// The domain of ONNX Runtime's own operators.
inline constexpr const char *kMicrosoftDomain = "com.microsoft";
inline constexpr int kMicrosoftVersion = 1;

/// Adds the domain and those of its operators that quantized files use; to be called once per process.
void registerMicrosoftSchemas();

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_MICROSOFTSCHEMAS_H
