// Norms and what divides by them: LpPool, GlobalLpPool, LpNormalization, LRN and
// InstanceNormalization.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<int64_t> ReadExponent(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t p, IntAttribute(attributes, "p", 2));
  if (p >= 1) return p;
  return absl::InvalidArgumentError(absl::StrCat("expected p to be at least 1, found ", p));
}

// |x|^p and its inverse. The two usual norms need no power.
template <typename T>
T Powered(T x, int64_t p) {
  if (p == 1) return std::fabs(x);
  return p == 2 ? x * x : PowOf(std::fabs(x), static_cast<T>(p));
}
template <typename T>
T Root(T sum, int64_t p) {
  if (p == 1) return sum;
  return p == 2 ? std::sqrt(sum) : PowOf(sum, T(1) / static_cast<T>(p));
}

absl::StatusOr<Shape> PooledShape(const Shape& x, const Shape& pooled) {
  Shape shape{x[0], x[1]};
  shape.insert(shape.end(), pooled.begin(), pooled.end());
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(shape).status());
  return shape;
}

absl::StatusOr<Tensor> PoolNorms(const Tensor& x, const Window& window, const Shape& pooled,
                                 int64_t p) {
  QCOMPILE_ASSIGN_OR_RETURN(const Shape shape, PooledShape(x.shape(), pooled));
  const int64_t size = NumElements(shape);
  return WithFloats(x.type(), [&](auto zero) -> absl::StatusOr<Tensor> {
    using T = decltype(zero);
    std::vector<T> powers = ToNumbers<T>(x);
    for (T& value : powers) value = Powered(value, p);
    std::vector<T> sums(static_cast<size_t>(size), T(0));
    for (int64_t plane = 0; plane < shape[0] * shape[1] && size > 0; ++plane) {
      for (int64_t tap = 0; tap < window.taps(); ++tap) {
        window.AddTap<T, T>(tap, 1, powers.data() + plane * window.in_size(),
                            sums.data() + plane * window.out_size());
      }
    }
    for (T& sum : sums) sum = Root(sum, p);
    return FromNumbers(x.type(), shape, sums);
  });
}

Results LpPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t p, ReadExponent(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x.shape(), {}));
  return Single(PoolNorms(x, window, window.OutShape(), p));
}

Results GlobalLpPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t p, ReadExponent(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, GlobalWindow(x.shape()));
  return Single(PoolNorms(x, window, Shape(x.shape().size() - 2, 1), p));
}

absl::Status CheckLpPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& x = operands[0]->tensor.shape();
  QCOMPILE_RETURN_IF_ERROR(ReadExponent(attributes).status());
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x, {}));
  return PooledShape(x, window.OutShape()).status();
}

// A lane whose norm is 0 stays 0.
Results LpNormalization(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t p, ReadExponent(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  return Single(WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values = ToNumbers<T>(x);
    lanes.ForEach([&](int64_t first, int64_t step) {
      T sum = 0;
      for (int64_t i = 0; i < lanes.extent; ++i) {
        sum += Powered(values[static_cast<size_t>(first + i * step)], p);
      }
      const T norm = Root(sum, p);
      for (int64_t i = 0; i < lanes.extent; ++i) {
        T& value = values[static_cast<size_t>(first + i * step)];
        value = norm == 0 ? T(0) : value / norm;
      }
    });
    return FromNumbers(x.type(), x.shape(), values);
  }));
}

// x / (bias + alpha / size * sum of squares of neighbouring channels)^beta
Results Lrn(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, IntAttribute(attributes, "size", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 1e-4f));
  QCOMPILE_ASSIGN_OR_RETURN(const float beta, FloatAttribute(attributes, "beta", 0.75f));
  QCOMPILE_ASSIGN_OR_RETURN(const float bias, FloatAttribute(attributes, "bias", 1));
  if (x.rank() < 2 || size < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand with channels and a size from 1 on, found shape ",
                     ShapeToString(x.shape()), " and size ", size));
  }
  const Lanes lanes = LanesAlong(x.shape(), 1);
  return Single(WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = ToNumbers<T>(x);
    std::vector<T> results(values.size());
    lanes.ForEach([&](int64_t first, int64_t step) {
      for (int64_t c = 0; c < lanes.extent; ++c) {
        const int64_t low = std::max<int64_t>(0, c - (size - 1) / 2);
        const int64_t high = std::min(lanes.extent - 1, c + size / 2);
        T sum = 0;
        for (int64_t i = low; i <= high; ++i) {
          const T value = values[static_cast<size_t>(first + i * step)];
          sum += value * value;
        }
        const auto at = static_cast<size_t>(first + c * step);
        const T scaled = T(alpha) / static_cast<T>(size) * sum;
        results[at] = values[at] / PowOf(T(bias) + scaled, T(beta));
      }
    });
    return FromNumbers(x.type(), x.shape(), results);
  }));
}

// scale * (x - mean) / sqrt(variance + epsilon) + bias over every plane.
Results InstanceNormalization(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const float epsilon, FloatAttribute(attributes, "epsilon", 1e-5f));
  for (size_t i : {1, 2}) {
    const Tensor& parameter = operands[i]->tensor;
    QCOMPILE_RETURN_IF_ERROR(CheckType(parameter, x.type(), "parameters"));
    if (x.rank() < 3 || parameter.shape() != Shape{x.shape()[1]}) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected one parameter per channel of an operand of shape ", ShapeToString(x.shape()),
          ", found shape ", ShapeToString(parameter.shape())));
    }
  }
  const int64_t channels = x.shape()[1];
  const int64_t plane = NumElements(absl::MakeConstSpan(x.shape()).subspan(2));
  return Single(WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values = ToNumbers<T>(x);
    const std::vector<T> scale = ToNumbers<T>(operands[1]->tensor);
    const std::vector<T> bias = ToNumbers<T>(operands[2]->tensor);
    for (int64_t p = 0; plane > 0 && p < x.size() / plane; ++p) {
      T* first = values.data() + p * plane;
      T sum = 0, squares = 0;
      for (int64_t i = 0; i < plane; ++i) sum += first[i];
      const T mean = sum / static_cast<T>(plane);
      for (int64_t i = 0; i < plane; ++i) {
        first[i] -= mean;
        squares += first[i] * first[i];
      }
      const T variance = squares / static_cast<T>(plane);
      const T deviation = std::sqrt(variance + T(epsilon));
      const auto c = static_cast<size_t>(p % channels);
      for (int64_t i = 0; i < plane; ++i) {
        const T normalized = first[i] / deviation;
        const T scaled = scale[c] * normalized;
        first[i] = scaled + bias[c];
      }
    }
    return FromNumbers(x.type(), x.shape(), values);
  }));
}

}  // namespace

void RegisterNorms(ReferenceTable& table) {
  table["onnx.GlobalLpPool"] = GlobalLpPool;
  table["onnx.InstanceNormalization"] = InstanceNormalization;
  table["onnx.LRN"] = Lrn;
  table["onnx.LpNormalization"] = LpNormalization;
  table["onnx.LpPool"] = LpPool;
}

void RegisterNormChecks(CheckTable& table) { table["onnx.LpPool"] = CheckLpPool; }

}  // namespace qcompile::runtime
