//===- SecondOrder.h - Weights that make up for each other ------*- C++ -*-===//
//
// The error of a layer's outputs on its calibration inputs is, per output, d H dᵀ for a change d of the K weights and the second
// moments H of the inputs. Where weights are fixed one after the other (rounded to a grid, set to zero, bounded), those that
// are still free can take over part of the error of those that are fixed: optimal brain surgeon (Hassibi and Stork 1993),
// for many weights GPTQ (Frantar et al. 2022).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_SECONDORDER_H
#define QCOMPILE_PASSES_COMPRESSION_SECONDORDER_H

#include <cstdint>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "passes/compression/Matrix.h"

namespace qcompile::compression {

/// R with H = R Rᵀ, upper triangular with a positive diagonal: the Cholesky factor of the matrix taken in reversed order. Where
/// rounding has left H without one, the diagonal is damped by growing parts of its mean until it has one; a matrix
/// with numbers that are not finite gives the unit matrix. [K, K].
Matrix getReversedFactor(const Matrix &moments);

/// U with H⁻¹ = Uᵀ U, upper triangular: R⁻¹ of the factor above. Row k, divided by its first number U_kk, says what the
/// columns behind k take over, with the opposite sign, of an error of column k. [K, K].
Matrix getInverseFactor(Matrix moments);

/// Fixes the columns of `target` [rows, K] one after the other, in ascending order or that of `order` (a permutation of the
/// columns). `choose(row, column, value)` gives the number that a weight is fixed to, where `value` is the optimum given
/// all columns of its row that are fixed already: the minimum of (w - q) H (w - q)ᵀ over the columns that are still free. It is
/// called once per weight, columns in order, the rows of a column ascending. `moments` [K, K] are damped first (dampen,
/// relative to the mean of the diagonal; GPTQ takes 0.01). Returns what was chosen, columns where they were.
///
/// With D = W - Q, R the factor above: value_j = w_j + (sum over fixed i of D_i R_ij) / R_jj. Equal to GPTQ's updates by the factor
/// of H⁻¹, without inverting. Takes K³/3 + rows K² operations.
Matrix roundWithCorrection(const Matrix &target, const Matrix &moments, double damping,
                           llvm::function_ref<double(int64_t, int64_t, double)> choose,
                           llvm::ArrayRef<int64_t> order = {});

/// Lowers the error of `values` further by descent: each weight in turn goes to `choose(row, column, value)`, where `value` is its
/// optimum given all others of its row, if that lowers (w - q) H (w - q)ᵀ. Up to `sweeps` times over all columns, ascending,
/// until nothing changes. Every value stays one that `values` had or `choose` gave.
Matrix lowerByDescent(const Matrix &target, const Matrix &moments, double damping, Matrix values,
                      llvm::function_ref<double(int64_t, int64_t, double)> choose, int sweeps = 4);

/// Columns by falling second moment, equal ones ascending: the order in which the most important weights keep the most
/// freedom behind them ("act-order").
std::vector<int64_t> getOrderByMoment(const Matrix &moments);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_SECONDORDER_H
