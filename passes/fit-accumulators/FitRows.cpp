//===- FitRows.cpp - Integer weights that an accumulator holds ------------===//
#include "passes/fit-accumulators/FitRows.h"

#include <algorithm>
#include <cmath>

#include "passes/compression/SecondOrder.h"
#include "passes/fit-accumulators/Projection.h"
#include "llvm/Support/Parallel.h"

using qcompile::compression::Matrix;

namespace qcompile::fit {

llvm::StringRef getTechniqueName(Technique technique) {
  switch (technique) {
  case Technique::ScaleRaising:
    return "scale raising";
  case Technique::Projection:
    return "projection";
  case Technique::Greedy:
    return "greedy";
  case Technique::ShrunkGreedy:
    return "greedy, shrunk";
  }
  return "";
}

namespace {

/// Scales to try, relative to the one on which the nearest codes fit: the best one was between 0.80 and 1.15 in what
/// was measured.
constexpr double kLowestFactor = 0.78, kHighestFactor = 1.3;
constexpr int64_t kMostFactors = 12;
/// Multiplications that the search may take, and elements of the matrices that it holds at once.
constexpr double kWork = 3e10;
constexpr int64_t kElements = int64_t{1} << 24;
constexpr double kDamping = 0.01;

/// One row on one scale.
struct Trial {
  int64_t row;
  double scale;
};

class RowFitter {
public:
  explicit RowFitter(const RowProblem &problem)
      : problem(problem), rows(problem.target.rows()), columns(problem.target.cols()), best(rows) {
    if (problem.moments && problem.secondOrder)
      rounding.emplace(*problem.moments, kDamping, compression::getOrderByMoment(*problem.moments));
  }

  std::vector<FittedRow> fit() {
    for (FittedRow &row : best)
      row.error = std::numeric_limits<double>::infinity();
    raiseScales();
    const double cost = double(std::max<int64_t>(rows, 1)) * columns * (problem.moments ? columns : 1);
    const int64_t evaluations = std::clamp<int64_t>(int64_t(kWork / cost), 3, 60);
    const bool plenty = evaluations >= 24;
    const int64_t count = plenty ? kMostFactors : std::min<int64_t>(evaluations, kMostFactors);
    if (problem.secondOrder)
      search(Technique::Greedy, count, plenty);
    if (!problem.secondOrder || plenty)
      search(Technique::Projection, count, plenty);
    if (problem.secondOrder && plenty)
      search(Technique::ShrunkGreedy, count, plenty);
    if (problem.rule == ScaleRule::Search)
      refitScales();
    return std::move(best);
  }

private:
  /// The code for `value`, in units of the scale, that still has room.
  int64_t choose(const RowBudget &budget, int64_t row, int64_t column, double value) const {
    if (problem.zeros && (*problem.zeros)(row, column))
      return 0;
    const qnn::Bounds room = budget.getRoom(column), codes = problem.codes[row];
    const double low = double(std::max(codes.low, room.low)), high = double(std::min(codes.high, room.high));
    return int64_t(std::clamp(std::nearbyint(value), low, high));
  }

  /// The nearest codes on a scale, whether they fit or not.
  std::vector<int64_t> roundRow(int64_t row, double scale) const {
    std::vector<int64_t> out(columns);
    for (int64_t k = 0; k < columns; ++k) {
      if (problem.zeros && (*problem.zeros)(row, k))
        continue;
      const double value = std::nearbyint(problem.target(row, k) / scale);
      out[k] = int64_t(std::clamp(value, double(problem.codes[row].low), double(problem.codes[row].high)));
    }
    return out;
  }

  double getStep() const { return problem.rule == ScaleRule::PowerOfTwo ? 2 : 1.01; }

  /// Baseline, and where the search starts: `fitting` scales.
  void raiseScales() {
    std::vector<std::vector<int64_t>> codes(rows); // empty where none fits
    fitting.resize(rows);
    llvm::parallelFor(0, rows, [&](size_t row) {
      const double largest = problem.target.row(row).cwiseAbs().maxCoeff();
      double scale = problem.scale[row];
      std::vector<int64_t> rounded = roundRow(row, scale);
      while (problem.rule != ScaleRule::Keep && !problem.limits.hold(rounded) && largest >= scale / 2) {
        scale *= getStep();
        rounded = roundRow(row, float(scale));
      }
      fitting[row] = float(scale);
      if (problem.limits.hold(rounded))
        codes[row] = std::move(rounded);
    });
    std::vector<Trial> trials;
    for (int64_t row = 0; row < rows; ++row)
      if (!codes[row].empty())
        trials.push_back({row, fitting[row]});
    Matrix values(trials.size(), columns);
    for (auto [i, trial] : llvm::enumerate(trials))
      for (int64_t k = 0; k < columns; ++k)
        values(i, k) = codes[trial.row][k] * trial.scale;
    keepBest(Technique::ScaleRaising, trials, values, getErrors(trials, values));
  }

