//===- FunctionBounds.cpp - Bounds of element by element ------------------===//
#include "compiler/compare/FunctionBounds.h"

#include <cmath>

#include "compiler/compare/MagnitudeForm.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "runtime/reference/broadcast.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compare {

static constexpr int64_t kLibraryRoundings = 8;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static double getResult(double, double y) { return std::fabs(y); }
static double getOperand(double x, double y) { return std::max(std::fabs(x), std::fabs(y)); }
/// Formulas that add or subtract one, as 1 / (1 + exp(-x)) or exp(x) - 1 do, or whose argument is first reduced by
/// periods.
static double getUnity(double, double y) { return 1 + std::fabs(y); }
/// exp(y log x): the logarithm of the result carries its own roundings.
static double getPower(double, double y) {
  double size = std::fabs(y);
  return size > 0 && std::isfinite(size) ? size * (1 + std::fabs(std::log(size))) : size;
}
/// tan(x) moves by 1 + tan(x)^2 times as much as x.
static double getTangent(double, double y) { return 1 + y * y; }
/// log(x + sqrt(x^2 - 1)) near x = 1, where y is sqrt(2 (x - 1)): the root of a difference that is off by u.
static double getAreaCosine(double, double y) { return 1 + std::fabs(y) + 1 / std::fabs(y); }

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

static StringMap<FunctionRule> makeRules() {
  StringMap<FunctionRule> out;
  auto add = [&](ArrayRef<StringRef> names, FunctionRule rule) {
    for (StringRef name : names)
      out[name] = rule;
  };
  // Elements are chosen, moved, or replaced by a correctly rounded step function; other operands say which and where.
  add({"Identity",      "Dropout",         "Reshape",        "Flatten",
       "Squeeze",       "Unsqueeze",       "Transpose",      "Split",
       "Slice",         "Gather",          "GatherElements", "GatherND",
       "Tile",          "Expand",          "Trilu",          "DepthToSpace",
       "SpaceToDepth",  "ReverseSequence", "MaxPool",        "channels_last.MaxPool",
       "GlobalMaxPool", "ReduceMax",       "ReduceMin",      "Im2Col",
       "MaxUnpool",     "Compress",        "TopK",           "Floor",
       "Ceil",          "Round",           "Sign",           "Cast",
       "Resize",        "CastLike",        "Quant",          "IntQuant",
       "LinearQuant",   "BipolarQuant",    "FloatQuant",     "Trunc",
       "Trunc_v1",      "MultiThreshold"},
      {Spread::Ends, nullptr, 1, 0b1});
  add({"Concat", "Max", "Min", "Relu", "Clip"}, {Spread::Ends});
  add({"Pad", "ScatterND", "ScatterElements"}, {Spread::Ends, nullptr, 1, 0b101});
  add({"TensorScatter"}, {Spread::Ends, nullptr, 1, 0b11});
  add({"Where"}, {Spread::Ends, nullptr, 1, 0b110});
  add({"Neg", "QuantizeLinear"}, {Spread::Corners});
  add({"DequantizeLinear"}, {Spread::Corners, getResult});
  // No rounding changes the results, but they may jump where an operand moves.
  add({"Less",
       "LessOrEqual",
       "Greater",
       "GreaterOrEqual",
       "Equal",
       "And",
       "Or",
       "Xor",
       "Not",
       "IsNaN",
       "IsInf",
       "ArgMax",
       "ArgMin",
       "OneHot",
       "Hardmax",
       "NonZero",
       "Unique",
       "Shape",
       "Size",
       "Mod",
       "EyeLike",
       "ConstantOfShape",
       "Range",
       "ThresholdedRelu",
       "BitCast",
       "NonMaxSuppression",
       "DynamicQuantizeLinear",
       "XnorPopcountMatMul",
       "QuantAvgPool2d"},
      {Spread::Unknown});
  add({"Mul", "Div", "Reciprocal", "PRelu", "LeakyRelu"}, {Spread::Corners, getResult});
  add({"Sqrt", "Exp", "Log", "Softsign"}, {Spread::Ends, getResult});
  add({"Pow"}, {Spread::Corners, getPower});
  add({"Sigmoid", "Tanh", "Erf", "HardSigmoid", "Softplus", "Elu", "Celu", "Selu", "Atan", "Asin", "Acos", "Sinh",
       "Asinh", "Atanh"},
      {Spread::Corners, getUnity});
  add({"Acosh"}, {Spread::Ends, getAreaCosine});
  add({"Tan"}, {Spread::Unknown, getTangent});
  add({"Cosh"}, {Spread::Even, getResult});
  add({"Abs"}, {Spread::Even});
  // Largest slopes: 1 of a cosine; below 1.13 of x Phi(x), exact or by tanh, 1.10 of x sigmoid(a x), whatever a, and
  // 1.09 of x tanh(softplus(x)); 1.5 of x (x / 6 + 1/2) at its bend. The second factor is a sum of terms up to 1.
  add({"Sin", "Cos"}, {Spread::Lipschitz, getUnity, 1});
  add({"Gelu"}, {Spread::Lipschitz, getOperand, 1.13});
  add({"Swish"}, {Spread::Lipschitz, getOperand, 1.1});
  add({"Mish"}, {Spread::Lipschitz, getOperand, 1.09});
  add({"HardSwish"}, {Spread::Lipschitz, getOperand, 1.5});
  add({"Add"}, {Spread::Ends, getResult}); // the size is that of the operands: see getFunctionRadius
  add({"Sub"}, {Spread::Corners, getResult});
  return out;
}

