//===- WeightRounding.cpp - A grid and its values for a layer -------------===//
#include "passes/quantize-model/WeightRounding.h"

#include <algorithm>
#include <cmath>

#include "passes/compression/SecondOrder.h"

namespace qcompile::quantization {
namespace {

using compression::Vector;

constexpr double kDamping = 0.01; // GPTQ's

/// Rows that are rounded together: those of a group of outputs, or the generator of a row of circulant blocks, which is
/// one row.
struct Part {
  int64_t begin = 0;           ///< its first output
  Matrix target;               ///< [rows, columns]
  Matrix moments;              ///< [columns, columns]; empty: none
  Vector counts;               ///< how many weights a column of a generator stands for; empty: one each
  compression::Descent result; ///< without a slope where there are no moments
};

/// (t - v) H (t - v)ᵀ of every row.
Vector getErrors(const Part &part, const compression::Descent &result) {
  return (part.target - result.values).cwiseProduct(result.slope).rowwise().sum();
}

/// The column of a block row's generator that a weight of the row belongs to.
int64_t getPlace(int64_t row, int64_t column, int64_t block) {
  const int64_t first = column / block * block;
  return first + ((column - first - row) % block + block) % block;
}

/// Takes the moments.
std::vector<Part> makeGroups(WeightProblem &problem) {
  const int64_t groups = std::max<int64_t>(1, problem.moments.size()), rows = problem.target.rows() / groups;
  std::vector<Part> parts(groups);
  for (int64_t g = 0; g < groups; ++g) {
    parts[g].begin = g * rows;
    parts[g].target = problem.target.middleRows(g * rows, rows);
    if (!problem.moments.empty())
      parts[g].moments = std::move(problem.moments[g]);
  }
  return parts;
}

/// Row i of a row of circulant blocks is S_i g, where S_i picks the place of every column in the generator g. The
/// error, the sum over i of (w_i - S_i g)ᵀ H (w_i - S_i g), has the moments sum S_iᵀ H S_i, and its optimum is their
/// inverse times sum S_iᵀ H w_i.
Part makeGenerator(const WeightProblem &problem, int64_t begin) {
  const int64_t outputs = problem.target.rows(), k = problem.target.cols(), block = problem.block;
  const int64_t n = (k + block - 1) / block * block;
  Part part;
  part.begin = begin;
  part.counts = Vector::Zero(n);
  Matrix moments = Matrix::Zero(n, n);
  Vector right = Vector::Zero(n), mean = Vector::Zero(n);
  for (int64_t o = begin; o < std::min(begin + block, outputs); ++o) {
    const Vector row = problem.target.row(o).transpose();
    std::vector<int64_t> place(k);
    for (int64_t c = 0; c < k; ++c) {
      place[c] = getPlace(o - begin, c, block);
      part.counts(place[c]) += 1;
      mean(place[c]) += row(c);
    }
    if (problem.moments.empty())
      continue;
    const Matrix &h = problem.moments[o / (outputs / int64_t(problem.moments.size()))];
    const Vector pull = h * row;
    for (int64_t a = 0; a < k; ++a) {
      right(place[a]) += pull(a);
      for (int64_t b = 0; b < k; ++b)
        moments(place[a], place[b]) += h(a, b);
    }
  }
  mean.array() /= part.counts.array().max(1.0);
  part.target = mean.transpose();
  if (problem.moments.empty())
    return part;
  // Damping holds the generator to the mean of its weights.
  Matrix damped = moments;
  compression::dampen(damped, kDamping);
  right += (damped - moments) * mean;
  Eigen::LLT<Eigen::MatrixXd> factor{Eigen::MatrixXd(damped)};
  if (factor.info() == Eigen::Success)
    part.target = factor.solve(right).transpose();
  part.moments = std::move(moments);
  return part;
}

class Rounder {
public:
  Rounder(WeightProblem given, const WeightOptions &options) : problem(std::move(given)), options(options) {
    grid.bits = options.bits;
    grid.isSigned = !options.affine;
    grid.narrow = options.narrow && !options.affine;
    codes = {grid.low(), grid.high(), options.affine};
    if (options.dual) {
      grid = {.bits = 2 * options.bits};
      codes.high = ((int64_t{1} << options.bits) + 1) * ((int64_t{1} << (options.bits - 1)) - 1);
      codes.low = -codes.high;
    }
  }

