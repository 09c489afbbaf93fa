//===- HtmlReport.cpp - An inspection as a page ---------------------------===//
#include "compiler/html/Page.h"
#include "compiler/html/SvgChart.h"
#include "compiler/inspect/ConstantValue.h"
#include "compiler/inspect/GraphDrawing.h"
#include "compiler/inspect/Inspection.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace qcompile::inspect {

static constexpr StringLiteral kStyle = R"(
body { max-width: 88rem; } th, td { padding: .3rem .4rem; }
.graph-frame { overflow: auto; max-height: 34rem; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem; }
svg.graph { max-width: none; width: auto; margin: 0 auto; font-size: 12px; }
.graph rect { fill: var(--soft); stroke: var(--line); } .graph text { fill: var(--ink); text-anchor: middle; }
.graph .layer rect { fill: var(--accent); fill-opacity: .18; stroke: var(--accent); }
.graph .quantizer rect { fill: var(--chosen); fill-opacity: .12; stroke: var(--chosen); }
.graph .port rect { fill: none; stroke-dasharray: 4 3; stroke: var(--dim); }
.edges path { fill: none; stroke: var(--dim); stroke-width: 1.2; }
.histograms { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.2rem; }
.histograms figure { margin: 0; } .histograms figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.column { fill: var(--accent); } tr:target td { background: var(--soft); }
)";

static std::string formatShape(const Dimensions &shape) {
  return join(map_range(shape, [](int64_t d) { return d < 0 ? std::string("?") : std::to_string(d); }), "×");
}

/// A number in few characters.
static std::string formatNumber(double value) {
  std::string out;
  raw_string_ostream(out) << format("%.4g", value);
  return out;
}

static std::string percent(double share) { return formatv("{0:f2} %", 100 * share).str(); }

static void writeFacts(raw_ostream &os, const Inspection &inspection) {
  Totals totals = getTotals(inspection);
  os << "<div class=\"facts\">";
  auto sparse = [](std::optional<double> value) {
    return value ? html::formatShort(*value) + " without zero weights" : std::string();
  };
  html::writeFact(os, "multiplications", html::formatShort(totals.macs), sparse(totals.sparseMacs));
  html::writeFact(os, "bit operations", html::formatShort(totals.bops), sparse(totals.sparseBops));
  html::writeFact(os, "pruning-aware bit operations", html::formatShort(totals.pruningAwareBops), "additions included");
  html::writeFact(os, "parameters of layers", html::formatShort(totals.parameters),
                  std::to_string(inspection.layers.size()) + " layers");
  html::writeFact(os, "weights", html::formatShort(totals.weightBits / 8) + " bytes", "by the widths of their codes");
  os << "</div>\n";
  if (!inspection.file.unknownNodes.empty()) {
    os << "<h2>Unknown operators</h2>\n<ul>";
    for (const auto &[name, operation] : inspection.file.unknownNodes)
      os << "<li>" << html::escapeHtml(operation) << " of node " << html::escapeHtml(name) << "</li>";
    os << "</ul>\n";
  }
  if (inspection.file.repairs.empty())
    return;
  os << "<h2>Repairs</h2>\n<ul>";
  for (const std::string &repair : inspection.file.repairs)
    os << "<li>" << html::escapeHtml(repair) << "</li>";
  os << "</ul>\n";
}

static void writeLayers(raw_ostream &os, const Inspection &inspection) {
  std::vector<StringRef> titles = {"<layer",  "<operator",      "<input",        "<weights",
                                   "<output", "input bits",     "weight bits",   "sum bits",
                                   "MACs",    "bit operations", "pruning-aware", "parameters"};
  if (inspection.weightsRead)
    titles.push_back("zero weights");
  double bits = 0, macs = 0, bops = 0, aware = 0, parameters = 0;
  for (const LayerInspection &layer : inspection.layers) {
    bits = std::max(
        {bits, double(layer.inputType.bits), double(layer.weightType.bits), double(layer.sumBits.value_or(0))});
    macs = std::max(macs, layer.macs.value_or(0));
    bops = std::max(bops, layer.getBops().value_or(0));
    aware = std::max(aware, layer.getPruningAwareBops().value_or(0));
    parameters = std::max(parameters, layer.parameters);
  }
  auto count = [](std::optional<double> value) { return value ? formatv("{0:f0}", *value).str() : std::string(); };
  os << "<h2>Layers</h2>\n";
  html::Table table(os, titles);
  for (auto [index, layer] : enumerate(inspection.layers)) {
    table.begin(false, "layer-" + std::to_string(index));
    table.text(layer.name);
    table.text(layer.inside.empty() ? layer.operation : layer.operation + " in " + layer.inside);
    table.text(formatShape(layer.input));
    table.text(formatShape(layer.weights));
    table.text(formatShape(layer.output));
    table.bar(layer.inputType.bits, bits, layer.inputType.toString());
    table.bar(layer.weightType.bits, bits, layer.weightType.toString());
    std::optional<double> sum = layer.sumBits ? std::optional(double(*layer.sumBits)) : std::nullopt;
    table.bar(sum, bits, count(sum));
    table.bar(layer.macs, macs, count(layer.macs));
    table.bar(layer.getBops(), bops, count(layer.getBops()));
    table.bar(layer.getPruningAwareBops(), aware, count(layer.getPruningAwareBops()));
    table.bar(layer.parameters, parameters, count(layer.parameters));
    if (inspection.weightsRead) {
      std::optional<double> density = layer.getDensity();
      table.bar(density ? std::optional(1 - *density) : std::nullopt, 1, density ? percent(1 - *density) : "");
    }
    table.end();
  }
}