static bool isNegative(mlir::Operation *op, StringRef name) {
  auto value = op->getAttrOfType<mlir::FloatAttr>(name);
  return value && value.getValue().isNegative();
}

std::optional<FunctionRule> findFunctionRule(mlir::Operation *op) {
  static const StringMap<FunctionRule> rules = makeRules();
  if (op->getName().getDialectNamespace() != "onnx")
    return std::nullopt;
  StringRef name = op->getName().stripDialect();
  auto it = rules.find(name);
  if (it == rules.end())
    return std::nullopt;
  FunctionRule rule = it->second;
  // Branches that turn at 0.
  if ((name == "LeakyRelu" || name == "Elu" || name == "Celu" || name == "Selu") &&
      (isNegative(op, "alpha") || isNegative(op, "gamma")))
    rule.spread = Spread::Unknown;
  auto reduction = op->getAttrOfType<mlir::StringAttr>("reduction");
  if (name.starts_with("Scatter") && reduction && (reduction.getValue() == "add" || reduction.getValue() == "mul"))
    return std::nullopt; // a polynomial
  auto mode = op->getAttrOfType<mlir::StringAttr>("mode");
  if (name == "Resize" && mode && mode.getValue() != "nearest")
    return std::nullopt; // interpolates
  return rule;
}

//===----------------------------------------------------------------------===//
// Roundings
//===----------------------------------------------------------------------===//

/// |a| + |b|, element by element.
static Radius getJoinSize(mlir::Operation *op, ArrayRef<const Interval *> operands, const Tensor &result) {
  auto size = MagnitudeForm(op, operands, "Add").applyToFloats([](const Interval &operand) {
    Radius radius = getRadius(operand);
    Radius sums(size_t(operand.middle.tensor.size()));
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] = std::fabs(operand.middle.tensor.DoubleAt(int64_t(i))) + (radius.empty() ? 0 : radius[i]);
    return makeRadiusTensor(operand.middle.tensor, sums);
  });
  Radius out(size_t(result.size()), INFINITY);
  for (size_t i = 0; size && i < out.size(); ++i)
    out[i] = size->DoubleAt(int64_t(i));
  return out;
}

/// The end that is farther from zero.
static double getFarEnd(const Interval &value, int64_t i) {
  double low = value.low().tensor.DoubleAt(i), high = value.high().tensor.DoubleAt(i);
  return std::fabs(low) > std::fabs(high) ? low : high;
}

/// What is multiplied with terms up to 1, as in alpha (exp(x) - 1) or alpha x + beta; Selu's own factors are below 1.8.
static double getFactor(mlir::Operation *op) {
  double factor = op->getName().stripDialect() == "Selu" ? 1.8 : 1;
  for (StringRef name : {"alpha", "beta", "gamma"})
    if (auto value = op->getAttrOfType<mlir::FloatAttr>(name))
      factor *= std::max(1.0, std::fabs(value.getValueAsDouble()));
  return factor;
}

Radius getFunctionRadius(mlir::Operation *op, const FunctionRule &rule, ArrayRef<const Interval *> operands,
                         const Interval &result) {
  const Tensor &middle = result.middle.tensor;
  const double unit = getUnit(middle.type());
  if (!rule.size || unit == 0)
    return {};
  StringRef name = op->getName().stripDialect();
  Radius out;
  if (name == "Add" || name == "Sub") {
    out = getJoinSize(op, operands, middle);
  } else {
    const runtime::BroadcastIndex index(operands[0]->middle.tensor.shape(), middle.shape());
    const double factor = rule.size == getUnity ? getFactor(op) : 1;
    for (int64_t i = 0; i < middle.size(); ++i)
      out.push_back(factor * rule.size(getFarEnd(*operands[0], index(i)),
                                       name == "Acosh" ? result.low().tensor.DoubleAt(i) : getFarEnd(result, i)));
  }
  const double gamma = getGamma(kLibraryRoundings, unit);
  for (double &radius : out)
    radius = std::isfinite(middle.DoubleAt(&radius - out.data())) ? gamma * radius : 0;
  return out;
}

} // namespace qcompile::compare
