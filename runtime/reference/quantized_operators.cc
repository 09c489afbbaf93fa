// Operators on codes: QLinearConv and QLinearMatMul, by the exact reading of their operands, one
// rounding to float32, one division by the scale of the result, half to even; ConvInteger and
// MatMulInteger, whose sums wrap at 32 bits.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/convolution.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/positive_scales.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/rounding.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {
namespace {

absl::Status CheckCodes(const Tensor& tensor, absl::string_view what) {
  if (tensor.type().IsInteger() && tensor.type().bits <= 16) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("expected ", what,
                                               " of an integer type of at most 16 bits, found ",
                                               tensor.type().ToString()));
}

// A scale as float32: finite, and positive where codes are made by it.
enum class Sign { kAny, kPositive };
absl::StatusOr<Tensor> ReadScale(const Tensor& scale, absl::string_view what,
                                 Sign sign = Sign::kAny) {
  if (!scale.type().IsFloat() || scale.type().bits > 32) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", what, " of type float32 or narrower, found ", scale.type().ToString()));
  }
  Tensor result = ToFloat32(scale);
  for (float s : result.Floats()) {
    if (std::isfinite(s) && (sign == Sign::kAny || s > 0)) continue;
    return absl::InvalidArgumentError(absl::StrCat("expected ", what, " to be finite",
                                                   sign == Sign::kPositive ? " and positive" : "",
                                                   ", found ", NumberToString(s)));
  }
  return result;
}

// A parameter with one element, one per index of dimension `along`, or of the rank of the operand.
absl::StatusOr<Tensor> Arrange(const Tensor& parameter, const Shape& shape, size_t along,
                               absl::string_view what) {
  if (parameter.size() == 1) return parameter.Reshaped(Shape(shape.size(), 1));
  Shape arranged(shape.size(), 1);
  if (parameter.rank() == 1) {
    arranged[along] = parameter.size();
  } else if (parameter.shape().size() == shape.size()) {
    arranged = parameter.shape();
  }
  if (NumElements(arranged) == parameter.size() && BroadcastsTo(arranged, shape)) {
    return parameter.Reshaped(std::move(arranged));
  }
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, " of one element or ",
                                                 shape[along], ", found shape ",
                                                 ShapeToString(parameter.shape())));
}

Tensor IntegersAsFloat(const Tensor& tensor) {
  return Tensor::FromReals(DataType::Float32(), tensor.shape(), ToDoubles(tensor));
}

