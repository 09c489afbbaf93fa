// BatchNormalization, LayerNormalization, Softmax and LogSoftmax: their ONNX formulas, one float32
// rounding per step.
#include <algorithm>
#include <cmath>
#include <limits>

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

// ((x - mean) / sqrt(var + epsilon)) * scale + bias
Results BatchNormalization(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 5, 5));
  QCOMPILE_ASSIGN_OR_RETURN(const float epsilon, FloatAttribute(attributes, "epsilon", 1e-5f));
  QCOMPILE_ASSIGN_OR_RETURN(const bool training, BoolAttribute(attributes, "training_mode", false));
  if (training) {
    return absl::UnimplementedError(
        "expected batch normalization in inference mode, found training mode");
  }
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the normalized operand"));
  if (x.rank() == 0) {
    return absl::InvalidArgumentError("expected an operand of rank 1 or more, found a scalar");
  }
  const int64_t channels = x.rank() == 1 ? 1 : x.shape()[1];
  for (size_t i = 1; i < 5; ++i) {
    QCOMPILE_RETURN_IF_ERROR(CheckFloat(operands[i]->tensor, absl::StrCat("operand ", i)));
    if (operands[i]->tensor.shape() != Shape{channels}) {
      return absl::InvalidArgumentError(absl::StrCat("expected operand ", i, " of shape ", channels,
                                                     ", found ",
                                                     ShapeToString(operands[i]->tensor.shape())));
    }
  }
  absl::Span<const float> scale = operands[1]->tensor.Floats(), bias = operands[2]->tensor.Floats(),
                          mean = operands[3]->tensor.Floats(), var = operands[4]->tensor.Floats();
  const Lanes lanes = x.rank() == 1 ? Lanes{1, 1, x.size()} : LanesAlong(x.shape(), 1);
  Tensor result = x;
  float* y = result.MutableData<float>().data();
  for (int64_t o = 0; o < lanes.outer; ++o) {
    for (int64_t c = 0; c < lanes.extent; ++c) {
      const float variance = var[c] + epsilon;
      const float deviation = std::sqrt(variance);
      for (int64_t i = 0; i < lanes.inner; ++i, ++y) {
        const float centered = *y - mean[c];
        const float normalized = centered / deviation;
        const float scaled = normalized * scale[c];
        *y = scaled + bias[c];
      }
    }
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
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

// One normalized row, by the function body of ONNX: the variance is E[x^2] - E[x]^2.
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
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "the normalized operand"));
  const auto dims = absl::MakeConstSpan(x.shape());
  const auto row = dims.subspan(static_cast<size_t>(axis));
  for (size_t i = 1; i < operands.size(); ++i) {
    if (operands[i] == nullptr) continue;
    const Tensor& parameter = operands[i]->tensor;
    QCOMPILE_RETURN_IF_ERROR(CheckFloat(parameter, absl::StrCat("operand ", i)));
    if (!BroadcastsTo(parameter.shape(), row)) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected operand ", i, " of a shape that broadcasts to ",
                       ShapeToString(row), ", found ", ShapeToString(parameter.shape())));
    }
  }
  const auto extent = static_cast<size_t>(NumElements(row));
  const Tensor factors = BroadcastTensor(scale, Shape(row.begin(), row.end()));
  const Tensor addends =
      bias ? BroadcastTensor(bias->tensor, Shape(row.begin(), row.end())) : Tensor();
  Shape reduced = x.shape();
  std::fill(reduced.begin() + axis, reduced.end(), 1);
  Tensor result = x, means(DataType::Float32(), reduced), inverses(DataType::Float32(), reduced);
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t r = 0; r < means.size() && extent > 0; ++r) {
    absl::Span<float> y = out.subspan(static_cast<size_t>(r) * extent, extent);
    const RowStatistics statistics = StatisticsOf(y, epsilon);
    means.MutableData<float>()[r] = statistics.mean;
    inverses.MutableData<float>()[r] = 1.0f / statistics.deviation;
    for (size_t i = 0; i < extent; ++i) {
      const float centered = y[i] - statistics.mean;
      const float normalized = centered / statistics.deviation;
      y[i] = normalized * factors.Floats()[i];
      if (bias != nullptr) y[i] += addends.Floats()[i];
    }
  }
  return std::vector<Value>{Value(std::move(result)), Value(std::move(means)),
                            Value(std::move(inverses))};
}

// Statistics keep the type that they are computed in, whatever the operand has.
Results TypedLayerNormalization(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const DataType type = operands[0]->tensor.type();
  if (!IsNarrowFloat(type)) return LayerNormalization(attributes, operands);
  std::vector<Value> widened;
  widened.reserve(operands.size());
  std::vector<const Value*> pointers;
  for (const Value* operand : operands) {
    if (operand != nullptr) widened.emplace_back(ToFloat32(operand->tensor));
    pointers.push_back(operand == nullptr ? nullptr : &widened.back());
  }
  Results results = LayerNormalization(attributes, pointers);
  if (results.ok()) (*results)[0] = Value(FromFloat32((*results)[0].tensor, type));
  return results;
}

}  // namespace

void RegisterNormalizations(ReferenceTable& table) {
  table["onnx.BatchNormalization"] = InFloat32<BatchNormalization>;
  table["onnx.LayerNormalization"] = TypedLayerNormalization;
  table["onnx.LogSoftmax"] = InFloat32<LogSoftmax>;
  table["onnx.Softmax"] = InFloat32<Softmax>;
}

}  // namespace qcompile::runtime
