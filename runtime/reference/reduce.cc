// Reductions along axes. Sums and means of quantized tensors are exact; other sums add in
// ascending order.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/integer_reading.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

// How a tensor is reduced: result element r takes elements base[r] + step[j] for every j.
struct Reduction {
  Shape shape;  // of the result
  std::vector<int64_t> base;
  std::vector<int64_t> step;
  bool is_identity = false;
};

absl::StatusOr<Reduction> PlanReduction(const Shape& shape, const std::vector<int64_t>& axes,
                                        bool keep_dims) {
  const std::vector<int64_t> strides = RowMajorStrides(shape);
  Shape kept_shape, kept_strides, reduced_shape, reduced_strides;
  Reduction plan;
  for (size_t d = 0; d < shape.size(); ++d) {
    const bool reduced = std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(d));
    (reduced ? reduced_shape : kept_shape).push_back(shape[d]);
    (reduced ? reduced_strides : kept_strides).push_back(strides[d]);
    if (!reduced) plan.shape.push_back(shape[d]);
    if (reduced && keep_dims) plan.shape.push_back(1);
  }
  plan.base = StridedIndices(kept_shape, kept_strides, 0);
  plan.step = StridedIndices(reduced_shape, reduced_strides, 0);
  return plan;
}

// The axes are operand 1 (all of them when absent or empty, unless `noop_with_empty_axes`).
absl::StatusOr<Reduction> ReadReduction(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 2));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "axes"));
  const Shape& shape = operands[0]->tensor.shape();
  const auto rank = static_cast<int64_t>(shape.size());
  QCOMPILE_ASSIGN_OR_RETURN(const bool keep_dims, BoolAttribute(attributes, "keepdims", true));
  QCOMPILE_ASSIGN_OR_RETURN(const bool noop,
                            BoolAttribute(attributes, "noop_with_empty_axes", false));
  std::vector<int64_t> axes;
  if (const Value* operand = OptionalOperand(operands, 1)) {
    QCOMPILE_ASSIGN_OR_RETURN(axes, IntegerList(*operand, "the axes"));
    QCOMPILE_ASSIGN_OR_RETURN(axes, NormalizeAxes(axes, rank));
  }
  const bool identity = axes.empty() && noop;
  if (axes.empty() && !noop) {
    axes.resize(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
  }
  QCOMPILE_ASSIGN_OR_RETURN(Reduction plan, PlanReduction(shape, axes, keep_dims));
  plan.is_identity = identity;
  return plan;
}

// f(f(initial, x0), x1)... for every result element, in the type that elements are computed with.
// An element is `map`ped first.
template <typename T, typename F, typename M>
std::vector<T> Fold(const Tensor& x, const Reduction& plan, T initial, F f, M map) {
  std::vector<T> values;
  values.reserve(plan.base.size());
  for (int64_t base : plan.base) {
    T value = initial;
    for (int64_t step : plan.step) value = f(value, map(Load(x, base + step, T())));
    values.push_back(value);
  }
  return values;
}

constexpr auto kItself = [](auto v) { return v; };

template <typename F>
absl::StatusOr<Tensor> ReduceFloats(const Tensor& x, const Reduction& plan, float initial, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the reduced operand"));
  absl::Span<const float> in = x.Floats();
  std::vector<float> values;
  values.reserve(plan.base.size());
  for (int64_t base : plan.base) {
    float value = initial;
    for (int64_t step : plan.step) value = f(value, in[base + step]);
    values.push_back(value);
  }
  return Tensor::FromFloats(plan.shape, values);
}

// The sum of the readings divided by `divisor`, rounded once.
Tensor ExactReduction(const QuantizedView& view, const Reduction& plan, int64_t divisor) {
  const ReadingElements elements(view);
  std::vector<float> values;
  values.reserve(plan.base.size());
  ExactSum sum;
  for (int64_t base : plan.base) {
    sum.Clear();
    for (int64_t step : plan.step) {
      const int64_t i = base + step;
      AddReading(elements.Code(i), elements.Scale(i), elements.ZeroPoint(i), 1, sum);
    }
    values.push_back(sum.RoundQuotientToFloat(divisor));
  }
  return Tensor::FromFloats(plan.shape, values);
}

