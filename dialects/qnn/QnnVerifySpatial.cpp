//===- QnnVerifySpatial.cpp - Verifiers of operations over positions ------===//
//
// Each check carries the number of its constraint in docs/Qnn.md.
//
//===----------------------------------------------------------------------===//
#include "dialects/qnn/VerifyHelpers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

/// The dimensions other than batch and channels, in order.
static SmallVector<int64_t> getSpatialDims(int64_t rank, int64_t axis) {
  SmallVector<int64_t> dims;
  for (int64_t d = 1; d < rank; ++d)
    if (d != axis)
      dims.push_back(d);
  return dims;
}

/// W1
static LogicalResult verifyChannelAxis(Operation *op, RankedTensorType type, int64_t axis) {
  if (type.getRank() < 3 || type.getRank() > 5)
    return op->emitOpError() << "expected an operand of rank 3 to 5, found " << type;
  if (axis != 1 && axis != type.getRank() - 1)
    return op->emitOpError() << "expected axis to be 1 or the last dimension of " << type << ", found " << axis;
  return success();
}

namespace {
/// The lists of a window operation.
struct Window {
  ArrayRef<int64_t> kernel, strides, dilations;
};
} // namespace

/// W2
static LogicalResult verifyWindow(Operation *op, const Window &window, int64_t spatial) {
  return success(succeeded(verifyList(op, "kernel", window.kernel, spatial, 1)) &&
                 succeeded(verifyList(op, "strides", window.strides, spatial, 1)) &&
                 succeeded(verifyList(op, "dilations", window.dilations, spatial, 1)));
}

/// W3, with W2 verified: the shape of the result for `channels` of them.
static LogicalResult verifyWindowResult(Operation *op, RankedTensorType input, int64_t axis, const Window &window,
                                        int64_t channels) {
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = channels;
  for (auto [i, d] : llvm::enumerate(getSpatialDims(input.getRank(), axis))) {
    // 128 bits hold any product of two attributes.
    __int128 reach = __int128(window.dilations[i]) * (window.kernel[i] - 1) + 1;
    if (input.isDynamicDim(d))
      continue;
    if (reach > shape[d])
      return op->emitOpError() << "expected a window that fits dimension " << d << " of " << input << ", found kernel "
                               << window.kernel[i] << " with dilation " << window.dilations[i];
    shape[d] = (shape[d] - int64_t(reach)) / window.strides[i] + 1;
  }
  return verifyResultShape(op, op->getResult(0), shape);
}

/// W1 to W3 of a pool.
template <typename PoolOp> static LogicalResult verifyPool(PoolOp op) {
  RankedTensorType input = tensorOf(op.getInput());
  int64_t axis = op.getAxis();
  Window window{op.getKernel(), op.getStrides(), op.getDilations()};
  if (failed(verifyChannelAxis(op, input, axis)) || failed(verifyWindow(op, window, input.getRank() - 2)))
    return failure();
  return verifyWindowResult(op, input, axis, window, input.getDimSize(axis));
}

LogicalResult MaxPoolOp::verify() {
  if (failed(verifyPool(*this)))
    return failure();
  RankedTensorType input = tensorOf(getInput()), result = tensorOf(getResult());
  return verifyResult(*this, getResult(), result.getShape(), input.getElementType()); // C1
}

LogicalResult SumPoolOp::verify() {
  if (failed(verifyPool(*this))) // C1
    return failure();
  return verifyAccumulator(*this); // C2
}

