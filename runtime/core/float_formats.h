// Floats narrower than float32: bfloat16, float16, the 8-bit formats of ONNX and float4e2m1. They
// are computed with as float32 or double, and rounded once to be stored.
#ifndef QCOMPILE_RUNTIME_CORE_FLOAT_FORMATS_H_
#define QCOMPILE_RUNTIME_CORE_FLOAT_FORMATS_H_

#include <cstdint>

#include "runtime/core/data_type.h"

namespace qcompile::runtime {

// A float that is narrower than float32.
constexpr bool IsNarrowFloat(DataType type) { return type.IsFloat() && type.bits < 32; }

// Where a number lies beyond the range of a format.
enum class Overflow : uint8_t {
  kSaturate,  // the largest finite number of its sign; infinities too
  kInfinity,  // infinity, or NaN in a format without infinities
};
// How a number between two of a format is rounded.
enum class FloatRounding : uint8_t {
  kHalfEven,
  kUp,    // towards plus infinity
  kDown,  // towards zero
  kHalfAway,
};

// The number that the lowest `type.bits` bits of `code` stand for. Requires IsNarrowFloat(type).
double DecodeFloat(DataType type, uint32_t code);
// The code of the number nearest to `value`. NaN gives the NaN of the format; the one without any
// (float4e2m1) gives -0, and saturates in any case. float8e8m0 has neither sign nor zero: the
// smallest number stands for all below it, and NaN for negative ones.
uint32_t EncodeFloat(DataType type, double value, Overflow overflow,
                     FloatRounding rounding = FloatRounding::kHalfEven);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_CORE_FLOAT_FORMATS_H_
