//===- Factorization.h - Cholesky on all threads ----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_FACTORIZATION_H
#define QCOMPILE_PASSES_COMPRESSION_FACTORIZATION_H

#include "passes/compression/Matrix.h"

namespace qcompile::compression {

/// The lower triangular L with L Lᵀ = `a`, in the lower triangle of `a`; above the diagonal nothing is said. False
/// where `a` is not positive definite. The bits do not depend on the number of threads.
bool factorize(Eigen::MatrixXd &a);

/// The x with L Lᵀ x = `right`, for a factor of factorize().
Eigen::MatrixXd solveFactored(const Eigen::MatrixXd &factor, Eigen::MatrixXd right);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_FACTORIZATION_H
