// A dense tensor in row-major order, one natural container per element.
#ifndef QCOMPILE_RUNTIME_CORE_TENSOR_H_
#define QCOMPILE_RUNTIME_CORE_TENSOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/data_type.h"

namespace qcompile::runtime {

using Shape = std::vector<int64_t>;

// Product of the dimensions; 1 for a scalar.
int64_t NumElements(absl::Span<const int64_t> shape);
// "2x3x4", or "scalar".
std::string ShapeToString(absl::Span<const int64_t> shape);

// Elements are stored in the smallest of 1, 2, 4 or 8 bytes that holds their type (bool and
// bipolar: one byte, holding 0/1 and -1/+1). Copies share the elements; `Mutable…` copies them
// first when they are shared or borrowed.
class Tensor {
 public:
  Tensor() : Tensor(DataType::Float32(), Shape{0}) {}
  // Zero-filled (bipolar tensors must be filled before they are read: 0 is not a bipolar value).
  Tensor(DataType type, Shape shape);

  static Tensor FromFloats(Shape shape, absl::Span<const float> values);
  static Tensor FromDoubles(Shape shape, absl::Span<const double> values);
  // Any float type; each number is rounded once, and lies at infinity (or is NaN) beyond the type.
  static Tensor FromReals(DataType type, Shape shape, absl::Span<const double> values);
  static Tensor ScalarFloat(float value) { return FromFloats({}, {value}); }
  // Fails if a value is not one of the type's values.
  static absl::StatusOr<Tensor> FromIntegers(DataType type, Shape shape,
                                             absl::Span<const int64_t> values);
  // Refers to `bytes` without copying; `owner` keeps them alive. `bytes` must hold the elements
  // in their containers and be aligned for them.
  static absl::StatusOr<Tensor> Borrow(DataType type, Shape shape, absl::Span<const uint8_t> bytes,
                                       std::shared_ptr<const void> owner);

  DataType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  int64_t rank() const { return static_cast<int64_t>(shape_.size()); }
  int64_t size() const { return size_; }
  absl::Span<const uint8_t> bytes() const { return {data_, byte_size_}; }

  // Typed access; T must be the container of the type (checked in debug builds).
  template <typename T>
  absl::Span<const T> Data() const {
    return {reinterpret_cast<const T*>(data_), static_cast<size_t>(size_)};
  }
  template <typename T>
  absl::Span<T> MutableData() {
    return {reinterpret_cast<T*>(MutableBytes().data()), static_cast<size_t>(size_)};
  }
  absl::Span<uint8_t> MutableBytes();
  absl::Span<const float> Floats() const { return Data<float>(); }

  // Element `i` of an integer tensor, widened.
  int64_t IntegerAt(int64_t i) const;
  // Element `i` of any tensor as double (exact for floats and integers below 2^53).
  double DoubleAt(int64_t i) const;
  std::vector<int64_t> ToIntegers() const;

  // The same elements under another shape of equal size.
  Tensor Reshaped(Shape shape) const;

  // Same type, shape and elements; floats compare by bits, so NaN equals NaN and +0 differs
  // from -0.
  friend bool operator==(const Tensor& a, const Tensor& b);

 private:
  DataType type_;
  Shape shape_;
  int64_t size_ = 0;
  size_t byte_size_ = 0;
  const uint8_t* data_ = nullptr;
  // Set when the tensor owns its elements; use_count says whether they are shared.
  std::shared_ptr<std::vector<uint64_t>> storage_;
  std::shared_ptr<const void> owner_;
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_CORE_TENSOR_H_
