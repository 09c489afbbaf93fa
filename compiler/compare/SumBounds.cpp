//===- SumBounds.cpp - What the order of additions may change -------------===//
#include "compiler/compare/SumBounds.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "runtime/reference/registry.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

namespace {
enum class Kind { None, Product, Mean, Join, Norm };
constexpr double kUnit = 0x1p-24;
/// Further roundings: of the operands, of alpha, beta and the bias.
constexpr int64_t kSlack = 6;
constexpr int64_t kNormRoundings = 8;
/// Sizes are computed in float32 themselves.
constexpr double kSafety = 1.01;
} // namespace

static Kind getKind(mlir::Operation *op) {
  if (op->getName().getDialectNamespace() != "onnx")
    return Kind::None;
  return StringSwitch<Kind>(op->getName().stripDialect())
      .Cases({"MatMul", "Gemm", "Conv", "ConvTranspose"}, Kind::Product)
      .Cases({"ReduceSum", "ReduceMean", "AveragePool", "GlobalAveragePool"}, Kind::Mean)
      .Cases({"Add", "Sub"}, Kind::Join)
      .Case("BatchNormalization", Kind::Norm)
      .Default(Kind::None);
}

static bool isFloat(const Interval *operand) {
  return operand && operand->middle.tensor.type() == runtime::DataType::Float32();
}

bool isSum(mlir::Operation *op, ArrayRef<const Interval *> operands) {
  Kind kind = getKind(op);
  if (kind == Kind::None || operands.empty() || !isFloat(operands[0]))
    return false;
  // The sum of two floats is rounded once, everywhere.
  if (kind == Kind::Join)
    return operands.size() == 2 && operands[0]->middle.quantized && operands[1] &&
           operands[1]->middle.quantized;
  return kind == Kind::Mean || (operands.size() > 1 && isFloat(operands[1]));
}

//===----------------------------------------------------------------------===//
// Operations on magnitudes
//===----------------------------------------------------------------------===//

static Tensor map(const Tensor &tensor, function_ref<float(float)> function) {
  std::vector<float> out(tensor.Floats().begin(), tensor.Floats().end());
  for (float &value : out)
    value = function(value);
  return Tensor::FromFloats(tensor.shape(), out);
}

static Tensor getMagnitude(const Tensor &tensor) {
  return map(tensor, [](float x) { return std::fabs(x); });
}

/// Float32 numbers that are not below the radii.
static Tensor makeRadius(const Tensor &like, function_ref<double(int64_t)> radius) {
  std::vector<float> out(size_t(like.size()));
  for (size_t i = 0; i < out.size(); ++i)
    if (double r = radius(int64_t(i)); r > 0)
      out[i] = std::nextafter(float(r), INFINITY);
  return Tensor::FromFloats(like.shape(), out);
}

/// How far the ends lie from the middle.
static Tensor getRadius(const Interval &interval) {
  const Tensor &middle = interval.middle.tensor;
  return makeRadius(middle, [&](int64_t i) {
    double x = middle.DoubleAt(i);
    double radius = std::max(interval.high().tensor.DoubleAt(i) - x, x - interval.low().tensor.DoubleAt(i));
    return std::isfinite(radius) ? radius : 0;
  });
}

static Tensor makeZeros(const Tensor &like) {
  return makeRadius(like, [](int64_t) { return 0.0; });
}

namespace {
/// The operation itself on other floats: with magnitudes in place of its operands it gives the size of its sums.
class Form {
public:
  Form(mlir::Operation *op, ArrayRef<const Interval *> operands)
      : operation(convertOperation(op)), operands(operands) {
    if (operation.name == "onnx.Sub")
      operation.name = "onnx.Add";
    for (StringRef factor : {"alpha", "beta"})
      if (const float *value = operation.attributes.Find<float>(absl::string_view(factor.data(), factor.size())))
        operation.attributes.Set(absl::string_view(factor.data(), factor.size()), std::fabs(*value));
  }

  /// Applies the operation to `data` in place of its first operands; of the others the first `kept` stay.
  std::optional<Tensor> apply(ArrayRef<Tensor> data, size_t kept = SIZE_MAX) const {
    std::vector<Value> values(data.begin(), data.end());
    std::vector<const Value *> pointers;
    for (size_t i = 0; i < std::min(operands.size(), kept); ++i)
      pointers.push_back(i < values.size() ? &values[i] : operands[i] ? &operands[i]->middle : nullptr);
    auto results = runtime::FindReference(operation.name)(operation.attributes, pointers);
    if (!results.ok() || results->empty())
      return std::nullopt;
    return (*results)[0].tensor;
  }

