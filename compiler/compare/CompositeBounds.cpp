//===- CompositeBounds.cpp - Bounds of functions of sums ------------------===//
#include "compiler/compare/CompositeBounds.h"

#include <algorithm>
#include <cmath>

#include "compiler/compare/MagnitudeForm.h"
#include "compiler/compare/Spreads.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compare {

/// log S with S = sum x and T = sum |x|: a float sum is off by gamma_n T, so that its logarithm is off by
/// log(S / (S - gamma_n T)) at most, and rounded. The sum at hand is itself off by as much, hence the factor.
static std::optional<Radius> getLogSumRadius(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                             const Tensor &result) {
  if (isWide(operands[0]))
    return std::nullopt;
  MagnitudeForm sums(op, operands, "ReduceSum");
  auto size = sums.applyToFloats([](const Interval &operand) { return getMagnitude(operand.middle.tensor); });
  auto sum = sums.applyToFloats(
      [](const Interval &operand) { return mapToFloats(operand.middle.tensor, [](double x) { return x; }); });
  if (!size || !sum || size->size() != result.size())
    return std::nullopt;
  const double count = double(operands[0]->middle.tensor.size()) / double(std::max<int64_t>(result.size(), 1)) + 2;
  const double unit = getUnit(result.type());
  Radius out(size_t(result.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    double s = sum->DoubleAt(int64_t(i)), low = s - 4 * getGamma(count, unit) * size->DoubleAt(int64_t(i));
    out[i] = low > 0 ? std::log(s / low) + getGamma(8, unit) * std::fabs(result.DoubleAt(int64_t(i))) : INFINITY;
  }
  return out;
}

/// log sum exp(x): the sum of one sign has a relative error of gamma_(n + 8), for eight roundings of an exponential.
/// After the subtraction of the largest x, by t = max - x below, arguments are off by u t, which count by their shares
/// p: mean(p t) is below log n, as the entropy of p is, and so is the logarithm of the sum. The middle is as far off:
/// twice gamma_(3 n + 24), and gamma_10 |y|. Where operands move by up to r, so does the result.
static Radius getLogSumExpRadius(ArrayRef<const Interval *> operands, const Tensor &result) {
  const Radius spread = getRadius(*operands[0]);
  const double reach = spread.empty() ? 0 : *std::max_element(spread.begin(), spread.end());
  const double count = double(operands[0]->middle.tensor.size()) / double(std::max<int64_t>(result.size(), 1));
  const double unit = getUnit(result.type());
  Radius out(size_t(result.size()));
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = reach + 2 * getGamma(3 * count + 24, unit) +
             2 * getGamma(10, unit) * (std::fabs(result.DoubleAt(int64_t(i))) + reach);
  return out;
}

/// y = x / v^beta with v = bias + alpha / n * sum x^2 of one sign: v has a relative error of gamma_(n + 4), its power
/// beta times that and the roundings of exp(beta log v), where beta log v is log(x / y).
static std::optional<Radius> getResponseRadius(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                               const Tensor &result) {
  runtime::Attributes attributes = MagnitudeForm(op, operands).attributes();
  auto isNegative = [&](StringRef name) {
    auto value = op->getAttrOfType<mlir::FloatAttr>(name);
    return value && value.getValue().isNegative();
  };
  if (isWide(operands[0]) || isNegative("alpha") || isNegative("bias") || isNegative("beta"))
    return std::nullopt;
  const double beta = attributes.Get("beta", 0.75f), count = double(attributes.Get("size", int64_t{1}));
  Radius out(size_t(result.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    double x = operands[0]->middle.tensor.DoubleAt(int64_t(i)), y = result.DoubleAt(int64_t(i));
    double steps = beta * (count + 4) + 16 * (1 + std::fabs(std::log(std::fabs(x / y))));
    out[i] = x == 0 && y == 0 ? 0 : 2 * getGamma(steps, getUnit(result.type())) * std::fabs(y);
  }
  return out;
}

/// Interpolation of A axes of up to L elements. A coordinate is off by less than 8 u (L + 2): two sums, a quotient and
/// its scale. Weights of linear interpolation sum up to 1 and move by the coordinate, so that a result moves by 2
/// max|x| of it per axis; of cubic interpolation with a >= -1 their magnitudes sum up to less than 1.5, and their
/// slopes to less than 5. Sixteen roundings per axis of weights, products and sums. Whatever jumps with a coordinate
/// has no bound.
static std::optional<Radius> getResizeRadius(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                             const Tensor &result) {
  runtime::Attributes attributes = MagnitudeForm(op, operands).attributes();
  const std::string mode = attributes.Get("mode", std::string("nearest"));
  bool jumps = attributes.Get("coordinate_transformation_mode", std::string("half_pixel")) == "tf_crop_and_resize" ||
               attributes.Get("antialias", int64_t{0}) || attributes.Get("exclude_outside", int64_t{0});
  if (mode == "nearest" || jumps || std::fabs(attributes.Get("cubic_coeff_a", -0.75f)) > 1 || isWide(operands[0]))
    return std::nullopt;
  const Tensor &x = operands[0]->middle.tensor;
  double largest = 0, axes = 0, coordinates = 0;
  for (int64_t i = 0; i < x.size(); ++i)
    largest = std::max(largest, std::fabs(x.DoubleAt(i)));
  for (auto [before, after] : zip(x.shape(), result.shape()))
    if (before != after) {
      ++axes;
      coordinates += 8 * 0x1p-24 * double(before + 2);
    }
  const double unit = getUnit(result.type()), growth = mode == "cubic" ? std::pow(1.5, axes) : 1;
  const double radius = 2 * growth * largest * ((mode == "cubic" ? 5 : 2) * coordinates + getGamma(16 * axes, unit));
  return Radius(size_t(result.size()), radius);
}

std::optional<Radius> getCompositeRadius(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                         const Tensor &result) {
  StringRef name = op->getName().stripDialect();
  if (name == "ReduceLogSum")
    return getLogSumRadius(op, operands, result);
  if (name == "ReduceLogSumExp")
    return getLogSumExpRadius(operands, result);
  if (name == "LRN")
    return getResponseRadius(op, operands, result);
  return name == "Resize" ? getResizeRadius(op, operands, result) : std::nullopt;
}

} // namespace qcompile::compare
