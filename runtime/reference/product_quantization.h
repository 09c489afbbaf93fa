// Nearest prototypes: the encoder of product quantization (docs/ProductQuantization.md).
#ifndef QCOMPILE_RUNTIME_REFERENCE_PRODUCT_QUANTIZATION_H_
#define QCOMPILE_RUNTIME_REFERENCE_PRODUCT_QUANTIZATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "runtime/core/tensor.h"

namespace qcompile::runtime {

// Prototypes of every sub-space, values[space][prototype][length], and how far a sub-vector is from
// one of them: offsets[space][prototype] + sum over l of |factor * x[l] - prototype[l]|^norm, norm
// 1 or 2. With offsets, norm 2 expresses any quadratic distance.
struct Codebooks {
  int64_t spaces = 0, prototypes = 0, length = 0;
  int64_t factor = 1;
  int64_t norm = 2;
  std::vector<int64_t> values, offsets;

  // Integers of shapes [spaces, prototypes, length], all at least 1, and [spaces, prototypes].
  // Fails with what was expected where they are others, or where factor or norm are not as above.
  absl::Status Read(const Tensor& prototypes, const Tensor& offsets, int64_t factor, int64_t norm);

  // Fails where the magnitude of a distance of inputs from `low` to `high` may reach `limit`, at
  // most 2^62.
  absl::Status CheckDistances(int64_t low, int64_t high, int64_t limit) const;

  // The position of the nearest prototype in each sub-space, ties to the lowest one. `row` has `k`
  // elements, (spaces - 1) * length < k <= spaces * length; what a last, shorter sub-vector lacks
  // counts nothing.
  void Encode(const int64_t* row, int64_t k, int64_t* positions) const;
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_PRODUCT_QUANTIZATION_H_
