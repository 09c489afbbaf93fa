//===- Matrix.cpp - Weights and activations as matrices -------------------===//
#include "passes/compression/Matrix.h"

#include <algorithm>
#include <cmath>

#include "runtime/kernels/float_product.h"
#include "llvm/Support/Parallel.h"

namespace qcompile::compression {

namespace {
/// Blocking decides in which order Eigen adds: it must not follow the machine.
struct FixedBlocking {
  FixedBlocking() { Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 8 << 20); }
} fixedBlocking;
} // namespace

/// Rows that are summed in float32 at a time; such sums are added in float64.
static constexpr Eigen::Index kChunk = 512;
/// Rows of a result that one thread computes at a time, and columns.
static constexpr Eigen::Index kBlock = 48, kPanel = 64;

static Eigen::Index roundUp(Eigen::Index n) {
  return (n + QCRT_FLOAT_COLUMNS - 1) / QCRT_FLOAT_COLUMNS * QCRT_FLOAT_COLUMNS;
}

/// Rows of a matrix as panels of a few columns, each contiguous: what the kernel reads in one go. Zeros fill the last
/// one.
static std::vector<Activations> makePanels(const Activations &x, Eigen::Index row, Eigen::Index rows) {
  std::vector<Activations> panels;
  for (Eigen::Index first = 0; first < x.cols(); first += kPanel) {
    const Eigen::Index count = std::min(kPanel, x.cols() - first);
    Activations &panel = panels.emplace_back(Activations::Zero(rows, roundUp(count)));
    panel.leftCols(count) = x.block(row, first, rows, count);
  }
  return panels;
}

/// sum += aᵀb, over chunks of rows; where `lower`, panels above the diagonal are left out. The kernel's bits do not
/// depend on the processor, nor does the result on the number of threads.
static void addProduct(const Activations &a, const Activations &b, bool lower, Matrix &sum) {
  for (Eigen::Index row = 0; row < a.rows(); row += kChunk) {
    const Eigen::Index rows = std::min(kChunk, a.rows() - row);
    const Activations left = a.middleRows(row, rows).transpose();
    const std::vector<Activations> panels = makePanels(b, row, rows);
    llvm::parallelFor(0, (a.cols() + kBlock - 1) / kBlock, [&](size_t block) {
      const Eigen::Index first = block * kBlock, count = std::min(kBlock, a.cols() - first);
      Activations part(count, kPanel);
      for (auto [index, panel] : llvm::enumerate(panels)) {
        const Eigen::Index column = Eigen::Index(index) * kPanel, valid = std::min(kPanel, b.cols() - column);
        if (lower && column >= first + count)
          break;
        part.setZero();
        qcrt_float_product(left.row(first).data(), rows, panel.data(), panel.cols(), part.data(), kPanel, count, rows,
                           panel.cols());
        sum.block(first, column, count, valid) += part.leftCols(valid).cast<double>();
      }
    });
  }
}

Matrix getCrossMoments(const Activations &a, const Activations &b) {
  Matrix sum = Matrix::Zero(a.cols(), b.cols());
  addProduct(a, b, /*lower=*/false, sum);
  return sum / double(std::max<Eigen::Index>(a.rows(), 1));
}

Matrix getSecondMoments(const Activations &x) {
  Matrix sum = Matrix::Zero(x.cols(), x.cols());
  addProduct(x, x, /*lower=*/true, sum);
  sum.triangularView<Eigen::StrictlyUpper>() = sum.transpose();
  return sum / double(std::max<Eigen::Index>(x.rows(), 1));
}

Activations getOutputs(const Activations &x, const Matrix &weights) {
  Activations w = weights.cast<float>();
  Activations out(x.rows(), weights.rows());
  llvm::parallelFor(0, (x.rows() + kChunk - 1) / kChunk, [&](size_t chunk) {
    Eigen::Index row = chunk * kChunk, rows = std::min(kChunk, x.rows() - row), columns = roundUp(rows);
    Activations right = Activations::Zero(x.cols(), columns);
    right.leftCols(rows) = x.middleRows(row, rows).transpose();
    Activations part = Activations::Zero(w.rows(), columns);
    qcrt_float_product(w.data(), w.cols(), right.data(), columns, part.data(), columns, w.rows(), w.cols(), columns);
    out.middleRows(row, rows) = part.leftCols(rows).transpose();
  });
  return out;
}

Vector getMeans(const Activations &x) {
  Vector sum = Vector::Zero(x.cols());
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    sum += x.row(row).cast<double>().transpose();
  return sum / double(std::max<Eigen::Index>(x.rows(), 1));
}

double dampen(Matrix &moments, double damping) {
  if (moments.rows() == 0)
    return 0;
  const double added = std::max(damping * moments.diagonal().mean(), 1e-12);
  moments.diagonal().array() += added;
  return added;
}

double getRatio(double difference, double whole) { return difference == 0 ? 0 : whole > 0 ? difference / whole : 1; }

double getRelativeError(const Matrix &a, const Matrix &b) {
  double difference = (a - b).norm(), whole = a.norm();
  return getRatio(difference, whole);
}

Matrix getProduct(const Matrix &a, const Matrix &b) {
  Matrix out(a.rows(), b.cols());
  llvm::parallelFor(0, (a.rows() + kBlock - 1) / kBlock, [&](size_t block) {
    Eigen::Index first = block * kBlock, count = std::min(kBlock, a.rows() - first);
    out.middleRows(first, count).noalias() = a.middleRows(first, count) * b;
  });
  return out;
}

Vector getRowProducts(const Matrix &a, const Matrix &h, const Matrix &b) {
  return getProduct(a, h).cwiseProduct(b).rowwise().sum();
}

/// tr(A H Aᵀ).
static double getEnergy(const Matrix &a, const Matrix &h) { return getRowProducts(a, h, a).sum(); }

double getOutputError(const Matrix &w, const Matrix &v, const Matrix &h) {
  double difference = std::max(0.0, getEnergy(w - v, h)), whole = getEnergy(w, h);
  return getRatio(std::sqrt(difference), std::sqrt(whole));
}

} // namespace qcompile::compression
