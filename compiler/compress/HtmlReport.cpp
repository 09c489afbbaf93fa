//===- HtmlReport.cpp - report.html ---------------------------------------===//
//
// One page that needs nothing else (compiler/html).
//
//===----------------------------------------------------------------------===//
#include "compiler/compress/Report.h"
#include "compiler/html/Page.h"
#include "compiler/html/SvgChart.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

static void writeFacts(raw_ostream &os, const Report &report) {
  os << "<div class=\"facts\">";
  auto fact = [&](StringRef name, const std::string &value, const std::string &note) {
    html::writeFact(os, name, value, note);
  };
  if (std::optional<double> metric = report.getMetric())
    fact(getMetricName(*report.metric), formatMetric(*report.metric, *metric),
         "was " + formatMetric(*report.metric, report.sourceMetric) + ", " + std::to_string(report.evaluationSamples) +
             " samples");
  static constexpr StringLiteral names[kCosts] = {"weights", "bit operations", "multiplications"};
  for (size_t cost = 0; cost < kCosts; ++cost) {
    double before = getCost(report.source, cost), after = getCost(report.result, cost);
    std::string value = before > 0 ? formatv("{0:f1} %", 100 * after / before).str() : "–";
    double scale = cost == 0 ? 1.0 / 8 : 1; // bits are shown as bytes
    fact(names[cost], value,
         html::formatShort(after * scale) + " of " + html::formatShort(before * scale) + (cost == 0 ? " bytes" : ""));
  }
  os << "</div>\n";
}

/// The cost that the curve is drawn against: without a search the first that has changed.
static size_t chooseCost(const Report &report) {
  if (report.searched)
    return report.mainCost;
  for (size_t cost = 0; cost < kCosts; ++cost)
    if (getCost(report.result, cost) != getCost(report.source, cost))
      return cost;
  return 0;
}

static void writeCurve(raw_ostream &os, const Report &report) {
  if (!report.metric)
    return;
  size_t cost = chooseCost(report);
  double whole = getCost(report.source, cost);
  if (!(whole > 0))
    return;
  std::vector<html::ChartPoint> points = {{100, report.sourceMetric, "source model", false}};
  auto add = [&](double value, double metric, const std::string &label, bool chosen) {
    points.push_back({100 * value / whole, metric,
                      label + formatv(": {0:f2} %, ", 100 * value / whole).str() + formatMetric(*report.metric, metric),
                      chosen});
  };
  for (const CurvePoint &point : report.curve)
    add(point.trial.costs[cost], point.trial.value, point.label, point.chosen);
  if (report.curve.empty())
    for (const StepRow &step : report.steps)
      if (step.metric)
        add(getCost(step.cost, cost), *step.metric, "behind " + step.step, &step == &report.steps.back());
  static constexpr StringLiteral names[kCosts] = {"bits of all weights", "bit operations", "multiplications"};
  std::string yTitle = getMetricName(*report.metric).str();
  if (StringRef unit = getMetricUnit(*report.metric); !unit.empty())
    yTitle += (", " + unit).str();
  os << "<h2>Trade-off</h2>\n"
     << html::drawCurve(std::move(points), names[cost].str() + ", % of the source model", yTitle) << "<p class=\"dim\">"
     << (report.curve.empty() ? "Behind each step" : "Combinations that were made and judged")
     << "; the large point is the result.</p>\n";
}

static void writeLayers(raw_ostream &os, const Report &report) {
  os << "<h2>Layers, step by step</h2>\n";
  html::Table table(os, {"step", "<layer", "<technique", "weight error", "output error", "bits before", "bits after",
                         "metric behind the step"});
  for (auto [index, step] : enumerate(report.steps)) {
    auto row = [&](StringRef layer, StringRef technique, const LayerReport *entry) {
      table.begin();
      table.count(double(index + 1));
      table.text(layer);
      table.text(technique);
      table.error(entry ? entry->weightError : std::nullopt);
      table.error(entry ? entry->outputError : std::nullopt);
      table.count(entry ? std::optional(entry->bitsBefore) : std::nullopt);
      table.count(entry ? std::optional(entry->bitsAfter) : std::nullopt);
      table.number(step.metric, step.metric ? formatMetric(*report.metric, *step.metric) : "");
      table.end();
    };
    for (const LayerReport &layer : step.layers)
      row(layer.layer, layer.technique.empty() ? layer.pass : layer.technique, &layer);
    if (step.layers.empty())
      row("(model)", step.pass, nullptr);
  }
}

static void writeCosts(raw_ostream &os, const Report &report) {
  os << "<h2>Cost of the result</h2>\n";
  html::Table table(os, {"<layer", "<operation", "weights", "not zero", "input bits", "weight bits", "multiplications",
                         "bit operations", "bits"});
  for (const LayerCost &layer : report.result.layers) {
    table.begin();
    table.text(layer.name);
    table.text(layer.operation);
    for (double value : {double(layer.weights), double(layer.nonzero), double(layer.inputBits),
                         double(layer.weightBits), layer.macs, layer.bops(), layer.bits})
      table.count(value);
    table.end();
  }
}

static void writeSearch(raw_ostream &os, const Report &report) {
  os << "<h2>Combinations</h2>\n";
  {
    html::Table table(os, {"<techniques", "metric", "drop", "bits", "bit operations", "multiplications"});
    for (const CurvePoint &point : report.curve) {
      table.begin(point.chosen);
      table.text(point.label);
      table.number(point.trial.value, formatMetric(*report.metric, point.trial.value));
      table.error(point.drop);
      for (size_t cost = 0; cost < kCosts; ++cost)
        table.percent(point.trial.costs[cost], getCost(report.source, cost));
      table.end();
    }
  }
  os << "<h2>Sensitivity: one technique on one layer alone</h2>\n";
  html::Table table(os,
                    {"<layer", "<technique", "output error", "bits", "bit operations", "multiplications", "<problem"});
  for (const SensitivityRow &row : report.sensitivity) {
    table.begin();
    table.text(row.layer);
    table.text(row.technique);
    bool made = row.trial.problem.empty();
    table.error(made ? std::optional(row.trial.value) : std::nullopt);
    for (size_t cost = 0; cost < kCosts; ++cost)
      made ? table.percent(row.trial.costs[cost], getCost(report.source, cost)) : table.count(std::nullopt);
    table.sentence(row.trial.problem);
    table.end();
  }
}

std::string formatHtml(const Report &report) {
  std::string out;
  raw_string_ostream os(out);
  html::beginPage(os, report.model + " compressed", report.model,
                  formatv("compressed in {0} {1}, calibrated on {2} samples", report.steps.size(),
                          report.steps.size() == 1 ? "step" : "steps", report.calibrationSamples)
                      .str());
  writeFacts(os, report);
  writeCurve(os, report);
  writeLayers(os, report);
  writeCosts(os, report);
  if (report.searched)
    writeSearch(os, report);
  os << "<h2>Recipe</h2>\n<pre>" << html::escapeHtml(report.recipe) << "</pre>\n";
  html::endPage(os, toJson(report));
  return out;
}

} // namespace qcompile::compress
