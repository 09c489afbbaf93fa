//===- Circulant.cpp - Block-circulant matrices ---------------------------===//
#include "passes/make-circulant/Circulant.h"

#include <cmath>

#include "passes/compression/SecondOrder.h"

namespace qcompile::circulant {

Layout::Layout(int64_t block, int64_t outputs, const std::vector<int64_t> &columns)
    : size(block), outputCount(outputs), places(columns.size()) {
  for (size_t place = 0; place < columns.size(); ++place)
    places[columns[place]] = int64_t(place);
}

int64_t Layout::rowsOf(int64_t blockRow) const { return std::min(size, outputCount - firstRow(blockRow)); }

int64_t Layout::elementOf(int64_t output, int64_t column) const {
  const int64_t place = places[column], inBlock = place % size;
  return place - inBlock + (output % size + size - inBlock) % size;
}

bool isCirculant(const Matrix &weights, const Layout &layout) {
  std::vector<const double *> shown(layout.elements());
  for (int64_t i = 0; i < layout.blockRows(); ++i) {
    shown.assign(shown.size(), nullptr);
    for (int64_t r = layout.firstRow(i); r < layout.firstRow(i) + layout.rowsOf(i); ++r)
      for (int64_t c = 0; c < layout.inputs(); ++c) {
        const double *&first = shown[layout.elementOf(r, c)];
        if (first && *first != weights(r, c))
          return false;
        first = &weights(r, c);
      }
  }
  return true;
}

Matrix project(const Matrix &weights, const Layout &layout) {
  Matrix sums = Matrix::Zero(layout.blockRows(), layout.elements()), counts = sums;
  for (int64_t r = 0; r < layout.outputs(); ++r)
    for (int64_t c = 0; c < layout.inputs(); ++c) {
      const int64_t element = layout.elementOf(r, c);
      sums(r / layout.block(), element) += weights(r, c);
      counts(r / layout.block(), element) += 1;
    }
  return sums.array() / counts.array().max(1);
}

Matrix expand(const Matrix &generators, const Layout &layout, const Vector &scales) {
  Matrix out(layout.outputs(), layout.inputs());
  for (int64_t r = 0; r < out.rows(); ++r)
    for (int64_t c = 0; c < out.cols(); ++c)
      out(r, c) = generators(r / layout.block(), layout.elementOf(r, c)) * (scales.size() ? scales(r) : 1);
  return out;
}

namespace {

/// What the normal matrix of a block of rows depends on.
struct Metric {
  std::vector<std::pair<const Matrix *, double>> rows; ///< moments and scale of each
  bool operator==(const Metric &) const = default;
};

/// P: where element e of a generator stands in a row; -1 where the row does not show it.
std::vector<int64_t> getColumns(const Layout &layout, int64_t row) {
  std::vector<int64_t> out(layout.elements(), -1);
  for (int64_t c = 0; c < layout.inputs(); ++c)
    out[layout.elementOf(row, c)] = c;
  return out;
}

Matrix getNormalMatrix(const Metric &metric, const Layout &layout, int64_t firstRow) {
  const int64_t n = layout.elements();
  Matrix out = Matrix::Zero(n, n);
  for (size_t r = 0; r < metric.rows.size(); ++r) {
    const auto [moments, scale] = metric.rows[r];
    const std::vector<int64_t> columns = getColumns(layout, firstRow + int64_t(r));
    for (int64_t e = 0; e < n; ++e)
      for (int64_t f = 0; columns[e] >= 0 && f < n; ++f)
        if (columns[f] >= 0)
          out(e, f) += scale * scale * (*moments)(columns[e], columns[f]);
  }
  // Elements that nothing shows (or only inputs that are always 0) stay 0.
  for (int64_t e = 0; e < n; ++e)
    if (!(out(e, e) > 0))
      out(e, e) = 1;
  return out;
}

Vector getRightSide(const Metric &metric, const Layout &layout, int64_t firstRow, const Matrix &targets) {
  Vector out = Vector::Zero(layout.elements());
  for (size_t r = 0; r < metric.rows.size(); ++r) {
    const auto [moments, scale] = metric.rows[r];
    const int64_t row = firstRow + int64_t(r);
    const Vector image = *moments * targets.row(row).transpose();
    for (int64_t c = 0; c < layout.inputs(); ++c)
      out(layout.elementOf(row, c)) += scale * image(c);
  }
  return out;
}

/// The generators of block rows that share a metric.
void solve(const std::vector<int64_t> &blockRows, const Metric &metric, const Layout &layout, const Matrix &targets,
           const Choose *choose, Matrix &generators) {
  const Matrix a = getNormalMatrix(metric, layout, layout.firstRow(blockRows.front()));
  const Eigen::LLT<Eigen::MatrixXd> factor(a);
  Matrix solutions(int64_t(blockRows.size()), layout.elements());
  for (size_t i = 0; i < blockRows.size(); ++i)
    solutions.row(int64_t(i)) = factor.solve(getRightSide(metric, layout, layout.firstRow(blockRows[i]), targets));
  if (choose)
    solutions = compression::roundWithCorrection(
        solutions, a, 0, [&](int64_t row, int64_t, double value) { return (*choose)(blockRows[row], value); });
  for (size_t i = 0; i < blockRows.size(); ++i)
    generators.row(blockRows[i]) = solutions.row(int64_t(i));
}

} // namespace

Matrix fit(const Matrix &targets, const std::vector<const Matrix *> &moments, const Layout &layout,
           const Vector &scales, const Choose *choose) {
  std::vector<Metric> metrics;
  std::vector<std::vector<int64_t>> members;
  for (int64_t i = 0; i < layout.blockRows(); ++i) {
    Metric metric;
    for (int64_t r = layout.firstRow(i); r < layout.firstRow(i) + layout.rowsOf(i); ++r)
      metric.rows.emplace_back(moments[r], scales.size() ? scales(r) : 1);
    size_t known = std::find(metrics.begin(), metrics.end(), metric) - metrics.begin();
    if (known == metrics.size()) {
      metrics.push_back(std::move(metric));
      members.emplace_back();
    }
    members[known].push_back(i);
  }
  Matrix out(layout.blockRows(), layout.elements());
  for (size_t m = 0; m < metrics.size(); ++m)
    solve(members[m], metrics[m], layout, targets, choose, out);
  return out;
}

} // namespace qcompile::circulant