  QuantizedWeights run() {
    if (problem.block == 0)
      parts = makeGroups(problem);
    else
      for (int64_t begin = 0; begin < problem.target.rows(); begin += problem.block)
        parts.push_back(makeGenerator(problem, begin));
    chooseScales();
    for (Part &part : parts) {
      compression::dampen(part.moments, kDamping);
      round(part);
    }
    if (options.range.kind == RangeKind::Mse && options.range.unit == 0 && !problem.moments.empty())
      fitScales();
    return {grid, expand()};
  }

private:
  void setScale(const Part &part, int64_t row, Scale scale) {
    const int64_t rows = problem.block ? std::min(problem.block, problem.target.rows() - part.begin) : 1;
    for (int64_t o = part.begin + row; o < part.begin + row + rows; ++o) {
      grid.scale[o] = scale.scale;
      grid.zeroPoint[o] = scale.zeroPoint;
    }
  }

  /// How much the error of each column counts.
  Vector getImportance(const Part &part) const {
    if (options.weighted && part.moments.size() > 0)
      return part.moments.diagonal().cwiseMax(0);
    return part.counts.size() > 0 ? part.counts : Vector::Ones(part.target.cols());
  }

  void chooseScales() {
    const size_t count = options.perChannel ? problem.target.rows() : 1;
    grid.scale.assign(count, 1);
    grid.zeroPoint.assign(count, 0);
    std::vector<double> values, importance;
    for (const Part &part : parts) {
      const Vector weight = getImportance(part);
      for (int64_t row = 0; row < part.target.rows(); ++row) {
        const double *begin = part.target.row(row).data();
        values.insert(values.end(), begin, begin + part.target.cols());
        importance.insert(importance.end(), weight.data(), weight.data() + weight.size());
        if (!options.perChannel)
          continue;
        setScale(part, row, findScale({values, importance}, codes, options.range));
        values.clear();
        importance.clear();
      }
    }
    if (options.perChannel)
      return;
    const Scale scale = findScale({values, importance}, codes, options.range);
    grid.scale = {scale.scale};
    grid.zeroPoint = {scale.zeroPoint};
  }

  double choose(const Part &part, int64_t row, int64_t column, double value) const {
    const int64_t output = part.begin + row;
    if (problem.zeros && (*problem.zeros)(output, column))
      return 0;
    return grid.dequantize(std::clamp(grid.quantize(value, output), codes.low, codes.high), output);
  }

  void round(Part &part) {
    auto pick = [&](int64_t row, int64_t column, double value) { return choose(part, row, column, value); };
    Matrix &values = part.result.values, &slope = part.result.slope;
    values.resize(part.target.rows(), part.target.cols());
    for (int64_t row = 0; row < part.target.rows(); ++row)
      for (int64_t c = 0; c < part.target.cols(); ++c)
        values(row, c) = pick(row, c, part.target(row, c));
    if (part.moments.size() == 0)
      return;
    slope = compression::getProduct(part.target - values, part.moments);
    compression::Descent corrected =
        compression::lowerByDescent(part.target, part.moments,
                                    compression::roundWithCorrection(part.target, part.moments, /*damping=*/0, pick,
                                                                     compression::getOrderByMoment(part.moments)),
                                    pick);
    // The first columns are rounded without knowing the last ones: that can end worse than rounding alone.
    takeBetter(part, std::move(corrected), /*factor=*/1);
  }

  /// Takes the rows whose errors are below `factor` of what they were; says which.
  static std::vector<bool> takeBetter(Part &part, const compression::Descent &other, double factor) {
    const Vector before = getErrors(part, part.result), after = getErrors(part, other);
    std::vector<bool> taken(before.size());
    for (int64_t row = 0; row < before.size(); ++row) {
      taken[row] = after(row) < before(row) * factor;
      if (!taken[row])
        continue;
      part.result.values.row(row) = other.values.row(row);
      part.result.slope.row(row) = other.slope.row(row);
    }
    return taken;
  }

