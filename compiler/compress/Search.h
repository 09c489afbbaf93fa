//===- Search.h - The best choices for all layers ---------------*- C++ -*-===//
//
// Every layer has choices with a loss and costs, and both add up over layers. A dynamic program over layers keeps what
// no other combination beats.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPRESS_SEARCH_H
#define QCOMPILE_COMPILER_COMPRESS_SEARCH_H

#include <cstddef>
#include <vector>

#include "llvm/ADT/ArrayRef.h"

namespace qcompile::compress {

/// A choice for one layer.
struct Choice {
  double loss = 0;
  std::vector<double> costs; ///< as many for every choice
};

/// A choice for every layer, and the sums.
struct Assignment {
  std::vector<unsigned> choices; ///< one per layer
  double loss = 0;
  std::vector<double> costs;

  bool operator==(const Assignment &other) const { return choices == other.choices; }
};

/// Combinations for which no other has at most the loss and at most every cost, in ascending order of loss; of equals,
/// the one with the lowest choices. `costs` of a combination start at `base`. Between layers at most `limit` are kept,
/// evenly along the order of loss and always those with the least loss and the least of each cost; below the limit the
/// result is exact.
std::vector<Assignment> findFrontier(llvm::ArrayRef<std::vector<Choice>> layers, llvm::ArrayRef<double> base,
                                     size_t limit = 1024);

/// Positions of at most `count` of the frontier, the first and the last among them, evenly along cost number `cost`.
std::vector<size_t> spreadAlongCost(llvm::ArrayRef<Assignment> frontier, size_t cost, size_t count);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_SEARCH_H
