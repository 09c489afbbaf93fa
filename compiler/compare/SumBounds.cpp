//===- SumBounds.cpp - What the order of additions may change -------------===//
#include "compiler/compare/SumBounds.h"

#include <cmath>

#include "compiler/compare/MagnitudeForm.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

namespace {
enum class Kind { None, Product, Mean, Join, Norm };
/// Further roundings: of the operands, of alpha, beta and the bias.
constexpr int64_t kSlack = 6;
constexpr int64_t kNormRoundings = 8;
/// Roundings of half-precision numbers behind a sum in float32: the sum, its products by alpha and beta, the bias.
constexpr int64_t kNarrowRoundings = 4;
/// A product below the smallest float32 number has an error of its own.
constexpr double kUnderflow = 0x1p-149;
} // namespace

static Kind getKind(mlir::Operation *op) {
  if (op->getName().getDialectNamespace() != "onnx")
    return Kind::None;
  return StringSwitch<Kind>(op->getName().stripDialect())
      .Cases({"MatMul", "Gemm", "Conv", "ConvTranspose", "channels_last.Conv"}, Kind::Product)
      .Cases({"ReduceSum", "ReduceMean", "AveragePool", "GlobalAveragePool"}, Kind::Mean)
      .Cases({"Add", "Sub"}, Kind::Join)
      .Cases({"BatchNormalization", "channels_last.BatchNormalization"}, Kind::Norm)
      .Default(Kind::None);
}

