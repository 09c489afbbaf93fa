// What an operation of the reference semantics takes and gives.
#ifndef QCOMPILE_RUNTIME_CORE_VALUE_H_
#define QCOMPILE_RUNTIME_CORE_VALUE_H_

#include <optional>

#include "runtime/core/tensor.h"

namespace qcompile::runtime {

// The exact reading of a quantized tensor: element i is the real number
// scale * (codes[i] - zero_point), with scale and zero_point broadcast (numpy rules, equal rank:
// every dimension is 1 or that of the codes). Both are float32, as in the source model; the zero
// point may be fractional.
struct QuantizedView {
  Tensor codes;
  Tensor scale;
  Tensor zero_point;
};

// A tensor and, where it is the output of a quantizer (or a mere selection or rearrangement of
// one), its exact reading. `tensor` holds that reading rounded to float32.
struct Value {
  Tensor tensor;
  std::optional<QuantizedView> quantized;

  Value() = default;
  Value(Tensor t) : tensor(std::move(t)) {}  // NOLINT: a tensor is a value
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_CORE_VALUE_H_
