//===- InspectLayers.cpp - The integer layers of a model ------------------===//
#include "compiler/tools/qcompile/InspectLayers.h"

#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::tool {

static RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static int64_t product(ArrayRef<int64_t> extents) {
  int64_t out = 1;
  for (int64_t extent : extents)
    out *= extent;
  return out;
}

//===----------------------------------------------------------------------===//
// Magnitudes
//===----------------------------------------------------------------------===//

/// The magnitude that A2Q takes for a type, as an exponent of 2: N - 1 for signed numbers of N bits, N for unsigned
/// ones. A bipolar number is a signed one of one bit: its magnitude is 1.
static int getMagnitude(Value value) {
  runtime::DataType type = *data::getDataType(tensorOf(value).getElementType());
  bool isSigned = type.kind == runtime::TypeKind::kSigned || type.kind == runtime::TypeKind::kBipolar;
  return type.bits - isSigned;
}

/// `factor * 2^exponent`; nothing above 61 bits.
static std::optional<int64_t> scale(std::optional<int64_t> factor, int exponent) {
  if (!factor || *factor < 0 || llvm::bit_width(uint64_t(*factor)) + exponent > 61)
    return std::nullopt;
  return *factor << exponent;
}

/// The largest sum of magnitudes of an output: its largest sum with inputs from -1 to 1.
static std::optional<int64_t> getNorm(Value weights, int64_t axis) {
  auto constant = weights.getDefiningOp<qnn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  auto bounds = qnn::getDotProductBounds({-1, 1}, constant.getValue().getTensor(), axis);
  if (!bounds)
    return std::nullopt;
  return qnn::unite(*bounds).high;
}

static void bound(Layer &layer, std::optional<int64_t> norm) {
  int input = getMagnitude(layer.inputs[0]);
  layer.typeBound = scale(layer.inner, input + (layer.weights ? getMagnitude(layer.weights) : 0));
  layer.normBound = scale(norm, input);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static void describe(qnn::MatMulOp op, Layer &layer) {
  RankedTensorType rhs = tensorOf(op.getRhs());
  layer.inputs = {op.getLhs()};
  layer.weights = op.getRhs();
  layer.inner = rhs.getDimSize(rhs.getRank() - 2);
  layer.outputs = rhs.getShape().back();
  layer.macs = tensorOf(op.getResult()).getNumElements() * layer.inner;
  bound(layer, rhs.getRank() == 2 ? getNorm(op.getRhs(), /*axis=*/1) : std::nullopt);
}

static void describe(qnn::ConvOp op, Layer &layer) {
  layer.inputs = {op.getInput()};
  layer.weights = op.getWeights();
  layer.inner = product(tensorOf(op.getWeights()).getShape().drop_front());
  layer.outputs = tensorOf(op.getWeights()).getDimSize(0);
  layer.macs = tensorOf(op.getResult()).getNumElements() * layer.inner;
  bound(layer, getNorm(op.getWeights(), /*axis=*/0));
}

static void describe(qnn::ConvTransposeOp op, Layer &layer) {
  RankedTensorType weights = tensorOf(op.getWeights());
  int64_t taps = product(weights.getShape().drop_front(2));
  layer.inputs = {op.getInput()};
  layer.weights = op.getWeights();
  layer.inner = weights.getDimSize(0) / std::max<int64_t>(op.getGroups(), 1) * taps;
  layer.outputs = op.getGroups() * weights.getDimSize(1);
  layer.macs = tensorOf(op.getInput()).getNumElements() * weights.getDimSize(1) * taps;
  // Outputs of several groups do not lie along one dimension of the weights.
  bound(layer, op.getGroups() == 1 ? getNorm(op.getWeights(), /*axis=*/1) : std::nullopt);
}

static void describe(qnn::SumPoolOp op, Layer &layer) {
  layer.inputs = {op.getInput()};
  layer.inner = product(op.getKernel());
  layer.outputs = tensorOf(op.getResult()).getDimSize(op.getAxis());
  bound(layer, layer.inner);
}

static void describe(qnn::AddOp op, Layer &layer) {
  layer.inputs = {op.getLhs(), op.getRhs()};
  layer.inner = 2;
  // The magnitude of the smallest number stays negative and is refused.
  auto magnitude = [](int64_t m) { return m < 0 ? int64_t(0 - uint64_t(m)) : m; };
  auto lhs = scale(magnitude(op.getLhsMultiplier()), getMagnitude(op.getLhs()));
  auto rhs = scale(magnitude(op.getRhsMultiplier()), getMagnitude(op.getRhs()));
  if (lhs && rhs)
    layer.typeBound = layer.normBound = *lhs + *rhs;
}

static void describe(qnn::MulOp op, Layer &layer) {
  layer.inputs = {op.getLhs(), op.getRhs()};
  layer.typeBound = scale(1, getMagnitude(op.getLhs()) + getMagnitude(op.getRhs()));
}

std::optional<Layer> describeLayer(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Layer>>(op)
      .Case<qnn::MatMulOp, qnn::ConvOp, qnn::ConvTransposeOp, qnn::SumPoolOp, qnn::AddOp, qnn::MulOp>(
          [](auto accumulating) {
            Layer layer;
            layer.op = accumulating;
            describe(accumulating, layer);
            return layer;
          })
      .Default([](Operation *) { return std::nullopt; });
}

std::vector<Layer> collectLayers(ModuleOp module) {
  std::vector<Layer> layers;
  module.walk([&](Operation *op) {
    if (std::optional<Layer> layer = describeLayer(op))
      layers.push_back(*layer);
  });
  return layers;
}

} // namespace qcompile::tool