bool isSum(mlir::Operation *op, ArrayRef<const Interval *> operands) {
  Kind kind = getKind(op);
  if (kind == Kind::None || operands.empty() || !isFloat(operands[0]))
    return false;
  // The sum of two floats is rounded once, everywhere.
  if (kind == Kind::Join)
    return operands.size() == 2 && operands[0]->middle.quantized && operands[1] && operands[1]->middle.quantized;
  return kind == Kind::Mean || (operands.size() > 1 && isFloat(operands[1]));
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// The magnitudes of the operands that are added or multiplied.
static SmallVector<Tensor> getMagnitudes(Kind kind, ArrayRef<const Interval *> operands) {
  SmallVector<Tensor> out;
  size_t count = kind == Kind::Mean ? 1 : operands.size();
  for (size_t i = 0; i < count && isFloat(operands[i]); ++i)
    out.push_back(getMagnitude(operands[i]->middle.tensor));
  if (kind == Kind::Norm && out.size() == 5) // the mean is subtracted
    out[3] = mapToFloats(out[3], [](double x) { return -x; });
  return out;
}

/// What the radii of the operands make of the result's, as addends; nothing where no bound is known.
static std::optional<SmallVector<Tensor>> getSpread(Kind kind, const MagnitudeForm &form,
                                                    ArrayRef<const Interval *> operands) {
  auto isWide = [&](size_t i) { return i < operands.size() && operands[i] && !operands[i]->isPoint(); };
  auto radius = [&](size_t i) { return makeRadiusTensor(operands[i]->middle.tensor, getRadius(*operands[i])); };
  auto zeros = [&](size_t i) { return makeRadiusTensor(operands[i]->middle.tensor, {}); };
  auto size = [&](size_t i) { return getMagnitude(operands[i]->middle.tensor); };
  SmallVector<std::optional<Tensor>> parts;
  bool othersWide = any_of(seq<size_t>(1, operands.size()), isWide);
  if (kind == Kind::Join) {
    if (isWide(0) || isWide(1))
      parts.push_back(form.apply({radius(0), radius(1)}));
  } else if (kind == Kind::Mean || kind == Kind::Norm) {
    if (othersWide)
      return std::nullopt;
    if (isWide(0)) // of a batch norm the gain only
      parts.push_back(kind == Kind::Mean ? form.apply({radius(0)})
                                         : form.apply({radius(0), size(1), zeros(2), zeros(3)}));
  } else {
    // |(a + ra)(b + rb) - a b| <= ra |b| + |a| rb + ra rb
    if (isWide(0))
      parts.push_back(form.apply({radius(0), size(1)}, 2));
    if (isWide(1))
      parts.push_back(form.apply({size(0), radius(1)}, 2));
    if (isWide(0) && isWide(1))
      parts.push_back(form.apply({radius(0), radius(1)}, 2));
    if (isWide(2))
      parts.push_back(form.apply({zeros(0), zeros(1), radius(2)}));
  }
  SmallVector<Tensor> out;
  for (std::optional<Tensor> &part : parts) {
    if (!part)
      return std::nullopt;
    out.push_back(std::move(*part));
  }
  return out;
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
  if (name.ends_with("Conv"))
    return ratio(operands[1]->middle.tensor.size(), b[0]);
  if (name == "ConvTranspose")
    return ratio(operands[1]->middle.tensor.size(), b[1]);
  bool turned = name == "Gemm" && attributes.Get("transA", int64_t{0});
  return turned ? a.shape()[0] : a.shape().back();
}

/// The largest power of two that divides a float32 number.
static double getGrain(float value) {
  if (value == 0 || !std::isfinite(value))
    return INFINITY;
  int exponent;
  auto mantissa = int64_t(std::ldexp(std::fabs(std::frexp(value, &exponent)), 24));
  return std::ldexp(double(mantissa & -mantissa), exponent - 24);
}

static double getGrain(const Tensor &tensor) {
  if (tensor.type() != runtime::DataType::Float32())
    return 0;
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
static double getSumGrain(Kind kind, StringRef name, const MagnitudeForm &form, ArrayRef<const Interval *> operands) {
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

static bool isAtMost(const Tensor &tensor, double limit) {
  return all_of(tensor.Floats(), [&](float x) { return x <= limit; });
}

static double getLargest(const Interval *operand) {
  double out = 0;
  for (int64_t i = 0; operand && i < operand->middle.tensor.size(); ++i)
    out = std::max(out, std::fabs(operand->middle.tensor.DoubleAt(i)));
  return out;
}

std::optional<Radius> getSumRadius(mlir::Operation *op, ArrayRef<const Interval *> operands, const Tensor &result,
                                   Accumulation accumulation) {
  Kind kind = getKind(op);
  StringRef name = op->getName().stripDialect();
  MagnitudeForm form(op, operands, name == "Sub" ? "Add" : ""); // a difference has the size of a sum
  std::optional<Tensor> size = form.apply(getMagnitudes(kind, operands));
  std::optional<SmallVector<Tensor>> spread = getSpread(kind, form, operands);
  if (!size || size->size() != result.size() || !spread)
    return std::nullopt;
  const double unit = getSumUnit(result.type(), accumulation);
  bool isExact =
      kind == Kind::Norm || (operands[0]->middle.quantized && (kind == Kind::Mean || operands[1]->middle.quantized));
  bool isFloat32 = result.type() == runtime::DataType::Float32();
  if (isExact && spread->empty() && isFloat32 && isAtMost(*size, getSumGrain(kind, name, form, operands) / unit))
    return Radius();
  int64_t count = getCount(kind, name, form.attributes(), operands, result) + kSlack;
  // The middle of a float sum is that of one order, as far from the exact one as any other.
  const double gamma = getGamma(double(count), unit) * (isExact ? 1 : 2);
  // Half precision is rounded to behind the sum, which is below the result and the bias.
  const bool isNarrow = getUnit(result.type()) > unit;
  const double narrow = isNarrow ? 2 * getGamma(kNarrowRoundings, getUnit(result.type())) : 0;
  const double bias = isNarrow && kind == Kind::Product && operands.size() > 2 ? getLargest(operands[2]) : 0;
  Radius out(size_t(result.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    double sum = gamma * size->DoubleAt(int64_t(i));
    for (const Tensor &part : *spread)
      sum += part.DoubleAt(int64_t(i));
    if (sum != 0)
      sum += double(count) * kUnderflow;
    out[i] = kSafety * sum + narrow * (std::fabs(result.DoubleAt(int64_t(i))) + sum + bias);
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

bool isPolynomial(mlir::Operation *op) {
  static const StringSet<> names = {"CumProd",    "CumSum",   "Einsum",          "Mean",     "Sum",    "Col2Im",
                                    "ReduceProd", "ReduceL1", "ReduceSumSquare", "ReduceL2", "LpPool", "GlobalLpPool"};
  StringRef name = op->getName().stripDialect();
  if (op->getName().getDialectNamespace() != "onnx" || names.contains(name))
    return names.contains(name);
  auto reduction = op->getAttrOfType<mlir::StringAttr>("reduction");
  return name.starts_with("Scatter") && reduction && (reduction.getValue() == "add" || reduction.getValue() == "mul");
}

/// The number of roundings of one result: its addends, which are counted where every factor is one, and its factors.
static double countRoundings(mlir::Operation *op, const MagnitudeForm &form, ArrayRef<const Interval *> operands,
                             const Tensor &result) {
  StringRef name = op->getName().stripDialect();
  const Tensor &x = operands[0]->middle.tensor;
  const double ratio = double(x.size()) / double(std::max<int64_t>(result.size(), 1));
  const double slack = double(operands.size()) + kSlack;
  if (name == "ReduceProd" || name == "ReduceL2")
    return ratio + slack;
  if (name == "CumProd")
    return double(x.rank() ? *std::max_element(x.shape().begin(), x.shape().end()) : 1) + slack;
  if (name.starts_with("Scatter") && op->getAttrOfType<mlir::StringAttr>("reduction").getValue() == "mul")
    return double(operands[2]->middle.tensor.size()) + slack;
  if (name.ends_with("LpPool")) { // powers and roots as libraries compute them
    double taps = 1;
    for (int64_t extent : form.attributes().Get("kernel_shape", std::vector<int64_t>()))
      taps *= double(extent);
    return std::max(taps, ratio) + double(form.attributes().Get("p", int64_t{2})) + 16 + slack;
  }
  auto ones = form.applyToFloats([](const Interval &operand) {
    const Tensor &like = operand.middle.tensor;
    return Tensor::FromFloats(like.shape(), std::vector<float>(size_t(like.size()), 1));
  });
  if (!ones || ones->size() == 0)
    return INFINITY;
  return *std::max_element(ones->Floats().begin(), ones->Floats().end()) + slack;
}

/// A polynomial P whose coefficients are not negative: float evaluation in any order is off by gamma_n * P(|x|) (Higham
/// 5.1: every term of the sum carries at most n factors 1 + d), and |P(x + d) - P(x)| <= P(|x| + |d|) - P(|x|), term by
/// term. A norm is no polynomial, but sqrt(P) has the relative error of P and two roundings more, rises with the
/// magnitudes likewise, and by the triangle inequality moves by no more than norm(|d|) <= norm(|x| + |d|).
std::optional<Radius> getPolynomialRadius(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                          const Tensor &result, Accumulation accumulation) {
  StringRef name = op->getName().stripDialect();
  MagnitudeForm form(op, operands);
  auto size = form.applyToFloats([](const Interval &operand) { return getMagnitude(operand.middle.tensor); });
  if (!size || size->size() != result.size() || !getUnit(result.type()))
    return std::nullopt;
  const double count = countRoundings(op, form, operands, result);
  const double unit = getSumUnit(result.type(), accumulation);
  double gamma = 2 * getGamma(count, unit); // the middle is that of one order
  if (getUnit(result.type()) > unit)
    gamma += 2 * getGamma(kNarrowRoundings, getUnit(result.type()));
  Radius out(size_t(result.size()));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = kSafety * gamma * size->DoubleAt(int64_t(i)) + (size->DoubleAt(int64_t(i)) ? count * kUnderflow : 0);
  if (all_of(operands, [](const Interval *operand) { return !operand || operand->isPoint(); }))
    return out;
  bool isNorm = name == "ReduceL2" || name.ends_with("LpPool");
  auto reach = form.applyToFloats([&](const Interval &operand) {
    Radius radius = getRadius(operand);
    const Tensor &middle = operand.middle.tensor;
    std::vector<float> sums(size_t(middle.size()));
    for (size_t i = 0; i < sums.size(); ++i) {
      double sum = (isNorm ? 0 : std::fabs(middle.DoubleAt(int64_t(i)))) + (radius.empty() ? 0 : radius[i]);
      if (sum != 0)
        sums[i] = std::nextafter(float(std::isnan(sum) ? INFINITY : sum), INFINITY);
    }
    return Tensor::FromFloats(middle.shape(), sums);
  });
  if (!reach)
    return std::nullopt;
  // Both sizes are off by their own evaluation in float32.
  const double own = isNorm ? 0 : 2 * getGamma(count + 2, 0x1p-24);
  for (size_t i = 0; i < out.size(); ++i) {
    double far = reach->DoubleAt(int64_t(i));
    out[i] += kSafety * (far - (isNorm ? 0 : size->DoubleAt(int64_t(i))) + own * far);
  }
  return out;
}

} // namespace qcompile::compare
