//===- Inspect.cpp - qcompile inspect, list-backends, explain -------------===//
#include "compiler/session/Manifest.h"
#include "compiler/tools/qcompile/Commands.h"
#include "compiler/tools/qcompile/InspectLayers.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace llvm;

namespace qcompile::tool {

namespace {

std::string elementText(mlir::Value value) {
  std::string text;
  raw_string_ostream(text) << cast<mlir::RankedTensorType>(value.getType()).getElementType();
  return text;
}

/// How constant weights are stored, and the bits that takes; nothing for weights that are data.
struct StoredWeights {
  std::string encoding;
  int64_t bits;
};

std::optional<StoredWeights> describeStorage(const Layer &layer) {
  auto constant = layer.weights.getDefiningOp<qnn::ConstantOp>();
  if (!constant)
    return std::nullopt;
  encoding::EncodingAttr encoding = constant.getEncodingAttr();
  return StoredWeights{encoding ? encoding.getEncodingName().str() : "dense",
                       encoding::getStoredBits(constant.getValue(), encoding)};
}

json::Object toJson(const ImportReport &report, ArrayRef<Layer> layers) {
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
  return json::Object{{"opset", report.opset},
                      {"ir_version", report.irVersion},
                      {"producer", report.producer},
                      {"formats", json::Array(report.formats)},
                      {"nodes", int64_t(report.nodes)},
                      {"parameters", int64_t(report.parameters)},
                      {"parameter_bytes", int64_t(report.parameterBytes)},
                      {"repairs", json::Array(report.repairs)},
                      {"layers", std::move(rows)}};
}

void printLayers(ArrayRef<Layer> layers) {
  outs() << left_justify("layer", 24) << left_justify("inputs", 14) << left_justify("weights", 14)
         << left_justify("accumulator", 14) << right_justify("shape", 20)
         << right_justify("MACs", 12) << right_justify("stored bits", 13) << "  encoding\n";
  int64_t total = 0, bits = 0;
  for (const Layer &layer : layers) {
    auto type = cast<mlir::RankedTensorType>(layer.op->getResult(0).getType());
    int64_t rows = type.getNumElements() / std::max<int64_t>(layer.outputs, 1);
    std::string shape = std::to_string(rows) + "x" + std::to_string(layer.inner) + "x" +
                        std::to_string(layer.outputs);
    outs() << left_justify(onnx::describe(layer.op), 23) << " "
           << left_justify(elementText(layer.inputs[0]), 14) << left_justify(elementText(layer.weights), 14)
           << left_justify(elementText(layer.op->getResult(0)), 14) << right_justify(shape, 20)
           << right_justify(std::to_string(layer.macs), 12);
    if (std::optional<StoredWeights> stored = describeStorage(layer)) {
      outs() << right_justify(std::to_string(stored->bits), 13) << "  " << stored->encoding;
      bits += stored->bits;
    }
    outs() << "\n";
    total += layer.macs;
  }
  outs() << layers.size() << " integer layers, " << total << " MACs, " << bits << " bits of weights\n";
}

int inspectArtifact(Session &session, const Options &options) {
  std::unique_ptr<Executable> executable = session.openArtifact(options.model);
  if (!executable)
    return int(session.outcome());
  outs() << "artifact of model '" << session.modelInfo().name << "' for backend '"
         << session.getOptions().backend << "'\n";
  auto print = [](StringRef what, ArrayRef<runtime::Port> ports) {
    for (const runtime::Port &port : ports)
      outs() << "  " << what << " " << port.name << ": " << runtime::ShapeToString(port.shape)
             << " " << port.type.ToString() << "\n";
  };
  print("input", executable->inputs());
  print("output", executable->outputs());
  return 0;
}

} // namespace

int inspectModel(Session &session, const Options &options, Messages &messages) {
  if (sys::fs::is_directory(options.model))
    return inspectArtifact(session, options);
  if (!loadModel(session, options, messages) || !session.runTo(Stage::Bound))
    return int(session.outcome());
  std::vector<Layer> layers = collectLayers(session.module());
  std::vector<AccumulatorProof> proofs;
  if (options.accumulators)
    for (const Layer &layer : layers)
      if (std::optional<AccumulatorProof> proof = proveAccumulator(layer))
        proofs.push_back(std::move(*proof));
  // Pools and joins accumulate, but have no products to count.
  erase_if(layers, [](const Layer &layer) { return !layer.weights; });
  if (options.json) {
    json::Object out = toJson(session.importReport(), layers);
    if (options.accumulators)
      out["accumulators"] = toJson(proofs);
    outs() << formatJson(std::move(out));
    return 0;
  }
  if (options.accumulators)
    printProofs(proofs);
  else
    printLayers(layers);
  session.module().walk([&](mlir::Operation *op) {
    if (op->getName().getDialectNamespace() == "onnx" && op->getNumOperands())
      outs() << "stays float: " << onnx::describe(op) << "\n";
  });
  return 0;
}

int listBackends(Session &session, const Options &options) {
  json::Array list;
  for (const BackendRegistry::Entry &entry : session.backends().entries()) {
    const Backend &backend = *entry.backend;
    json::Array schema;
    if (!options.json)
      outs() << backend.name() << " " << backend.version() << " (" << entry.origin << "): "
             << backend.summary() << "\n";
    for (const OptionSpec &option : backend.options()) {
      schema.push_back(json::Object{
          {"key", option.key}, {"default", option.defaultValue}, {"help", option.help}});
      if (!options.json)
        outs() << "  " << option.key << "=" << option.defaultValue << "  " << option.help << "\n";
    }
    list.push_back(json::Object{{"name", backend.name()},
                                {"version", backend.version()},
                                {"origin", entry.origin},
                                {"summary", backend.summary()},
                                {"options", std::move(schema)}});
  }
  if (options.json)
    outs() << formatJson(std::move(list));
  return 0;
}

int explainCode(const Options &options) {
  static constexpr Code codes[] = {
#define QC(code, title) Code::code,
#include "dialects/diagnostics/Codes.def"
  };
  for (Code code : codes)
    if (getCodeName(code).equals_insensitive(options.model) ||
        getCodeName(code).drop_front(3).equals_insensitive(options.model)) {
      outs() << getCodeName(code) << ": " << getCodeTitle(code) << "\n";
      return 0;
    }
  errs() << "qcompile: error [QC-U001]: unknown code '" << options.model
         << "', expected one like QC-I003\n";
  return int(Outcome::Usage);
}

} // namespace qcompile::tool
