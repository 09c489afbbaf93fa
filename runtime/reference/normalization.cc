// BatchNormalization, LayerNormalization, Softmax and LogSoftmax: their ONNX formulas, one rounding
// per step to the type that is computed with: float32, or float64.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// The elements as T, which holds those of the tensor's type.
template <typename T>
std::vector<T> Widened(const Tensor& x) {
  if constexpr (std::is_same_v<T, double>) {
    return ToDoubles(x);
  } else {
    return ToNumbers<T>(x);
  }
}

// ((x - mean) / sqrt(var + epsilon)) * scale + bias for operands in this order.
template <typename T>
std::vector<T> NormalizeChannels(Operands operands, const Lanes& lanes, float epsilon) {
  std::vector<T> values = Widened<T>(operands[0]->tensor);
  const std::vector<T> scale = Widened<T>(operands[1]->tensor),
                       bias = Widened<T>(operands[2]->tensor),
                       mean = Widened<T>(operands[3]->tensor),
                       var = Widened<T>(operands[4]->tensor);
  T* y = values.data();
  for (int64_t o = 0; o < lanes.outer; ++o) {
    for (size_t c = 0; c < scale.size(); ++c) {
      const T variance = var[c] + T{epsilon};
      const T deviation = std::sqrt(variance);
      for (int64_t i = 0; i < lanes.inner; ++i, ++y) {
        const T centered = *y - mean[c];
        const T normalized = centered / deviation;
        const T scaled = normalized * scale[c];
        *y = scaled + bias[c];
      }
    }
  }
  return values;
}

// Parameters may have other types than the operand: all is computed in float64 where one of them
// has it.
Results BatchNormalization(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 5, 5));
  QCOMPILE_ASSIGN_OR_RETURN(const float epsilon, FloatAttribute(attributes, "epsilon", 1e-5f));
  QCOMPILE_ASSIGN_OR_RETURN(const bool training, BoolAttribute(attributes, "training_mode", false));
  if (training) {
    return absl::UnimplementedError(
        "expected batch normalization in inference mode, found training mode");
  }
  const Tensor& x = operands[0]->tensor;
  if (x.rank() == 0) {
    return absl::InvalidArgumentError("expected an operand of rank 1 or more, found a scalar");
  }
  const int64_t channels = x.rank() == 1 ? 1 : x.shape()[1];
  DataType widest = x.type();
  for (size_t i = 0; i < 5; ++i) {
    const Tensor& operand = operands[i]->tensor;
    QCOMPILE_RETURN_IF_ERROR(CheckFloats(operand, absl::StrCat("operand ", i)));
    if (operand.type() == DataType::Float64()) widest = operand.type();
    if (i > 0 && operand.shape() != Shape{channels}) {
      return absl::InvalidArgumentError(absl::StrCat("expected operand ", i, " of shape ", channels,
                                                     ", found ", ShapeToString(operand.shape())));
    }
  }
  const Lanes lanes = x.rank() == 1 ? Lanes{1, 1, x.size()} : LanesAlong(x.shape(), 1);
  return Single(WithFloats(widest, [&](auto zero) {
    return FromNumbers(x.type(), x.shape(),
                       NormalizeChannels<decltype(zero)>(operands, lanes, epsilon));
  }));
}