// The reading of codes whose parameters may run along dimension `along`.
absl::StatusOr<Value> Read(const Tensor& codes, const Tensor& scale, const Tensor& zero_point,
                           size_t along) {
  QCOMPILE_RETURN_IF_ERROR(CheckCodes(codes, "an operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(zero_point, codes.type(), "a zero point"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor scales, ReadScale(scale, "the scale"));
  QuantizedView view;
  view.codes = codes;
  QCOMPILE_ASSIGN_OR_RETURN(view.scale, Arrange(scales, codes.shape(), along, "scales"));
  QCOMPILE_ASSIGN_OR_RETURN(
      view.zero_point, Arrange(IntegersAsFloat(zero_point), codes.shape(), along, "zero points"));
  return MakeQuantized(WithPositiveScales(std::move(view)));
}

// clamp(round(x / scale) + zero point), parameters along dimension `along`.
absl::StatusOr<Tensor> Requantize(const Tensor& x, const Tensor& scale, const Tensor& zero_point,
                                  size_t along) {
  const DataType type = zero_point.type();
  QCOMPILE_RETURN_IF_ERROR(CheckCodes(zero_point, "the zero point of the result"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor read,
                            ReadScale(scale, "the scale of the result", Sign::kPositive));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor scales, Arrange(read, x.shape(), along, "scales"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor zeros,
                            Arrange(zero_point, x.shape(), along, "zero points"));
  const BroadcastIndex scale_index(scales.shape(), x.shape());
  const BroadcastIndex zero_index(zeros.shape(), x.shape());
  std::vector<int64_t> codes;
  for (int64_t i = 0; i < x.size(); ++i) {
    const float quotient = x.Floats()[i] / scales.Floats()[scale_index(i)];
    const double steps = RoundToIntegral(quotient, RoundingMode::kHalfEven);
    codes.push_back(RoundAndClamp(steps + static_cast<double>(zeros.IntegerAt(zero_index(i))),
                                  RoundingMode::kHalfEven, type.MinValue(), type.MaxValue()));
  }
  return Tensor::FromIntegers(type, x.shape(), codes);
}

// Rows and columns of a matrix that may be a vector.
size_t RowDimension(const Tensor& matrix) {
  return static_cast<size_t>(std::max<int64_t>(matrix.rank() - 2, 0));
}
size_t ColumnDimension(const Tensor& matrix) {
  return static_cast<size_t>(std::max<int64_t>(matrix.rank() - 1, 0));
}

absl::Status CheckRank(const Tensor& tensor) {
  if (tensor.rank() > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("expected matrices or vectors, found a scalar");
}

Results QLinearMatMul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 8, 8));
  const Tensor &a = operands[0]->tensor, &b = operands[3]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckRank(a));
  QCOMPILE_RETURN_IF_ERROR(CheckRank(b));
  QCOMPILE_ASSIGN_OR_RETURN(const Value left,
                            Read(a, operands[1]->tensor, operands[2]->tensor, RowDimension(a)));
  QCOMPILE_ASSIGN_OR_RETURN(const Value right,
                            Read(b, operands[4]->tensor, operands[5]->tensor, ColumnDimension(b)));
  const Value* factors[] = {&left, &right};
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<Value> product,
                            FindReference("onnx.MatMul")(Attributes(), factors));
  const Tensor& y = product[0].tensor;
  return Single(Requantize(y, operands[6]->tensor, operands[7]->tensor, RowDimension(y)));
}

// Codes of the bias have the scale x_scale * w_scale, a float32.
absl::StatusOr<Value> ReadBias(const Tensor& codes, const Tensor& x_scale, const Tensor& w_scale) {
  QCOMPILE_RETURN_IF_ERROR(CheckType(codes, DataType::Signed(32), "the bias"));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor input, ReadScale(x_scale, "the scale"));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor scale, ReadScale(w_scale, "the scale"));
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(input, "the scale of the operand"));
  for (float& s : scale.MutableData<float>()) s = input.Floats()[0] * s;
  QCOMPILE_ASSIGN_OR_RETURN(scale, Arrange(scale, codes.shape(), 0, "scales"));
  return MakeQuantized(
      WithPositiveScales({codes, std::move(scale), Tensor::ScalarFloat(0).Reshaped({1})}));
}

Results QLinearConv(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 8, 9));
  const Tensor &x = operands[0]->tensor, &weights = operands[3]->tensor;
  if (x.rank() < 3 || weights.rank() != x.rank()) {
    return absl::InvalidArgumentError("expected an operand and weights of one rank from 3 on");
  }
  QCOMPILE_ASSIGN_OR_RETURN(const Value input,
                            Read(x, operands[1]->tensor, operands[2]->tensor, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const Value kernel,
                            Read(weights, operands[4]->tensor, operands[5]->tensor, 0));
  Value bias;
  const Value* factors[] = {&input, &kernel, nullptr};
  if (const Value* given = OptionalOperand(operands, 8)) {
    if (given->tensor.rank() != 1) {
      return absl::InvalidArgumentError("expected a bias of one dimension");
    }
    QCOMPILE_ASSIGN_OR_RETURN(bias,
                              ReadBias(given->tensor, operands[1]->tensor, operands[4]->tensor));
    factors[2] = &bias;
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<Value> sums,
                            FindReference("onnx.Conv")(attributes, factors));
  return Single(Requantize(sums[0].tensor, operands[6]->tensor, operands[7]->tensor, 1));
}

