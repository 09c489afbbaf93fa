//===- ChannelConstants.h - What constant channels add to a layer *- C++ -*-===//
#ifndef QCOMPILE_PASSES_REMOVEDEADCHANNELS_CHANNELCONSTANTS_H
#define QCOMPILE_PASSES_REMOVEDEADCHANNELS_CHANNELCONSTANTS_H

#include "passes/compression/ChannelPath.h"
#include "runtime/core/value.h"

namespace qcompile::compression {

/// The values that a path gives at its end for channels that do not depend on the model's input.
class ChannelConstants {
public:
  /// Runs the path on zeros, by reference semantics.
  static llvm::Expected<ChannelConstants> compute(const ChannelPath &path);

  /// Whether a channel whose weights are zero is 0 wherever the consumer sees it.
  bool isZero(const ChannelPath &path, int64_t channel) const;

  /// Collects what the channel adds to the consumer's outputs. Fails, with the reason, where its bias cannot take that
  /// exactly.
  bool addToBias(const ChannelPath &path, int64_t channel, std::string &reason);

  /// Gives the consumer the bias that has been collected, after channels have been left out; a MatMul becomes a Gemm.
  void setBias(const ChannelPath &path) const;

private:
  /// The flat index of an element of `value` that meets a column of the consumer's weights; negative where those are
  /// not all equal.
  int64_t getElement(const ChannelPath &path, int64_t column) const;
  bool readBias(const ChannelPath &path, std::string &reason);

  runtime::Value value;    ///< the consumer's data operand
  runtime::Value weights;  ///< its weights operand
  std::vector<float> bias; ///< empty: none has been read or added to
};

/// Whether every weight of the outputs is zero, in the producer or in a depthwise convolution of the path. [channels]
std::vector<bool> findConstantChannels(const ChannelPath &path);
/// Whether the consumer multiplies a channel by zero everywhere. [channels]
std::vector<bool> findUnusedChannels(const ChannelPath &path);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_REMOVEDEADCHANNELS_CHANNELCONSTANTS_H
