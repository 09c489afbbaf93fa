//===- ModelCost.cpp - Multiplications and bits of a model ----------------===//
#include "compiler/compress/ModelCost.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/export/ValueNames.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

//===----------------------------------------------------------------------===//
// Constants and bits
//===----------------------------------------------------------------------===//

/// What a value is that depends on constants alone: a constant, or few operations on constants.
static std::optional<runtime::Value> evaluateConstant(Value value, unsigned depth = 0) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  if (!op || depth > 8)
    return std::nullopt;
  if (data::ConstantAttr constant = getHeldConstant(op)) {
    runtime::Value out;
    out.tensor = constant.getTensor();
    return out;
  }
  if (op->getNumOperands() == 0)
    return std::nullopt;
  std::vector<std::optional<runtime::Value>> operands;
  std::vector<const runtime::Value *> pointers;
  for (Value operand : getFormalOperands(op)) {
    operands.push_back(operand ? evaluateConstant(operand, depth + 1) : std::nullopt);
    if (operand && !operands.back())
      return std::nullopt;
  }
  for (const auto &operand : operands)
    pointers.push_back(operand ? &*operand : nullptr);
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, pointers);
  if (!results) {
    llvm::consumeError(results.takeError());
    return std::nullopt;
  }
  unsigned index = cast<OpResult>(value).getResultNumber();
  return index < results->size() ? std::optional(std::move((*results)[index])) : std::nullopt;
}

/// The single number that an operand is, or `otherwise`.
static int getNumber(Operation *op, unsigned operand, int otherwise) {
  if (operand >= op->getNumOperands())
    return otherwise;
  std::optional<runtime::Value> value = evaluateConstant(op->getOperand(operand));
  return value && value->tensor.size() == 1 ? int(value->tensor.DoubleAt(0)) : otherwise;
}

static int getElementBits(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  return type && type.getElementType().isIntOrFloat() ? int(type.getElementTypeBitWidth()) : 32;
}

/// Whether the result holds elements of the first operand only (docs/ExactReading.md).
static bool isSelection(StringRef operation) {
  return llvm::StringSwitch<bool>(operation)
      .Cases({"Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Slice", "Split"}, true)
      .Cases({"Gather", "Tile", "Expand", "DepthToSpace", "SpaceToDepth", "Pad", "MaxPool"}, true)
      .Cases({"GlobalMaxPool", "Relu", "Clip", "Im2Col", "MaxPoolNHWC", "Resize", "Upsample"}, true)
      .Default(false);
}

int getValueBits(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    StringRef name = op->getName().stripDialect();
    if (name == "Quant" || name == "IntQuant")
      return getNumber(op, 3, 32);
    if (name == "BipolarQuant")
      return 1;
    if (name == "Trunc")
      return getNumber(op, 4, 32);
    if (name == "FloatQuant")
      return 1 + getNumber(op, 2, 8) + getNumber(op, 3, 23);
    if (name == "DequantizeLinear")
      return getElementBits(op->getOperand(0));
    if (name == "MultiThreshold") {
      auto thresholds = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
      return thresholds && thresholds.getRank() == 2 && thresholds.getDimSize(1) > 0
                 ? int(llvm::Log2_64_Ceil(uint64_t(thresholds.getDimSize(1)) + 1))
                 : 32;
    }
    if (name == "Concat" && op->getNumOperands()) {
      int bits = 0;
      for (Value operand : op->getOperands())
        bits = std::max(bits, getValueBits(operand));
      return bits;
    }
    if (!isSelection(name) || op->getNumOperands() == 0)
      break;
    value = op->getOperand(0);
  }
  return getElementBits(value);
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static double countElements(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? double(type.getNumElements()) : 0;
}

/// Multiplications of a linear operation, zeros included, or 0 where a shape is unknown.
static double countMultiplications(Operation *op, StringRef name, Value weights, bool weightsFirst) {
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !result || !type.hasStaticShape() || !result.hasStaticShape() || type.getRank() == 0)
    return 0;
  double outputs = countElements(op->getResult(0)), elements = double(type.getNumElements());
  if (name == "ConvTranspose") // every input meets the weights of its channel
    return countElements(op->getOperand(0)) * elements / double(std::max<int64_t>(type.getDimSize(0), 1));
  if (name == "Conv")
    return outputs * elements / double(std::max<int64_t>(type.getDimSize(0), 1));
  if (name == "Gemm")
    return outputs * elements / double(std::max<int64_t>(result.getDimSize(result.getRank() - 1), 1));
  int64_t axis = weightsFirst || type.getRank() == 1 ? type.getRank() - 1 : type.getRank() - 2;
  return outputs * double(type.getDimSize(axis));
}

/// Elements whose real number is not zero.
static int64_t countNonzero(const runtime::Value &value) {
  int64_t count = 0;
  for (int64_t i = 0; i < value.tensor.size(); ++i)
    count += value.tensor.DoubleAt(i) != 0;
  return count;
}

