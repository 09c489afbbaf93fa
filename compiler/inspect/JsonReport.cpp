//===- JsonReport.cpp - An inspection for programs ------------------------===//
#include "compiler/inspect/Inspection.h"

using namespace llvm;

namespace qcompile::inspect {

static json::Value toJson(std::optional<double> value) { return value ? json::Value(*value) : json::Value(nullptr); }

static json::Value toJson(const Dimensions &shape) {
  json::Array out;
  for (int64_t extent : shape)
    out.push_back(extent < 0 ? json::Value(nullptr) : json::Value(extent));
  return out;
}

static json::Object toJson(const std::map<std::string, double> &amounts) {
  json::Object out;
  for (const auto &[key, amount] : amounts)
    out[key] = amount;
  return out;
}

static json::Value toJson(const std::optional<QonnxCost> &cost) {
  if (!cost)
    return nullptr;
  json::Object out = toJson(cost->amounts);
  for (const auto &[key, amount] : cost->getTotals())
    out[key] = amount;
  return out;
}

static json::Value toJson(const std::optional<WeightStatistics> &statistics) {
  if (!statistics)
    return nullptr;
  const Histogram &histogram = statistics->histogram;
  return json::Object{{"elements", statistics->elements},
                      {"nonzero", statistics->nonzero},
                      {"low", statistics->low},
                      {"high", statistics->high},
                      {"histogram", json::Object{{"of", histogram.ofCodes ? "codes" : "values"},
                                                 {"low", histogram.low},
                                                 {"step", histogram.step},
                                                 {"counts", json::Array(histogram.counts)}}}};
}

static json::Object toJson(const LayerInspection &layer) {
  std::optional<double> density = layer.getDensity();
  return json::Object{
      {"name", layer.name},
      {"op", layer.operation},
      {"inside", layer.inside.empty() ? json::Value(nullptr) : json::Value(layer.inside)},
      {"input_shape", toJson(layer.input)},
      {"weight_shape", toJson(layer.weights)},
      {"output_shape", toJson(layer.output)},
      {"input_type", layer.inputType.toString()},
      {"weight_type", layer.weightType.toString()},
      {"input_bits", layer.inputType.bits},
      {"weight_bits", layer.weightType.bits},
      {"accumulator_bits", layer.sumBits},
      {"constant_weights", layer.constantWeights},
      {"macs", toJson(layer.macs)},
      {"bit_operations", toJson(layer.getBops())},
      {"pruning_aware_bit_operations", toJson(layer.getPruningAwareBops())},
      {"sparse_macs", layer.statistics ? toJson(layer.getSparseMacs()) : json::Value(nullptr)},
      {"sparse_bit_operations", layer.statistics ? toJson(layer.getSparseBops()) : json::Value(nullptr)},
      {"parameters", layer.parameters},
      {"sparsity", density ? json::Value(1 - *density) : json::Value(nullptr)},
      {"weights", toJson(layer.statistics)},
      {"qonnx", json::Object{{"dense", toJson(layer.dense)}, {"sparse", toJson(layer.sparse)}}}};
}

static json::Object toJson(const Totals &totals) {
  return json::Object{{"macs", totals.macs},
                      {"bit_operations", totals.bops},
                      {"pruning_aware_bit_operations", totals.pruningAwareBops},
                      {"sparse_macs", toJson(totals.sparseMacs)},
                      {"sparse_bit_operations", toJson(totals.sparseBops)},
                      {"parameters", totals.parameters},
                      {"weight_bits", totals.weightBits},
                      {"open_layers", totals.openLayers}};
}

json::Object toJson(const ImportReport &file) {
  json::Object operations;
  for (const auto &[name, count] : file.operators)
    operations[name] = int64_t(count);
  json::Array unknown;
  for (const auto &[name, operation] : file.unknownNodes)
    unknown.push_back(json::Object{{"name", name}, {"op", operation}});
  return json::Object{{"opset", file.opset > 0 ? json::Value(file.opset) : json::Value(nullptr)},
                      {"ir_version", file.irVersion},
                      {"producer", file.producer},
                      {"formats", json::Array(file.formats)},
                      {"nodes", int64_t(file.nodes)},
                      {"parameters", int64_t(file.parameters)},
                      {"parameter_bytes", int64_t(file.parameterBytes)},
                      {"repairs", json::Array(file.repairs)},
                      {"sha256", file.sha256},
                      {"operators", std::move(operations)},
                      {"unknown_nodes", std::move(unknown)},
                      {"weights_read", false},
                      {"layers", nullptr},
                      {"totals", nullptr},
                      {"qonnx", nullptr}};
}

json::Object toJson(const Inspection &inspection) {
  json::Array layers;
  for (const LayerInspection &layer : inspection.layers)
    layers.push_back(toJson(layer));
  json::Object operations;
  for (const auto &[name, count] : inspection.operations)
    operations[name] = int64_t(count);
  json::Array uncounted(inspection.uncounted);
  json::Object out = toJson(inspection.file);
  out["operators"] = std::move(operations);
  out["weights_read"] = inspection.weightsRead;
  out["layers"] = std::move(layers);
  out["totals"] = toJson(getTotals(inspection));
  out["qonnx"] = json::Object{{"dense", toJson(std::optional(inspection.dense))},
                              {"sparse", toJson(inspection.sparse)},
                              {"unsupported", std::move(uncounted)}};
  return out;
}

} // namespace qcompile::inspect
