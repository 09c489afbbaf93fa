//===- Layer.cpp - A linear layer with constant weights -------------------===//
#include "passes/compression/Layer.h"

#include <numeric>

#include "dialects/data/DataDialect.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/compression/Quantizer.h"
#include "passes/rewriting/StridedCopy.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compression {

static constexpr StringLiteral kStructure = "encoding.structure";

StringRef getKindName(LayerKind kind) {
  switch (kind) {
  case LayerKind::Linear:
    return "linear";
  case LayerKind::Conv:
    return "conv";
  case LayerKind::Depthwise:
    return "depthwise";
  }
  return "";
}

static int64_t getInteger(Operation *op, StringRef name, int64_t otherwise) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getValue().getSExtValue() : otherwise;
}

/// Follows the weights to their constant, through at most one quantizer and transpositions.
struct WeightPath {
  Operation *constant = nullptr, *quantizer = nullptr;
  SmallVector<int64_t> perm; ///< dimension d of the weights is dimension perm[d] of the constant
};

static std::optional<WeightPath> findConstant(Value weights) {
  WeightPath path;
  path.perm.resize(cast<RankedTensorType>(weights.getType()).getRank());
  std::iota(path.perm.begin(), path.perm.end(), 0);
  for (Operation *op = weights.getDefiningOp(); op; op = op->getOperand(0).getDefiningOp()) {
    if (isa<onnx::ConstantOp>(op)) {
      path.constant = op;
      return op->getAttrOfType<data::ConstantAttr>("value") ? std::optional(path) : std::nullopt;
    }
    if (isa<onnx::QuantOp, onnx::LinearQuantOp, onnx::BipolarQuantOp>(op) && !path.quantizer) {
      path.quantizer = op;
    } else if (auto transpose = dyn_cast<onnx::TransposeOp>(op)) {
      auto perm = transpose->getAttrOfType<DenseI64ArrayAttr>("perm");
      int64_t rank = path.perm.size();
      for (int64_t &d : path.perm)
        d = perm ? perm[d] : rank - 1 - d;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Layer> Layer::get(Operation *op, std::string *reason) {
  if (!isa<onnx::MatMulOp, onnx::GemmOp, onnx::ConvOp>(op))
    return std::nullopt;
  auto refuse = [&](const Twine &why) {
    if (reason)
      *reason = why.str();
    return std::nullopt;
  };
  auto type = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32() || type.getNumElements() == 0)
    return refuse("its second operand is no float32 tensor of static shape");
  std::optional<WeightPath> path = findConstant(op->getOperand(1));
  if (!path)
    return refuse("its second operand is not computed from a constant by a quantizer and transpositions alone");
  Layer layer;
  layer.op = op;
  layer.layerName = onnx::describe(op);
  layer.constant = path->constant;
  layer.quantizer = path->quantizer;
  if (isa<onnx::ConvOp>(op)) {
    layer.groupCount = getInteger(op, "group", 1);
    layer.outputCount = type.getDimSize(0);
    layer.channelCount = type.getDimSize(1);
    layer.kernelShape.assign(type.getShape().begin() + 2, type.getShape().end());
    for (int64_t extent : layer.kernelShape)
      layer.tapCount *= extent;
    layer.layerKind = layer.groupCount > 1 && layer.channelCount == 1 ? LayerKind::Depthwise : LayerKind::Conv;
    layer.dimensionOrder = path->perm;
  } else {
    if (type.getRank() != 2)
      return refuse("its weights are no matrix");
    if (isa<onnx::GemmOp>(op) && getInteger(op, "transA", 0) != 0)
      return refuse("its data operand is transposed");
    bool outputsFirst = isa<onnx::GemmOp>(op) && getInteger(op, "transB", 0) != 0;
    layer.outputCount = type.getDimSize(outputsFirst ? 0 : 1);
    layer.channelCount = type.getDimSize(outputsFirst ? 1 : 0);
    layer.dimensionOrder = {path->perm[outputsFirst ? 0 : 1], path->perm[outputsFirst ? 1 : 0]};
  }
  if (layer.groupCount < 1 || layer.outputCount % layer.groupCount != 0)
    return refuse("its outputs are no multiple of its groups");
  if (layer.quantizer && !readGrid(layer.quantizer, layer.dimensionOrder, layer.outputCount))
    return refuse("the quantizer of its weights has no scale and integer zero point per output or for all");
  return layer;
}

std::vector<Layer> findLayers(func::FuncOp function, SmallVectorImpl<std::pair<Operation *, std::string>> *refused) {
  std::vector<Layer> out;
  for (Operation &op : function.front()) {
    std::string reason;
    if (std::optional<Layer> layer = Layer::get(&op, &reason))
      out.push_back(std::move(*layer));
    else if (!reason.empty() && refused)
      refused->push_back({&op, reason});
  }
  return out;
}

static Tensor getTensor(Operation *constant) {
  return constant->getAttrOfType<data::ConstantAttr>("value").getTensor();
}

/// Codes that were chosen as the nearest ones stay only under a quantizer that rounds to the nearest.
static bool roundsToNearest(Operation *quantizer) {
  auto mode = quantizer->getAttrOfType<StringAttr>("rounding_mode");
  return !mode || mode.getValue() == "ROUND";
}

Matrix Layer::weights() const {
  Tensor tensor = permute(getTensor(constant), dimensionOrder);
  Matrix out(outputCount, inputs());
  for (Eigen::Index i = 0; i < out.size(); ++i)
    out.data()[i] = tensor.DoubleAt(i);
  std::optional<WeightGrid> ownGrid = grid();
  if (!ownGrid)
    return out;
  return roundsToNearest(quantizer) ? ownGrid->round(out) : readQuantized(quantizer, dimensionOrder, outputCount);
}

std::optional<WeightGrid> Layer::grid() const {
  return quantizer ? readGrid(quantizer, dimensionOrder, outputCount) : std::nullopt;
}

Attribute Layer::structure() const { return constant->getAttr(kStructure); }

std::optional<Mask> Layer::fixedZeros() const {
  if (!structure())
    return std::nullopt;
  return Mask(weights().array() == 0.0);
}

Tensor Layer::arrange(const Tensor &matrix) const {
  Tensor source = getTensor(constant);
  SmallVector<int64_t> inverse(dimensionOrder.size());
  runtime::Shape ordered;
  for (auto [position, d] : llvm::enumerate(dimensionOrder)) {
    inverse[d] = position;
    ordered.push_back(source.shape()[d]);
  }
  return permute(matrix.Reshaped(ordered), inverse);
}

double Layer::storedBits() const {
  auto recorded = dyn_cast_or_null<encoding::EncodingAttr>(structure());
  std::optional<WeightGrid> ownGrid = grid();
  int bits = ownGrid ? ownGrid->bits : 32;
  if (!recorded)
    return double(size()) * bits;
  // Of floats only zeros count.
  Matrix values = weights();
  std::vector<int64_t> codes;
  for (int64_t o = 0; o < values.rows(); ++o)
    for (int64_t k = 0; k < values.cols(); ++k)
      codes.push_back(ownGrid ? ownGrid->quantize(values(o, k), o) : values(o, k) != 0);
  runtime::DataType type =
      ownGrid && !ownGrid->isSigned ? runtime::DataType::Unsigned(bits) : runtime::DataType::Signed(bits);
  return double(recorded.countBits(arrange(*Tensor::FromIntegers(type, {int64_t(codes.size())}, codes))));
}

void Layer::setWeights(const NewWeights &weights) {
  std::optional<WeightGrid> newGrid = weights.grid;
  if (!newGrid && quantizer && !roundsToNearest(quantizer))
    newGrid = grid();
  std::vector<float> values(weights.values.data(), weights.values.data() + weights.values.size());
  Tensor tensor = arrange(Tensor::FromFloats({weights.values.size()}, values));
  // Before the layer: no other user of the constant needs the new one.
  OpBuilder builder(op);
  auto old = constant->getAttrOfType<data::ConstantAttr>("value");
  auto value = data::ConstantAttr::get(builder.getContext(), old.getName(), tensor);
  Operation *fresh = makeHeldConstant(builder, constant->getLoc(), value);
  if (Attribute structure = weights.structure ? weights.structure : this->structure())
    fresh->setAttr(kStructure, structure);
  quantizer = replaceWeights(op->getOpOperand(1), constant, fresh, quantizer);
  constant = fresh;
  if (newGrid)
    quantizer = setGrid(constant, quantizer, *newGrid, dimensionOrder);
}

/// A bias of one number per output, or null where `value` is none that is constant and plain.
static std::optional<std::vector<float>> readBias(Value value, int64_t outputs) {
  auto constant = value ? value.getDefiningOp<onnx::ConstantOp>() : nullptr;
  auto held = constant ? constant->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  if (!held || !held.getType().getElementType().isF32())
    return std::nullopt;
  Tensor tensor = held.getTensor();
  if (tensor.size() != 1 && (tensor.size() != outputs || tensor.shape().back() != outputs))
    return std::nullopt;
  std::vector<float> out(outputs);
  for (int64_t i = 0; i < outputs; ++i)
    out[i] = float(tensor.DoubleAt(tensor.size() == 1 ? 0 : i));
  return out;
}

static Value makeBias(OpBuilder &builder, Operation *op, ArrayRef<float> values, StringRef suffix) {
  return makeNamedConstant(builder, (onnx::describe(op) + suffix).str(),
                           Tensor::FromFloats({int64_t(values.size())}, {values.data(), values.size()}));
}

Value Layer::addBias(const Vector &addend) {
  OpBuilder builder(op);
  // What a Gemm multiplies its product with, it multiplies this part of it with.
  auto product = dyn_cast<onnx::GemmOp>(op);
  const Vector scaled = product ? Vector(addend * double(product.getAlpha().convertToFloat())) : addend;
  std::vector<float> sum(scaled.data(), scaled.data() + scaled.size());
  bool hasOperand = op->getNumOperands() > 2;
  bool plain = !product || product.getBeta().convertToFloat() == 1.0f;
  std::optional<std::vector<float>> bias =
      hasOperand ? readBias(op->getOperand(2), outputCount) : std::vector<float>(outputCount, 0.0f);
  if (isa<onnx::ConvOp, onnx::GemmOp>(op) && bias && plain) {
    for (auto [b, s] : llvm::zip(*bias, sum))
      b = float(double(b) + double(s));
    Value operand = makeBias(builder, op, *bias, ".bias");
    if (hasOperand)
      op->setOperand(2, operand);
    else
      op->insertOperands(2, operand);
    return op->getResult(0);
  }
  // Channels are the last dimension of a product, dimension 1 of a convolution.
  builder.setInsertionPointAfter(op);
  Value result = op->getResult(0);
  Value operand = makeBias(builder, op, sum, ".correction");
  if (isa<onnx::ConvOp>(op)) {
    runtime::Shape shape(kernelShape.size() + 1, 1);
    shape[0] = outputCount;
    auto held = operand.getDefiningOp()->getAttrOfType<data::ConstantAttr>("value");
    auto reshaped = data::ConstantAttr::get(builder.getContext(), held.getName(), held.getTensor().Reshaped(shape));
    operand.getDefiningOp()->setAttr("value", reshaped);
    operand.setType(reshaped.getType());
  }
  OperationState state(op->getLoc(), onnx::AddOp::getOperationName(), {result, operand}, result.getType());
  Operation *add = builder.create(state);
  result.replaceAllUsesExcept(add->getResult(0), add);
  return add->getResult(0);
}

} // namespace qcompile::compression