  const runtime::Attributes &attributes() const { return operation.attributes; }

private:
  runtime::Operation operation;
  ArrayRef<const Interval *> operands;
};
} // namespace

/// The magnitudes of the operands that are added or multiplied.
static SmallVector<Tensor> getMagnitudes(Kind kind, ArrayRef<const Interval *> operands) {
  SmallVector<Tensor> out;
  size_t count = kind == Kind::Mean ? 1 : operands.size();
  for (size_t i = 0; i < count && isFloat(operands[i]); ++i)
    out.push_back(getMagnitude(operands[i]->middle.tensor));
  if (kind == Kind::Norm && out.size() == 5) // the mean is subtracted
    out[3] = map(out[3], [](float x) { return -x; });
  return out;
}

/// What the radii of the operands make of the result's; nothing where all are points.
static std::optional<Tensor> getSpread(Kind kind, const Form &form, ArrayRef<const Interval *> operands) {
  auto isWide = [&](size_t i) { return i < operands.size() && operands[i] && !operands[i]->isPoint(); };
  if (!isWide(0) && !isWide(1))
    return std::nullopt;
  auto radius = [&](size_t i) { return getRadius(*operands[i]); };
  if (kind == Kind::Mean)
    return form.apply({radius(0)});
  if (kind == Kind::Join)
    return form.apply({radius(0), radius(1)});
  Tensor a = getMagnitude(operands[0]->middle.tensor), b = getMagnitude(operands[1]->middle.tensor);
  if (kind == Kind::Norm) // the gain only
    return form.apply({radius(0), b, makeZeros(b), makeZeros(b)});
  // |(a + ra)(b + rb) - a b| <= ra |b| + |a| rb + ra rb
  std::optional<Tensor> left = form.apply({radius(0), b}, 2), right = form.apply({a, radius(1)}, 2),
                        both = form.apply({radius(0), radius(1)}, 2);
  if (!left || !right || !both)
    return std::nullopt;
  return makeRadius(*left, [&](int64_t i) { return left->DoubleAt(i) + right->DoubleAt(i) + both->DoubleAt(i); });
}

//===----------------------------------------------------------------------===//
// Counting
//===----------------------------------------------------------------------===//

static int64_t getCount(Kind kind, StringRef name, const runtime::Attributes &attributes,
                        ArrayRef<const Interval *> operands, const Tensor &result) {
  const Tensor &a = operands[0]->middle.tensor;
  auto ratio = [](int64_t x, int64_t y) { return y ? x / y : 0; };
  if (kind == Kind::Join)
    return 2;
  if (kind == Kind::Norm)
    return kNormRoundings - kSlack;
  if (name == "AveragePool") {
    int64_t count = 1;
    for (int64_t extent : attributes.Get("kernel_shape", std::vector<int64_t>()))
      count *= extent;
    return count + 1;
  }
  if (kind == Kind::Mean) // the division is one more
    return ratio(a.size(), result.size()) + 1;
  const runtime::Shape &b = operands[1]->middle.tensor.shape();
  if (name == "Conv")
    return ratio(operands[1]->middle.tensor.size(), b[0]);
  if (name == "ConvTranspose")
    return ratio(operands[1]->middle.tensor.size(), b[1]);
  bool turned = name == "Gemm" && attributes.Get("transA", int64_t{0});
  return turned ? a.shape()[0] : a.shape().back();
}

/// The largest power of two that divides a float.
static double getGrain(float value) {
  if (value == 0 || !std::isfinite(value))
    return INFINITY;
  int exponent;
  auto mantissa = int64_t(std::ldexp(std::fabs(std::frexp(value, &exponent)), 24));
  return std::ldexp(double(mantissa & -mantissa), exponent - 24);
}

static double getGrain(const Tensor &tensor) {
  double out = INFINITY;
  for (float value : tensor.Floats())
    out = std::min(out, getGrain(value));
  return out;
}

/// A power of two that divides every real value of an operand.
static double getGrain(const Value &value) {
  if (!value.quantized)
    return getGrain(value.tensor);
  return getGrain(value.quantized->scale) * std::min(1.0, getGrain(value.quantized->zero_point));
}

