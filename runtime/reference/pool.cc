// Pooling: averages are exact where the operand is quantized, maxima select elements. Padding has
// no elements; averages count it on request.
#include <cmath>
#include <limits>
#include <optional>

#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/integer_reading.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {
namespace {

// The operand and its result, plane by plane.
struct Planes {
  int64_t count;
  Shape shape;  // of the result
};

// `padding_counts`: a window may hold padding alone.
absl::StatusOr<Planes> PlanPlanes(const Shape& x, const Window& window, const Shape& pooled,
                                  bool padding_counts) {
  Planes planes{x[0] * x[1], {x[0], x[1]}};
  planes.shape.insert(planes.shape.end(), pooled.begin(), pooled.end());
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(planes.shape));
  if (size > 0 && !padding_counts && !window.EveryResultMeets()) {
    return absl::InvalidArgumentError(
        "expected windows that reach the operand, found one that holds padding alone");
  }
  return planes;
}

// By how much each sum of a plane is divided: the elements that its window holds, or all
// positions of it up to the end of the padding.
std::vector<int64_t> Counts(const Window& window, bool include_padding) {
  std::vector<int64_t> counts(static_cast<size_t>(window.out_size()), 0);
  Window counted = window;
  if (include_padding) {
    std::vector<WindowDimension> padded = window.dimensions();
    for (WindowDimension& d : padded) {
      d.in += d.pad_begin + d.pad_end;
      d.pad_begin = d.pad_end = 0;
    }
    counted = Window(std::move(padded), false);
  }
  for (int64_t tap = 0; tap < counted.taps(); ++tap) {
    counted.ForEachRow(tap, [&](int64_t, int64_t out, int64_t count) {
      for (int64_t i = 0; i < count; ++i) ++counts[static_cast<size_t>(out + i)];
    });
  }
  return counts;
}

// Sums of the elements' type in ascending order of the taps, then one division.
absl::StatusOr<Tensor> FloatAverages(const Tensor& x, const Window& window, const Planes& planes,
                                     const std::vector<int64_t>& counts) {
  return WithFloats(x.type(), [&](auto zero) {
    using T = decltype(zero);
    Tensor result(x.type(), planes.shape);
    T* sums = result.MutableData<T>().data();
    for (int64_t p = 0; p < planes.count; ++p, sums += window.out_size()) {
      const T* plane = x.Data<T>().data() + p * window.in_size();
      for (int64_t tap = 0; tap < window.taps(); ++tap) {
        window.AddTap<T, T>(tap, 1, plane, sums);
      }
      for (size_t o = 0; o < counts.size(); ++o) sums[o] /= static_cast<T>(counts[o]);
    }
    return absl::StatusOr<Tensor>(std::move(result));
  });
}

// Integer sums of planes with one scale each.
Tensor IntegerAverages(const QuantizedView& view, const IntegerReading& integers,
                       const Window& window, const Planes& planes,
                       const std::vector<int64_t>& counts) {
  Tensor result(DataType::Float32(), planes.shape);
  float* out = result.MutableData<float>().data();
  const ReadingElements elements(view);
  std::vector<int64_t> sums(counts.size());
  ExactSum sum;
  for (int64_t p = 0; p < planes.count; ++p, out += window.out_size()) {
    std::fill(sums.begin(), sums.end(), 0);
    const int64_t first = p * window.in_size();
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      window.AddTap<int32_t, int64_t>(tap, 1, integers.values.data() + first, sums.data());
    }
    const float scale = elements.Scale(first);
    for (size_t o = 0; o < counts.size(); ++o) {
      sum.Clear();
      sum.Add(ExactProduct(sums[o]).Times(scale));
      out[o] = sum.RoundQuotientToFloat(counts[o] << integers.shift);
    }
  }
  return result;
}

