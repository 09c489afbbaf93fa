//===- ChannelBounds.cpp - What each channel may be -----------------------===//
#include "passes/select-requantization/ChannelBounds.h"

#include "passes/rewriting/ElementTypes.h"

using namespace mlir;

namespace qcompile {

/// The dimension along which `getResultBounds` has an element per index.
static std::optional<int64_t> getOutputAxis(Operation *op) {
  if (auto conv = dyn_cast<qnn::ConvOp>(op))
    return int64_t(conv.getAxis());
  if (isa<qnn::ConvTransposeOp>(op))
    return 1;
  if (isa<qnn::MatMulOp>(op))
    return tensorOf(op->getResult(0)).getRank() - 1;
  return std::nullopt;
}

static qnn::Bounds intersect(qnn::Bounds a, qnn::Bounds b) {
  return {std::max(a.low, b.low), std::min(a.high, b.high)};
}

std::vector<qnn::Bounds> getChannelBounds(Value value, int64_t axis) {
  size_t channels = std::max<int64_t>(tensorOf(value).getDimSize(axis), 0);
  qnn::Bounds all = qnn::getValueBounds(value);
  Operation *op = value.getDefiningOp();
  // A pool keeps its channels apart.
  while (auto pool = dyn_cast_or_null<qnn::MaxPoolOp>(op)) {
    if (int64_t(pool.getAxis()) != axis)
      break;
    op = pool.getInput().getDefiningOp();
  }
  std::vector<qnn::Bounds> out(channels, all);
  auto bounded = dyn_cast_or_null<qnn::BoundsOpInterface>(op);
  std::optional<std::vector<qnn::Bounds>> bounds = bounded ? bounded.getResultBounds() : std::nullopt;
  if (!bounds)
    return out;
  if (bounds->size() != channels || getOutputAxis(op) != axis)
    bounds->assign(channels, qnn::unite(*bounds));
  for (auto [own, computed] : llvm::zip(out, *bounds))
    own = intersect(own, computed);
  return out;
}

} // namespace qcompile
