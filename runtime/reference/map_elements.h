// Applying a scalar function to every element, with numpy broadcasting.
#ifndef QCOMPILE_RUNTIME_REFERENCE_MAP_ELEMENTS_H_
#define QCOMPILE_RUNTIME_REFERENCE_MAP_ELEMENTS_H_

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {

// Whether the scalar function f is written for doubles too: it then gives a double for one.
template <typename F, typename... Doubles>
inline constexpr bool kTakesDoubles = std::is_same_v<std::invoke_result_t<F, Doubles...>, double>;

// f(x) for float tensors.
template <typename F>
absl::StatusOr<Tensor> MapFloats(const Tensor& x, F f) {
  if constexpr (kTakesDoubles<F, double>) {
    if (x.type() == DataType::Float64()) {
      std::vector<double> values = ToDoubles(x);
      for (double& value : values) value = f(value);
      return Tensor::FromDoubles(x.shape(), values);
    }
  }
  if (IsNarrowFloat(x.type())) {
    QCOMPILE_ASSIGN_OR_RETURN(const Tensor wide, MapFloats(ToFloat32(x), f));
    return FromFloat32(wide, x.type());
  }
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

// f(a, b) for float tensors, g(a, b) for integer tensors (neither bool nor bipolar).
template <typename F, typename G>
absl::StatusOr<Tensor> ZipNumbers(const Tensor& a, const Tensor& b, F f, G g) {
  QCOMPILE_RETURN_IF_ERROR(CheckSameType(a, b));
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, BroadcastShapes(a.shape(), b.shape()));
  const DataType type = a.type();
  if (IsNarrowFloat(type)) {
    QCOMPILE_ASSIGN_OR_RETURN(const Tensor wide, ZipNumbers(ToFloat32(a), ToFloat32(b), f, g));
    return FromFloat32(wide, type);
  }
  if (type == DataType::Float32()) {
    return Tensor::FromFloats(shape, ZipElements<float>(a, b, shape, f));
  }
  if constexpr (kTakesDoubles<F, double, double>) {
    if (type == DataType::Float64()) {
      return Tensor::FromDoubles(shape, ZipElements<double>(a, b, shape, f));
    }
  }
  if (type.kind == TypeKind::kUnsigned) {
    return FromNumbers(type, shape, ZipElements<uint64_t>(a, b, shape, g));
  }
  if (type.kind != TypeKind::kSigned) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected operands of a float type that is supported or an integer type, found ",
        type.ToString()));
  }
  return WrappedIntegers(type, shape, ZipElements<int64_t>(a, b, shape, g));
}

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_MAP_ELEMENTS_H_
