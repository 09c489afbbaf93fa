// Element types of tensors: the ONNX numeric types (but the complex ones) plus integers of any
// width up to 64 bits and the bipolar type {-1, +1}.
#ifndef QCOMPILE_RUNTIME_CORE_DATA_TYPE_H_
#define QCOMPILE_RUNTIME_CORE_DATA_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace qcompile::runtime {

enum class TypeKind : uint8_t {
  kFloat = 0,     // IEEE binary16, binary32 or binary64
  kSigned = 1,    // two's complement, `bits` wide
  kUnsigned = 2,  // `bits` wide
  kBool = 3,
  kBipolar = 4,  // one bit: -1 or +1
  // Floats that are stored and converted, but computed with as float32
  // (runtime/core/float_formats.h).
  kBFloat16 = 5,
  kFloat8E4M3FN = 6,
  kFloat8E4M3FNUZ = 7,
  kFloat8E5M2 = 8,
  kFloat8E5M2FNUZ = 9,
  kFloat8E8M0 = 10,
  kFloat4E2M1 = 11,
};

// A numeric element type. `bits` is the logical width, which for integers may be any value from
// 1 to 64.
struct DataType {
  TypeKind kind = TypeKind::kFloat;
  uint8_t bits = 32;

  static constexpr DataType Float32() { return {TypeKind::kFloat, 32}; }
  static constexpr DataType Float64() { return {TypeKind::kFloat, 64}; }
  static constexpr DataType Float16() { return {TypeKind::kFloat, 16}; }
  static constexpr DataType BFloat16() { return {TypeKind::kBFloat16, 16}; }
  static constexpr DataType Int64() { return {TypeKind::kSigned, 64}; }
  static constexpr DataType Signed(int bits) {
    return {TypeKind::kSigned, static_cast<uint8_t>(bits)};
  }
  static constexpr DataType Unsigned(int bits) {
    return {TypeKind::kUnsigned, static_cast<uint8_t>(bits)};
  }
  static constexpr DataType Bool() { return {TypeKind::kBool, 1}; }
  static constexpr DataType Bipolar() { return {TypeKind::kBipolar, 1}; }

  friend constexpr bool operator==(DataType a, DataType b) {
    return a.kind == b.kind && a.bits == b.bits;
  }
  friend constexpr bool operator!=(DataType a, DataType b) { return !(a == b); }

  constexpr bool IsFloat() const { return kind == TypeKind::kFloat || kind >= TypeKind::kBFloat16; }
  // Integer codes: signed, unsigned, bool and bipolar.
  constexpr bool IsInteger() const { return !IsFloat(); }

  // Smallest and largest value of an integer type. The largest value of a 64-bit unsigned type
  // does not fit and is reported as INT64_MAX: codes of this project are at most 48 bits wide.
  int64_t MinValue() const;
  int64_t MaxValue() const;
  // Whether `value` is one of the type's values (0 is not a bipolar value).
  bool Contains(int64_t value) const;

  // The kind and width name one of the types.
  bool IsValid() const;

  // Bytes that one element takes in a Tensor: the smallest of 1, 2, 4, 8 that holds it.
  size_t ContainerSize() const;

  // "float32", "bfloat16", "float8e4m3fn", "int3", "uint8", "bool", "bipolar".
  std::string ToString() const;
  static absl::StatusOr<DataType> Parse(absl::string_view text);
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_CORE_DATA_TYPE_H_
