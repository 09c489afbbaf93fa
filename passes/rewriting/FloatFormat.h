//===- FloatFormat.h - float types as FloatQuant has them -------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_FLOATFORMAT_H
#define QCOMPILE_PASSES_REWRITING_FLOATFORMAT_H

#include <optional>

#include "mlir/IR/Types.h"

namespace qcompile {

/// Parameters of FloatQuant.
struct FloatFormat {
  double exponentBits, mantissaBits, bias, largest;
  bool operator==(const FloatFormat &) const = default;
};

/// The format that has the finite values of an element type; nothing where none has.
std::optional<FloatFormat> getFloatFormat(mlir::Type elementType);
/// The element type whose finite values are those of the format; null where there is none.
mlir::Type findFloatType(mlir::MLIRContext *context, const FloatFormat &format);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_FLOATFORMAT_H
