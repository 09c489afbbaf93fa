//===- Storage.h - Element types of ONNX for codes --------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_WRITEQDQ_STORAGE_H
#define QCOMPILE_PASSES_WRITEQDQ_STORAGE_H

#include "passes/rewriting/Quantizer.h"

namespace qcompile {

/// Which element types a file may use.
struct StorageChoice {
  bool clip = true;        ///< whether codes may be fewer than those of the type
  bool smallTypes = false; ///< whether types of 2 and 4 bits are used
  int64_t opset = 0;       ///< the newest one, or 0
};

/// The type that QuantizeLinear makes of the codes of `quantizer`. Nothing, with the reason, where it has none.
std::optional<runtime::DataType> chooseStorage(const Quantizer &quantizer, const StorageChoice &choice,
                                               std::string &reason);

/// The same for constant codes, which DequantizeLinear reads: they may also be 32 bits wide.
std::optional<runtime::DataType> chooseConstantStorage(const Quantizer &quantizer, const runtime::Tensor &codes,
                                                       const StorageChoice &choice, std::string &reason);

/// Zero points as elements of `type`. Nothing, with the reason, where one is none.
std::optional<runtime::Tensor> makeZeroPoints(const runtime::Tensor &zeroPoint, runtime::DataType type,
                                              std::string &reason);

} // namespace qcompile

#endif // QCOMPILE_PASSES_WRITEQDQ_STORAGE_H