static void writeHistograms(raw_ostream &os, const Inspection &inspection) {
  os << "<h2>Weights</h2>\n<div class=\"histograms\">\n";
  for (const LayerInspection &layer : inspection.layers) {
    if (!layer.statistics)
      continue;
    const Histogram &histogram = layer.statistics->histogram;
    auto edge = [&](size_t step) { return formatNumber(histogram.low + double(step) * histogram.step); };
    size_t steps = histogram.counts.size();
    std::string last = edge(histogram.ofCodes && steps ? steps - 1 : steps);
    os << "<figure>" << html::drawHistogram(histogram.counts, edge(0), last, "weights of " + layer.name)
       << "<figcaption>" << html::escapeHtml(layer.name) << "<br><span class=\"dim\">"
       << (histogram.ofCodes ? "codes, " : "values, ") << layer.statistics->elements << " weights from "
       << formatNumber(layer.statistics->low) << " to " << formatNumber(layer.statistics->high);
    if (std::optional<double> density = layer.getDensity())
      os << ", " << percent(1 - *density) << " zero";
    os << "</span></figcaption></figure>\n";
  }
  os << "</div>\n";
}

static void writeQonnx(raw_ostream &os, const Inspection &inspection) {
  os << "<h2>As qonnx counts</h2>\n";
  {
    html::Table table(os, {"<key", "dense", "without zero weights"});
    auto add = [&](const std::map<std::string, double> &dense, const std::map<std::string, double> &sparse) {
      for (const auto &[key, amount] : dense) {
        auto it = sparse.find(key);
        table.begin();
        table.text(key);
        table.count(amount);
        table.count(it == sparse.end() ? std::nullopt : std::optional(it->second));
        table.end();
      }
    };
    QonnxCost sparse = inspection.sparse.value_or(QonnxCost());
    add(inspection.dense.amounts, sparse.amounts);
    add(inspection.dense.getTotals(), inspection.sparse ? sparse.getTotals() : sparse.amounts);
  }
  if (!inspection.uncounted.empty())
    os << "<p class=\"dim\">Not counted: " << html::escapeHtml(join(inspection.uncounted, ", ")) << "</p>\n";
}

static void writeGraph(raw_ostream &os, const Inspection &inspection, mlir::func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return;
  DenseMap<mlir::Operation *, size_t> layers;
  for (auto [index, layer] : enumerate(inspection.layers))
    layers[layer.op] = index;
  std::string graph = drawGraph(function, findConstants(function), [&](mlir::Operation *op) {
    std::string name = getOperatorName(op).str(), tip = onnx::describe(op) + ": " + name;
    if (op->getNumResults()) {
      tip += " → ";
      raw_string_ostream(tip) << op->getResult(0).getType();
    }
    bool quantizer = StringRef(name).ends_with("Quant") || StringRef(name).ends_with("Linear") || name == "Trunc" ||
                     name == "MultiThreshold";
    std::string label = name;
    if (quantizer && op->getNumResults())
      label += " " + getValueType(op->getResult(0)).toString();
    auto it = layers.find(op);
    if (it == layers.end())
      return DrawnNode{label, tip, quantizer ? "quantizer" : "other", ""};
    const LayerInspection &layer = inspection.layers[it->second];
    return DrawnNode{name + " " + layer.weightType.toString() + " · " + layer.inputType.toString(), tip, "layer",
                     "#layer-" + std::to_string(it->second)};
  });
  os << "<h2>Graph</h2>\n";
  if (graph.empty())
    os << "<p class=\"dim\">The graph has too many nodes to draw.</p>\n";
  else
    os << "<div class=\"graph-frame\">" << graph << "</div>\n";
}

std::string formatHtml(const Inspection &inspection, mlir::func::FuncOp function, StringRef title) {
  const ImportReport &file = inspection.file;
  std::string out, subtitle;
  raw_string_ostream os(out);
  if (!file.sha256.empty())
    subtitle = formatv("opset {0}, IR {1}, {2}; quantization: {3}; {4} nodes, {5} parameters", file.opset,
                       file.irVersion, html::escapeHtml(file.producer),
                       file.formats.empty() ? "none found" : join(file.formats, ", "), file.nodes, file.parameters)
                   .str();
  html::beginPage(os, title, title, subtitle, kStyle);
  writeFacts(os, inspection);
  writeGraph(os, inspection, function);
  writeLayers(os, inspection);
  if (inspection.weightsRead)
    writeHistograms(os, inspection);
  writeQonnx(os, inspection);
  html::endPage(os, toJson(inspection));
  return out;
}

} // namespace qcompile::inspect
