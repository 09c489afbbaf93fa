// Activation functions, clipping, and minimum and maximum.
#include <cmath>
#include <limits>
#include <optional>

#include "runtime/reference/checks.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

float PositivePart(float x) { return x < 0 ? 0.0f : x; }  // NaN stays

// The reading of max(x, 0): max(code, zero point), where every zero point is itself a code.
std::optional<QuantizedView> PositivePart(const QuantizedView& view) {
  const BroadcastIndex zero_index(view.zero_point.shape(), view.codes.shape());
  absl::Span<const float> zeros = view.zero_point.Floats();
  const DataType type = view.codes.type();
  for (float zero : zeros) {
    const bool integral = std::fabs(zero) < 0x1p48f && std::trunc(zero) == zero;
    if (!integral || !type.Contains(static_cast<int64_t>(zero))) return std::nullopt;
  }
  std::vector<int64_t> codes = view.codes.ToIntegers();
  for (size_t i = 0; i < codes.size(); ++i) {
    const auto zero = static_cast<int64_t>(zeros[zero_index(static_cast<int64_t>(i))]);
    if (codes[i] < zero) codes[i] = zero;
  }
  absl::StatusOr<Tensor> tensor = Tensor::FromIntegers(type, view.codes.shape(), codes);
  if (!tensor.ok()) return std::nullopt;
  return QuantizedView{*std::move(tensor), view.scale, view.zero_point};
}

Results Relu(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Value& x = *operands[0];
  if (x.tensor.type().kind == TypeKind::kSigned) {
    return Single(MapIntegers(x.tensor, [](int64_t v) { return v < 0 ? 0 : v; }));
  }
  QCOMPILE_ASSIGN_OR_RETURN(Tensor tensor,
                            MapFloats(x.tensor, [](float v) { return PositivePart(v); }));
  Value result(std::move(tensor));
  if (x.quantized) result.quantized = PositivePart(*x.quantized);
  return std::vector<Value>{std::move(result)};
}

template <typename F>
Results Unary(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return Single(MapFloats(operands[0]->tensor, f));
}

Results Sigmoid(const Attributes&, Operands operands) { return Unary(operands, SigmoidFloat); }
Results Tanh(const Attributes&, Operands operands) { return Unary(operands, TanhFloat); }

Results LeakyRelu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 0.01f));
  return Unary(operands, [alpha](float x) { return x < 0 ? alpha * x : x; });
}

Results HardSigmoid(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 0.2f));
  QCOMPILE_ASSIGN_OR_RETURN(const float beta, FloatAttribute(attributes, "beta", 0.5f));
  return Unary(operands, [alpha, beta](float x) {
    const float product = alpha * x;
    const float y = product + beta;
    return y > 1 ? 1.0f : PositivePart(y);
  });
}

// Both give NaN where either operand is NaN, as numpy does.
float FloatMin(float a, float b) { return std::isnan(a) || a < b ? a : b; }
float FloatMax(float a, float b) { return std::isnan(a) || a > b ? a : b; }
int64_t IntegerMin(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t IntegerMax(int64_t a, int64_t b) { return a > b ? a : b; }

template <typename F, typename G>
Results Variadic(Operands operands, F f, G g) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));
  if (operands.size() == 1) return std::vector<Value>{*operands[0]};
  Tensor result = operands[0]->tensor;
  for (size_t i = 1; i < operands.size(); ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(result, ZipNumbers(result, operands[i]->tensor, f, g));
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

Results Min(const Attributes&, Operands operands) {
  return Variadic(operands, FloatMin, IntegerMin);
}
Results Max(const Attributes&, Operands operands) {
  return Variadic(operands, FloatMax, IntegerMax);
}

Results Clip(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 3));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "min"));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "max"));
  const Value* low = OptionalOperand(operands, 1);
  const Value* high = OptionalOperand(operands, 2);
  if (low == nullptr && high == nullptr) return std::vector<Value>{*operands[0]};
  Tensor result = operands[0]->tensor;
  if (low != nullptr) {
    QCOMPILE_RETURN_IF_ERROR(CheckSingle(low->tensor, "the minimum"));
    QCOMPILE_ASSIGN_OR_RETURN(result,
                              ZipNumbers(result, low->tensor.Reshaped({}), FloatMax, IntegerMax));
  }
  if (high != nullptr) {
    QCOMPILE_RETURN_IF_ERROR(CheckSingle(high->tensor, "the maximum"));
    QCOMPILE_ASSIGN_OR_RETURN(result,
                              ZipNumbers(result, high->tensor.Reshaped({}), FloatMin, IntegerMin));
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

}  // namespace

void RegisterActivations(ReferenceTable& table) {
  table["onnx.Clip"] = Clip;
  table["onnx.HardSigmoid"] = HardSigmoid;
  table["onnx.LeakyRelu"] = LeakyRelu;
  table["onnx.Max"] = Max;
  table["onnx.Min"] = Min;
  table["onnx.Relu"] = Relu;
  table["onnx.Sigmoid"] = Sigmoid;
  table["onnx.Tanh"] = Tanh;
}

}  // namespace qcompile::runtime
