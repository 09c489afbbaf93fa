//===- Refine.cpp - The order of refinements ------------------------------===//
#include <algorithm>
#include <cmath>
#include <tuple>

#include "passes/decompose-weights/Refinement.h"

namespace qcompile::decomposition {
namespace {

constexpr int kRounds = 12;     ///< of bases and coefficients in turn, at most
constexpr int kStepRounds = 4;  ///< of these behind every step of pruning but the last
constexpr int kPruneSteps = 32; ///< over which coefficients are removed

/// Bases and coefficients in turn until neither lowers the error by a thousandth.
void alternate(Refinement &row, double price, int rounds) {
  double before = row.getError();
  for (int round = 0; round < rounds; ++round) {
    row.fitBases();
    const bool changed = row.sweepCoefficients(price);
    const double after = row.getError();
    if (!changed || after > before * 0.999)
      return;
    before = after;
  }
}

void makeIntegers(Refinement &row, double price) {
  row.fitBases();
  row.roundBases();
  for (int round = 0; round < kRounds; ++round) {
    const bool coefficients = row.sweepCoefficients(price);
    const bool bases = row.sweepBases();
    if (!coefficients && !bases)
      break;
  }
  row.fitScale();
}

/// Removes coefficients of all rows until `count` are left, those first whose removal costs the least. Returns what the
/// last one cost.
double removeTo(std::vector<Refinement> &rows, int64_t count) {
  struct Candidate {
    double cost;
    int64_t row, vector, index;
  };
  std::vector<Candidate> candidates;
  for (size_t o = 0; o < rows.size(); ++o) {
    const Matrix cost = rows[o].getCostOfZero();
    const Matrix &c = rows[o].get().coefficients;
    for (int64_t v = 0; v < c.rows(); ++v)
      for (int64_t i = 0; i < c.cols(); ++i)
        if (c(v, i) != 0)
          candidates.push_back({cost(v, i), int64_t(o), v, i});
  }
  const int64_t excess = int64_t(candidates.size()) - count;
  if (excess <= 0)
    return 0;
  std::sort(candidates.begin(), candidates.end(), [](const Candidate &a, const Candidate &b) {
    return std::tie(a.cost, a.row, a.vector, a.index) < std::tie(b.cost, b.row, b.vector, b.index);
  });
  for (int64_t k = 0; k < excess; ++k)
    rows[candidates[k].row].setZero(candidates[k].vector, candidates[k].index);
  return std::max(candidates[excess - 1].cost, 0.0);
}

} // namespace

std::vector<Factors> refine(const Settings &settings, const Matrix &targets, const std::vector<const Matrix *> &moments,
                            std::vector<Factors> factors) {
  std::vector<Vector> rowTargets;
  std::vector<Refinement> rows;
  rowTargets.reserve(factors.size());
  rows.reserve(factors.size());
  // Zeros that a threshold made stay. Those of the exponent window are values like others.
  const bool keepZeros = settings.vectorThreshold > 0 || settings.threshold > std::ldexp(1.0, -int(settings.levels));
  int64_t total = 0, left = 0;
  for (size_t o = 0; o < factors.size(); ++o) {
    rowTargets.push_back(targets.row(o));
    total += factors[o].coefficients.size();
    rows.emplace_back(settings, rowTargets.back(), *moments[o], std::move(factors[o]));
    alternate(rows.back(), keepZeros ? INFINITY : 0, kRounds);
    left += (rows.back().get().coefficients.array() != 0).count();
  }
  const auto goal = int64_t(std::llround(settings.density * double(total)));
  const bool prune = goal < left;
  for (int step = 1; prune && step <= kPruneSteps; ++step) {
    const bool last = step == kPruneSteps;
    const auto excess = int64_t(double(left - goal) * (1 - double(step) / kPruneSteps));
    const double cost = removeTo(rows, goal + excess);
    for (Refinement &row : rows)
      alternate(row, last || keepZeros ? INFINITY : cost, last ? kRounds : kStepRounds);
  }
  for (size_t o = 0; o < rows.size(); ++o) {
    makeIntegers(rows[o], prune || keepZeros ? INFINITY : 0);
    factors[o] = rows[o].get();
  }
  return factors;
}

} // namespace qcompile::decomposition
