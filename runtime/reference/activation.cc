// Activation functions: the formulas of the ONNX function bodies, one float32 rounding per step.
#include <cmath>

#include "runtime/reference/checks.h"
#include "runtime/reference/float_math.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

// max(0, min(1, alpha x + beta)); NaN stays.
template <typename T>
T HardSigmoidOf(T x, float alpha, float beta) {
  const T product = alpha * x;
  const T y = product + beta;
  return y > 1 ? T(1) : y < 0 ? T(0) : y;
}

template <typename T>
T EluOf(T x, float alpha) {
  if (!(x < 0)) return x;
  const T difference = ExpOf(x) - T(1);
  return alpha * difference;
}

template <typename T>
T SoftplusOf(T x) {
  const T sum = ExpOf(x) + T(1);
  return LogOf(sum);
}

template <typename F>
Results Unary(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return Single(MapFloats(operands[0]->tensor, f));
}

Results Sigmoid(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return SigmoidOf(x); });
}
Results Tanh(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return TanhOf(x); });
}

Results LeakyRelu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 0.01f));
  return Unary(operands, [alpha](auto x) { return x < 0 ? alpha * x : x; });
}

Results HardSigmoid(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 0.2f));
  QCOMPILE_ASSIGN_OR_RETURN(const float beta, FloatAttribute(attributes, "beta", 0.5f));
  return Unary(operands, [alpha, beta](auto x) { return HardSigmoidOf(x, alpha, beta); });
}

Results HardSwish(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return x * HardSigmoidOf(x, 0.16666667163372f, 0.5f); });
}

Results Elu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 1));
  return Unary(operands, [alpha](auto x) { return EluOf(x, alpha); });
}

Results Celu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 1));
  return Unary(operands, [alpha](auto x) {
    const decltype(x) scaled = x / alpha;
    return alpha * EluOf(scaled, 1);
  });
}

Results Selu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha,
                            FloatAttribute(attributes, "alpha", 1.67326319217681884765625f));
  QCOMPILE_ASSIGN_OR_RETURN(const float gamma,
                            FloatAttribute(attributes, "gamma", 1.05070102214813232421875f));
  return Unary(operands, [alpha, gamma](auto x) {
    if (!(x < 0)) return gamma * x;
    const decltype(x) product = alpha * ExpOf(x);
    const decltype(x) difference = product - alpha;
    return gamma * difference;
  });
}

Results ThresholdedRelu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 1));
  return Unary(operands, [alpha](auto x) { return alpha < x ? x : decltype(x)(0); });
}

Results Softplus(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return SoftplusOf(x); });
}

Results Softsign(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) {
    const decltype(x) denominator = 1 + std::fabs(x);
    return x / denominator;
  });
}

Results Mish(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return x * TanhOf(SoftplusOf(x)); });
}

Results Swish(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 1));
  return Unary(operands, [alpha](auto x) {
    const decltype(x) scaled = alpha * x;
    return x * SigmoidOf(scaled);
  });
}

// The factors of x/2: 1 + erf(x / sqrt(2)), and its approximation by tanh.
template <typename T>
T ErfFactor(T x) {
  const T scaled = x / std::sqrt(T(2));
  return 1 + ErfOf(scaled);
}
template <typename T>
T TanhFactor(T x) {
  const T cubic = T(0.044715f) * PowOf(x, T(3));
  const T sum = x + cubic;
  const T scaled = std::sqrt(T(0.63661977236f)) * sum;
  return 1 + TanhOf(scaled);
}

Results Gelu(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string approximate,
                            StringAttribute(attributes, "approximate", "none"));
  if (approximate != "none" && approximate != "tanh") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected approximate to be none or tanh, found ", approximate));
  }
  const bool by_tanh = approximate == "tanh";
  return Unary(operands, [by_tanh](auto x) {
    const decltype(x) half = decltype(x)(0.5) * x;
    return half * (by_tanh ? TanhFactor(x) : ErfFactor(x));
  });
}

// The slope broadcasts to the operand.
Results PRelu(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor &x = operands[0]->tensor, &slope = operands[1]->tensor;
  if (!BroadcastsTo(slope.shape(), x.shape())) {
    return absl::InvalidArgumentError(absl::StrCat("expected a slope that broadcasts to ",
                                                   ShapeToString(x.shape()), ", found shape ",
                                                   ShapeToString(slope.shape())));
  }
  return Single(ZipNumbers(
      x, slope, [](auto v, auto s) { return v < 0 ? s * v : v; },
      [](int64_t v, int64_t s) {
        return v < 0 ? static_cast<int64_t>(static_cast<uint64_t>(v) * static_cast<uint64_t>(s))
                     : v;
      }));
}

}  // namespace

void RegisterActivations(ReferenceTable& table) {
  table["onnx.Celu"] = Celu;
  table["onnx.Elu"] = Elu;
  table["onnx.Gelu"] = Gelu;
  table["onnx.HardSigmoid"] = HardSigmoid;
  table["onnx.HardSwish"] = HardSwish;
  table["onnx.LeakyRelu"] = LeakyRelu;
  table["onnx.Mish"] = Mish;
  table["onnx.PRelu"] = PRelu;
  table["onnx.Selu"] = Selu;
  table["onnx.Sigmoid"] = Sigmoid;
  table["onnx.Softplus"] = Softplus;
  table["onnx.Softsign"] = Softsign;
  table["onnx.Swish"] = Swish;
  table["onnx.Tanh"] = Tanh;
  table["onnx.ThresholdedRelu"] = ThresholdedRelu;
}

}  // namespace qcompile::runtime