Tensor ExactAverages(const QuantizedView& view, const Window& window, const Planes& planes,
                     const std::vector<int64_t>& counts) {
  if (IsConstantFrom(view.scale, 2)) {
    if (std::optional<IntegerReading> integers = ReadIntegers(view)) {
      return IntegerAverages(view, *integers, window, planes, counts);
    }
  }
  Tensor result(DataType::Float32(), planes.shape);
  float* out = result.MutableData<float>().data();
  const ReadingElements elements(view);
  std::vector<ExactSum> sums(counts.size());
  for (int64_t p = 0; p < planes.count; ++p, out += window.out_size()) {
    for (ExactSum& sum : sums) sum.Clear();
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      window.ForEachRow(tap, [&](int64_t in, int64_t to, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
          const int64_t from = p * window.in_size() + in + i * window.in_step();
          AddReading(elements.Code(from), elements.Scale(from), elements.ZeroPoint(from), 1,
                     sums[static_cast<size_t>(to + i)]);
        }
      });
    }
    for (size_t o = 0; o < counts.size(); ++o) out[o] = sums[o].RoundQuotientToFloat(counts[o]);
  }
  return result;
}

Results Average(const Value& x, const Window& window, const Shape& pooled, bool include_padding) {
  QCOMPILE_RETURN_IF_ERROR(CheckFloats(x.tensor, "an operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const Planes planes,
                            PlanPlanes(x.tensor.shape(), window, pooled, include_padding));
  if (planes.count == 0 || window.out_size() == 0) {
    return Single(absl::StatusOr<Tensor>(Tensor(x.tensor.type(), planes.shape)));
  }
  const std::vector<int64_t> counts = Counts(window, include_padding);
  return Single(x.quantized ? ExactAverages(*x.quantized, window, planes, counts)
                            : FloatAverages(x.tensor, window, planes, counts));
}

Results AveragePool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const bool include_padding,
                            BoolAttribute(attributes, "count_include_pad", false));
  QCOMPILE_ASSIGN_OR_RETURN(const Window window,
                            ReadWindow(attributes, operands[0]->tensor.shape(), {}));
  return Average(*operands[0], window, window.OutShape(), include_padding);
}

Results GlobalAveragePool(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& shape = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, GlobalWindow(shape));
  return Average(*operands[0], window, Shape(shape.size() - 2, 1), false);
}

// For every result element the operand element that `better(candidate, best)` prefers, the first
// of equals.
template <typename F>
std::vector<int64_t> SelectElements(const Window& window, const Planes& planes, F better) {
  std::vector<int64_t> chosen(static_cast<size_t>(planes.count * window.out_size()), -1);
  for (int64_t p = 0; p < planes.count; ++p) {
    int64_t* best = chosen.data() + p * window.out_size();
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      window.ForEachRow(tap, [&](int64_t in, int64_t out, int64_t count) {
        for (int64_t i = 0; i < count; ++i) {
          const int64_t candidate = p * window.in_size() + in + i * window.in_step();
          if (best[out + i] < 0 || better(candidate, best[out + i])) best[out + i] = candidate;
        }
      });
    }
  }
  return chosen;
}

// Scales are positive, so within a plane of one scale and zero point codes are in the order of
// their readings. A NaN is passed over unless there is nothing else.
std::vector<int64_t> SelectLargest(const Value& x, const Window& window, const Planes& planes,
                                   bool by_codes) {
  if (by_codes || x.tensor.type().IsInteger()) {
    const Tensor& codes = by_codes ? x.quantized->codes : x.tensor;
    return SelectElements(window, planes, [&](int64_t i, int64_t best) {
      return codes.IntegerAt(i) > codes.IntegerAt(best);
    });
  }
  auto select = [&](auto values) {
    return SelectElements(window, planes, [values](int64_t i, int64_t best) {
      return values[i] > values[best] || (std::isnan(values[best]) && !std::isnan(values[i]));
    });
  };
  return x.tensor.type() == DataType::Float64() ? select(x.tensor.Data<double>())
                                                : select(x.tensor.Floats());
}

struct Maxima {
  Value values;
  std::vector<int64_t> source;
};

