// Codes of negative or zero scales as codes of positive ones.
#ifndef QCOMPILE_RUNTIME_REFERENCE_POSITIVE_SCALES_H_
#define QCOMPILE_RUNTIME_REFERENCE_POSITIVE_SCALES_H_

#include <cstdint>
#include <vector>

#include "runtime/core/data_type.h"
#include "runtime/core/value.h"

namespace qcompile::runtime {

// Integers of type `type` that stand for scale * (code - zero point); code i has parameter
// `parameter[i]`.
struct LinearCodes {
  DataType type;
  std::vector<int64_t> codes, parameter;
  std::vector<float> scales;
  std::vector<int64_t> zero_points;  // as many as scales
};

// Codes and zero point counted from the other end turn a negative scale around: s (c - z) = -s ((l
// + h - c) - (l + h - z)) with the first and the last code l and h of the type; where the zero
// point is 0 and no code is without its negative, -c and 0 do. A scale of 0 is any scale on codes
// that are the zero point. The numbers stay the same, but for the sign of 0. Gives for every
// parameter the sign that its scale had: -1, 0 or 1.
std::vector<int> MakeScalesPositive(LinearCodes& codes);

// The same for an exact reading whose zero points are integers.
QuantizedView WithPositiveScales(QuantizedView view);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_POSITIVE_SCALES_H_