  /// Fits scales to the error of the outputs and rounds again, while that helps: for given codes the values are the
  /// scale times q, and the best factor is <t, q>_H / <q, q>_H.
  void fitScales() {
    std::vector<Matrix> pulls; // t H
    for (const Part &part : parts)
      pulls.push_back(compression::getProduct(part.target, part.moments));
    if (!options.perChannel) {
      for (int step = 0; step < kFits && fitTensor(pulls); ++step)
        ;
      return;
    }
    for (auto [part, pull] : llvm::zip(parts, pulls))
      for (int step = 0; step < kFits && fitRows(part, pull); ++step)
        ;
  }

  /// <t, q>_H and <q, q>_H, the second from q H = t H - (t - q) H.
  static std::pair<Vector, Vector> getProducts(const Part &part, const Matrix &pull) {
    const Matrix &values = part.result.values;
    return {values.cwiseProduct(pull).rowwise().sum(), values.cwiseProduct(pull - part.result.slope).rowwise().sum()};
  }

  /// One scale for all. Whether it changed.
  bool fitTensor(llvm::ArrayRef<Matrix> pulls) {
    double tq = 0, qq = 0, before = 0, after = 0;
    for (auto [part, pull] : llvm::zip(parts, pulls)) {
      auto [t, q] = getProducts(part, pull);
      tq += t.sum();
      qq += q.sum();
      before += getErrors(part, part.result).sum();
    }
    if (!(tq > 0) || !(qq > 0))
      return false;
    const WeightGrid old = grid;
    grid.scale[0] = float(grid.scale[0] * (tq / qq));
    std::vector<compression::Descent> rounded;
    for (const Part &part : parts) {
      rounded.push_back(roundAgain(part, old));
      after += getErrors(part, rounded.back()).sum();
    }
    if (!(after < before * kGain)) {
      grid = old;
      return false;
    }
    for (size_t i = 0; i < parts.size(); ++i)
      parts[i].result = std::move(rounded[i]);
    return true;
  }

  /// The same, each row by itself. Whether any row changed.
  bool fitRows(Part &part, const Matrix &pull) {
    const auto [tq, qq] = getProducts(part, pull);
    const WeightGrid old = grid;
    for (int64_t row = 0; row < part.target.rows(); ++row)
      if (tq(row) > 0 && qq(row) > 0)
        setScale(part, row,
                 {float(old.scaleOf(part.begin + row) * (tq(row) / qq(row))), old.zeroPointOf(part.begin + row)});
    const std::vector<bool> taken = takeBetter(part, roundAgain(part, old), kGain);
    for (int64_t row = 0; row < part.target.rows(); ++row)
      if (!taken[row])
        setScale(part, row, {old.scaleOf(part.begin + row), old.zeroPointOf(part.begin + row)});
    return llvm::is_contained(taken, true);
  }

  /// The codes under the old grid with the scales of the new one, then by descent.
  compression::Descent roundAgain(const Part &part, const WeightGrid &old) const {
    const Matrix &values = part.result.values;
    Matrix start(values.rows(), values.cols());
    for (int64_t row = 0; row < start.rows(); ++row)
      for (int64_t c = 0; c < start.cols(); ++c)
        start(row, c) = grid.dequantize(old.quantize(values(row, c), part.begin + row), part.begin + row);
    return compression::lowerByDescent(
        part.target, part.moments, start,
        [&](int64_t row, int64_t column, double value) { return choose(part, row, column, value); });
  }

  Matrix expand() const {
    Matrix out(problem.target.rows(), problem.target.cols());
    for (const Part &part : parts) {
      if (problem.block == 0) {
        out.middleRows(part.begin, part.result.values.rows()) = part.result.values;
        continue;
      }
      for (int64_t o = part.begin; o < std::min(part.begin + problem.block, out.rows()); ++o)
        for (int64_t c = 0; c < out.cols(); ++c)
          out(o, c) = part.result.values(0, getPlace(o - part.begin, c, problem.block));
    }
    return out;
  }

  static constexpr int kFits = 5;
  /// A new scale must lower the error at least so far.
  static constexpr double kGain = 1 - 1e-4;

  WeightProblem problem;
  const WeightOptions &options;
  WeightGrid grid;
  Codes codes;
  std::vector<Part> parts;
};

} // namespace

QuantizedWeights quantizeWeights(WeightProblem problem, const WeightOptions &options) {
  return Rounder(std::move(problem), options).run();
}

} // namespace qcompile::quantization