absl::StatusOr<Maxima> Maximum(const Value& x, const Window& window, const Shape& pooled) {
  if (!x.tensor.type().IsInteger()) QCOMPILE_RETURN_IF_ERROR(CheckFloats(x.tensor, "an operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const Planes planes,
                            PlanPlanes(x.tensor.shape(), window, pooled, false));
  const bool by_codes = x.quantized && IsConstantFrom(x.quantized->scale, 2) &&
                        IsConstantFrom(x.quantized->zero_point, 2);
  Rearrangement how{planes.shape, {}};
  how.source = SelectLargest(x, window, planes, by_codes);
  Maxima result;
  result.values = by_codes ? Rearrange(x, how) : Value(Rearrange(x.tensor, how));
  result.source = std::move(how.source);
  return result;
}

// Positions in the whole operand. With `column_major` the dimensions of a plane count in reverse.
absl::StatusOr<Tensor> Indices(std::vector<int64_t> source, const Shape& x, const Shape& result,
                               bool column_major) {
  if (column_major) {
    const auto plane = absl::MakeConstSpan(x).subspan(2);
    const int64_t size = NumElements(plane);
    for (int64_t& index : source) {
      int64_t rest = index % size, position = 0;
      std::vector<int64_t> coordinates(plane.size());
      for (size_t d = plane.size(); d-- > 0; rest /= plane[d]) coordinates[d] = rest % plane[d];
      for (size_t d = plane.size(); d-- > 0;) position = position * plane[d] + coordinates[d];
      index += position - index % size;
    }
  }
  return Tensor::FromIntegers(DataType::Int64(), result, source);
}

Results MaxPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Value& x = *operands[0];
  QCOMPILE_ASSIGN_OR_RETURN(const bool column_major,
                            BoolAttribute(attributes, "storage_order", false));
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x.tensor.shape(), {}));
  QCOMPILE_ASSIGN_OR_RETURN(Maxima maxima, Maximum(x, window, window.OutShape()));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor indices, Indices(std::move(maxima.source), x.tensor.shape(),
                                                    maxima.values.tensor.shape(), column_major));
  return std::vector<Value>{std::move(maxima.values), Value(std::move(indices))};
}

Results GlobalMaxPool(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& shape = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, GlobalWindow(shape));
  QCOMPILE_ASSIGN_OR_RETURN(Maxima maxima,
                            Maximum(*operands[0], window, Shape(shape.size() - 2, 1)));
  return std::vector<Value>{std::move(maxima.values)};
}

absl::Status CheckAveragePool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& x = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const bool include_padding,
                            BoolAttribute(attributes, "count_include_pad", false));
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x, {}));
  return PlanPlanes(x, window, window.OutShape(), include_padding).status();
}
absl::Status CheckMaxPool(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& x = operands[0]->tensor.shape();
  QCOMPILE_RETURN_IF_ERROR(BoolAttribute(attributes, "storage_order", false).status());
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x, {}));
  return PlanPlanes(x, window, window.OutShape(), false).status();
}
absl::Status CheckGlobalPool(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& x = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, GlobalWindow(x));
  return PlanPlanes(x, window, Shape(x.size() - 2, 1), false).status();
}

}  // namespace

void RegisterPools(ReferenceTable& table) {
  table["onnx.AveragePool"] = InFloat32<AveragePool>;
  table["onnx.GlobalAveragePool"] = InFloat32<GlobalAveragePool>;
  table["onnx.GlobalMaxPool"] = InFloat32<GlobalMaxPool>;
  table["onnx.MaxPool"] = InFloat32<MaxPool>;
}

void RegisterPoolChecks(CheckTable& table) {
  table["onnx.AveragePool"] = CheckAveragePool;
  table["onnx.GlobalAveragePool"] = CheckGlobalPool;
  table["onnx.GlobalMaxPool"] = CheckGlobalPool;
  table["onnx.MaxPool"] = CheckMaxPool;
}

}  // namespace qcompile::runtime
