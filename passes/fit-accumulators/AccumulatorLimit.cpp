//===- AccumulatorLimit.cpp - What a narrow accumulator holds -------------===//
#include "passes/fit-accumulators/AccumulatorLimit.h"

#include <algorithm>
#include <limits>

namespace qcompile::fit {

using Wide = __int128;
static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max() / 4;

AccumulatorLimit::AccumulatorLimit(qnn::Bounds input, int bits)
    : riseOf(std::max<int64_t>(input.high, 0)), fallOf(std::max<int64_t>(-input.low, 0)),
      limitHigh((int64_t{1} << (bits - 1)) - 1), limitLow(int64_t{1} << (bits - 1)) {}

qnn::Bounds AccumulatorLimit::getBounds(SignedSums sums) const {
  return {-(fallOf * sums.positive + riseOf * sums.negative), riseOf * sums.positive + fallOf * sums.negative};
}

bool AccumulatorLimit::holds(SignedSums sums) const {
  return Wide(riseOf) * sums.positive + Wide(fallOf) * sums.negative <= limitHigh &&
         Wide(fallOf) * sums.positive + Wide(riseOf) * sums.negative <= limitLow;
}

/// How often `factor` fits into `room`.
static int64_t divide(Wide room, int64_t factor) {
  if (room < 0)
    return 0;
  return factor == 0 ? kUnlimited : int64_t(std::min<Wide>(room / factor, kUnlimited));
}

int64_t AccumulatorLimit::getRoomAbove(SignedSums sums) const {
  Wide high = limitHigh - Wide(riseOf) * sums.positive - Wide(fallOf) * sums.negative;
  Wide low = limitLow - Wide(fallOf) * sums.positive - Wide(riseOf) * sums.negative;
  return std::min(divide(high, riseOf), divide(low, fallOf));
}

int64_t AccumulatorLimit::getRoomBelow(SignedSums sums) const {
  Wide high = limitHigh - Wide(riseOf) * sums.positive - Wide(fallOf) * sums.negative;
  Wide low = limitLow - Wide(fallOf) * sums.positive - Wide(riseOf) * sums.negative;
  return std::min(divide(high, fallOf), divide(low, riseOf));
}

int AccumulatorLimit::getFewestBits(qnn::Bounds input) {
  for (int bits = 1; bits < 62; ++bits) {
    AccumulatorLimit limit(input, bits);
    if (limit.holds({1, 0}) || limit.holds({0, 1}))
      return bits;
  }
  return 62;
}

bool RowLimits::hold(llvm::ArrayRef<int64_t> codes) const {
  RowBudget budget(*this, codes.size());
  for (size_t k = 0; k < codes.size(); ++k)
    budget.add(k, codes[k]);
  return budget.holds();
}

qnn::Bounds RowBudget::getRoom(int64_t column) const {
  int64_t above = kUnlimited, below = kUnlimited;
  auto narrow = [&](const std::optional<AccumulatorLimit> &limit, SignedSums sums) {
    if (!limit)
      return;
    above = std::min(above, limit->getRoomAbove(sums));
    below = std::min(below, limit->getRoomBelow(sums));
  };
  narrow(limits->outer, total);
  narrow(limits->inner, tiles[limits->tileOf(column)]);
  return {-below, above};
}

void RowBudget::add(int64_t column, int64_t code) {
  total.add(code);
  tiles[limits->tileOf(column)].add(code);
}

bool RowBudget::holds() const {
  if (limits->outer && !limits->outer->holds(total))
    return false;
  return !limits->inner ||
         std::all_of(tiles.begin(), tiles.end(), [&](SignedSums sums) { return limits->inner->holds(sums); });
}

} // namespace qcompile::fit