/// Bits of the weights under the structure that is recorded on their constant; nothing where there is none, or where it does
/// not hold.
static std::optional<double> getEncodedBits(Value weights) {
  Value last;
  Operation *op = weights.getDefiningOp();
  for (; op && !getHeldConstant(op) && op->getNumOperands(); op = op->getOperand(0).getDefiningOp())
    last = op->getResult(0);
  encoding::EncodingAttr structure = op ? encoding::getStructure(op) : nullptr;
  if (!structure)
    return std::nullopt;
  // What is stored are the codes of the quantizer behind the constant, or else the floats: 32 bits each.
  std::optional<runtime::Value> value = evaluateConstant(last ? last : weights);
  if (!value)
    return std::nullopt;
  Tensor codes = value->tensor;
  if (value->quantized) {
    codes = value->quantized->codes;
  } else {
    std::vector<int64_t> pattern(codes.size());
    for (int64_t i = 0; i < codes.size(); ++i)
      pattern[i] = codes.DoubleAt(i) != 0;
    codes = *Tensor::FromIntegers(runtime::DataType::Signed(32), codes.shape(), pattern);
  }
  if (!encoding::keepIfHeld(structure, value->quantized ? codes : value->tensor))
    return std::nullopt;
  return double(structure.countBits(codes));
}

static std::optional<LayerCost> describeLayer(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (op->getName().getDialectNamespace() != "onnx" ||
      !llvm::is_contained({"Conv", "ConvTranspose", "Gemm", "MatMul"}, name))
    return std::nullopt;
  bool weightsFirst = false;
  std::optional<runtime::Value> weights = evaluateConstant(op->getOperand(1));
  if (!weights && (name == "MatMul" || name == "Gemm")) {
    weightsFirst = true;
    weights = evaluateConstant(op->getOperand(0));
  }
  if (!weights)
    return std::nullopt;
  Value operand = op->getOperand(weightsFirst ? 0 : 1);
  LayerCost layer;
  layer.name = onnx::describe(op);
  layer.operation = name.str();
  layer.weights = weights->tensor.size();
  layer.nonzero = countNonzero(*weights);
  layer.inputBits = getValueBits(op->getOperand(weightsFirst ? 1 : 0));
  layer.weightBits = getValueBits(operand);
  layer.denseMacs = countMultiplications(op, name, operand, weightsFirst);
  layer.macs = layer.weights ? layer.denseMacs * double(layer.nonzero) / double(layer.weights) : 0;
  std::optional<double> encoded = getEncodedBits(operand);
  layer.known = encoded || layer.weightBits < 32;
  layer.bits = encoded.value_or(double(layer.weights) * layer.weightBits);
  return layer;
}

ModelCost getModelCost(func::FuncOp function, ArrayRef<LayerReport> reports) {
  llvm::StringMap<double> encoded;
  for (const LayerReport &report : reports)
    if (report.bitsAfter > 0)
      encoded[report.layer] = report.bitsAfter;
  ModelCost out;
  function.walk([&](Operation *op) {
    if (std::optional<LayerCost> layer = describeLayer(op))
      out.layers.push_back(std::move(*layer));
  });
  llvm::StringSet<> seen;
  for (LayerCost &layer : out.layers) {
    // Weights that are floats in the file may stand for fewer bits.
    if (auto it = encoded.find(layer.name); it != encoded.end() && !layer.known && it->second < layer.bits) {
      layer.bits = it->second;
      layer.weightBits = int(std::ceil(layer.bits / double(std::max<int64_t>(layer.weights, 1))));
    }
    seen.insert(layer.name);
    out.macs += layer.macs;
    out.bops += layer.bops();
    out.bits += layer.bits;
  }
  // A layer that a pass has replaced by other operations still takes what the pass says.
  for (const LayerReport &report : reports)
    if (encoded.contains(report.layer) && seen.insert(report.layer).second)
      out.bits += encoded[report.layer];
  return out;
}

//===----------------------------------------------------------------------===//
// Reports of passes
//===----------------------------------------------------------------------===//

std::optional<LayerReport> parseReport(llvm::json::Object entry) {
  LayerReport out;
  auto pass = entry.getString("pass"), layer = entry.getString("layer"), technique = entry.getString("technique");
  if (!pass || !layer)
    return std::nullopt;
  out.pass = pass->str();
  out.layer = layer->str();
  out.technique = technique.value_or("").str();
  out.weightError = entry.getNumber("weight_error");
  out.outputError = entry.getNumber("output_error");
  out.bitsBefore = entry.getNumber("bits_before").value_or(0);
  out.bitsAfter = entry.getNumber("bits_after").value_or(0);
  out.all = std::move(entry);
  return out;
}

llvm::Expected<std::vector<LayerReport>> readReports(func::FuncOp function) {
  std::vector<LayerReport> out;
  auto entries = function->getAttrOfType<ArrayAttr>("compression.report");
  if (!entries)
    return out;
  for (auto [index, entry] : llvm::enumerate(entries)) {
    auto fail = [&, number = index + 1](const llvm::Twine &reason) {
      return llvm::createStringError("internal error: entry " + llvm::Twine(number) + " of compression.report: " + reason);
    };
    auto text = dyn_cast<StringAttr>(entry);
    if (!text)
      return fail("expected a string");
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(text.getValue());
    if (!value)
      return fail(llvm::toString(value.takeError()));
    llvm::json::Object *object = value->getAsObject();
    std::optional<LayerReport> report = object ? parseReport(std::move(*object)) : std::nullopt;
    if (!report)
      return fail("expected an object with pass and layer, found " + text.getValue());
    out.push_back(std::move(*report));
  }
  return out;
}

} // namespace qcompile::compress
