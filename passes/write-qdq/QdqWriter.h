//===- QdqWriter.h - One quantizer by linear operators ----------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_WRITEQDQ_QDQWRITER_H
#define QCOMPILE_PASSES_WRITEQDQ_QDQWRITER_H

#include "passes/write-qdq/Granularity.h"
#include "passes/write-qdq/Storage.h"

namespace qcompile {

/// Each replaces the quantizer. False, with the reason and nothing changed, where it has no exact form. `note` says
/// what had to be written beside the pair of operators, or stays empty.
class QdqWriter {
public:
  QdqWriter(const StorageChoice &choice, bool allowApproximate) : choice(choice), allowApproximate(allowApproximate) {}

  /// A uniform quantizer.
  bool write(const Quantizer &quantizer, std::string &reason, std::string &note) const;
  /// The Clip of stored codes that are limited (`kCodesAttr`), in front of their DequantizeLinear.
  void writeStoredClip(mlir::Operation *op) const;
  /// An onnx.Trunc, or Trunc_v1, whose codes are known to be few (`kCodesAttr`).
  bool writeTrunc(mlir::Operation *op, std::string &reason) const;
  /// An onnx.FloatQuant.
  bool writeFloat(mlir::Operation *op, std::string &reason) const;

private:
  bool writeConstant(const Quantizer &quantizer, const Granularity &granularity, std::string &reason) const;
  bool writeActivation(const Quantizer &quantizer, const Granularity &granularity, std::string &reason,
                       std::string &note) const;

  bool hasLimits(const Quantizer &quantizer, runtime::DataType type) const;
  void finishPair(const Quantizer &quantizer, const Granularity &granularity, runtime::DataType type,
                  const runtime::Tensor &zeroPoint, mlir::Value x) const;

  StorageChoice choice;
  bool allowApproximate;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_WRITEQDQ_QDQWRITER_H
