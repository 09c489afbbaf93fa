//===- ChannelPath.h - Channels from one layer to the next ------*- C++ -*-===//
//
// The operations through which the outputs of one layer reach the next one and nothing else, each treating channels by
// themselves: pointwise operations with constants, pools, depthwise convolutions, and rearrangements that keep a
// channel's elements together. Along such a path channels can be permuted or left out, without a trace outside of it.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_CHANNELPATH_H
#define QCOMPILE_PASSES_COMPRESSION_CHANNELPATH_H

#include "passes/compression/Layer.h"

namespace qcompile::compression {

class ChannelPath {
public:
  /// The path into the data operand of `consumer`; nothing, with the reason, where there is none.
  static std::optional<ChannelPath> find(const Layer &consumer, std::string &reason);

  const Layer &producer() const { return *first; }
  const Layer &consumer() const { return *last; }
  /// The operations between the layers, in order.
  llvm::ArrayRef<mlir::Operation *> between() const { return operations; }
  int64_t channels() const { return first->outputs(); }
  /// Channels lie in the consumer's accumulation direction as [outer, channels, inner].
  int64_t outerExtent() const { return outer; }
  int64_t innerExtent() const { return inner; }
  /// The channel that meets a column of the consumer's weights.
  int64_t channelOf(int64_t column) const { return column / inner % channels(); }

  /// Columns of the consumer's weights in their new order, for channel `picks[i]` of now in place i.
  std::vector<int64_t> getColumns(llvm::ArrayRef<int64_t> picks) const;

  /// Rewrites both layers and the path so that channel i of it is channel `picks[i]` of now (a permutation, or fewer).
  /// The consumer's bias is left as it is; structures recorded on weights stay recorded. Invalidates this object and
  /// the layers.
  void select(llvm::ArrayRef<int64_t> picks);

private:
  ChannelPath() = default;
  bool collect(std::string &reason);
  bool follow(std::string &reason);

  std::optional<Layer> first, last;
  llvm::SmallVector<mlir::Operation *> operations; ///< between the two, in order
  llvm::SmallVector<int64_t> axes;                 ///< the channel dimension of the results of `operations`
  llvm::SmallVector<int64_t> outers, inners;       ///< and how channels lie in it
  int64_t outer = 1, inner = 1;                    ///< the same of the consumer's columns
};

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_CHANNELPATH_H
