//===- LayerPairs.cpp - Layers whose channels meet ------------------------===//
#include "passes/equalize-layers/LayerPairs.h"

#include "dialects/data/DataDialect.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::equalization {
namespace {

data::ConstantAttr getConstant(Value value) {
  auto op = value.getDefiningOp<onnx::ConstantOp>();
  return op ? op->getAttrOfType<data::ConstantAttr>("value") : nullptr;
}

/// The dimension of a layer's outputs, counted from the last one (0).
int64_t getChannelsFromBack(const Layer &layer) { return layer.kernel().size(); }

/// Whether a constant that broadcasts against values with channels at that dimension has one number per channel, or
/// one.
bool isPerChannel(data::ConstantAttr constant, int64_t fromBack, int64_t channels) {
  auto shape = constant ? constant.getType().getShape() : ArrayRef<int64_t>();
  if (!constant || !constant.getType().getElementType().isF32())
    return false;
  for (int64_t i = 0; i < int64_t(shape.size()); ++i) {
    const int64_t extent = shape[shape.size() - 1 - i];
    if (extent != 1 && !(i == fromBack && extent == channels))
      return false;
  }
  return true;
}

bool isHomogeneous(Operation *op) {
  return isa<onnx::ReluOp, onnx::LeakyReluOp, onnx::PReluOp, onnx::MaxPoolOp, onnx::AveragePoolOp,
             onnx::GlobalMaxPoolOp, onnx::GlobalAveragePoolOp, onnx::IdentityOp, onnx::DropoutOp>(op);
}

/// A reshape of [N, C, spatial...] to [N, C * spatial]: the columns per channel; 0 where it is another one.
int64_t getFlattenedPositions(Operation *op, int64_t channels) {
  if (!isa<onnx::ReshapeOp, onnx::FlattenOp>(op))
    return 0;
  auto from = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto to = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!from || !to || !from.hasStaticShape() || !to.hasStaticShape() || from.getRank() < 3 || to.getRank() != 2 ||
      from.getDimSize(0) != to.getDimSize(0) || from.getDimSize(1) != channels)
    return 0;
  return to.getDimSize(1) / channels;
}

/// Scaling rows and columns leaves zeros and N:m patterns as they are, but no equality of weights.
bool canScale(const Layer &layer) {
  if (layer.grid())
    return false;
  Attribute structure = layer.structure();
  return !structure || !isa<encoding::CirculantAttr, encoding::BasisAttr>(structure);
}

/// Follows the output of a layer to the one operation that reads its channels as a layer.
class PathWalker {
public:
  explicit PathWalker(const Layer &layer)
      : channels(layer.outputs()), fromBack(getChannelsFromBack(layer)), end(layer.operation()->getResult(0)) {
    Operation *op = layer.operation();
    if (op->getNumOperands() > 2) {
      // Conv has [channels], Gemm what broadcasts against its rows.
      const int64_t place = isa<onnx::ConvOp>(op) ? 0 : fromBack;
      ok = isPerChannel(getConstant(op->getOperand(2)), place, channels);
      pair.biases.push_back({op, 2});
    }
  }

  /// The operation that reads the channels; null where the path ends otherwise.
  Operation *walk() {
    while (ok && end.hasOneUse()) {
      OpOperand &use = *end.getUses().begin();
      Operation *op = use.getOwner();
      if (isa<onnx::ConvOp, onnx::MatMulOp, onnx::GemmOp>(op))
        return use.getOperandNumber() == 0 ? op : nullptr;
      if (!step(op, use.getOperandNumber()))
        return nullptr;
      end = op->getResult(0);
    }
    return nullptr;
  }

