//===- AccumulatorLimit.h - What a narrow accumulator holds -----*- C++ -*-===//
//
// Inputs are codes from low to high, weights integers w with S+ the sum of the positive ones and S- that of the
// magnitudes of the negative ones. Every partial sum of x w, in any order, lies between
//   -(fall S+ + rise S-) and rise S+ + fall S-,   rise = max(high, 0), fall = max(-low, 0)
// (techniques: 11, exact facts for given integer weights; getDotProductBounds), so that an accumulator of P bits bounds
// S+ and S- and nothing else. For unsigned inputs that are two separate bounds: S+ <= (2^(P-1) - 1) / high, S- <=
// 2^(P-1) / high.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS_ACCUMULATORLIMIT_H
#define QCOMPILE_PASSES_FITACCUMULATORS_ACCUMULATORLIMIT_H

#include <optional>

#include "dialects/qnn/ValueBounds.h"

namespace qcompile::fit {

/// S+ and S- of an output.
struct SignedSums {
  int64_t positive = 0, negative = 0;
  void add(int64_t code) { (code > 0 ? positive : negative) += code > 0 ? code : -code; }
};

/// A signed accumulator of `bits` bits, 1 to 62, over inputs of at most 33 bits.
class AccumulatorLimit {
public:
  AccumulatorLimit(qnn::Bounds input, int bits);

  /// Every partial sum of weights with these sums.
  qnn::Bounds getBounds(SignedSums sums) const;
  bool holds(SignedSums sums) const;
  /// The largest positive code, or magnitude of a negative one, that may join `sums`, which the accumulator holds.
  int64_t getRoomAbove(SignedSums sums) const;
  int64_t getRoomBelow(SignedSums sums) const;

  double rise() const { return double(riseOf); }
  double fall() const { return double(fallOf); }
  double highest() const { return double(limitHigh); } ///< 2^(bits - 1) - 1
  double lowest() const { return double(limitLow); }   ///< 2^(bits - 1), the magnitude

  /// The fewest bits that hold one product with a weight of 1 or -1.
  static int getFewestBits(qnn::Bounds input);

private:
  int64_t riseOf, fallOf, limitHigh, limitLow;
};

/// What one output has to fit in: its whole sum, the sums of consecutive `tile` weights, or both.
struct RowLimits {
  std::optional<AccumulatorLimit> outer, inner;
  int64_t tile = 0; ///< weights per tile, where there is an inner limit

  int64_t tileOf(int64_t column) const { return inner ? column / tile : 0; }
  int64_t countTiles(int64_t columns) const { return inner ? (columns + tile - 1) / tile : 1; }
  bool hold(llvm::ArrayRef<int64_t> codes) const;
};

/// The codes that one output has been given so far, against its limits.
class RowBudget {
public:
  RowBudget(const RowLimits &limits, int64_t columns) : limits(&limits), tiles(limits.countTiles(columns)) {}
  /// The codes that the column may be given.
  qnn::Bounds getRoom(int64_t column) const;
  void add(int64_t column, int64_t code);
  /// Whether everything that was added fits.
  bool holds() const;
  SignedSums sums() const { return total; }

private:
  const RowLimits *limits;
  SignedSums total;
  std::vector<SignedSums> tiles;
};

} // namespace qcompile::fit

#endif // QCOMPILE_PASSES_FITACCUMULATORS_ACCUMULATORLIMIT_H