// Codes minus zero points.
absl::StatusOr<std::vector<int32_t>> Differences(const Tensor& codes, const Value* zero_point,
                                                 size_t along) {
  QCOMPILE_RETURN_IF_ERROR(CheckCodes(codes, "an operand"));
  std::vector<int32_t> result(static_cast<size_t>(codes.size()));
  Tensor zeros(codes.type(), Shape(codes.shape().size(), 1));
  if (zero_point != nullptr) {
    QCOMPILE_RETURN_IF_ERROR(CheckType(zero_point->tensor, codes.type(), "a zero point"));
    QCOMPILE_ASSIGN_OR_RETURN(zeros,
                              Arrange(zero_point->tensor, codes.shape(), along, "zero points"));
  }
  const BroadcastIndex index(zeros.shape(), codes.shape());
  for (int64_t i = 0; i < codes.size(); ++i) {
    result[static_cast<size_t>(i)] =
        static_cast<int32_t>(codes.IntegerAt(i) - zeros.IntegerAt(index(i)));
  }
  return result;
}

// A tensor of differences with the shape of the codes.
absl::StatusOr<Tensor> DifferencesOf(const Tensor& codes, const Value* zero_point, size_t along) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int32_t> values,
                            Differences(codes, zero_point, along));
  return Tensor::FromIntegers(DataType::Signed(32), codes.shape(),
                              std::vector<int64_t>(values.begin(), values.end()));
}

Results MatMulInteger(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 4));
  const Tensor &a = operands[0]->tensor, &b = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckRank(a));
  QCOMPILE_RETURN_IF_ERROR(CheckRank(b));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor left,
                            DifferencesOf(a, OptionalOperand(operands, 2), RowDimension(a)));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor right,
                            DifferencesOf(b, OptionalOperand(operands, 3), ColumnDimension(b)));
  const Value factors[] = {Value(std::move(left)), Value(std::move(right))};
  const Value* pointers[] = {&factors[0], &factors[1]};
  return FindReference("onnx.MatMul")(Attributes(), pointers);
}

Results ConvInteger(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 4));
  const Tensor &x = operands[0]->tensor, &weights = operands[1]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const ConvolutionShape shape,
                            ReadConvolutionShape(attributes, x.shape(), weights.shape(), false));
  const auto kernel = absl::MakeConstSpan(weights.shape()).subspan(2);
  QCOMPILE_ASSIGN_OR_RETURN(const Window window, ReadWindow(attributes, x.shape(), kernel));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int32_t> inputs,
                            Differences(x, OptionalOperand(operands, 2), 1));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int32_t> factors,
                            Differences(weights, OptionalOperand(operands, 3), 0));
  const int64_t channels = shape.groups * shape.out;
  Shape result{shape.batch, channels};
  for (int64_t d : window.OutShape()) result.push_back(d);
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(result));
  std::vector<int64_t> sums(static_cast<size_t>(size), 0);
  for (int64_t n = 0; n < shape.batch && size > 0; ++n) {
    for (int64_t m = 0; m < channels; ++m) {
      const int64_t group = m / shape.out;
      for (int64_t c = 0; c < shape.in; ++c) {
        const int64_t row = shape.WeightRow(group, m % shape.out, c);
        const int64_t plane = n * shape.groups * shape.in + group * shape.in + c;
        for (int64_t tap = 0; tap < window.taps(); ++tap) {
          window.AddTap<int32_t, int64_t>(tap,
                                          factors[static_cast<size_t>(row * window.taps() + tap)],
                                          inputs.data() + plane * window.in_size(),
                                          sums.data() + (n * channels + m) * window.out_size());
        }
      }
    }
  }
  return Single(WrappedIntegers(DataType::Signed(32), std::move(result), std::move(sums)));
}

}  // namespace

void RegisterQuantizedOperators(ReferenceTable& table) {
  table["onnx.ConvInteger"] = ConvInteger;
  table["onnx.MatMulInteger"] = MatMulInteger;
  table["onnx.QLinearConv"] = QLinearConv;
  table["onnx.QLinearMatMul"] = QLinearMatMul;
}

}  // namespace qcompile::runtime
