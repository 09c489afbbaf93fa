//===- SpatialPlans.cpp - Layers with windows -----------------------------===//
#include "backends/imc/LayerPlanning.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;

namespace qcompile::imc {

namespace {
/// Positions and taps of a window operation whose channels are last, in elements.
struct Geometry {
  std::vector<rt::Position> positions;
  std::vector<rt::Dimension> taps;
  int64_t channels = 1;
};
} // namespace

/// The shape with its channels last, whatever dimension they are.
static SmallVector<int64_t> moveChannelsLast(ArrayRef<int64_t> shape, int64_t axis) {
  SmallVector<int64_t> moved(shape);
  moved.erase(moved.begin() + axis);
  moved.push_back(shape[axis]);
  return moved;
}

static llvm::Error checkLayout(int64_t axis, Value value, bool anyLayout) {
  if (anyLayout || axis == typeOf(value).getRank() - 1)
    return llvm::Error::success();
  return llvm::createStringError("channels are dimension " + llvm::Twine(axis) + ", expected them last");
}

template <typename Op> static Geometry getGeometry(Op op, ArrayRef<int64_t> kernel) {
  int64_t axis = op.getAxis();
  SmallVector<int64_t> input = moveChannelsLast(shapeOf(op.getInput()), axis);
  SmallVector<int64_t> output = moveChannelsLast(shapeOf(op.getResult()), axis);
  SmallVector<int64_t> from = stridesOf(input);
  SmallVector<int64_t> to = stridesOf(output);
  Geometry geometry;
  geometry.channels = input.back();
  geometry.positions.push_back({output[0], from[0], to[0]});
  for (size_t d = 0; d < kernel.size(); ++d) {
    geometry.positions.push_back({output[d + 1], op.getStrides()[d] * from[d + 1], to[d + 1]});
    geometry.taps.push_back({kernel[d], op.getDilations()[d] * from[d + 1]});
  }
  return geometry;
}

/// Weights [O, I/G, taps] or [O, taps, I/G] as a matrix [taps * I/G, O].
static runtime::Tensor toMatrix(const runtime::Tensor &weights, bool channelsLast) {
  int64_t outputs = weights.shape()[0];
  int64_t inputs = channelsLast ? weights.shape().back() : weights.shape()[1];
  int64_t rows = outputs == 0 ? 0 : weights.size() / outputs;
  int64_t taps = inputs == 0 ? 0 : rows / inputs;
  std::vector<int64_t> values(weights.size());
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t row = 0; row < rows; ++row) {
      int64_t place = channelsLast ? row : row % inputs * taps + row / inputs;
      values[row * outputs + o] = weights.IntegerAt(o * rows + place);
    }
  return *runtime::Tensor::FromIntegers(weights.type(), {rows, outputs}, values);
}

llvm::Expected<LayerPlan> planConv(qnn::ConvOp op, bool anyLayout) {
  int64_t axis = op.getAxis();
  if (llvm::Error error = checkLayout(axis, op.getInput(), anyLayout))
    return std::move(error);
  auto weights = op.getWeights().getDefiningOp<qnn::ConstantOp>();
  if (!weights)
    return llvm::createStringError("the weights are not constant");
  bool channelsLast = axis == typeOf(op.getInput()).getRank() - 1;
  SmallVector<int64_t> kernel(shapeOf(op.getWeights()).drop_front());
  kernel.erase(channelsLast ? kernel.end() - 1 : kernel.begin());
  Geometry geometry = getGeometry(op, kernel);
  rt::ConvLayer layer;
  layer.input = elementOf(op.getInput());
  layer.positions = std::move(geometry.positions);
  layer.taps = std::move(geometry.taps);
  layer.channels = geometry.channels;
  layer.groups = op.getGroups();
  layer.weights = toMatrix(weights.getValue().getTensor(), channelsLast);
  layer.finish = getFinish(op);
  return planUnary(op.getInput(), getFinished(op), std::move(layer));
}

template <typename Op> static LayerPlan planPoolOf(Op op, bool isMax) {
  Geometry geometry = getGeometry(op, op.getKernel());
  rt::PoolLayer layer;
  layer.is_max = isMax;
  layer.input = elementOf(op.getInput());
  layer.positions = std::move(geometry.positions);
  layer.taps = std::move(geometry.taps);
  layer.channels = geometry.channels;
  layer.sum = elementOf(op.getResult());
  layer.finish = getFinish(op);
  return planUnary(op.getInput(), getFinished(op), std::move(layer));
}

llvm::Expected<LayerPlan> planPool(Operation *op, bool anyLayout) {
  auto max = dyn_cast<qnn::MaxPoolOp>(op);
  auto sum = dyn_cast<qnn::SumPoolOp>(op);
  int64_t axis = max ? max.getAxis() : sum.getAxis();
  if (llvm::Error error = checkLayout(axis, op->getOperand(0), anyLayout))
    return std::move(error);
  return max ? planPoolOf(max, true) : planPoolOf(sum, false);
}

llvm::Expected<LayerPlan> planDepthToSpace(qnn::DepthToSpaceOp op, bool anyLayout) {
  int64_t axis = op.getAxis();
  if (llvm::Error error = checkLayout(axis, op.getInput(), anyLayout))
    return std::move(error);
  SmallVector<int64_t> input = moveChannelsLast(shapeOf(op.getInput()), axis);
  SmallVector<int64_t> output = moveChannelsLast(shapeOf(op.getResult()), axis);
  SmallVector<int64_t> from = stridesOf(input);
  SmallVector<int64_t> to = stridesOf(output);
  ArrayRef<int64_t> blocks = op.getBlocks();
  SmallVector<int64_t> blockStrides = stridesOf(blocks);
  bool depthFirst = op.getMode() == "DCR";
  int64_t positions = input.back() / output.back();
  rt::MoveLayer layer;
  layer.input = layer.output = elementOf(op.getInput());
  layer.axes.push_back({input[0], from[0], to[0]});
  for (size_t d = 0; d < blocks.size(); ++d) {
    layer.axes.push_back({input[d + 1], from[d + 1], blocks[d] * to[d + 1]});
    layer.axes.push_back({blocks[d], blockStrides[d] * (depthFirst ? output.back() : 1), to[d + 1]});
  }
  layer.axes.push_back({output.back(), depthFirst ? 1 : positions, 1});
  return planUnary(op.getInput(), op.getResult(), std::move(layer));
}

} // namespace qcompile::imc
