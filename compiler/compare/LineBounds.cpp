//===- LineBounds.cpp - Bounds of what normalizes lines -------------------===//
//
// The exact results are computed in double beside the bounds, whose own roundings kSafety covers: a radius is the
// distance of the middle from the exact result and the bound of any evaluation around that.
//
//===----------------------------------------------------------------------===//
#include "compiler/compare/LineBounds.h"

#include <cmath>

#include "compiler/compare/MagnitudeForm.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/lanes.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using qcompile::runtime::Lanes;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

namespace {
/// An exact number and how far evaluations lie from it.
struct Bounded {
  double exact = 0, radius = 0;
};

/// The elements of one line, and how far other programs' lie from them.
struct Line {
  std::vector<double> x, r;
  double unit = 0; ///< of its sums

  double size() const { return double(x.size()); }
};

/// Lines of the first operand with the indices of their elements.
class Lines {
public:
  Lines(const Interval &operand, Lanes lanes, double unit) : middle(operand.middle.tensor), lanes(lanes) {
    radius = getRadius(operand);
    line.unit = unit;
  }

  void forEach(function_ref<void(const Line &line, ArrayRef<int64_t> places)> visit) {
    lanes.ForEach([&](int64_t first, int64_t step) {
      line.x.clear(), line.r.clear(), places.clear();
      for (int64_t i = 0; i < lanes.extent; ++i) {
        places.push_back(first + i * step);
        line.x.push_back(middle.DoubleAt(places.back()));
        line.r.push_back(radius.empty() ? 0 : radius[size_t(places.back())]);
      }
      visit(line, places);
    });
  }

private:
  const Tensor &middle;
  Lanes lanes;
  Radius radius;
  Line line;
  SmallVector<int64_t> places;
};
} // namespace

static double getDistance(const Tensor &middle, int64_t place, const Bounded &value) {
  return std::fabs(middle.DoubleAt(place) - value.exact) + kSafety * value.radius;
}

/// The one rounding to the type of the result, which may be narrower than that of the sums.
static Bounded round(Bounded value, double unit) {
  value.radius += unit * (std::fabs(value.exact) + value.radius);
  return value;
}

//===----------------------------------------------------------------------===//
// Layer and instance normalization
//===----------------------------------------------------------------------===//

namespace {
struct Normalized {
  Bounded mean, inverse; ///< of the standard deviation
  std::vector<Bounded> y;
};
} // namespace

/// y = (x - mean) / s with s = sqrt(v + epsilon), for operands within r of x.
///
/// Mean. A float mean is off by e <= gamma_(n+1) mean|x| (Higham 4.2), and moves by mean(r).
///
/// Spread of s. With d = x - mean, s is the 2-norm of (d / sqrt(n), sqrt(epsilon)), so that it moves by at most
/// t = sqrt(mean(rho^2)) where d moves by rho = r + mean(r).
///
/// Rounding of v, with q^2 = mean(x^2). Of E[x^2] - E[x]^2 the terms are off by gamma_(n+1) q^2 and (2 gamma_(n+1) +
/// gamma_(n+1)^2) q^2, their square and difference by 4 u q^2: in all below 4 gamma_(n+4) q^2 while gamma < 0.1. Of
/// mean((x - mean)^2) the deviations are off by a = gamma_(n+2) q + u |d|, hence their mean square by mean(2 |d| a +
/// a^2) and gamma_(n+2) mean(d^2) more, where mean(d^2) <= q^2: again below 4 gamma_(n+4) q^2. Updating formulas
/// (Welford) stay below both (Chan, Golub, LeVeque 1983).
///
/// Quotient. With |d| off by rho + e and s >= low, it is off by at most (|d| + rho + e) / low - |d| / s: upwards by
/// definition, downwards since 1 / s and 1 / sqrt(v) are convex. Six roundings: of the difference, epsilon's sum, the
/// root, the reciprocal, the products.
static Normalized normalize(const Line &line, double epsilon) {
  const double n = line.size(), gamma = getGamma(n + 4, line.unit);
  double mean = 0, size = 0, spread = 0, squares = 0, reach = 0;
  for (auto [x, r] : zip(line.x, line.r)) {
    mean += x / n;
    size += std::fabs(x) / n;
    spread += r / n;
    reach += (std::fabs(x) + r) * (std::fabs(x) + r) / n;
  }
  double variance = 0;
  for (auto [x, r] : zip(line.x, line.r)) {
    variance += (x - mean) * (x - mean) / n;
    squares += (r + spread) * (r + spread) / n;
  }
  Normalized out;
  const double error = gamma * (size + spread); // of the mean
  out.mean = {mean, spread + error};
  const double s = std::sqrt(variance + epsilon), inner = std::max(s - std::sqrt(squares), 0.0);
  const double low = gamma < 0.1 ? std::sqrt(std::max(inner * inner - 4 * gamma * reach, 0.0)) : 0;
  const double steps = getGamma(6, line.unit);
  out.inverse = {1 / s, (1 + steps) / low - 1 / s};
  for (auto [x, r] : zip(line.x, line.r)) {
    const double d = std::fabs(x - mean);
    out.y.push_back({(x - mean) / s, low > 0 ? (1 + steps) * (d + r + spread + error) / low - d / s : INFINITY});
  }
  return out;
}

