// What the operations of the qnn dialect share (docs/Qnn.md).
#ifndef QCOMPILE_RUNTIME_REFERENCE_QNN_SUPPORT_H_
#define QCOMPILE_RUNTIME_REFERENCE_QNN_SUPPORT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {

absl::Status CheckInteger(const Tensor& tensor, absl::string_view what);

// The string attribute `result_type`.
absl::StatusOr<DataType> IntegerResultType(const Attributes& attributes);
// The attribute `shape`: that of the one result.
absl::StatusOr<Shape> ResultShape(const Attributes& attributes);
// The attribute `shapes` of an operation with several results: for each its rank, then its
// dimensions.
absl::StatusOr<std::vector<Shape>> ResultShapes(const Attributes& attributes);

// A list attribute with `count` entries between `least` and 2^31 - 1: sums and products of two are
// far from overflow.
absl::StatusOr<std::vector<int64_t>> ListAttribute(const Attributes& attributes,
                                                   absl::string_view name, int64_t count,
                                                   int64_t least);

// The elements of a tensor around one dimension: [outer, extent, inner].
struct AxisView {
  int64_t axis, outer, extent, inner;
};
// The dimension of attribute `axis`.
absl::StatusOr<AxisView> ReadAxis(const Attributes& attributes, const Shape& shape);

// A parameter with one element, or one per index of `axis`. Calling it gives the position of the
// parameter that element i of x uses.
class PerAxis {
 public:
  PerAxis() = default;
  static absl::StatusOr<PerAxis> Create(int64_t size, const Shape& shape, int64_t axis,
                                        absl::string_view what);
  int64_t operator()(int64_t i) const { return extent_ == 1 ? 0 : i / inner_ % extent_; }

 private:
  int64_t extent_ = 1;
  int64_t inner_ = 1;
};

// A 64-bit integer that remembers an overflow.
class CheckedInteger {
 public:
  CheckedInteger() = default;
  explicit CheckedInteger(int64_t value) : value_(value) {}
  CheckedInteger& operator+=(CheckedInteger other) {
    overflow_ |= other.overflow_ | __builtin_add_overflow(value_, other.value_, &value_);
    return *this;
  }
  friend CheckedInteger operator*(CheckedInteger a, CheckedInteger b) {
    CheckedInteger result;
    result.overflow_ =
        a.overflow_ | b.overflow_ | __builtin_mul_overflow(a.value_, b.value_, &result.value_);
    return result;
  }
  bool overflow() const { return overflow_; }
  int64_t value() const { return value_; }

 private:
  int64_t value_ = 0;
  bool overflow_ = false;
};

// How wide sums of products have to be.
enum class SumWidth { k32, k64, kChecked };
// For sums of `count` products of an element of `a` with one of `b`, by their magnitudes.
SumWidth ChooseSumWidth(const std::vector<int64_t>& a, const std::vector<int64_t>& b,
                        int64_t count);
absl::StatusOr<std::vector<int64_t>> Unchecked(const std::vector<CheckedInteger>& sums);

// `size` sums, each of at most `count` products: `add(a, b, sums)` adds them to zeros. It is called
// with pointers to 32-bit integers where no sum can leave them, else to wider ones.
template <typename F>
absl::StatusOr<std::vector<int64_t>> SumProducts(const std::vector<int64_t>& a,
                                                 const std::vector<int64_t>& b, int64_t count,
                                                 int64_t size, F add) {
  const auto n = static_cast<size_t>(size);
  switch (ChooseSumWidth(a, b, count)) {
    case SumWidth::k32: {
      const std::vector<int32_t> left(a.begin(), a.end()), right(b.begin(), b.end());
      std::vector<int32_t> sums(n);
      add(left.data(), right.data(), sums.data());
      return std::vector<int64_t>(sums.begin(), sums.end());
    }
    case SumWidth::k64: {
      std::vector<int64_t> sums(n);
      add(a.data(), b.data(), sums.data());
      return sums;
    }
    default: {
      std::vector<CheckedInteger> sums(n);
      add(a.data(), b.data(), sums.data());
      return Unchecked(sums);
    }
  }
}

// One file each.
void RegisterQnnActivations(ReferenceTable& table);  // threshold, table, requantize
void RegisterQnnBorders(ReferenceTable& table);      // quantize, dequantize
void RegisterQnnLinear(ReferenceTable& table);       // matmul, add, mul
void RegisterQnnOrder(ReferenceTable& table);        // arg_max, top_k
void RegisterQnnSelections(ReferenceTable& table);   // pad, slice, concat, gather, ...
void RegisterQnnWindows(ReferenceTable& table);      // conv, conv_transpose, pools

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_QNN_SUPPORT_H_
