//===- Factorization.cpp - Cholesky on all threads ------------------------===//
#include "passes/compression/Factorization.h"

#include <algorithm>

#include <Eigen/Cholesky>

#include "llvm/Support/Parallel.h"

namespace qcompile::compression {

using Eigen::Index;
using Columns = Eigen::MatrixXd;

/// Columns that are factorized at a time, and those of a product that one thread takes.
static constexpr Index kBlock = 128, kChunk = 256;

static void forChunks(Index count, llvm::function_ref<void(Index, Index)> body) {
  llvm::parallelFor(0, (count + kChunk - 1) / kChunk, [&](size_t chunk) {
    Index begin = Index(chunk) * kChunk;
    body(begin, std::min(kChunk, count - begin));
  });
}

bool factorize(Columns &a) {
  const Index n = a.rows();
  for (Index begin = 0; begin < n; begin += kBlock) {
    const Index width = std::min(kBlock, n - begin), rest = n - begin - width, next = begin + width;
    auto diagonal = a.block(begin, begin, width, width);
    Eigen::LLT<Columns> block(diagonal);
    if (block.info() != Eigen::Success)
      return false;
    diagonal = block.matrixL();
    const Columns factor = diagonal;
    Columns below(rest, width);
    forChunks(rest, [&](Index row, Index rows) {
      Columns part = a.block(next + row, begin, rows, width).transpose();
      factor.triangularView<Eigen::Lower>().solveInPlace(part);
      below.middleRows(row, rows) = part.transpose();
    });
    a.block(next, begin, rest, width) = below;
    // What is left, on and below the diagonal.
    forChunks(rest, [&](Index column, Index columns) {
      a.block(next + column, next + column, rest - column, columns).noalias() -=
          below.bottomRows(rest - column) * below.middleRows(column, columns).transpose();
    });
  }
  return true;
}

Columns solveFactored(const Columns &factor, Columns right) {
  forChunks(right.cols(), [&](Index column, Index columns) {
    auto part = right.middleCols(column, columns);
    factor.triangularView<Eigen::Lower>().solveInPlace(part);
    factor.triangularView<Eigen::Lower>().transpose().solveInPlace(part);
  });
  return right;
}

} // namespace qcompile::compression
