//===- Inspection.cpp - What is in a model --------------------------------===//
#include "compiler/inspect/Inspection.h"

#include <cmath>

#include "compiler/frontend/export/ValueNames.h"
#include "compiler/inspect/ConstantValue.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile::inspect {

//===----------------------------------------------------------------------===//
// Costs of a layer
//===----------------------------------------------------------------------===//

double countPruningAwareBops(double macs, double inner, double density, double inputBits, double weightBits) {
  if (!(inner >= 1))
    return 0;
  return macs * (density * inputBits * weightBits + inputBits + weightBits + std::log2(inner));
}

std::optional<double> LayerInspection::getBops() const {
  return macs ? std::optional(*macs * inputType.bits * weightType.bits) : std::nullopt;
}

std::optional<double> LayerInspection::getDensity() const {
  if (!statistics || statistics->elements == 0)
    return std::nullopt;
  return double(statistics->nonzero) / double(statistics->elements);
}

std::optional<double> LayerInspection::getSparseMacs() const {
  if (!macs || !constantWeights)
    return macs;
  if (!statistics || statistics->elements == 0)
    return std::nullopt;
  return *macs * double(statistics->nonzero) / double(statistics->elements);
}

std::optional<double> LayerInspection::getSparseBops() const {
  std::optional<double> products = getSparseMacs();
  return products ? std::optional(*products * inputType.bits * weightType.bits) : std::nullopt;
}

std::optional<double> LayerInspection::getPruningAwareBops() const {
  if (!macs || !inner)
    return std::nullopt;
  return countPruningAwareBops(*macs, *inner, getDensity().value_or(1), inputType.bits, weightType.bits);
}

Totals getTotals(const Inspection &inspection) {
  Totals out;
  if (inspection.weightsRead)
    out.sparseMacs = out.sparseBops = 0;
  for (const LayerInspection &layer : inspection.layers) {
    out.openLayers += !layer.macs;
    out.macs += layer.macs.value_or(0);
    out.bops += layer.getBops().value_or(0);
    out.pruningAwareBops += layer.getPruningAwareBops().value_or(0);
    out.parameters += layer.parameters;
    out.weightBits += layer.weightElements * layer.weightType.bits;
    std::optional<double> macs = layer.getSparseMacs();
    out.sparseMacs = macs && out.sparseMacs ? std::optional(*out.sparseMacs + *macs) : std::nullopt;
    out.sparseBops = macs && out.sparseBops ? std::optional(*out.sparseBops + *layer.getSparseBops()) : std::nullopt;
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Looking at a function
//===----------------------------------------------------------------------===//

static Dimensions getDimensions(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return {-1};
  Dimensions out;
  for (int64_t extent : type.getShape())
    out.push_back(ShapedType::isDynamic(extent) ? -1 : extent);
  return out;
}

/// The zero point of weights that are integers by themselves; nothing where it differs between channels.
static std::optional<int64_t> getWeightZero(Operation *op) {
  StringRef name = op->getName().stripDialect();
  unsigned operand = name.ends_with("Integer") ? 3 : 5;
  bool hasZero = name == "QLinearConv" || name == "QLinearMatMul" || name == "QGemm" || name.ends_with("Integer");
  if (!hasZero || op->getNumOperands() <= operand)
    return 0;
  std::optional<double> zero = getConstantNumber(op, operand);
  return zero ? std::optional(int64_t(*zero)) : std::nullopt;
}

static LayerInspection inspectLayer(const LinearOperation &linear, const llvm::DenseSet<Value> &constants,
                                    const ImportReport &file, bool read) {
  LayerInspection layer;
  layer.op = linear.op;
  layer.name = onnx::describe(linear.op);
  layer.operation = getOperatorName(linear.op).str();
  if (auto replaced = file.replacedOperators.find(onnx::getNodeName(linear.op->getLoc()).str());
      replaced != file.replacedOperators.end())
    layer.inside = replaced->second;
  layer.input = getDimensions(linear.input);
  layer.weights = getDimensions(linear.weights);
  layer.output = getDimensions(linear.op->getResult(0));
  layer.inputType = getValueType(linear.input);
  layer.weightType =
      linear.packedBits ? ValueType{ValueType::Kind::Unsigned, linear.packedBits} : getValueType(linear.weights);
  layer.constantWeights = linear.constantWeights;
  layer.inner = linear.inner;
  layer.macs = linear.macs;
  if (linear.inner)
    layer.sumBits = getSumBits(layer.inputType, layer.weightType, *linear.inner);
  if (linear.constantWeights)
    layer.weightElements = countWeights(linear).value_or(0);
  layer.parameters = layer.weightElements;
  if (linear.bias && constants.contains(linear.bias))
    layer.parameters += countElements(linear.bias).value_or(0);
  if (read && linear.constantWeights && !linear.packedBits)
    if (std::optional<int64_t> zero = getWeightZero(linear.op))
      layer.statistics = readWeights(linear.weights, *zero);
  return layer;
}

namespace {
/// Adds up what qonnx counts.
class QonnxCounter {
public:
  QonnxCounter(func::FuncOp function, const llvm::DenseSet<Value> &constants, const ImportReport &report,
               Inspection &out)
      : types(function, constants, report.dataTypes), constants(constants),
        upsamples(report.opset > 0 && report.opset < 10), out(out) {}

  /// `layer`: what the operation is, or null.
  void count(Operation *op, LayerInspection *layer);

private:
  QonnxTypes types;
  const llvm::DenseSet<Value> &constants;
  bool upsamples;
  Inspection &out;
};
} // namespace

void QonnxCounter::count(Operation *op, LayerInspection *layer) {
  std::optional<QonnxCost> dense = getQonnxCost(op, types, constants, 1, upsamples);
  if (!dense) {
    if (!isFreeForQonnx(getOperatorName(op)))
      out.uncounted.insert(getOperatorName(op).str());
    return;
  }
  std::optional<QonnxCost> sparse = dense;
  if (layer && layer->constantWeights) {
    sparse.reset();
    if (std::optional<double> density = layer->getDensity())
      sparse = getQonnxCost(op, types, constants, *density, upsamples);
  }
  out.dense.add(*dense);
  if (!sparse)
    out.sparse.reset();
  else if (out.sparse)
    out.sparse->add(*sparse);
  if (layer) {
    layer->dense = std::move(dense);
    if (out.weightsRead)
      layer->sparse = std::move(sparse);
  }
}

Inspection inspectModel(func::FuncOp function, const ImportReport &report, bool readWeights) {
  Inspection out;
  out.file = report;
  out.weightsRead = readWeights;
  if (readWeights)
    out.sparse.emplace();
  if (!function.getBody().hasOneBlock())
    return out;
  // A printed stage has its operations; a file may have had operators that were replaced since.
  const bool isFile = !report.sha256.empty();
  if (isFile)
    out.operations = report.operators;
  llvm::DenseSet<Value> constants = findConstants(function);
  QonnxCounter counter(function, constants, report, out);
  for (Operation &op : function.front().without_terminator()) {
    if (getHeldConstant(&op))
      continue;
    if (!isFile)
      ++out.operations[getOperatorName(&op).str()];
    // What depends on constants alone is computed before the model runs.
    if (op.getNumResults() && constants.contains(op.getResult(0)))
      continue;
    SmallVector<LinearOperation, 2> products = describeProducts(&op, constants);
    for (const LinearOperation &linear : products)
      out.layers.push_back(inspectLayer(linear, constants, report, readWeights));
    counter.count(&op, products.empty() ? nullptr : &out.layers.back());
  }
  return out;
}

} // namespace qcompile::inspect
