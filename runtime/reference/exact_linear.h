// Exact products of quantized matrices, rounded once.
#ifndef QCOMPILE_RUNTIME_REFERENCE_EXACT_LINEAR_H_
#define QCOMPILE_RUNTIME_REFERENCE_EXACT_LINEAR_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "runtime/core/value.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/exact_sum.h"
#include "runtime/reference/integer_reading.h"

namespace qcompile::runtime {

// Where the elements of a matrix lie: vector v, position k at v * vector_stride + k * k_stride.
// One of the strides is 1.
// Products run along k: the vectors of the left side are its rows, those of the right its columns.
struct MatrixLayout {
  int64_t vectors = 0;
  int64_t vector_stride = 0;
  int64_t k_stride = 0;
};

// y = alpha * a * b + beta * bias. The bias is plain or quantized and broadcasts to the result.
struct LinearTerms {
  float alpha = 1;
  float beta = 1;
  const Value* bias = nullptr;
};

// The bias of one product, prepared for shape `result`.
class ExactBias {
 public:
  ExactBias(const LinearTerms& terms, const Shape& result);
  // The whole result for element `i` where a plain bias is infinite or NaN there.
  std::optional<float> NonFinite(int64_t i) const;
  // Adds beta * bias for element `i` of the result, which must be finite.
  void AddTo(ExactSum& sum, int64_t i) const;

 private:
  const Value* bias_;
  double beta_;
  std::optional<BroadcastIndex> values_, scales_, zeros_;
};

class ExactMatrixProduct {
 public:
  // The operands must outlive the product. `k` is the common extent.
  ExactMatrixProduct(const QuantizedView& a, MatrixLayout a_layout, const QuantizedView& b,
                     MatrixLayout b_layout, int64_t k);

  // Writes the result of the matrices that start at elements `a_offset` and `b_offset`. Element
  // i of `out` gets alpha times its dot product plus bias i.
  void Compute(int64_t a_offset, int64_t b_offset, float alpha, const ExactBias& bias,
               absl::Span<float> out) const;

  // Scale and zero point do not change along k and every sum of codes fits 64 bits: codes are
  // summed as integers and one exact product is made. The other way adds every product exactly.
  // Both give the same results.
  bool fast() const { return fast_; }
  void ForceSlow() { fast_ = false; }

 private:
  struct Side {
    const QuantizedView& view;
    ReadingElements elements;
    MatrixLayout layout;
    std::vector<int32_t> codes;  // widened, for the fast way
    bool has_zero_points;

    int64_t At(int64_t vector, int64_t k) const {
      return vector * layout.vector_stride + k * layout.k_stride;
    }
  };
  static Side MakeSide(const QuantizedView& view, MatrixLayout layout);
  template <typename Sum>
  void SumProducts(const int32_t* row, const int32_t* b, Sum* sums) const;
  std::vector<int64_t> SumCodes(const Side& side, int64_t offset) const;
  void AddFast(int64_t a_at, int64_t b_at, int64_t products, int64_t a_sum, int64_t b_sum,
               float alpha, ExactSum& sum) const;
  void AddSlow(int64_t a_at, int64_t b_at, float alpha, ExactSum& sum) const;

  Side a_, b_;
  int64_t k_;
  bool fast_;
  bool narrow_;  // sums of codes even fit 32 bits
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_EXACT_LINEAR_H_
