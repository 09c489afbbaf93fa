//===- Matrix.cpp - Weights and activations as matrices -------------------===//
#include "passes/compression/Matrix.h"

#include <algorithm>
#include <cmath>

#include "llvm/Support/Parallel.h"
#include "runtime/kernels/float_product.h"

namespace qcompile::compression {

namespace {
/// Blocking decides in which order Eigen adds: it must not follow the machine.
struct FixedBlocking {
  FixedBlocking() { Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 8 << 20); }
} fixedBlocking;
} // namespace

/// Rows that are summed in float32 at a time; such sums are added in float64.
static constexpr Eigen::Index kChunk = 512;
/// Rows of a result that one thread computes at a time.
static constexpr Eigen::Index kBlock = 48;

static Eigen::Index roundUp(Eigen::Index n) {
  return (n + QCRT_FLOAT_COLUMNS - 1) / QCRT_FLOAT_COLUMNS * QCRT_FLOAT_COLUMNS;
}

/// sum += aᵀb, over chunks of rows; where `lower`, columns above the diagonal's block are left out. The kernel's bits do not
/// depend on the processor, nor does the result on the number of threads.
static void addProduct(const Activations &a, const Activations &b, bool lower, Matrix &sum) {
  for (Eigen::Index row = 0; row < a.rows(); row += kChunk) {
    Eigen::Index rows = std::min(kChunk, a.rows() - row);
    Activations left = a.middleRows(row, rows).transpose();
    Activations right = Activations::Zero(rows, roundUp(b.cols()));
    right.leftCols(b.cols()) = b.middleRows(row, rows);
    llvm::parallelFor(0, (a.cols() + kBlock - 1) / kBlock, [&](size_t block) {
      Eigen::Index first = block * kBlock, count = std::min(kBlock, a.cols() - first);
      Eigen::Index columns = lower ? roundUp(std::min(first + count, b.cols())) : right.cols();
      Activations part = Activations::Zero(count, columns);
      qcrt_float_product(left.row(first).data(), rows, right.data(), right.cols(), part.data(), columns, count, rows,
                         columns);
      Eigen::Index valid = std::min(columns, b.cols());
      sum.block(first, 0, count, valid) += part.leftCols(valid).cast<double>();
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

void dampen(Matrix &moments, double damping) {
  if (moments.rows() == 0)
    return;
  double mean = moments.diagonal().mean();
  moments.diagonal().array() += std::max(damping * mean, 1e-12);
}

double getRatio(double difference, double whole) {
  return difference == 0 ? 0 : whole > 0 ? difference / whole : 1;
}

double getRelativeError(const Matrix &a, const Matrix &b) {
  double difference = (a - b).norm(), whole = a.norm();
  return getRatio(difference, whole);
}

Vector getRowProducts(const Matrix &a, const Matrix &h, const Matrix &b) {
  Vector out(a.rows());
  llvm::parallelFor(0, (a.rows() + kBlock - 1) / kBlock, [&](size_t block) {
    Eigen::Index first = block * kBlock, count = std::min(kBlock, a.rows() - first);
    Matrix image = a.middleRows(first, count) * h;
    out.segment(first, count) = image.cwiseProduct(b.middleRows(first, count)).rowwise().sum();
  });
  return out;
}

/// tr(A H Aᵀ).
static double getEnergy(const Matrix &a, const Matrix &h) { return getRowProducts(a, h, a).sum(); }

double getOutputError(const Matrix &w, const Matrix &v, const Matrix &h) {
  double difference = std::max(0.0, getEnergy(w - v, h)), whole = getEnergy(w, h);
  return getRatio(std::sqrt(difference), std::sqrt(whole));
}

} // namespace qcompile::compression
