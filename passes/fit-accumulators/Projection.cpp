//===- Projection.cpp - The nearest weights that fit ----------------------===//
#include "passes/fit-accumulators/Projection.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qcompile::fit {

double findMultiplier(llvm::ArrayRef<double> values, llvm::ArrayRef<double> weights, double total) {
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i)
    sum += weights[i] * values[i];
  if (sum <= total)
    return 0;
  // Numbers leave the sum in the order of value / weight: the last set that is consistent has the multiplier.
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    double left = values[a] * weights[b], right = values[b] * weights[a];
    return left != right ? left > right : a < b;
  });
  double products = 0, squares = 0, multiplier = 0;
  for (size_t i : order) {
    products += weights[i] * values[i];
    squares += weights[i] * weights[i];
    double next = (products - total) / squares;
    if (values[i] <= next * weights[i])
      break;
    multiplier = next;
  }
  return std::max(multiplier, 0.0);
}

namespace {
/// The magnitudes of the numbers of one sign each.
struct SignedParts {
  explicit SignedParts(llvm::ArrayRef<double> values) {
    for (double value : values)
      if (value != 0)
        (value > 0 ? positive : negative).push_back(std::fabs(value));
  }
  double sum(bool ofPositive, double shrinkage) const {
    double out = 0;
    for (double value : ofPositive ? positive : negative)
      out += std::max(value - shrinkage, 0.0);
    return out;
  }
  std::vector<double> positive, negative;
};
} // namespace

/// The projection onto a S+ + b S- <= total.
static Shrinkage projectOntoOne(const SignedParts &parts, double a, double b, double total) {
  std::vector<double> values, weights;
  auto append = [&](const std::vector<double> &part, double weight) {
    if (weight == 0)
      return;
    values.insert(values.end(), part.begin(), part.end());
    weights.insert(weights.end(), part.size(), weight);
  };
  append(parts.positive, a);
  append(parts.negative, b);
  double multiplier = findMultiplier(values, weights, total);
  return {multiplier * a, multiplier * b};
}

static double projectOntoSimplex(const std::vector<double> &magnitudes, double total) {
  return findMultiplier(magnitudes, std::vector<double>(magnitudes.size(), 1.0), total);
}

Shrinkage projectOntoLimit(llvm::ArrayRef<double> values, const AccumulatorLimit &limit) {
  SignedParts parts(values);
  const double a = limit.rise(), b = limit.fall();
  auto holds = [&](Shrinkage shrinkage, double slack) {
    double positive = parts.sum(true, shrinkage.positive), negative = parts.sum(false, shrinkage.negative);
    return a * positive + b * negative <= limit.highest() * slack &&
           b * positive + a * negative <= limit.lowest() * slack;
  };
  // A bound that a projection has just reached holds up to rounding.
  constexpr double kSlack = 1 + 1e-9;
  if (holds({}, 1))
    return {};
  Shrinkage first = projectOntoOne(parts, a, b, limit.highest());
  if (holds(first, kSlack))
    return first;
  Shrinkage second = projectOntoOne(parts, b, a, limit.lowest());
  if (holds(second, kSlack))
    return second;
  // Both bounds are reached: they say what S+ and S- are. (With a = b the first implies the second.)
  const double determinant = a * a - b * b;
  double positive = (a * limit.highest() - b * limit.lowest()) / determinant;
  double negative = (a * limit.lowest() - b * limit.highest()) / determinant;
  return {projectOntoSimplex(parts.positive, std::max(positive, 0.0)),
          projectOntoSimplex(parts.negative, std::max(negative, 0.0))};
}

std::vector<Shrinkage> projectOntoLimits(llvm::ArrayRef<double> values, const RowLimits &limits) {
  std::vector<Shrinkage> out(limits.countTiles(values.size()));
  std::vector<double> rest(values.begin(), values.end());
  if (limits.inner)
    for (size_t t = 0; t < out.size(); ++t) {
      size_t begin = t * limits.tile, size = std::min<size_t>(limits.tile, rest.size() - begin);
      out[t] = projectOntoLimit(values.slice(begin, size), *limits.inner);
      for (size_t k = begin; k < begin + size; ++k)
        rest[k] = out[t].apply(rest[k]);
    }
  if (limits.outer) {
    Shrinkage whole = projectOntoLimit(rest, *limits.outer);
    for (Shrinkage &tile : out)
      tile = {tile.positive + whole.positive, tile.negative + whole.negative};
  }
  return out;
}

} // namespace qcompile::fit