constexpr auto kAdd = [](auto a, auto b) {
  if constexpr (std::is_integral_v<decltype(a)>) {
    return static_cast<decltype(a)>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  } else {
    return a + b;
  }
};
constexpr auto kMultiply = [](auto a, auto b) {
  if constexpr (std::is_integral_v<decltype(a)>) {
    return static_cast<decltype(a)>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  } else {
    return a * b;
  }
};

// A fold over numbers of any type, finished by `finish` on every result.
template <typename F, typename M, typename G>
Results FoldNumbers(const Attributes& attributes, Operands operands, int initial, F f, M map,
                    G finish) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Tensor& x = operands[0]->tensor;
  absl::StatusOr<Tensor> result;
  QCOMPILE_RETURN_IF_ERROR(VisitNumbers(x.type(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values =
        plan.is_identity ? ToNumbers<T>(x) : Fold(x, plan, static_cast<T>(initial), f, map);
    if (plan.is_identity) {
      for (T& value : values) value = map(value);
    }
    for (T& value : values) value = static_cast<T>(finish(value));
    result = FromNumbers(x.type(), plan.is_identity ? x.shape() : plan.shape, std::move(values));
  }));
  return Single(std::move(result));
}

Results ReduceSum(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Value& x = *operands[0];
  if (plan.is_identity) return std::vector<Value>{x};
  if (x.quantized) return Single(absl::StatusOr<Tensor>(ExactReduction(*x.quantized, plan, 1)));
  return FoldNumbers(attributes, operands, 0, kAdd, kItself, kItself);
}

Results ReduceMean(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Value& x = *operands[0];
  if (plan.is_identity) return std::vector<Value>{x};
  const auto count = static_cast<int64_t>(plan.step.size());
  if (x.quantized && count > 0) {
    return Single(absl::StatusOr<Tensor>(ExactReduction(*x.quantized, plan, count)));
  }
  if (!x.tensor.type().IsFloat() && count == 0) {
    return absl::InvalidArgumentError("expected elements to take the mean of, found none");
  }
  return FoldNumbers(attributes, operands, 0, kAdd, kItself, [count](auto sum) {
    return static_cast<decltype(sum)>(sum / static_cast<decltype(sum)>(count));
  });
}

Results ReduceProd(const Attributes& attributes, Operands operands) {
  return FoldNumbers(attributes, operands, 1, kMultiply, kItself, kItself);
}

constexpr auto kSquare = [](auto v) { return kMultiply(v, v); };
constexpr auto kMagnitude = [](auto v) { return v < 0 ? kMultiply(v, decltype(v)(-1)) : v; };
// For integers through double, and towards zero.
constexpr auto kRoot = [](auto v) { return std::sqrt(v); };
constexpr auto kLogarithm = [](auto v) {
  if constexpr (std::is_integral_v<decltype(v)>) {
    return LogOf(static_cast<double>(v));
  } else {
    return LogOf(v);
  }
};

Results ReduceL1(const Attributes& attributes, Operands operands) {
  return FoldNumbers(attributes, operands, 0, kAdd, kMagnitude, kItself);
}
Results ReduceL2(const Attributes& attributes, Operands operands) {
  return FoldNumbers(attributes, operands, 0, kAdd, kSquare, kRoot);
}
Results ReduceSumSquare(const Attributes& attributes, Operands operands) {
  return FoldNumbers(attributes, operands, 0, kAdd, kSquare, kItself);
}
Results ReduceLogSum(const Attributes& attributes, Operands operands) {
  return FoldNumbers(attributes, operands, 0, kAdd, kItself, kLogarithm);
}

// log(sum(exp(x - m))) + m with the largest element m, so that no exponential overflows.
template <typename T>
std::vector<T> LogSumExp(const Tensor& x, const Reduction& plan) {
  std::vector<T> values;
  for (int64_t base : plan.base) {
    T largest = -std::numeric_limits<T>::infinity();
    for (int64_t step : plan.step) largest = std::max(largest, Load(x, base + step, T()));
    if (!std::isfinite(largest)) largest = 0;
    T sum = 0;
    for (int64_t step : plan.step) {
      const T difference = Load(x, base + step, T()) - largest;
      sum += ExpOf(difference);
    }
    values.push_back(LogOf(sum) + largest);
  }
  return values;
}

