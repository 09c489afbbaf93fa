// Reductions along axes. Sums and means of quantized tensors are exact; other sums add in
// ascending order.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
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

template <typename F>
absl::StatusOr<Tensor> ReduceIntegers(const Tensor& x, const Reduction& plan, int64_t initial,
                                      F f) {
  std::vector<int64_t> values;
  values.reserve(plan.base.size());
  for (int64_t base : plan.base) {
    int64_t value = initial;
    for (int64_t step : plan.step) value = f(value, x.IntegerAt(base + step));
    values.push_back(value);
  }
  return WrappedIntegers(x.type(), plan.shape, std::move(values));
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

float FloatAdd(float a, float b) { return a + b; }
int64_t WrapAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

bool IsPlainInteger(const Tensor& x) {
  return x.type().kind == TypeKind::kSigned || x.type().kind == TypeKind::kUnsigned;
}

Results ReduceSum(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Value& x = *operands[0];
  if (plan.is_identity) return std::vector<Value>{x};
  if (x.quantized) return Single(absl::StatusOr<Tensor>(ExactReduction(*x.quantized, plan, 1)));
  if (IsPlainInteger(x.tensor)) return Single(ReduceIntegers(x.tensor, plan, 0, WrapAdd));
  return Single(ReduceFloats(x.tensor, plan, 0, FloatAdd));
}

Results ReduceMean(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Value& x = *operands[0];
  if (plan.is_identity) return std::vector<Value>{x};
  const auto count = static_cast<int64_t>(plan.step.size());
  if (x.quantized && count > 0) {
    return Single(absl::StatusOr<Tensor>(ExactReduction(*x.quantized, plan, count)));
  }
  QCOMPILE_ASSIGN_OR_RETURN(Tensor sums, ReduceFloats(x.tensor, plan, 0, FloatAdd));
  for (float& value : sums.MutableData<float>()) value /= static_cast<float>(count);
  return Single(absl::StatusOr<Tensor>(std::move(sums)));
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

Results ReduceExtreme(const Attributes& attributes, Operands operands, bool largest) {
  QCOMPILE_ASSIGN_OR_RETURN(const Reduction plan, ReadReduction(attributes, operands));
  const Value& x = *operands[0];
  if (plan.is_identity) return std::vector<Value>{x};
  if (x.tensor.type().IsInteger()) {
    const DataType type = x.tensor.type();
    return Single(ReduceIntegers(
        x.tensor, plan, largest ? type.MinValue() : type.MaxValue(),
        [largest](int64_t a, int64_t b) { return (largest ? b > a : b < a) ? b : a; }));
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
  table["onnx.ReduceMax"] = ReduceMax;
  table["onnx.ReduceMean"] = ReduceMean;
  table["onnx.ReduceMin"] = ReduceMin;
  table["onnx.ReduceSum"] = ReduceSum;
}

}  // namespace qcompile::runtime
