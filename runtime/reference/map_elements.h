// Applying a scalar function to every element, with numpy broadcasting.
#ifndef QCOMPILE_RUNTIME_REFERENCE_MAP_ELEMENTS_H_
#define QCOMPILE_RUNTIME_REFERENCE_MAP_ELEMENTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {

// Reads element i as the computation's own type: float for float32, int64_t for integers.
inline float Load(const Tensor& tensor, int64_t i, float) { return tensor.Floats()[i]; }
inline int64_t Load(const Tensor& tensor, int64_t i, int64_t) { return tensor.IntegerAt(i); }

// The value modulo 2^bits, read in the sign convention of the type: what integer arithmetic of
// ONNX gives when it overflows. Bools and bipolars keep their value.
int64_t WrapToType(int64_t value, DataType type);

// An integer tensor of `type` from values that are wrapped to it.
absl::StatusOr<Tensor> WrappedIntegers(DataType type, Shape shape, std::vector<int64_t> values);

// f(x) for float32 tensors.
template <typename F>
absl::StatusOr<Tensor> MapFloats(const Tensor& x, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "an operand"));
  Tensor result(DataType::Float32(), x.shape());
  absl::Span<const float> in = x.Floats();
  absl::Span<float> out = result.MutableData<float>();
  for (size_t i = 0; i < in.size(); ++i) out[i] = f(in[i]);
  return result;
}

// f(x) for integer tensors.
template <typename F>
absl::StatusOr<Tensor> MapIntegers(const Tensor& x, F f) {
  std::vector<int64_t> values = x.ToIntegers();
  for (int64_t& value : values) value = f(value);
  return WrappedIntegers(x.type(), x.shape(), std::move(values));
}

// The results of f(a, b), with a and b of one element type T, for every element of the broadcast
// shape.
template <typename T, typename F>
auto ZipElements(const Tensor& a, const Tensor& b, const Shape& shape, F f) {
  const BroadcastIndex a_index(a.shape(), shape);
  const BroadcastIndex b_index(b.shape(), shape);
  std::vector<decltype(f(T(), T()))> values(static_cast<size_t>(NumElements(shape)));
  for (size_t i = 0; i < values.size(); ++i) {
    const auto n = static_cast<int64_t>(i);
    values[i] = f(Load(a, a_index(n), T()), Load(b, b_index(n), T()));
  }
  return values;
}

inline absl::Status CheckSameType(const Tensor& a, const Tensor& b) {
  if (a.type() == b.type()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "expected operands of one type, found ", a.type().ToString(), " and ", b.type().ToString()));
}

// f(a, b) for float32 tensors, g(a, b) for integer tensors (neither bool nor bipolar).
template <typename F, typename G>
absl::StatusOr<Tensor> ZipNumbers(const Tensor& a, const Tensor& b, F f, G g) {
  QCOMPILE_RETURN_IF_ERROR(CheckSameType(a, b));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  if (a.type() == DataType::Float32()) {
    return Tensor::FromFloats(shape, ZipElements<float>(a, b, shape, f));
  }
  if (a.type().kind != TypeKind::kSigned && a.type().kind != TypeKind::kUnsigned) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected operands of type float32 or an integer type, found ", a.type().ToString()));
  }
  return WrappedIntegers(a.type(), shape, ZipElements<int64_t>(a, b, shape, g));
}

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_MAP_ELEMENTS_H_
