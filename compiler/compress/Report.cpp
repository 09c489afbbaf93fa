//===- Report.cpp - What a compression did --------------------------------===//
#include "compiler/compress/Report.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

std::optional<double> Report::getMetric() const {
  if (!metric)
    return std::nullopt;
  return steps.empty() ? std::optional(sourceMetric) : steps.back().metric;
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

namespace {
/// Columns as wide as their widest cell; the first two are aligned to the left.
class Table {
public:
  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  void print(raw_ostream &os) const {
    std::vector<size_t> widths;
    for (const auto &row : rows) {
      widths.resize(std::max(widths.size(), row.size()));
      for (auto [width, cell] : zip(widths, row))
        width = std::max(width, cell.size());
    }
    for (const auto &row : rows) {
      std::string line;
      for (auto [index, cell] : enumerate(row)) {
        std::string padding(widths[index] - cell.size(), ' ');
        line += (index ? "  " : "") + (index < 2 ? cell + padding : padding + cell);
      }
      os << StringRef(line).rtrim() << "\n";
    }
  }

private:
  std::vector<std::vector<std::string>> rows;
};
} // namespace

static std::string formatError(std::optional<double> error) {
  std::string out = "-";
  if (error)
    out = formatv("{0:f4}", *error).str();
  return out;
}

static std::string formatBits(double bits) {
  std::string out;
  raw_string_ostream(out) << format("%.0f", bits);
  return out;
}

static void addRows(Table &table, const StepRow &step, const Report &report) {
  std::string metric = step.metric ? formatMetric(*report.metric, *step.metric) : "-";
  if (step.layers.empty()) {
    table.add({"(model)", step.pass, "-", "-", "-", "-", metric});
    return;
  }
  for (const LayerReport &layer : step.layers) {
    // The metric is that of the model behind the step: it stands beside its last layer.
    bool last = &layer == &step.layers.back();
    table.add({layer.layer, layer.technique.empty() ? layer.pass : layer.technique, formatError(layer.weightError),
               formatError(layer.outputError), formatBits(layer.bitsBefore), formatBits(layer.bitsAfter),
               last ? metric : ""});
  }
}

std::string formatTable(const Report &report) {
  std::string out;
  raw_string_ostream os(out);
  Table table;
  table.add({"layer", "technique", "weight error", "output error", "bits before", "bits after",
             report.metric ? getMetricName(*report.metric).str() + " after" : "metric after"});
  for (const StepRow &step : report.steps)
    addRows(table, step, report);
  table.print(os);
  static constexpr StringLiteral names[kCosts] = {"size", "bops", "macs"};
  for (size_t cost = 0; cost < kCosts; ++cost) {
    double before = getCost(report.source, cost), after = getCost(report.result, cost);
    os << names[cost] << ": " << formatCost(cost, before, 0) << " -> " << formatCost(cost, after, before) << "\n";
  }
  if (std::optional<double> metric = report.getMetric())
    os << getMetricName(*report.metric) << ": " << formatMetric(*report.metric, report.sourceMetric) << " -> "
       << formatMetric(*report.metric, *metric) << " on " << report.evaluationSamples << " samples\n";
  return out;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static json::Object toJson(const ModelCost &cost) {
  return json::Object{{"size_bits", cost.bits}, {"bops", cost.bops}, {"macs", cost.macs}};
}

static json::Array toJson(ArrayRef<LayerCost> layers) {
  json::Array out;
  for (const LayerCost &layer : layers)
    out.push_back(json::Object{{"layer", layer.name},
                               {"operation", layer.operation},
                               {"weights", layer.weights},
                               {"nonzero", layer.nonzero},
                               {"input_bits", layer.inputBits},
                               {"weight_bits", layer.weightBits},
                               {"macs", layer.macs},
                               {"bops", layer.bops()},
                               {"size_bits", layer.bits}});
  return out;
}

static json::Object toJson(const StepRow &step) {
  json::Array layers;
  for (const LayerReport &layer : step.layers)
    layers.push_back(json::Object(layer.all));
  json::Object out{{"step", step.step}, {"layers", std::move(layers)}, {"cost", toJson(step.cost)}};
  if (step.metric)
    out["metric"] = *step.metric;
  return out;
}

static json::Object toJson(const Trial &trial) {
  return json::Object{{"size_bits", trial.costs[0]}, {"bops", trial.costs[1]}, {"macs", trial.costs[2]}};
}

static void addSearch(json::Object &out, const Report &report) {
  json::Array sensitivity, curve;
  for (const SensitivityRow &row : report.sensitivity) {
    json::Object entry{{"layer", row.layer}, {"technique", row.technique}};
    if (row.trial.problem.empty()) {
      entry["output_error"] = row.trial.value;
      entry["cost"] = toJson(row.trial);
    } else {
      entry["problem"] = row.trial.problem;
    }
    sensitivity.push_back(std::move(entry));
  }
  for (const CurvePoint &point : report.curve) {
    json::Array steps;
    for (const Step &step : point.steps)
      steps.push_back(describeStep(step));
    curve.push_back(json::Object{{"techniques", point.label},
                                 {"metric", point.trial.value},
                                 {"drop", point.drop},
                                 {"cost", toJson(point.trial)},
                                 {"chosen", point.chosen},
                                 {"steps", std::move(steps)}});
  }
  out["sensitivity"] = std::move(sensitivity);
  out["curve"] = std::move(curve);
}

json::Object toJson(const Report &report) {
  json::Array steps;
  for (const StepRow &step : report.steps)
    steps.push_back(toJson(step));
  json::Object out{{"format", "qcompile compression 1"},
                   {"model", report.model},
                   {"source_sha256", report.sha256},
                   {"calibration_samples", report.calibrationSamples},
                   {"evaluation_samples", report.evaluationSamples},
                   {"source", toJson(report.source)},
                   {"result", toJson(report.result)},
                   {"layers_before", toJson(report.source.layers)},
                   {"layers_after", toJson(report.result.layers)},
                   {"steps", std::move(steps)},
                   {"recipe", report.recipe}};
  if (report.metric) {
    out["metric"] = getMetricName(*report.metric);
    out["source_metric"] = report.sourceMetric;
  }
  if (std::optional<double> metric = report.getMetric())
    out["result_metric"] = *metric;
  if (report.searched)
    addSearch(out, report);
  return out;
}

} // namespace qcompile::compress
