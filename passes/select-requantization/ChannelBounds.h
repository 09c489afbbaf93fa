//===- ChannelBounds.h - What each channel may be ---------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_SELECTREQUANTIZATION_CHANNELBOUNDS_H
#define QCOMPILE_PASSES_SELECTREQUANTIZATION_CHANNELBOUNDS_H

#include <vector>

#include "dialects/qnn/QnnDialect.h"

namespace qcompile {

/// The values that the elements of `value` may take, per index of dimension `axis`: from the weights of the output that
/// a channel is, where a linear operation computes it, else those of the whole value.
std::vector<qnn::Bounds> getChannelBounds(mlir::Value value, int64_t axis);

} // namespace qcompile

#endif // QCOMPILE_PASSES_SELECTREQUANTIZATION_CHANNELBOUNDS_H
