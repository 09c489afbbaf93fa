// Conv and ConvTranspose: exact where operand and weights are quantized, else float32 or float64.
#include "runtime/reference/checks.h"
#include "runtime/reference/convolution.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"
#include "runtime/reference/window.h"

namespace qcompile::runtime {

absl::StatusOr<ConvolutionShape> ReadConvolutionShape(const Attributes& attributes, const Shape& x,
                                                      const Shape& weights, bool transposed) {
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t groups, IntAttribute(attributes, "group", 1));
  if (x.size() < 3 || weights.size() != x.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an operand and weights of one rank from 3 on, found shapes ",
                     ShapeToString(x), " and ", ShapeToString(weights)));
  }
  const int64_t divided = transposed ? x[1] : weights[0];
  const bool agrees =
      groups >= 1 && divided % groups == 0 &&
      (transposed ? weights[0] == x[1] : x[1] % groups == 0 && weights[1] == x[1] / groups);
  if (!agrees) {
    return absl::InvalidArgumentError(absl::StrCat("expected channels that agree in ", groups,
                                                   " groups, found shapes ", ShapeToString(x),
                                                   " and ", ShapeToString(weights)));
  }
  return ConvolutionShape{x[0], groups, x[1] / groups,
                          transposed ? weights[1] : weights[0] / groups, transposed};
}

namespace {

// What is known before the first product.
struct Plan {
  ConvolutionShape shape;
  Window window;
};

absl::StatusOr<Plan> MakePlan(const Attributes& attributes, Operands operands, bool transposed) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Shape& x = operands[0]->tensor.shape();
  const Shape& weights = operands[1]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const ConvolutionShape shape,
                            ReadConvolutionShape(attributes, x, weights, transposed));
  const auto kernel = absl::MakeConstSpan(weights).subspan(2);
  QCOMPILE_ASSIGN_OR_RETURN(Window window, transposed ? ReadTransposedWindow(attributes, x, kernel)
                                                      : ReadWindow(attributes, x, kernel));
  const int64_t channels = shape.groups * shape.out;
  Shape result{shape.batch, channels};
  for (int64_t d : window.OutShape()) result.push_back(d);
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(result).status());
  const Value* bias = OptionalOperand(operands, 2);
  if (bias != nullptr && bias->tensor.shape() != Shape{channels}) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a bias of shape ", channels, ", found ", ShapeToString(bias->tensor.shape())));
  }
  return Plan{shape, std::move(window)};
}

Results Convolve(const Attributes& attributes, Operands operands, bool transposed) {
  QCOMPILE_ASSIGN_OR_RETURN(const Plan plan, MakePlan(attributes, operands, transposed));
  const Value &x = *operands[0], &weights = *operands[1];
  const Value* bias = OptionalOperand(operands, 2);
  const DataType type = x.tensor.type();
  QCOMPILE_RETURN_IF_ERROR(CheckFloats(x.tensor, "an operand"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(weights.tensor, type, "weights"));
  if (bias != nullptr) QCOMPILE_RETURN_IF_ERROR(CheckType(bias->tensor, type, "the bias"));
  return Single(absl::StatusOr<Tensor>(
      x.quantized && weights.quantized
          ? ExactConvolution(plan.shape, plan.window, *x.quantized, *weights.quantized, bias)
          : FloatConvolution(plan.shape, plan.window, x.tensor, weights.tensor,
                             bias ? &bias->tensor : nullptr)));
}

Results Conv(const Attributes& attributes, Operands operands) {
  return Convolve(attributes, operands, false);
}
Results ConvTranspose(const Attributes& attributes, Operands operands) {
  return Convolve(attributes, operands, true);
}

absl::Status CheckConv(const Attributes& attributes, Operands operands) {
  return MakePlan(attributes, operands, false).status();
}
absl::Status CheckConvTranspose(const Attributes& attributes, Operands operands) {
  return MakePlan(attributes, operands, true).status();
}

}  // namespace

void RegisterConvolutions(ReferenceTable& table) {
  table["onnx.Conv"] = InFloat32<Conv>;
  table["onnx.ConvTranspose"] = InFloat32<ConvTranspose>;
}

void RegisterConvolutionChecks(CheckTable& table) {
  table["onnx.Conv"] = CheckConv;
  table["onnx.ConvTranspose"] = CheckConvTranspose;
}

}  // namespace qcompile::runtime