/// y * scale + bias, three roundings of its terms.
static Bounded scale(const Bounded &y, const Bounded &factor, const Bounded &addend, double unit) {
  const double product = (std::fabs(y.exact) + y.radius) * (std::fabs(factor.exact) + factor.radius);
  Bounded out{y.exact * factor.exact + addend.exact, 0};
  out.radius = product - std::fabs(y.exact * factor.exact) + addend.radius +
               getGamma(3, unit) * (product + std::fabs(addend.exact) + addend.radius);
  return out;
}

/// A parameter, element by element.
static Bounded getBounded(const Interval &operand, const Radius &radius, int64_t i) {
  return {operand.middle.tensor.DoubleAt(i), radius.empty() ? 0 : radius[size_t(i)]};
}

namespace {
/// The factor and addend of an operation's normal lines.
struct Parameters {
  const Interval *factor = nullptr, *addend = nullptr;
  Radius factorRadius, addendRadius;

  Parameters(ArrayRef<const Interval *> operands) {
    factor = operands[1];
    addend = operands.size() > 2 ? operands[2] : nullptr;
    factorRadius = getRadius(*factor);
    if (addend)
      addendRadius = getRadius(*addend);
  }
  Bounded apply(const Bounded &y, int64_t factorAt, int64_t addendAt, double unit) const {
    return scale(y, getBounded(*factor, factorRadius, factorAt),
                 addend ? getBounded(*addend, addendRadius, addendAt) : Bounded(), unit);
  }
};
} // namespace

static std::vector<Radius> boundLayerNormalization(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                                   ArrayRef<Value> middles) {
  const Tensor &x = operands[0]->middle.tensor;
  runtime::Attributes attributes = convertOperation(op).attributes;
  int64_t axis = attributes.Get("axis", int64_t{-1});
  axis += axis < 0 ? x.rank() : 0;
  const Shape row(x.shape().begin() + axis, x.shape().end());
  const int64_t extent = runtime::NumElements(row);
  const Parameters parameters(operands);
  const runtime::BroadcastIndex factorAt(parameters.factor->middle.tensor.shape(), row);
  const runtime::BroadcastIndex addendAt(parameters.addend ? parameters.addend->middle.tensor.shape() : Shape(), row);
  const double epsilon = attributes.Get("epsilon", 1e-5f);
  const double unit = 0x1p-24; // statistics are float32 numbers, whatever the operand
  const double last = getUnit(x.type()) > unit ? getUnit(x.type()) : 0;
  // Results by formal parameter, of which absent ones have no middle.
  std::vector<Radius> out;
  for (const Value &middle : middles)
    out.emplace_back(size_t(middle.tensor.size()));
  SmallVector<int> kinds;
  for (auto [i, result] : enumerate(getFormalResults(op)))
    if (result)
      kinds.push_back(int(i));
  Lines(*operands[0], {extent ? x.size() / extent : 0, extent, 1}, unit)
      .forEach([&](const Line &line, ArrayRef<int64_t> places) {
        Normalized normal = normalize(line, epsilon);
        for (auto [k, kind] : enumerate(kinds)) {
          const Tensor &middle = middles[k].tensor;
          const int64_t at = places[0] / extent;
          if (kind > 0)
            out[k][size_t(at)] = getDistance(middle, at, kind == 1 ? normal.mean : normal.inverse);
          for (size_t i = 0; kind == 0 && i < places.size(); ++i)
            out[k][size_t(places[i])] = getDistance(
                middle, places[i],
                round(parameters.apply(normal.y[i], factorAt(int64_t(i)), addendAt(int64_t(i)), unit), last));
        }
      });
  return out;
}

