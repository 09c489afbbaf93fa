//===- Metric.cpp - Quadratic distances of a sub-space --------------------===//
#include "passes/product-quantize/Metric.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qcompile::pq {

Metric::Metric(int64_t length) : length(length), factor(size_t(length * length)) {
  for (int64_t i = 0; i < length; ++i)
    factor[size_t(i * length + i)] = 1;
}

/// The lower triangular C with C C' = `a`, in place (Cholesky). `a` is positive definite.
static void factorize(std::vector<double> &a, int64_t n) {
  for (int64_t j = 0; j < n; ++j) {
    for (int64_t i = j; i < n; ++i) {
      double sum = a[size_t(i * n + j)];
      for (int64_t k = 0; k < j; ++k)
        sum -= a[size_t(i * n + k)] * a[size_t(j * n + k)];
      a[size_t(i * n + j)] = i == j ? std::sqrt(sum) : sum / a[size_t(j * n + j)];
    }
    for (int64_t i = 0; i < j; ++i)
      a[size_t(i * n + j)] = 0;
  }
}

void Metric::setWeights(std::span<const double> weights, int64_t first, int64_t columns, int64_t outputs) {
  int64_t present = std::clamp<int64_t>(columns - first, 0, length);
  std::fill(factor.begin(), factor.end(), 0);
  double trace = 0;
  for (int64_t i = 0; i < present; ++i)
    for (int64_t j = 0; j < present; ++j) {
      auto a = weights.subspan(size_t((first + i) * outputs), size_t(outputs));
      auto b = weights.subspan(size_t((first + j) * outputs), size_t(outputs));
      factor[size_t(i * length + j)] = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
      trace += i == j ? factor[size_t(i * length + j)] : 0;
    }
  double added = trace == 0 ? 1 : 1e-4 * trace / double(length);
  for (int64_t i = 0; i < length; ++i)
    factor[size_t(i * length + i)] += added;
  factorize(factor, length);
}

void Metric::map(WeightedPoints &points) const {
  std::vector<double> x(static_cast<size_t>(length));
  for (int64_t p = 0; p < points.size(); ++p) {
    double *z = &points.values[size_t(p * length)];
    std::copy(z, z + length, x.begin());
    for (int64_t j = 0; j < length; ++j) {
      z[j] = 0;
      for (int64_t i = j; i < length; ++i)
        z[j] += x[size_t(i)] * factor[size_t(i * length + j)];
    }
  }
}

void Metric::unmap(std::span<double> vectors) const {
  for (size_t at = 0; at < vectors.size(); at += size_t(length)) {
    double *z = &vectors[at];
    for (int64_t j = length - 1; j >= 0; --j) {
      for (int64_t i = j + 1; i < length; ++i)
        z[j] -= z[i] * factor[size_t(i * length + j)];
      z[j] /= factor[size_t(j * length + j)];
    }
  }
}

void Metric::applyTransposed(std::span<const double> z, std::span<double> out) const {
  for (int64_t i = 0; i < length; ++i) {
    out[size_t(i)] = 0;
    for (int64_t j = 0; j <= i; ++j)
      out[size_t(i)] += factor[size_t(i * length + j)] * z[size_t(j)];
  }
}

//===----------------------------------------------------------------------===//
// Which columns go together
//===----------------------------------------------------------------------===//

/// |covariance of columns i and j times the product of rows i and j of the weights|, [columns][columns].
static std::vector<double> getWeightedCovariance(const CodeMatrix &rows, std::span<const double> weights,
                                                 int64_t outputs) {
  int64_t n = rows.columns;
  std::vector<double> mean(static_cast<size_t>(n)), out(static_cast<size_t>(n * n));
  for (int64_t r = 0; r < rows.rows; ++r)
    for (int64_t i = 0; i < n; ++i)
      mean[size_t(i)] += double(rows.values[size_t(r * n + i)]) / double(rows.rows);
  std::vector<float> row(static_cast<size_t>(n));
  for (int64_t r = 0; r < rows.rows; ++r) {
    for (int64_t i = 0; i < n; ++i)
      row[size_t(i)] = float(rows.values[size_t(r * n + i)] - mean[size_t(i)]);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j <= i; ++j)
        out[size_t(i * n + j)] += double(row[size_t(i)] * row[size_t(j)]);
  }
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      auto a = weights.subspan(size_t(i * outputs), size_t(outputs));
      auto b = weights.subspan(size_t(j * outputs), size_t(outputs));
      double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
      out[size_t(i * n + j)] = out[size_t(j * n + i)] = std::fabs(out[size_t(i * n + j)] * product);
    }
  return out;
}

std::vector<int64_t> groupColumns(const CodeMatrix &rows, int64_t length, std::span<const double> weights,
                                  int64_t outputs) {
  int64_t n = rows.columns;
  std::vector<double> covariance = getWeightedCovariance(rows, weights, outputs);
  auto variance = [&](int64_t i) { return covariance[size_t(i * n + i)]; };
  std::vector<int64_t> left(static_cast<size_t>(n)), out;
  std::iota(left.begin(), left.end(), 0);
  std::stable_sort(left.begin(), left.end(), [&](int64_t a, int64_t b) { return variance(a) > variance(b); });
  while (!left.empty()) {
    std::vector<int64_t> group;
    auto next = left.begin();
    while (true) {
      group.push_back(*next);
      left.erase(next);
      if (left.empty() || int64_t(group.size()) == length)
        break;
      auto closeness = [&](int64_t column) {
        double sum = 0;
        for (int64_t member : group)
          if (double scale = variance(member) * variance(column); scale > 0)
            sum += covariance[size_t(member * n + column)] / std::sqrt(scale);
        return sum;
      };
      next = left.begin();
      double best = closeness(*next);
      for (auto it = left.begin() + 1; it != left.end(); ++it)
        if (double sum = closeness(*it); sum > best) {
          best = sum;
          next = it;
        }
    }
    out.insert(out.end(), group.begin(), group.end());
  }
  return out;
}

} // namespace qcompile::pq
