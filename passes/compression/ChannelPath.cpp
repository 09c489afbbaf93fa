//===- ChannelPath.cpp - Channels from one layer to the next --------------===//
#include "passes/compression/ChannelPath.h"

#include "dialects/data/DataDialect.h"
#include "dialects/data/StaticShape.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/compression/SelectChannels.h"

using namespace mlir;

namespace qcompile::compression {

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static bool isPool(Operation *op) {
  return isa<onnx::MaxPoolOp, onnx::AveragePoolOp, onnx::LpPoolOp, onnx::GlobalAveragePoolOp, onnx::GlobalMaxPoolOp>(
      op);
}

/// A convolution that computes every output from the input channel of the same number.
static bool isDepthwise(Operation *op) {
  std::optional<Layer> layer = Layer::get(op);
  return layer && layer->kind() == LayerKind::Depthwise && layer->outputs() == layer->groups();
}

/// The dimension of a layer's weights operand along which its outputs (or inputs) lie.
static int64_t getWeightDimension(const Layer &layer, bool ofOutputs) {
  if (layer.kind() != LayerKind::Linear)
    return ofOutputs ? 0 : 1;
  auto gemm = dyn_cast<onnx::GemmOp>(layer.operation());
  bool outputsFirst = gemm && gemm.getTransB();
  return outputsFirst == ofOutputs ? 0 : 1;
}

namespace {
/// Where the channels of a value lie: dimension `axis` is [outer, channels, inner].
struct Place {
  int64_t axis, outer = 1, inner = 1;
  bool isPlain(int64_t wanted) const { return axis == wanted && outer == 1 && inner == 1; }
};
} // namespace

/// Where the channels lie after the elements have been given another shape.
static std::optional<Place> reshape(Place place, ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  auto product = [](ArrayRef<int64_t> dims) {
    int64_t n = 1;
    for (int64_t d : dims)
      n *= d;
    return n;
  };
  for (size_t j = 0; j < to.size(); ++j)
    for (size_t a = 0; a <= size_t(place.axis); ++a)
      for (size_t b = size_t(place.axis); b < from.size(); ++b)
        if (product(to.take_front(j)) == product(from.take_front(a)) && to[j] == product(from.slice(a, b + 1 - a)))
          return Place{int64_t(j), product(from.slice(a, size_t(place.axis) - a)) * place.outer,
                       place.inner * product(from.slice(size_t(place.axis) + 1, b - size_t(place.axis)))};
  return std::nullopt;
}

/// The dimension of parameter `index` that the channels lie in; nothing where it is none that can be selected along.
static std::optional<int64_t> getParameterDimension(Operation *op, unsigned index, Place place) {
  Value operand = op->getOperand(index);
  if (isDepthwise(op))
    return 0;
  if (isa<onnx::BatchNormalizationOp>(op))
    return place.isPlain(1) ? std::optional<int64_t>(0) : std::nullopt;
  int64_t rank = typeOf(op->getResult(0)).getRank();
  if (isa<onnx::MultiThresholdOp>(op)) {
    auto layout = op->getAttrOfType<StringAttr>("data_layout");
    int64_t axis = layout && layout.getValue().ends_with("C") ? rank - 1 : 1;
    return place.isPlain(axis) ? std::optional<int64_t>(0) : std::nullopt;
  }
  if (!data::isStatic(operand))
    return std::nullopt;
  return std::max<int64_t>(-1, place.axis - (rank - typeOf(operand).getRank()));
}

/// The operand that is not constant; -1 where there are several.
static int getDataOperand(Operation *op) {
  int found = -1;
  for (auto [index, operand] : llvm::enumerate(op->getOperands()))
    if (!isConstant(operand)) {
      if (found >= 0)
        return -1;
      found = int(index);
    }
  return found;
}

bool ChannelPath::collect(std::string &reason) {
  Value value = last->input();
  while (true) {
    Operation *op = value.getDefiningOp();
    if (!op) {
      reason = "its inputs are those of the model";
      return false;
    }
    auto refuse = [&](const Twine &why) {
      reason = ("'" + onnx::describe(op) + "' " + why).str();
      return false;
    };
    if (!value.hasOneUse())
      return refuse("has other users");
    if (!data::isStatic(value) || op->getNumResults() != 1)
      return refuse("has no single result of static shape");
    std::optional<Layer> layer = Layer::get(op);
    if (layer && layer->groups() == 1) {
      first = std::move(layer);
      return layer->outputs() >= 2 || refuse("has one channel only");
    }
    bool rearranges = isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::TransposeOp>(op);
    if (!isDepthwise(op) && !isPool(op) && !rearranges && !onnx::isPointwise(op))
      return refuse("does not treat channels by themselves");
    int data = getDataOperand(op);
    if (data < 0 || (data != 0 && !onnx::isPointwise(op)))
      return refuse("has more than one operand that is not constant");
    operations.insert(operations.begin(), op);
    value = op->getOperand(data);
  }
}

/// Where the channels lie in the result of an operation, from where they lie in its data operand.
static std::optional<Place> step(Operation *op, Place place) {
  Value data = op->getOperand(getDataOperand(op)), result = op->getResult(0);
  if (!data::isStatic(data))
    return std::nullopt;
  if (isa<onnx::ReshapeOp, onnx::FlattenOp>(op))
    return reshape(place, typeOf(data).getShape(), typeOf(result).getShape());
  if (auto transpose = dyn_cast<onnx::TransposeOp>(op)) {
    auto perm = transpose->getAttrOfType<DenseI64ArrayAttr>("perm");
    int64_t rank = typeOf(result).getRank();
    for (int64_t d = 0; d < rank; ++d)
      if ((perm ? perm[d] : rank - 1 - d) == place.axis)
        return Place{d, place.outer, place.inner};
    return std::nullopt;
  }
  if (onnx::isPointwise(op))
    return data.getType() == result.getType() ? std::optional(place) : std::nullopt;
  return place.isPlain(1) ? std::optional(place) : std::nullopt;
}

bool ChannelPath::follow(std::string &reason) {
  auto refuse = [&](Operation *op, StringRef why) {
    reason = "'" + onnx::describe(op) + "' " + why.str();
    return false;
  };
  Operation *op = first->operation();
  int64_t rank = typeOf(op->getResult(0)).getRank();
  Place place{first->kind() == LayerKind::Linear ? rank - 1 : 1};
  constexpr StringRef parameter = "has parameters that are not per channel constants";
  bool selectable = canSelectAlong(op->getOperand(1), getWeightDimension(*first, true), channels());
  if (op->getNumOperands() > 2)
    selectable &= isConstant(op->getOperand(2)) && data::isStatic(op->getOperand(2)) &&
                  canSelectAlong(op->getOperand(2), typeOf(op->getOperand(2)).getRank() - 1, channels());
  if (!selectable)
    return refuse(op, parameter);
  for (Operation *next : operations) {
    std::optional<Place> moved = step(next, place);
    if (!moved)
      return refuse(next, "takes channels apart");
    bool rearranges = isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::TransposeOp>(next);
    for (unsigned i = 0; !rearranges && i < next->getNumOperands(); ++i)
      if (int(i) != getDataOperand(next)) {
        std::optional<int64_t> dimension = getParameterDimension(next, i, place);
        if (!dimension || !canSelectAlong(next->getOperand(i), *dimension, place.outer * channels() * place.inner))
          return refuse(next, parameter);
      }
    place = *moved;
    axes.push_back(place.axis);
    outers.push_back(place.outer);
    inners.push_back(place.inner);
  }
  outer = place.outer;
  inner = place.inner;
  bool linear = last->kind() == LayerKind::Linear;
  if (linear ? place.axis != typeOf(last->input()).getRank() - 1 : !place.isPlain(1))
    return refuse(last->operation(), "does not sum over these channels");
  int64_t extent = linear ? outer * channels() * inner : channels();
  if (!linear)
    inner = last->taps();
  return canSelectAlong(last->operation()->getOperand(1), getWeightDimension(*last, false), extent) ||
         refuse(last->operation(), parameter);
}

std::optional<ChannelPath> ChannelPath::find(const Layer &consumer, std::string &reason) {
  ChannelPath path;
  path.last = consumer;
  if (consumer.groups() != 1) {
    reason = "its channels belong to groups";
    return std::nullopt;
  }
  if (!path.collect(reason) || !path.follow(reason))
    return std::nullopt;
  return path;
}

/// Indices of a dimension [outer, channels, inner] for these channels.
static std::vector<int64_t> expand(ArrayRef<int64_t> picks, int64_t outer, int64_t channels, int64_t inner) {
  std::vector<int64_t> out;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t pick : picks)
      for (int64_t i = 0; i < inner; ++i)
        out.push_back((o * channels + pick) * inner + i);
  return out;
}

