//===- SecondOrder.h - Weights that make up for each other ------*- C++ -*-===//
//
// The error of a layer's outputs on its calibration inputs is, per output, d H dᵀ for a change d of the K weights and
// the second moments H of the inputs. Where weights are fixed one after the other (rounded to a grid, set to zero,
// bounded), those that are still free can take over part of the error of those that are fixed: optimal brain surgeon
// (Hassibi and Stork 1993), for many weights GPTQ (Frantar et al. 2022).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_SECONDORDER_H
#define QCOMPILE_PASSES_COMPRESSION_SECONDORDER_H

#include <cstdint>
#include <vector>

#include "passes/compression/Matrix.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile::compression {

/// R with H = R Rᵀ, upper triangular with a positive diagonal: the Cholesky factor of the matrix taken in reversed
/// order. Where rounding has left H without one, the diagonal is damped by growing parts of its mean until it has one;
/// a matrix with numbers that are not finite gives the unit matrix. [K, K].
Matrix getReversedFactor(const Matrix &moments);

/// U with H⁻¹ = Uᵀ U, upper triangular: R⁻¹ of the factor above. Row k, divided by its first number U_kk, says what the
/// columns behind k take over, with the opposite sign, of an error of column k. [K, K].
Matrix getInverseFactor(Matrix moments);

/// Rounding that lets the weights of a row make up for each other. What depends on the inputs alone is computed once.
class CorrectedRounding {
public:
  /// The number that weight [row, column] is fixed to, where its optimum is `value`. Asked from several threads, for
  /// the weights of one row from one of them.
  using Choice = llvm::function_ref<double(int64_t row, int64_t column, double value)>;

  /// `moments` [K, K] are damped first (dampen, relative to the mean of the diagonal; GPTQ takes 0.01). `order` is a
  /// permutation of the columns; empty: ascending. Takes K³/3 operations.
  CorrectedRounding(const Matrix &moments, double damping, llvm::ArrayRef<int64_t> order = {});

  /// Fixes the columns of `target` [rows, K] one after the other, in the order given. `choose` is asked with the
  /// optimum given all columns of its row that are fixed already: the minimum of (w - q) H (w - q)ᵀ over the columns
  /// that are still free. It is called once per weight, the columns of a row in order. Returns what was chosen, columns
  /// where they were; in `errors`, (w - q) H (w - q)ᵀ of every row under the moments before they were damped.
  ///
  /// With D = W - Q, R the reversed factor: value_j = w_j + (sum over fixed i of D_i R_ij) / R_jj. Equal to GPTQ's
  /// updates by the factor of H⁻¹, without inverting. Takes rows K² / 2 operations.
  Matrix round(const Matrix &target, Choice choose, Vector *errors = nullptr) const;

private:
  Matrix roundRows(const Matrix &target, Eigen::Ref<Vector> errors, Choice choose) const;

  std::vector<int64_t> sequence;
  Eigen::MatrixXd factor; ///< rows and columns in the order of `sequence`
  double added = 0;       ///< to the diagonal of the moments
};

/// The same for moments that are used once.
Matrix roundWithCorrection(const Matrix &target, const Matrix &moments, double damping,
                           CorrectedRounding::Choice choose, llvm::ArrayRef<int64_t> order = {});

/// Values, and half of what the error of a row falls by per unit of each: (target - values) H. The error itself,
/// (target - values) H (target - values)ᵀ, is the row's product of target - values with it.
struct Descent {
  Matrix values, slope;
};

/// Lowers the error of `values` further by descent under moments that are damped already: each weight in turn goes to
/// `choose(row, column, value)`, where `value` is its optimum given all others of its row, if that lowers the error. Up
/// to `sweeps` times over all columns, ascending, until nothing changes. Every value stays one that `values` had or
/// `choose` gave.
Descent lowerByDescent(const Matrix &target, const Matrix &damped, const Matrix &values,
                       CorrectedRounding::Choice choose, int sweeps = 4);

/// Columns by falling second moment, equal ones ascending: the order in which the most important weights keep the most
/// freedom behind them ("act-order").
std::vector<int64_t> getOrderByMoment(const Matrix &moments);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_SECONDORDER_H
