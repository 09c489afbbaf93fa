//===- Matrix.h - Weights and activations as matrices -----------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_MATRIX_H
#define QCOMPILE_PASSES_COMPRESSION_MATRIX_H

// Results must not depend on the processor: Eigen's packets are those of the baseline, and its blocking is fixed
// (Matrix.cpp) instead of following the sizes of caches.
#include <Eigen/Dense>

namespace qcompile::compression {

/// Weights are [outputs, K]: one row per output, columns along the accumulation direction (channel, then the kernel's
/// positions in row-major order). Row-major.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// Activations are [positions, K], in float32 as the model computes them.
using Activations = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// True where a weight is fixed to zero. [outputs, K].
using Mask = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// xᵀx / positions: the second moments of K inputs. [K, K].
Matrix getSecondMoments(const Activations &x);
/// aᵀb / positions: [K of a, K of b].
Matrix getCrossMoments(const Activations &a, const Activations &b);
/// x weightsᵀ: the outputs of a layer without its bias, [positions, outputs], in float32.
Activations getOutputs(const Activations &x, const Matrix &weights);
/// The mean of every column.
Vector getMeans(const Activations &x);

/// Adds `damping` times the mean of the diagonal to the diagonal (GPTQ: 0.01), and at least a number that keeps a zero
/// matrix invertible; returns what was added.
double dampen(Matrix &moments, double damping);

/// A relative error: 0 where there is no difference, 1 where something became of nothing.
double getRatio(double difference, double whole);

/// ||a - b||_F / ||a||_F, as getRatio says.
double getRelativeError(const Matrix &a, const Matrix &b);

/// a b, the rows of a on all threads.
Matrix getProduct(const Matrix &a, const Matrix &b);

/// a H bᵀ row by row, for symmetric H: the inner products of rows under H, on all threads.
Vector getRowProducts(const Matrix &a, const Matrix &h, const Matrix &b);

/// sqrt(tr(D H Dᵀ) / tr(W H Wᵀ)) with D = W - V: the relative error of the layer's outputs on inputs of second moments
/// H.
double getOutputError(const Matrix &w, const Matrix &v, const Matrix &h);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_MATRIX_H
