//===- ValueType.h - What the codes of a value are --------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_VALUETYPE_H
#define QCOMPILE_COMPILER_INSPECT_VALUETYPE_H

#include <optional>
#include <string>

#include "mlir/IR/Value.h"

namespace qcompile::inspect {

/// The type of the codes that a value has in the exact reading (docs/ExactReading.md); a float where it has none.
struct ValueType {
  enum class Kind { Signed, Unsigned, Bipolar, Float };
  Kind kind = Kind::Float;
  int bits = 32;

  bool isFloat() const { return kind == Kind::Float; }
  /// The largest magnitude is 2 to this power, with that of signed numbers rounded up: 1 for a bipolar number.
  int magnitudeBits() const { return kind == Kind::Unsigned ? bits : bits - 1; }
  /// "int4", "uint8", "bipolar", "float32".
  std::string toString() const;

  friend bool operator==(const ValueType &, const ValueType &) = default;
};

/// Follows a value to the quantizer that makes its codes, past operations that only select or rearrange elements. Reads
/// single numbers among the constants, no weights.
ValueType getValueType(mlir::Value value);

/// The signed width that holds every sum of `count` products of codes of these types, in any order; nothing for floats
/// and above 63 bits.
std::optional<int> getSumBits(ValueType input, ValueType weight, double count);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_VALUETYPE_H