/// A power of two that divides every partial sum, or 0: sums up to 2^24 times it are exact in any order.
static double getSumGrain(Kind kind, StringRef name, const Form &form, ArrayRef<const Interval *> operands) {
  auto grain = [&](size_t i) { return i < operands.size() && operands[i] ? getGrain(operands[i]->middle) : INFINITY; };
  const runtime::Attributes &attributes = form.attributes();
  if (kind == Kind::Join)
    return std::min(grain(0), grain(1));
  if (name == "ReduceSum")
    return grain(0);
  if (kind != Kind::Product || attributes.Get("alpha", 1.f) != 1 || attributes.Get("beta", 1.f) != 1)
    return 0;
  return std::min(grain(0) * grain(1), grain(2));
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

void widen(Interval &interval, const std::optional<Tensor> &radius) {
  if (!radius)
    return;
  std::vector<float> low(size_t(radius->size())), high(low);
  for (size_t i = 0; i < low.size(); ++i) {
    double r = radius->DoubleAt(int64_t(i));
    low[i] = float(interval.low().tensor.DoubleAt(int64_t(i)) - r);
    high[i] = float(interval.high().tensor.DoubleAt(int64_t(i)) + r);
    if (r != 0 && std::isfinite(low[i]))
      low[i] = std::nextafter(low[i], -INFINITY);
    if (r != 0 && std::isfinite(high[i]))
      high[i] = std::nextafter(high[i], INFINITY);
  }
  interval.ends.emplace(Tensor::FromFloats(radius->shape(), low), Tensor::FromFloats(radius->shape(), high));
}

static double getGamma(int64_t count) {
  double share = std::min(double(count) * kUnit, 0.5);
  return share / (1 - share);
}

static bool isAtMost(const Tensor &tensor, double limit) {
  return all_of(tensor.Floats(), [&](float x) { return x <= limit; });
}

std::optional<Tensor> getSumRadius(mlir::Operation *op, ArrayRef<const Interval *> operands, const Tensor &result) {
  Kind kind = getKind(op);
  StringRef name = op->getName().stripDialect();
  Form form(op, operands);
  std::optional<Tensor> size = form.apply(getMagnitudes(kind, operands)), spread = getSpread(kind, form, operands);
  if (!size || size->size() != result.size())
    return std::nullopt;
  bool isExact = kind == Kind::Norm ||
                 (operands[0]->middle.quantized && (kind == Kind::Mean || operands[1]->middle.quantized));
  if (isExact && !spread && isAtMost(*size, getSumGrain(kind, name, form, operands) / kUnit))
    return std::nullopt;
  // The middle of a float sum is that of one order, as far from the exact one as any other.
  double gamma = getGamma(getCount(kind, name, form.attributes(), operands, result) + kSlack) * (isExact ? 1 : 2);
  return makeRadius(result, [&](int64_t i) {
    return kSafety * (gamma * size->DoubleAt(i) + (spread ? spread->DoubleAt(i) : 0));
  });
}

std::optional<Tensor> getLibraryRadius(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                       const Tensor &result) {
  static const StringSet<> exact = {
      "Relu",      "Clip",      "Min",       "Max",     "Neg",     "Abs",          "Floor",       "Ceil",
      "Round",     "Sign",      "Identity",  "Dropout", "Where",   "MaxPool",      "GlobalMaxPool", "LeakyRelu",
      "ReduceMax", "ReduceMin", "Reshape",   "Flatten", "Concat",  "Transpose",    "Squeeze",     "Unsqueeze",
      "Split",     "Slice",     "Pad",       "Gather",  "Tile",    "DepthToSpace", "SpaceToDepth", "Expand",
      "Cast",      "FloatQuant"};
  if (result.type() != runtime::DataType::Float32() || exact.contains(op->getName().stripDialect()))
    return std::nullopt;
  double gamma = getGamma(kNormRoundings);
  std::optional<Tensor> size;
  if (getKind(op) == Kind::Join && operands.size() == 2 && isFloat(operands[1]))
    size = Form(op, operands).apply(getMagnitudes(Kind::Join, operands));
  if (!size || size->size() != result.size())
    size = getMagnitude(result);
  return makeRadius(result, [&](int64_t i) { return gamma * size->DoubleAt(i); });
}

} // namespace qcompile::compare
