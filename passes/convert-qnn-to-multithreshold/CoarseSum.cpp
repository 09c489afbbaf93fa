//===- CoarseSum.cpp - A sum in fewer bits that thresholds cannot tell ----===//
#include "passes/convert-qnn-to-multithreshold/CoarseSum.h"

#include <algorithm>
#include <cmath>

#include "passes/convert-qnn-to-multithreshold/FloatIntegers.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// All pairs by their sums.
void CoarseSum::sort(qnn::AddOp op) {
  qnn::Bounds left = qnn::getValueBounds(op.getLhs()), right = qnn::getValueBounds(op.getRhs());
  for (int64_t a = left.low; a <= left.high; ++a)
    for (int64_t b = right.low; b <= right.high; ++b)
      sums.push_back({a, b, a * int64_t(op.getLhsMultiplier()) + b * int64_t(op.getRhsMultiplier())});
  std::sort(sums.begin(), sums.end(), [](const Sum &x, const Sum &y) { return x.fine < y.fine; });
}

/// Coarse sums, and the outermost ones on either side of each; false where float32 does not hold these.
bool CoarseSum::fill(qnn::AddOp op, int shift) {
  auto shorten = [&](int64_t multiplier) { return std::llround(std::ldexp(double(multiplier), -shift)); };
  lhsMultiplier = shorten(op.getLhsMultiplier());
  rhsMultiplier = shorten(op.getRhsMultiplier());
  qnn::Bounds left = qnn::getValueBounds(op.getLhs()), right = qnn::getValueBounds(op.getRhs());
  auto reach = [](qnn::Bounds codes, int64_t multiplier) {
    return std::max(std::abs(codes.low), std::abs(codes.high)) * std::abs(multiplier);
  };
  // Products and sum are one float32 operation each.
  if (reach(left, lhsMultiplier) + reach(right, rhsMultiplier) > kLargestFloatInteger)
    return false;
  for (Sum &sum : sums)
    sum.coarse = sum.left * lhsMultiplier + sum.right * rhsMultiplier;
  size_t size = sums.size();
  largestOf.assign(size + 1, INT64_MIN);
  smallestFrom.assign(size + 1, INT64_MAX);
  for (size_t i = 0; i < size; ++i) {
    largestOf[i + 1] = std::max(largestOf[i], sums[i].coarse);
    smallestFrom[size - 1 - i] = std::min(smallestFrom[size - i], sums[size - 1 - i].coarse);
  }
  bounds = {smallestFrom.front(), largestOf.back()};
  return true;
}

size_t CoarseSum::count(double threshold, int64_t direction) const {
  return size_t(std::partition_point(sums.begin(), sums.end(),
                                     [&](const Sum &sum) {
                                       return direction > 0 ? double(sum.fine) < threshold
                                                            : double(sum.fine) <= threshold;
                                     }) -
                sums.begin());
}

bool CoarseSum::keepsApart(qnn::ThresholdOp op) const {
  Tensor thresholds = op.getThresholds().getTensor();
  ArrayRef<int64_t> directions = op.getDirections();
  int64_t levels = thresholds.shape()[1];
  for (int64_t i = 0; i < thresholds.size(); ++i) {
    size_t below = count(thresholds.DoubleAt(i), directions[i / levels]);
    if (largestOf[below] >= smallestFrom[below])
      return false;
  }
  return true;
}

std::optional<CoarseSum> CoarseSum::find(qnn::AddOp op) {
  constexpr int64_t kMaxPairs = int64_t{1} << 20;
  constexpr int kMaxShift = 48;
  qnn::Bounds left = qnn::getValueBounds(op.getLhs()), right = qnn::getValueBounds(op.getRhs());
  if (left.high - left.low >= kMaxPairs || (left.high - left.low + 1) * (right.high - right.low + 1) > kMaxPairs)
    return std::nullopt;
  auto thresholds = [](Operation *user) { return isa<qnn::ThresholdOp>(user); };
  if (!llvm::all_of(op->getUsers(), thresholds))
    return std::nullopt;
  CoarseSum out;
  out.sort(op);
  for (int shift = 1; shift < kMaxShift; ++shift)
    if (out.fill(op, shift) &&
        llvm::all_of(op->getUsers(), [&](Operation *user) { return out.keepsApart(cast<qnn::ThresholdOp>(user)); }))
      return out;
  return std::nullopt;
}

int64_t CoarseSum::mapThreshold(double threshold, int64_t direction) const {
  size_t below = count(threshold, direction);
  if (direction > 0)
    return below == sums.size() ? bounds.high + 1 : smallestFrom[below];
  return below == 0 ? bounds.low - 1 : largestOf[below];
}

} // namespace qcompile
