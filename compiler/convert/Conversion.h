//===- Conversion.h - Models in another quantized format --------*- C++ -*-===//
//
// What `qcompile convert` does (docs/Convert.md): a model is brought to the normal form of quantization, that to the
// target format, and the result to an ONNX file.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_CONVERT_CONVERSION_H
#define QCOMPILE_COMPILER_CONVERT_CONVERSION_H

#include <optional>
#include <string>

#include "compiler/frontend/export/Export.h"
#include "compiler/session/Session.h"

namespace qcompile::convert {

enum class Format {
  Qonnx,          ///< Quant and its relatives
  Qcdq,           ///< QuantizeLinear, Clip, DequantizeLinear
  Qdq,            ///< without Clip
  Qop,            ///< QLinearConv and its relatives, QCDQ between them
  Multithreshold, ///< sums of integers and MultiThreshold
};

std::optional<Format> parseFormat(llvm::StringRef name);
/// "qonnx, qcdq, …", for messages.
std::string listFormats();

struct ConversionOptions {
  Format format = Format::Qcdq;
  /// By default the source's opset, or the one next to it that has all operators used.
  ExportOptions file;
  /// Roundings that the target format does otherwise are left to it; bits that it does not keep are lost.
  bool allowApproximate = false;
  /// Integers of 2 and 4 bits are stored in such types.
  bool smallTypes = false;
};

/// The bytes of the ONNX file that the loaded model of `session` becomes; its module is changed. Nothing after errors,
/// which have been reported: all that has no exact form in the target format.
std::optional<std::string> convertModel(Session &session, const ConversionOptions &options);

} // namespace qcompile::convert

#endif // QCOMPILE_COMPILER_CONVERT_CONVERSION_H