std::vector<int64_t> ChannelPath::getColumns(ArrayRef<int64_t> picks) const {
  return expand(picks, outer, channels(), inner);
}

static void resize(Operation *op, int64_t dimension, int64_t extent) {
  RankedTensorType type = typeOf(op->getResult(0));
  SmallVector<int64_t> shape(type.getShape());
  shape[dimension] = extent;
  op->getResult(0).setType(type.clone(shape));
}

/// Gives a Reshape the shape of its result's type.
static void resetShape(Operation *op) {
  OpBuilder builder(op);
  auto held = op->getOperand(1).getDefiningOp()->getAttrOfType<data::ConstantAttr>("value");
  ArrayRef<int64_t> shape = typeOf(op->getResult(0)).getShape();
  auto tensor =
      *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(shape.size())}, {shape.data(), shape.size()});
  auto value = data::ConstantAttr::get(op->getContext(), held ? held.getName() : "shape", tensor);
  op->setOperand(1, makeHeldConstant(builder, op->getOperand(1).getLoc(), value)->getResult(0));
}

void ChannelPath::select(ArrayRef<int64_t> picks) {
  const int64_t before = channels(), count = int64_t(picks.size());
  Operation *op = first->operation();
  OpBuilder builder(op);
  op->setOperand(1, selectAlong(builder, op->getOperand(1), getWeightDimension(*first, true), picks));
  if (op->getNumOperands() > 2)
    op->setOperand(2, selectAlong(builder, op->getOperand(2), typeOf(op->getOperand(2)).getRank() - 1, picks));
  Place place{first->kind() == LayerKind::Linear ? typeOf(op->getResult(0)).getRank() - 1 : 1};
  resize(op, place.axis, count);
  for (auto [i, next] : llvm::enumerate(operations)) {
    builder.setInsertionPoint(next);
    std::vector<int64_t> indices = expand(picks, place.outer, before, place.inner);
    // Before anything changes: with fewer weights it is no depthwise convolution any more.
    const bool depthwise = isDepthwise(next);
    SmallVector<std::pair<unsigned, int64_t>> parameters;
    bool rearranges = isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::TransposeOp>(next);
    for (unsigned p = 0; !rearranges && p < next->getNumOperands(); ++p)
      if (int(p) != getDataOperand(next))
        parameters.push_back({p, *getParameterDimension(next, p, place)});
    for (auto [p, dimension] : parameters)
      next->setOperand(p, selectAlong(builder, next->getOperand(p), dimension, indices));
    if (depthwise)
      next->setAttr("group", IntegerAttr::get(next->getAttrOfType<IntegerAttr>("group").getType(), count));
    place = {axes[i], outers[i], inners[i]};
    resize(next, place.axis, place.outer * count * place.inner);
    if (isa<onnx::ReshapeOp>(next))
      resetShape(next);
  }
  op = last->operation();
  builder.setInsertionPoint(op);
  std::vector<int64_t> indices =
      last->kind() == LayerKind::Linear ? getColumns(picks) : std::vector<int64_t>(picks.begin(), picks.end());
  op->setOperand(1, selectAlong(builder, op->getOperand(1), getWeightDimension(*last, false), indices));
}

} // namespace qcompile::compression
