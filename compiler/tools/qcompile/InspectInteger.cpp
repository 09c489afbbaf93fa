//===- InspectInteger.cpp - The integer layers as a table -----------------===//
#include "compiler/tools/qcompile/InspectLayers.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

static std::string elementText(mlir::Value value) {
  std::string text;
  raw_string_ostream(text) << cast<mlir::RankedTensorType>(value.getType()).getElementType();
  return text;
}

namespace {
/// How constant weights are stored, and the bits that takes.
struct StoredWeights {
  std::string encoding;
  int64_t bits;
};
} // namespace

/// Nothing for weights that are data.
static std::optional<StoredWeights> describeStorage(const Layer &layer) {
  auto constant = layer.weights.getDefiningOp<qnn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  encoding::EncodingAttr encoding = constant.getEncodingAttr();
  return StoredWeights{encoding ? encoding.getEncodingName().str() : "dense",
                       encoding::getStoredBits(constant.getValue(), encoding)};
}

json::Array toJson(ArrayRef<Layer> layers) {
  json::Array rows;
  for (const Layer &layer : layers) {
    json::Object row{{"name", onnx::describe(layer.op)},
                     {"inputs", elementText(layer.inputs[0])},
                     {"weights", elementText(layer.weights)},
                     {"accumulator", elementText(layer.op->getResult(0))},
                     {"macs", layer.macs}};
    if (std::optional<StoredWeights> stored = describeStorage(layer)) {
      row["encoding"] = stored->encoding;
      row["weight_bits"] = stored->bits;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void printLayers(ArrayRef<Layer> layers) {
  outs() << left_justify("layer", 24) << left_justify("inputs", 14) << left_justify("weights", 14)
         << left_justify("accumulator", 14) << right_justify("shape", 20) << right_justify("MACs", 12)
         << right_justify("stored bits", 13) << "  encoding\n";
  int64_t total = 0, bits = 0;
  for (const Layer &layer : layers) {
    auto type = cast<mlir::RankedTensorType>(layer.op->getResult(0).getType());
    int64_t rows = type.getNumElements() / std::max<int64_t>(layer.outputs, 1);
    std::string shape = std::to_string(rows) + "x" + std::to_string(layer.inner) + "x" + std::to_string(layer.outputs);
    outs() << left_justify(onnx::describe(layer.op), 23) << " " << left_justify(elementText(layer.inputs[0]), 14)
           << left_justify(elementText(layer.weights), 14) << left_justify(elementText(layer.op->getResult(0)), 14)
           << right_justify(shape, 20) << right_justify(std::to_string(layer.macs), 12);
    if (std::optional<StoredWeights> stored = describeStorage(layer)) {
      outs() << right_justify(std::to_string(stored->bits), 13) << "  " << stored->encoding;
      bits += stored->bits;
    }
    outs() << "\n";
    total += layer.macs;
  }
  outs() << layers.size() << " integer layers, " << total << " MACs, " << bits << " bits of weights\n";
}

} // namespace qcompile::tool
