//===- QonnxWriter.h - One quantizer by operators of QONNX ------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_WRITEQONNX_QONNXWRITER_H
#define QCOMPILE_PASSES_WRITEQONNX_QONNXWRITER_H

#include "passes/rewriting/FloatFormat.h"
#include "passes/rewriting/OnnxSteps.h"
#include "passes/rewriting/Quantizer.h"

namespace qcompile {

/// Each replaces the operation. False, with the reason and nothing changed, where it has no exact form. `note` says
/// what had to be written beside the quantizer, or stays empty.
class QonnxWriter {
public:
  explicit QonnxWriter(bool allowApproximate) : allowApproximate(allowApproximate) {}

  /// A uniform quantizer.
  bool write(const Quantizer &quantizer, std::string &reason, std::string &note) const;
  /// A DequantizeLinear of constant codes, or of float8 or float4 values.
  bool writeDequantize(mlir::Operation *op, std::string &reason, std::string &note) const;

private:
  bool allowApproximate;
};

/// Writes DequantizeLinear of float8 or float4 values.
bool writeFloatQuant(mlir::Operation *op, const FloatFormat &format, std::string &reason);

/// scale * (code - zero point), the difference first, as DequantizeLinear does; parameters broadcast against the codes.
runtime::Tensor dequantize(const runtime::Tensor &codes, const runtime::Tensor &scale,
                           const runtime::Tensor &zeroPoint);

} // namespace qcompile

#endif // QCOMPILE_PASSES_WRITEQONNX_QONNXWRITER_H