Results ReduceLogSumExp(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Tensor& x = operands[0]->tensor;
  if (plan.is_identity) return std::vector<Value>{*operands[0]};
  if (!x.type().IsFloat()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand of a float type, found ", x.type().ToString()));
  }
  return Single(x.type() == DataType::Float64()
                    ? FromNumbers(x.type(), plan.shape, LogSumExp<double>(x, plan))
                    : FromNumbers(x.type(), plan.shape, LogSumExp<float>(x, plan)));
}

// The largest or smallest code, where scale and zero point are the same for all reduced elements:
// scales are positive, so codes are in the order of their readings.
std::optional<QuantizedView> SelectCodes(const QuantizedView& view, const Reduction& plan,
                                         bool largest) {
  if (plan.step.empty()) return std::nullopt;
  const ReadingElements elements(view);
  Rearrangement chosen{plan.shape, {}};
  for (int64_t base : plan.base) {
    int64_t best = base;
    for (int64_t step : plan.step) {
      const int64_t i = base + step;
      const bool same = elements.Scale(i) == elements.Scale(base) &&
                        elements.ZeroPoint(i) == elements.ZeroPoint(base);
      if (!same) return std::nullopt;
      const int64_t code = elements.Code(i), other = elements.Code(best);
      if (largest ? code > other : code < other) best = i;
    }
    chosen.source.push_back(best);
  }
  return Rearrange(view, chosen);
}

// What every number of the type replaces as the largest (or smallest) so far.
template <typename T>
T WorstOf(DataType type, bool largest) {
  if constexpr (std::is_floating_point_v<T>) {
    return largest ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  } else if constexpr (std::is_unsigned_v<T>) {
    return largest ? 0 : type.bits == 64 ? ~T{0} : static_cast<T>(type.MaxValue());
  } else {
    return largest ? type.MinValue() : type.MaxValue();
  }
}

Results ReduceExtreme(const Attributes& attributes, Operands operands, bool largest) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Value& x = *operands[0];
  if (plan.is_identity) return std::vector<Value>{x};
  const DataType type = x.tensor.type();
  const bool is_float32 = type == DataType::Float32();
  if (type == DataType::Bool()) {
    std::vector<int64_t> values = Fold(
        x.tensor, plan, int64_t{!largest},
        [largest](int64_t a, int64_t b) { return largest ? (a | b) : (a & b); }, kItself);
    return Single(Tensor::FromIntegers(type, plan.shape, values));
  }
  if (!is_float32) {
    absl::StatusOr<Tensor> result;
    QCOMPILE_RETURN_IF_ERROR(VisitNumbers(type, [&](auto zero) {
      using T = decltype(zero);
      const T worst = WorstOf<T>(type, largest);
      result = FromNumbers(
          type, plan.shape,
          Fold(
              x.tensor, plan, worst,
              [largest](T a, T b) { return b != b || (largest ? b > a : b < a) ? b : a; },
              kItself));
    }));
    return Single(std::move(result));
  }
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  auto better = [largest](float a, float b) {
    return std::isnan(b) || (largest ? b > a : b < a) ? b : a;
  };
  QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor,
                            ReduceFloats(x.tensor, plan, largest ? -kInfinity : kInfinity, better));
  Value result(std::move(tensor));
  if (x.quantized) result.quantized = SelectCodes(*x.quantized, plan, largest);
  return std::vector<Value>{std::move(result)};
}

Results ReduceMax(const Attributes& attributes, Operands operands) {
  return ReduceExtreme(attributes, operands, true);
}
Results ReduceMin(const Attributes& attributes, Operands operands) {
  return ReduceExtreme(attributes, operands, false);
}

}  // namespace

void RegisterReductions(ReferenceTable& table) {
  table["onnx.ReduceL1"] = ReduceL1;
  table["onnx.ReduceL2"] = ReduceL2;
  table["onnx.ReduceLogSum"] = ReduceLogSum;
  table["onnx.ReduceLogSumExp"] = ReduceLogSumExp;
  table["onnx.ReduceMax"] = ReduceMax;
  table["onnx.ReduceMean"] = ReduceMean;
  table["onnx.ReduceMin"] = ReduceMin;
  table["onnx.ReduceProd"] = ReduceProd;
  table["onnx.ReduceSum"] = ReduceSum;
  table["onnx.ReduceSumSquare"] = ReduceSumSquare;
}

}  // namespace qcompile::runtime
