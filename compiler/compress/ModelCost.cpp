//===- ModelCost.cpp - Multiplications and bits of a model ----------------===//
#include "compiler/compress/ModelCost.h"

#include <cmath>

#include "compiler/frontend/export/ValueNames.h"
#include "compiler/inspect/ConstantValue.h"
#include "compiler/inspect/LinearOperation.h"
#include "compiler/inspect/ValueType.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// Elements whose real number is not zero.
static int64_t countNonzero(const runtime::Value &value) {
  int64_t count = 0;
  for (int64_t i = 0; i < value.tensor.size(); ++i)
    count += value.tensor.DoubleAt(i) != 0;
  return count;
}

/// Bits of the weights under the structure that is recorded on their constant; nothing where there is none, or where it
/// does not hold.
static std::optional<double> getEncodedBits(Value weights) {
  Value last;
  Operation *op = weights.getDefiningOp();
  for (; op && !getHeldConstant(op) && op->getNumOperands(); op = op->getOperand(0).getDefiningOp())
    last = op->getResult(0);
  encoding::EncodingAttr structure = op ? encoding::getStructure(op) : nullptr;
  if (!structure)
    return std::nullopt;
  // What is stored are the codes of the quantizer behind the constant, or else the floats: 32 bits each.
  std::optional<runtime::Value> value = inspect::evaluateConstant(last ? last : weights);
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

static std::optional<LayerCost> describeLayer(Operation *op, const llvm::DenseSet<Value> &constants) {
  std::optional<inspect::LinearOperation> linear = inspect::describeLinear(op, constants);
  if (!linear || !linear->constantWeights)
    return std::nullopt;
  std::optional<runtime::Value> weights = inspect::evaluateConstant(linear->weights);
  if (!weights)
    return std::nullopt;
  LayerCost layer;
  layer.name = onnx::describe(op);
  layer.operation = op->getName().stripDialect().str();
  layer.weights = weights->tensor.size();
  layer.nonzero = countNonzero(*weights);
  layer.inputBits = inspect::getValueType(linear->input).bits;
  layer.weightBits = inspect::getValueType(linear->weights).bits;
  layer.denseMacs = linear->macs.value_or(0);
  layer.macs = layer.weights ? layer.denseMacs * double(layer.nonzero) / double(layer.weights) : 0;
  std::optional<double> encoded = getEncodedBits(linear->weights);
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
  llvm::DenseSet<Value> constants = inspect::findConstants(function);
  function.walk([&](Operation *op) {
    if (std::optional<LayerCost> layer = describeLayer(op, constants))
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
      return llvm::createStringError("internal error: entry " + llvm::Twine(number) +
                                     " of compression.report: " + reason);
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
