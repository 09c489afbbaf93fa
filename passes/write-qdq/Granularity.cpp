//===- Granularity.cpp - For which elements a scale is --------------------===//
#include "passes/write-qdq/Granularity.h"

#include <numeric>

#include "passes/rewriting/LinearParameters.h"
#include "passes/rewriting/StridedCopy.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

SmallVector<NamedAttribute> Granularity::getAttributes(OnnxSteps &steps) const {
  SmallVector<NamedAttribute> out;
  if (scale.rank() > 0)
    out.push_back(steps.attribute("axis", axis));
  if (block != 0)
    out.push_back(steps.attribute("block_size", block));
  return out;
}

/// Whether the parameter is broadcast to `shape`, and `shape` not to the parameter.
static bool fits(const Tensor &parameter, ArrayRef<int64_t> shape) {
  if (parameter.rank() > int64_t(shape.size()))
    return false;
  ArrayRef<int64_t> last = shape.take_back(parameter.rank());
  return llvm::all_of(llvm::zip(parameter.shape(), last), [](auto pair) {
    auto [own, extent] = pair;
    return own == 1 || own == extent;
  });
}

/// The parameter with one number per element of `shape`.
static Tensor spread(const Tensor &parameter, ArrayRef<int64_t> shape) {
  runtime::Shape own(shape.size() - parameter.rank(), 1);
  own.insert(own.end(), parameter.shape().begin(), parameter.shape().end());
  SmallVector<int64_t> strides = getRowMajorStrides({own.data(), own.size()});
  for (size_t d = 0; d < own.size(); ++d)
    strides[d] = own[d] == 1 ? 0 : strides[d];
  return copyStrided(parameter, shape, strides);
}

/// The length of the longest blocks along `axis` within which no parameter changes; parameters have one number per
/// element.
static int64_t findBlock(ArrayRef<Tensor> parameters, ArrayRef<int64_t> shape, int64_t axis) {
  int64_t inner = 1, block = 0;
  for (int64_t extent : shape.drop_front(axis + 1))
    inner *= extent;
  for (const Tensor &parameter : parameters)
    for (int64_t i = inner; i < parameter.size(); ++i)
      if (int64_t at = i / inner % shape[axis]; at > 0 && parameter.Floats()[i] != parameter.Floats()[i - inner])
        block = std::gcd(block, at);
  return block == 0 ? shape[axis] : block;
}

/// Blocks along the dimension where there are the fewest. Blocks of one element say anything.
static Granularity findBlocks(ArrayRef<int64_t> shape, const Tensor &scale, const Tensor &zeroPoint) {
  Tensor full[] = {spread(scale, shape), spread(zeroPoint, shape)};
  Granularity out;
  int64_t least = INT64_MAX;
  for (int64_t axis = 0; axis < int64_t(shape.size()); ++axis) {
    int64_t block = findBlock(full, shape, axis);
    int64_t count = full[0].size() / shape[axis] * llvm::divideCeil(shape[axis], block);
    if (count < least) {
      least = count;
      out.axis = axis;
      out.block = block;
    }
  }
  SmallVector<int64_t> strides = getRowMajorStrides(shape), blocks(shape);
  strides[out.axis] *= out.block;
  blocks[out.axis] = int64_t(llvm::divideCeil(shape[out.axis], out.block));
  out.scale = copyStrided(full[0], blocks, strides);
  out.zeroPoint = copyStrided(full[1], blocks, strides);
  return out;
}

std::optional<Granularity> getGranularity(RankedTensorType type, const Tensor &scale, const Tensor &zeroPoint,
                                          int64_t opset, std::string &reason) {
  constexpr int64_t kBlocksSince = 21;
  if (!fits(scale, type.getShape()) || !fits(zeroPoint, type.getShape()) || type.getNumElements() == 0) {
    reason =
        type.getNumElements() == 0 ? "its input has no elements" : "its parameters have more elements than its input";
    return std::nullopt;
  }
  int64_t axis = findAxis({&scale, &zeroPoint}, type.getRank());
  if (axis == kSeveralAxes) {
    if (opset == 0 || opset >= kBlocksSince)
      return findBlocks(type.getShape(), scale, zeroPoint);
    reason = "its scales and zero points vary along several dimensions, for which blocks came with opset " +
             std::to_string(kBlocksSince) + ", and opset " + std::to_string(opset) + " is asked for";
    return std::nullopt;
  }
  if (axis == kNoAxis)
    return Granularity{scale.Reshaped({}), zeroPoint.Reshaped({})};
  auto perIndex = [&](const Tensor &parameter) {
    return copyStrided(parameter, {type.getDimSize(axis)}, {parameter.size() == 1 ? 0 : 1});
  };
  return Granularity{perIndex(scale), perIndex(zeroPoint), axis};
}

} // namespace qcompile