static std::vector<Radius> boundInstanceNormalization(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                                      const Tensor &middle, Accumulation accumulation) {
  const Tensor &x = operands[0]->middle.tensor;
  const double epsilon = convertOperation(op).attributes.Get("epsilon", 1e-5f);
  const int64_t channels = x.shape()[1], planes = x.shape()[0] * channels;
  const Parameters parameters(operands);
  const double unit = getSumUnit(x.type(), accumulation), last = getUnit(x.type()) > unit ? getUnit(x.type()) : 0;
  Radius out(size_t(x.size()));
  int64_t plane = 0;
  Lines(*operands[0], {planes, planes ? x.size() / planes : 0, 1}, unit)
      .forEach([&](const Line &line, ArrayRef<int64_t> places) {
        Normalized normal = normalize(line, epsilon);
        const int64_t channel = plane++ % channels;
        for (auto [place, y] : zip(places, normal.y))
          out[size_t(place)] = getDistance(middle, place, round(parameters.apply(y, channel, channel, unit), last));
      });
  return {out};
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

/// y = x / N with a norm N. Its sum has n addends of one sign: a relative error of gamma_n, halved by a root but two
/// roundings more; by the triangle inequality it moves by N(r). The quotient as in `normalize`.
static std::vector<Bounded> divideByNorm(const Line &line, int64_t p) {
  double norm = 0, spread = 0;
  for (auto [x, r] : zip(line.x, line.r)) {
    norm += std::pow(std::fabs(x), double(p));
    spread += std::pow(r, double(p));
  }
  norm = std::pow(norm, 1.0 / double(p));
  const double steps = getGamma(line.size() + double(p) + 16, line.unit);
  const double low = (norm - std::pow(spread, 1.0 / double(p))) * (1 - steps);
  std::vector<Bounded> out;
  for (auto [x, r] : zip(line.x, line.r))
    if (norm == 0 && spread == 0) // zeros, which everyone divides as ONNX says
      out.push_back({0, 0});
    else
      out.push_back({x / norm, low > 0 ? (1 + steps) * (std::fabs(x) + r) / low - std::fabs(x) / norm : INFINITY});
  return out;
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// y = exp(x - m) / sum exp(x - m), or its logarithm; m is the largest x or 0.
///
/// Spread. The numerator changes by a factor within e^r, the sum within e^max(r).
///
/// Rounding. x - m is off by u t with t = |x - m|, so that an exponential is off by a factor e^(u t) and the eight
/// roundings of a library. In the sum these errors count by their shares p = y: mean(p t) is the entropy of p less
/// log(sum) at most, so below log n. With the n roundings of a sum of one sign, and the division: gamma_(2 n + 24 + t),
/// relative. An exponential below the smallest normal number may be a zero or that number.
///
/// The logarithm: as an absolute error the relative one of the sum, or, for the logarithm of a softmax, of y; and the
/// roundings of the logarithm and the differences, all of terms of at most |y|.
static std::vector<Bounded> boundSoftmax(const Line &line, bool isLogarithm) {
  double largest = -INFINITY, reach = 0, sum = 0;
  for (auto [x, r] : zip(line.x, line.r)) {
    largest = std::max(largest, x);
    reach = std::max(reach, r);
  }
  for (double x : line.x)
    sum += std::exp(x - largest);
  std::vector<Bounded> out;
  for (auto [x, r] : zip(line.x, line.r)) {
    if (x == -INFINITY && r == 0 && !isLogarithm) { // masked
      out.push_back({0, 0});
      continue;
    }
    const double relative = getGamma(2 * line.size() + 24 + (largest - x), line.unit), y = std::exp(x - largest) / sum;
    const double logarithm = x - largest - std::log(sum);
    if (isLogarithm)
      out.push_back({logarithm, relative + r + reach + getGamma(10, line.unit) * std::fabs(logarithm)});
    else
      out.push_back({y, y * (std::expm1(r + reach) * (1 + relative) + relative) + 0x1p-125});
  }
  return out;
}

//===----------------------------------------------------------------------===//
// All
//===----------------------------------------------------------------------===//

bool isLineOperation(mlir::Operation *op) {
  static const StringSet<> names = {"LayerNormalization", "InstanceNormalization", "LpNormalization", "Softmax",
                                    "LogSoftmax"};
  return op->getName().getDialectNamespace() == "onnx" && names.contains(op->getName().stripDialect());
}

std::optional<std::vector<Radius>> getLineRadii(mlir::Operation *op, ArrayRef<const Interval *> operands,
                                                ArrayRef<Value> middles, Accumulation accumulation) {
  StringRef name = op->getName().stripDialect();
  if (!isFloat(operands[0]))
    return std::nullopt;
  if (name == "LayerNormalization")
    return boundLayerNormalization(op, operands, middles);
  if (name == "InstanceNormalization")
    return boundInstanceNormalization(op, operands, middles[0].tensor, accumulation);
  const Tensor &x = operands[0]->middle.tensor, &middle = middles[0].tensor;
  runtime::Attributes attributes = convertOperation(op).attributes;
  int64_t axis = attributes.Get("axis", int64_t{-1});
  axis += axis < 0 ? x.rank() : 0;
  const int64_t p = attributes.Get("p", int64_t{2});
  const double unit = getSumUnit(x.type(), accumulation), last = getUnit(x.type()) > unit ? getUnit(x.type()) : 0;
  Radius out(size_t(x.size()));
  Lines(*operands[0], runtime::LanesAlong(x.shape(), axis), unit)
      .forEach([&](const Line &line, ArrayRef<int64_t> places) {
        std::vector<Bounded> values =
            name == "LpNormalization" ? divideByNorm(line, p) : boundSoftmax(line, name == "LogSoftmax");
        for (auto [place, y] : zip(places, values))
          out[size_t(place)] = getDistance(middle, place, round(y, last));
      });
  return std::vector<Radius>{out};
}

} // namespace qcompile::compare