// Calls lane(first element, distance between elements, extent) for every lane along `axis` of a
// copy of the operand.
template <typename F>
Results AlongAxis(const Attributes& attributes, Operands operands, F lane) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  const bool is_double = x.type() == DataType::Float64();
  if (!is_double) QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "an operand"));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  Tensor result = x;
  if (result.size() == 0) return Single(absl::StatusOr<Tensor>(std::move(result)));
  auto every = [&](auto* data) {
    lanes.ForEach([&](int64_t first, int64_t step) { lane(data + first, step, lanes.extent); });
  };
  if (is_double) {
    every(result.MutableData<double>().data());
  } else {
    every(result.MutableData<float>().data());
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

// Subtracts the largest element, and returns the sum of the exponentials in ascending order.
template <typename T>
T CenterAndSum(T* x, int64_t step, int64_t extent) {
  T largest = -std::numeric_limits<T>::infinity();
  for (int64_t i = 0; i < extent; ++i) {
    const T value = x[i * step];
    if (value > largest || std::isnan(value)) largest = value;
  }
  T sum = 0;
  for (int64_t i = 0; i < extent; ++i) {
    x[i * step] -= largest;
    sum += ExpOf(x[i * step]);
  }
  return sum;
}

Results Softmax(const Attributes& attributes, Operands operands) {
  return AlongAxis(attributes, operands, [](auto* x, int64_t step, int64_t extent) {
    const auto sum = CenterAndSum(x, step, extent);
    for (int64_t i = 0; i < extent; ++i) x[i * step] = ExpOf(x[i * step]) / sum;
  });
}

Results LogSoftmax(const Attributes& attributes, Operands operands) {
  return AlongAxis(attributes, operands, [](auto* x, int64_t step, int64_t extent) {
    const auto logarithm = LogOf(CenterAndSum(x, step, extent));
    for (int64_t i = 0; i < extent; ++i) x[i * step] -= logarithm;
  });
}

// One row, by the function body of ONNX: the variance is E[x^2] - E[x]^2.
struct RowStatistics {
  float mean, deviation;
};
RowStatistics StatisticsOf(absl::Span<const float> row, float epsilon) {
  float sum = 0, squares = 0;
  for (float v : row) {
    const float square = v * v;
    sum += v;
    squares += square;
  }
  const auto count = static_cast<float>(row.size());
  const float mean = sum / count, mean_of_squares = squares / count;
  const float square_of_mean = mean * mean;
  const float variance = mean_of_squares - square_of_mean;
  const float shifted = variance + epsilon;
  return {mean, std::sqrt(shifted)};
}

// Rows normalized in float32, whatever the type of the operand: stash_type 1 says so.
struct NormalizedRows {
  std::vector<float> values;
  Tensor means, inverses;  // one for each row
};
NormalizedRows NormalizeRows(const Tensor& x, const Shape& reduced, float epsilon) {
  NormalizedRows rows{ToNumbers<float>(x), Tensor(DataType::Float32(), reduced),
                      Tensor(DataType::Float32(), reduced)};
  const size_t count = static_cast<size_t>(rows.means.size());
  const size_t extent = count == 0 ? 0 : rows.values.size() / count;
  for (size_t r = 0; r < count && extent > 0; ++r) {
    absl::Span<float> row = absl::MakeSpan(rows.values).subspan(r * extent, extent);
    const RowStatistics statistics = StatisticsOf(row, epsilon);
    rows.means.MutableData<float>()[r] = statistics.mean;
    rows.inverses.MutableData<float>()[r] = 1.0f / statistics.deviation;
    for (float& v : row) {
      const float centered = v - statistics.mean;
      v = centered / statistics.deviation;
    }
  }
  return rows;
}

// row * scale + bias, repeated over the rows; there may be no bias.
template <typename T>
std::vector<T> ScaleRows(const std::vector<float>& rows, const Tensor& scale, const Tensor* bias) {
  const std::vector<T> factors = Widened<T>(scale),
                       addends = bias ? Widened<T>(*bias) : std::vector<T>();
  std::vector<T> out(rows.begin(), rows.end());
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] *= factors[i % factors.size()];
    if (bias != nullptr) out[i] += addends[i % factors.size()];
  }
  return out;
}

Results LayerNormalization(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor &x = operands[0]->tensor, &scale = operands[1]->tensor;
  const Value* bias = OptionalOperand(operands, 2);
  QCOMPILE_ASSIGN_OR_RETURN(const float epsilon, FloatAttribute(attributes, "epsilon", 1e-5f));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t stash, IntAttribute(attributes, "stash_type", 1));
  if (stash != 1) {
    return absl::UnimplementedError(
        absl::StrCat("expected statistics of type float32 (1), found type ", stash));
  }
  QCOMPILE_RETURN_IF_ERROR(CheckFloats(x, "the normalized operand"));
  const Shape row(x.shape().begin() + axis, x.shape().end());
  for (size_t i = 1; i < operands.size(); ++i) {
    if (operands[i] == nullptr) continue;
    const Tensor& parameter = operands[i]->tensor;
    QCOMPILE_RETURN_IF_ERROR(CheckType(parameter, x.type(), absl::StrCat("operand ", i)));
    if (!BroadcastsTo(parameter.shape(), row)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected operand ", i, " of a shape that broadcasts to ",
                       ShapeToString(row), ", found ", ShapeToString(parameter.shape())));
    }
  }
  Shape reduced = x.shape();
  std::fill(reduced.begin() + axis, reduced.end(), 1);
  NormalizedRows rows = NormalizeRows(x, reduced, epsilon);
  const Tensor factors = BroadcastTensor(scale, row),
               addends = bias ? BroadcastTensor(bias->tensor, row) : Tensor();
  QCOMPILE_ASSIGN_OR_RETURN(
      Tensor result, WithFloats(x.type(), [&](auto zero) {
        return FromNumbers(
            x.type(), x.shape(),
            ScaleRows<decltype(zero)>(rows.values, factors, bias ? &addends : nullptr));
      }));
  return std::vector<Value>{Value(std::move(result)), Value(std::move(rows.means)),
                            Value(std::move(rows.inverses))};
}

}  // namespace

void RegisterNormalizations(ReferenceTable& table) {
  table["onnx.BatchNormalization"] = BatchNormalization;
  table["onnx.LayerNormalization"] = LayerNormalization;
  table["onnx.LogSoftmax"] = InFloat32<LogSoftmax>;
  table["onnx.Softmax"] = InFloat32<Softmax>;
}

}  // namespace qcompile::runtime
