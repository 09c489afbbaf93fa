//===- ChannelOrder.h - Input channels in the order that keeps most *- C++ -*-===//
#ifndef QCOMPILE_PASSES_PRUNEWEIGHTS_CHANNELORDER_H
#define QCOMPILE_PASSES_PRUNEWEIGHTS_CHANNELORDER_H

#include <vector>

#include "passes/prune-weights/GroupSweep.h"

namespace qcompile::compression {

struct ChannelOrder {
  /// Channel `picks[i]` of the weights goes to place i.
  std::vector<int64_t> picks;
  /// The part of the sum of magnitudes that the pattern keeps, as it was and in the new order.
  double keptBefore = 1, keptAfter = 1;
};

/// Looks for an order of the input channels in which N:m pruning keeps more of the weights' magnitude. `weights` is
/// [outputs, K] with K = outer * channels * inner: channel c has the columns (o * channels + c) * inner + i. Tries to
/// swap every pair of channels, takes what helps at once, and begins anew until nothing does or about a billion weights
/// have been looked at. The order is never worse than the first.
ChannelOrder searchChannelOrder(const Matrix &weights, int64_t outer, int64_t channels, int64_t inner,
                                GroupPattern pattern);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_PRUNEWEIGHTS_CHANNELORDER_H
