//===- Codebooks.h - Design of codebooks by splitting -----------*- C++ -*-===//
//
// LBG (Linde, Buzo, Gray 1980): start with the mean; split every centroid, c(1 + epsilon) and c(1 - epsilon); Lloyd
// steps until the distortion falls by less than delta of itself; repeat until there are as many as wanted. Everything
// is in the order of the data and of the centroids, without chance, so that the result is a function of the input.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_CODEBOOKS_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_CODEBOOKS_H

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/reference/product_quantization.h"

namespace qcompile::pq {

/// Rows of integers, one after the other.
struct CodeMatrix {
  int64_t rows = 0, columns = 0;
  std::vector<int32_t> values;
};

struct LbgOptions {
  /// How far the halves of a centroid lie apart, relative to it.
  double epsilon = 0.01;
  /// Lloyd steps end where (D before - D after) / D after falls below it.
  double delta = 1e-3;
  int maxSteps = 100;
};

/// Points with weights: a set of vectors in which each stands for how often it occurs.
struct WeightedPoints {
  int64_t length = 0;
  std::vector<double> values;  ///< [points][length], in lexicographic order, each once
  std::vector<int64_t> counts; ///< [points], at least 1

  int64_t size() const { return int64_t(counts.size()); }
};

/// The different sub-vectors of columns `first` to `first + length - 1`, 0 for columns that the matrix lacks.
WeightedPoints collectPoints(const CodeMatrix &matrix, int64_t first, int64_t length);

/// At most `count` centroids, [centroids][length]: fewer where there are fewer different points, which then are the
/// centroids. `norm` 2 takes means and squared distances, 1 medians and sums of magnitudes. A point belongs to the
/// nearest centroid, ties to the lowest index. A cell that becomes empty is put beside the centroid of the cell with
/// the largest distortion (ties to the lowest index), which is split anew. Where the wanted number is less than twice
/// what there is, the cells with the largest distortion are split. The halves of a centroid that is 0 in a coordinate
/// are +-epsilon there.
std::vector<double> designCodebook(const WeightedPoints &points, int64_t count, int norm,
                                   const LbgOptions &options = {});

struct CodebookOptions {
  int64_t length = 4;
  int64_t prototypes = 16;
  int norm = 2;
  int64_t factor = 1;     ///< without a metric, prototypes are multiples of 1/factor of a step of the codes
  int prototypeBits = 10; ///< with a metric: of the prototypes, with sign
  LbgOptions lbg;
};

/// Codebooks of all sub-spaces, with the centroids [space][prototype][length] that the prototypes stand for, in steps
/// of the codes.
struct CodebookDesign {
  runtime::Codebooks codebooks;
  std::vector<double> centroids;
};

/// Designs the codebooks of all sub-spaces of the rows. Without `weights`, prototypes are centroids times `factor`,
/// rounded half away from zero.
///
/// With the weights [columns][outputs] that the rows are multiplied by, and norm 2, the distance is that of the outputs
/// of the sub-space alone: (x - p)' A (x - p) with A = W W' of its rows of the weights (plus 1e-4 of its mean diagonal,
/// so that it is definite). Points are designed after a linear map C with A = C C', and what is compared, p' A p - 2 x'
/// A p, is written as a distance of integers: prototypes round(a A p) and offsets round(a p' A p) - |prototype|^2, with
/// the a for which the largest prototype of the sub-space takes `prototypeBits`.
///
/// A codebook with fewer centroids than the largest one repeats its last one, which no point is nearest to first.
CodebookDesign designCodebooks(const CodeMatrix &rows, const CodebookOptions &options,
                               std::span<const double> weights = {}, int64_t outputs = 0);

/// An order of the columns in which those that go into one sub-space depend on each other: their covariance, weighted
/// by the products of the weights' rows as in the metric above, is large compared with their variances. Greedy: the
/// column of the largest variance that is left, then those of the largest sum of |correlation| with the chosen ones;
/// ties to the lowest column.
std::vector<int64_t> groupColumns(const CodeMatrix &rows, int64_t length, std::span<const double> weights,
                                  int64_t outputs);

/// The codes low, low + step, ..., high.
struct CodeRange {
  int64_t low = 0, high = 0, step = 1;
};

/// Codebooks that hold every pattern of codes, if there are at most `options.prototypes` of them: encoding is then
/// exact, whatever the data. Prototypes ascend as numbers of `length` digits, the first one the most significant.
std::optional<runtime::Codebooks> enumeratePatterns(int64_t columns, CodeRange codes, const CodebookOptions &options);

/// Positions of the nearest prototypes, [sub-space][row].
std::vector<std::vector<uint16_t>> encodeRows(const runtime::Codebooks &codebooks, const CodeMatrix &rows);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_CODEBOOKS_H