LogicalResult ConvOp::verify() {
  RankedTensorType input = tensorOf(getInput()), weights = tensorOf(getWeights());
  int64_t axis = getAxis(), groups = getGroups();
  if (failed(verifyChannelAxis(*this, input, axis))) // W1
    return failure();
  if (weights.getRank() != input.getRank() || !weights.hasStaticShape()) // C1
    return emitOpError() << "expected weights of static shape and rank " << input.getRank() << ", found " << weights;
  int64_t outputs = weights.getDimSize(0), channels = input.getDimSize(axis), perGroup = weights.getDimSize(axis),
          expected;
  // Each group has a channel, so that groups are no more than channels.
  bool fits = groups >= 1 && perGroup >= 1 && outputs % groups == 0 && !llvm::MulOverflow(perGroup, groups, expected) &&
              agree(channels, expected);
  if (!fits) // C1
    return emitOpError() << "expected weights [O, ...] with channels of " << input << " divided into " << groups
                         << " groups, found " << weights;
  SmallVector<int64_t> kernel;
  for (int64_t d : getSpatialDims(input.getRank(), axis))
    kernel.push_back(weights.getDimSize(d));
  Window window{kernel, getStrides(), getDilations()};
  if (failed(verifyWindow(*this, window, input.getRank() - 2)) ||      // W2
      failed(verifyWindowResult(*this, input, axis, window, outputs))) // C2, W3
    return failure();
  return verifyAccumulator(*this); // C3
}

LogicalResult ConvTransposeOp::verify() {
  RankedTensorType input = tensorOf(getInput()), weights = tensorOf(getWeights());
  int64_t groups = getGroups(), spatial = input.getRank() - 2, channels;
  if (input.getRank() < 3 || input.getRank() > 5 || weights.getRank() != input.getRank() ||
      !weights.hasStaticShape()) // C1
    return emitOpError() << "expected operands of one rank from 3 to 5 and weights of static shape, found " << input
                         << " and " << weights;
  int64_t inputs = weights.getDimSize(0);
  if (groups < 1 || inputs < 1 || inputs % groups != 0 || !agree(input.getDimSize(1), inputs) ||
      llvm::MulOverflow(groups, weights.getDimSize(1), channels)) // C1
    return emitOpError() << "expected weights [I, ...] with as many channels as " << input << ", divided into "
                         << groups << " groups, found " << weights;
  if (failed(verifyList(*this, "kernel", weights.getShape().drop_front(2), spatial, 1)) || // C2
      failed(verifyList(*this, "strides", getStrides(), spatial, 1)) ||
      failed(verifyList(*this, "dilations", getDilations(), spatial, 1)) ||
      failed(verifyList(*this, "offsets", getOffsets(), spatial, 0)))
    return failure();
  SmallVector<int64_t> shape(input.getRank(), ShapedType::kDynamic); // the spatial extents are free
  shape[0] = input.getDimSize(0);
  shape[1] = channels;
  if (failed(verifyResultShape(*this, getResult(), shape))) // C2
    return failure();
  return verifyAccumulator(*this); // C3
}

LogicalResult DepthToSpaceOp::verify() {
  RankedTensorType input = tensorOf(getInput());
  int64_t axis = getAxis(), product = 1;
  if (failed(verifyChannelAxis(*this, input, axis)) || // C1
      failed(verifyList(*this, "blocks", getBlocks(), input.getRank() - 2, 1)))
    return failure();
  if (getMode() != "DCR" && getMode() != "CRD") // C1
    return emitOpError() << "expected mode \"DCR\" or \"CRD\", found \"" << getMode() << "\"";
  bool overflow = false;
  SmallVector<int64_t> shape(input.getShape());
  for (auto [block, d] : llvm::zip(getBlocks(), getSpatialDims(input.getRank(), axis))) {
    overflow |= llvm::MulOverflow(product, block, product);
    if (!input.isDynamicDim(d))
      overflow |= llvm::MulOverflow(shape[d], block, shape[d]);
  }
  if (overflow || (!input.isDynamicDim(axis) && shape[axis] % product != 0)) // C1
    return emitOpError() << "expected channels of " << input << " to be a multiple of the blocks' elements";
  if (!input.isDynamicDim(axis))
    shape[axis] /= product;
  return verifyResult(*this, getResult(), shape, input.getElementType()); // C2
}