  LayerPair pair;

private:
  bool step(Operation *op, unsigned operand) {
    if (isa<onnx::AddOp>(op)) {
      pair.biases.push_back({op, 1 - operand});
      return isPerChannel(getConstant(op->getOperand(1 - operand)), fromBack, channels);
    }
    if (operand != 0)
      return false;
    if (isHomogeneous(op))
      return op->getNumResults() == 1 ||
             llvm::all_of(llvm::drop_begin(op->getResults()), [](Value v) { return v.use_empty(); });
    if (const int64_t positions = getFlattenedPositions(op, channels); positions > 0 && fromBack > 0) {
      pair.positions = positions;
      fromBack = -1; // features of several positions: no addition per channel any more
      return true;
    }
    return false;
  }

  int64_t channels, fromBack;
  Value end;
  bool ok = true;
};

/// Whether a layer reads `channels` channels of `positions` columns each.
bool reads(const Layer &layer, int64_t channels, int64_t positions) {
  if (positions > 1 && layer.groups() != 1)
    return false;
  return layer.channels() * layer.groups() == channels * positions;
}

/// The first column and the number of columns that read a channel, and the rows that do.
struct Slice {
  int64_t row, rows, column, columns;
};
Slice getSlice(const Layer &layer, int64_t channel, int64_t positions) {
  if (layer.groups() == 1)
    return {0, layer.outputs(), channel * positions * layer.taps(), positions * layer.taps()};
  const int64_t rows = layer.outputs() / layer.groups();
  return {channel / layer.channels() * rows, rows, channel % layer.channels() * layer.taps(), layer.taps()};
}

} // namespace

std::vector<LayerPair> findPairs(ArrayRef<Layer> layers) {
  std::vector<LayerPair> out;
  for (auto [index, layer] : llvm::enumerate(layers)) {
    if (!canScale(layer))
      continue;
    PathWalker walker(layer);
    Operation *reader = walker.walk();
    auto second = llvm::find_if(layers, [&](const Layer &other) { return other.operation() == reader; });
    if (!reader || second == layers.end() || !canScale(*second) ||
        !reads(*second, layer.outputs(), walker.pair.positions))
      continue;
    walker.pair.first = index;
    walker.pair.second = second - layers.begin();
    out.push_back(std::move(walker.pair));
  }
  return out;
}

Vector getInputRanges(const Layer &layer, const Matrix &weights, int64_t positions, int64_t channels) {
  Vector out(channels);
  for (int64_t c = 0; c < channels; ++c) {
    const Slice s = getSlice(layer, c, positions);
    out(c) = weights.block(s.row, s.column, s.rows, s.columns).cwiseAbs().maxCoeff();
  }
  return out;
}

void scaleInputs(const Layer &layer, Matrix &weights, int64_t positions, const Vector &scale) {
  for (int64_t c = 0; c < scale.size(); ++c) {
    const Slice s = getSlice(layer, c, positions);
    weights.block(s.row, s.column, s.rows, s.columns) *= scale(c);
  }
}

void divideBiases(const Layer &first, const LayerPair &pair, const Vector &scale) {
  for (auto [op, operand] : pair.biases) {
    auto constant = getConstant(op->getOperand(operand));
    const Tensor tensor = constant.getTensor();
    // One number becomes one per channel.
    runtime::Shape shape = tensor.shape();
    std::vector<float> values(scale.size());
    for (int64_t c = 0; c < scale.size(); ++c)
      values[c] = float(tensor.DoubleAt(tensor.size() == 1 ? 0 : c) / scale(c));
    if (tensor.size() != scale.size()) {
      const int64_t behind = isa<onnx::ConvOp>(op) ? 0 : getChannelsFromBack(first);
      shape.assign(behind + 1, 1);
      shape[0] = scale.size();
    }
    OpBuilder builder(op);
    auto value = data::ConstantAttr::get(builder.getContext(), constant.getName(), Tensor::FromFloats(shape, values));
    op->setOperand(operand, makeHeldConstant(builder, op->getOperand(operand).getLoc(), value)->getResult(0));
  }
}

} // namespace qcompile::equalization
