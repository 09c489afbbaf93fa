//===- QonnxSchemas.h - The QONNX operators as ONNX schemas -----*- C++ -*-===//
//
// Registers the QONNX operators in the onnx library's own registry, so that its checker, shape
// inference and version converter work on whole models, and so that the `onnx` dialect is
// generated from one source.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_QONNXSCHEMAS_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_QONNXSCHEMAS_H

namespace qcompile::onnx {

/// The domain of the general QONNX operators; its newest version is 2.
inline constexpr const char *kQonnxDomain = "qonnx.custom_op.general";
inline constexpr int kQonnxVersion = 2;
/// The domain of the operators whose data is stored channels last.
inline constexpr const char *kChannelsLastDomain = "qonnx.custom_op.channels_last";
inline constexpr int kChannelsLastVersion = 1;

/// Adds the domains and schemas, those of our own domain and of ONNX Runtime's included, once per process; later calls
/// do nothing. Thread-safe.
void registerQonnxSchemas();

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_QONNXSCHEMAS_H