  /// Tries `count` scales per row, and then, if `refine`, some between the best of them.
  void search(Technique technique, int64_t count, bool refine) {
    std::vector<double> factors;
    const double ratio = std::pow(kHighestFactor / kLowestFactor, 1.0 / double(std::max<int64_t>(count - 1, 1)));
    if (problem.rule == ScaleRule::Search)
      for (int64_t i = 0; i < count; ++i)
        factors.push_back(kLowestFactor * std::pow(ratio, double(i)));
    else if (problem.rule == ScaleRule::PowerOfTwo)
      factors = {0.5, 1, 2};
    else
      factors = {1};
    std::vector<Trial> trials;
    for (int64_t row = 0; row < rows; ++row) {
      for (double factor : factors)
        trials.push_back({row, float(fitting[row] * factor)});
      // On its own scale a weight that has room keeps its code.
      if (problem.rule == ScaleRule::Search && problem.scale[row] >= fitting[row] * kLowestFactor)
        trials.push_back({row, problem.scale[row]});
    }
    tryAll(technique, trials);
    if (!refine || problem.rule != ScaleRule::Search)
      return;
    trials.clear();
    for (int64_t row = 0; row < rows; ++row)
      for (double part : {-2.0, -1.0, 1.0, 2.0})
        trials.push_back({row, float(best[row].scale * std::pow(ratio, part / 3))});
    tryAll(technique, trials);
  }

  void tryAll(Technique technique, llvm::ArrayRef<Trial> trials) {
    const size_t part = std::max<int64_t>(rows, kElements / std::max<int64_t>(columns, 1));
    for (; !trials.empty(); trials = trials.drop_front(std::min(part, trials.size()))) {
      llvm::ArrayRef<Trial> some = trials.take_front(part);
      compression::Vector errors;
      const Matrix values = round(technique, some, errors);
      keepBest(technique, some, values, errors);
    }
  }

  /// New values of rows, and their errors.
  Matrix round(Technique technique, llvm::ArrayRef<Trial> trials, compression::Vector &errors) const {
    Matrix target(trials.size(), columns);
    std::vector<RowBudget> budgets;
    std::vector<std::vector<Shrinkage>> shrinkages(trials.size());
    for (auto [i, trial] : llvm::enumerate(trials)) {
      target.row(i) = problem.target.row(trial.row);
      budgets.emplace_back(problem.limits, columns);
      if (technique != Technique::Greedy) {
        compression::Vector scaled = (target.row(i) / trial.scale).transpose();
        shrinkages[i] = projectOntoLimits({scaled.data(), size_t(columns)}, problem.limits);
      }
    }
    auto fix = [&](int64_t i, int64_t k, double value) {
      value /= trials[i].scale;
      if (technique != Technique::Greedy)
        value = shrinkages[i][problem.limits.tileOf(k)].apply(value);
      if (technique == Technique::Projection)
        value = std::trunc(value);
      const int64_t code = choose(budgets[i], trials[i].row, k, value);
      budgets[i].add(k, code);
      return double(code) * trials[i].scale;
    };
    if (technique != Technique::Projection)
      return rounding->round(target, fix, &errors);
    for (int64_t i = 0; i < target.rows(); ++i)
      for (int64_t k = 0; k < columns; ++k)
        target(i, k) = fix(i, k, target(i, k));
    errors = getErrors(trials, target);
    return target;
  }

  compression::Vector getErrors(llvm::ArrayRef<Trial> trials, const Matrix &values) const {
    Matrix difference(trials.size(), columns);
    for (auto [i, trial] : llvm::enumerate(trials))
      difference.row(i) = problem.target.row(trial.row) - values.row(i);
    return getProducts(difference, difference);
  }

  void keepBest(Technique technique, llvm::ArrayRef<Trial> trials, const Matrix &values,
                const compression::Vector &errors) {
    for (auto [i, trial] : llvm::enumerate(trials)) {
      FittedRow &row = best[trial.row];
      const double error = std::isfinite(errors(i)) ? errors(i) : std::numeric_limits<double>::max();
      if (!(error < row.error))
        continue;
      row = {std::vector<int64_t>(columns), trial.scale, error, technique};
      for (int64_t k = 0; k < columns; ++k)
        row.codes[k] = std::llround(values(i, k) / trial.scale);
    }
  }

  /// The best scale of given codes has a closed form: (w H q) / (q H q).
  void refitScales() {
    Matrix codes(best.size(), columns), targets(best.size(), columns);
    for (auto [row, fitted] : llvm::enumerate(best)) {
      for (int64_t k = 0; k < columns; ++k)
        codes(row, k) = fitted.codes.empty() ? 0 : double(fitted.codes[k]);
      targets.row(row) = problem.target.row(row);
    }
    // ||t - s c||² = t·t - 2 s t·c + s² c·c is least at s = t·c / c·c.
    const compression::Vector tt = getProducts(targets, targets), tc = getProducts(codes, targets),
                              cc = getProducts(codes, codes);
    for (auto [row, fitted] : llvm::enumerate(best)) {
      const double scale = float(tc(row) / cc(row));
      if (fitted.codes.empty() || !std::isfinite(scale) || scale <= 0)
        continue;
      const double error = std::max(0.0, tt(row) - 2 * scale * tc(row) + scale * scale * cc(row));
      if (error < fitted.error) {
        fitted.scale = scale;
        fitted.error = error;
      }
    }
  }

  /// Inner products of rows, under the moments where there are any.
  compression::Vector getProducts(const Matrix &a, const Matrix &b) const {
    return problem.moments ? compression::getRowProducts(a, *problem.moments, b)
                           : compression::Vector(a.cwiseProduct(b).rowwise().sum());
  }

  const RowProblem &problem;
  int64_t rows, columns;
  std::optional<compression::CorrectedRounding> rounding;
  std::vector<double> fitting; ///< per row, the first scale on which the nearest codes fit
  std::vector<FittedRow> best;
};

} // namespace

std::vector<FittedRow> fitRows(const RowProblem &problem) { return RowFitter(problem).fit(); }

} // namespace qcompile::fit
