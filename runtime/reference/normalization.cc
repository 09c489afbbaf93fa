// BatchNormalization, Softmax and LogSoftmax: their ONNX formulas, one float32 rounding per step.
#include <cmath>

#include "runtime/reference/checks.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// The tensor as outer x extent x inner around one axis.
struct Lanes {
  int64_t outer;
  int64_t extent;
  int64_t inner;
};

Lanes LanesAlong(const Shape& shape, int64_t axis) {
  const auto dims = absl::MakeConstSpan(shape);
  const auto d = static_cast<size_t>(axis);
  return {NumElements(dims.subspan(0, d)), shape[d], NumElements(dims.subspan(d + 1))};
}

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
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(x, "an operand"));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  Tensor result = x;
  if (result.size() == 0) return Single(absl::StatusOr<Tensor>(std::move(result)));
  float* data = result.MutableData<float>().data();
  for (int64_t o = 0; o < lanes.outer; ++o) {
    for (int64_t i = 0; i < lanes.inner; ++i) {
      lane(data + o * lanes.extent * lanes.inner + i, lanes.inner, lanes.extent);
    }
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

// Subtracts the largest element, and returns the sum of the exponentials in ascending order.
float CenterAndSum(float* x, int64_t step, int64_t extent) {
  float largest = -std::numeric_limits<float>::infinity();
  for (int64_t i = 0; i < extent; ++i) {
    const float value = x[i * step];
    if (value > largest || std::isnan(value)) largest = value;
  }
  float sum = 0;
  for (int64_t i = 0; i < extent; ++i) {
    x[i * step] -= largest;
    sum += ExpFloat(x[i * step]);
  }
  return sum;
}

Results Softmax(const Attributes& attributes, Operands operands) {
  return AlongAxis(attributes, operands, [](float* x, int64_t step, int64_t extent) {
    const float sum = CenterAndSum(x, step, extent);
    for (int64_t i = 0; i < extent; ++i) x[i * step] = ExpFloat(x[i * step]) / sum;
  });
}

Results LogSoftmax(const Attributes& attributes, Operands operands) {
  return AlongAxis(attributes, operands, [](float* x, int64_t step, int64_t extent) {
    const float logarithm = LogFloat(CenterAndSum(x, step, extent));
    for (int64_t i = 0; i < extent; ++i) x[i * step] -= logarithm;
  });
}

}  // namespace

void RegisterNormalizations(ReferenceTable& table) {
  table["onnx.BatchNormalization"] = BatchNormalization;
  table["onnx.LogSoftmax"] = LogSoftmax;
  table["onnx.Softmax"] = Softmax;
}

}  // namespace qcompile::runtime
