//===- Circulant.h - Block-circulant matrices -------------------*- C++ -*-===//
//
// CirCNN (Ding et al., MICRO 2017): a matrix is cut into blocks of k x k, each defined by one vector w of k numbers,
// block[r, c] = w[(r - c) mod k], so that k² products become a circular convolution of two vectors. Where k does not
// divide an extent, the last block is cut to the matrix.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_MAKECIRCULANT_CIRCULANT_H
#define QCOMPILE_PASSES_MAKECIRCULANT_CIRCULANT_H

#include <cstdint>
#include <vector>

#include "passes/compression/Matrix.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile::circulant {

using compression::Matrix;
using compression::Vector;

/// Which weights are tied. The weights of a block of rows (k outputs) are those of one vector, its generator: the
/// vectors of its blocks one behind the other.
class Layout {
public:
  /// `columns[p]`: the column of the weights [outputs, K] that stands at place p of the circulant matrix. block >= 1.
  Layout(int64_t block, int64_t outputs, const std::vector<int64_t> &columns);

  int64_t block() const { return size; }
  int64_t outputs() const { return outputCount; }
  int64_t inputs() const { return int64_t(places.size()); }
  int64_t blockRows() const { return (outputCount + size - 1) / size; }
  int64_t firstRow(int64_t blockRow) const { return blockRow * size; }
  int64_t rowsOf(int64_t blockRow) const; ///< `size`, or less at the border
  /// Elements of a generator: K, rounded up to whole blocks.
  int64_t elements() const { return (inputs() + size - 1) / size * size; }
  /// The element of its generator that a weight shows. The weights of a row show different ones.
  int64_t elementOf(int64_t output, int64_t column) const;
  /// Numbers that store the matrix: blockRows() * elements().
  int64_t stored() const { return blockRows() * elements(); }

private:
  int64_t size, outputCount;
  std::vector<int64_t> places; ///< of the columns
};

/// Whether weights that show one element are equal.
bool isCirculant(const Matrix &weights, const Layout &layout);

/// The nearest block-circulant matrix (Frobenius): every element the mean of the weights that show it, 0 where none
/// does. [block rows, elements].
Matrix project(const Matrix &weights, const Layout &layout);

/// The weights of generators, [outputs, K]. Row r is multiplied by scales[r], where there are scales.
Matrix expand(const Matrix &generators, const Layout &layout, const Vector &scales = {});

/// A way to fix numbers of a generator: the number for `value`, where `blockRow` shows it.
using Choose = llvm::function_ref<double(int64_t blockRow, double value)>;

/// The generators whose weights, multiplied by `scales` (none: 1), have the least output error: for every block of rows
/// the minimum over g of the sum over its rows r of (t_r - s_r P_r g) H_r (t_r - s_r P_r g)ᵀ, t the targets, P_r g the
/// weights of row r. Normal equations A g = b with A = sum of s_r² P_rᵀ H_r P_r. With `choose` their numbers are fixed
/// one after the other, what each loses spread over those still free (GPTQ in the metric A). `moments[o]` are those of
/// output o's inputs, [K, K], damped. Blocks of rows with equal moments and scales share one factorization. [block
/// rows, elements].
Matrix fit(const Matrix &targets, const std::vector<const Matrix *> &moments, const Layout &layout,
           const Vector &scales = {}, const Choose *choose = nullptr);

} // namespace qcompile::circulant

#endif // QCOMPILE_PASSES_MAKECIRCULANT_CIRCULANT_H
