//===- HtmlReport.cpp - report.html ---------------------------------------===//
//
// One page that needs nothing else: charts are drawn here, and the only script sorts tables.
//
//===----------------------------------------------------------------------===//
#include "compiler/compress/Report.h"
#include "compiler/compress/SvgChart.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

static constexpr StringLiteral kStyle = R"(
:root { color-scheme: light dark; --ink: #1d2430; --dim: #667080; --line: #d7dce3; --back: #ffffff; --soft: #f4f6f9;
  --accent: #1f6feb; --chosen: #d1480f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #98a2b0; --line: #3a424e; --back: #14181e;
  --soft: #1d232b; --accent: #6ea8fe; --chosen: #ff9a66; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 0 auto; max-width: 62rem;
  padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
.dim { color: var(--dim); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
.fact { background: var(--soft); border-radius: .5rem; padding: .6rem .9rem; }
.fact b { display: block; font-size: 1.2rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--dim); font-weight: 600; cursor: pointer; user-select: none; }
th:hover { color: var(--ink); }
th[aria-sort=ascending]::after { content: " \2191"; } th[aria-sort=descending]::after { content: " \2193"; }
.text { text-align: left; } td.long { white-space: normal; min-width: 12rem; } tr.chosen td { background: var(--soft); font-weight: 600; }
svg { width: 100%; max-width: 46rem; height: auto; display: block; }
.grid { stroke: var(--line); stroke-width: 1; } .tick { fill: var(--dim); font-size: 12px; }
.title { fill: var(--ink); font-size: 13px; } .curve { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.point { fill: var(--accent); } circle.chosen { fill: var(--chosen); stroke: var(--back); stroke-width: 2; }
pre { background: var(--soft); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font-size: .85rem; }
@media print { th { cursor: auto; } body { max-width: none; } }
)";

static constexpr StringLiteral kScript = R"(
for (const head of document.querySelectorAll('th')) {
  head.tabIndex = 0;
  const sort = () => {
    const table = head.closest('table'), body = table.tBodies[0], column = head.cellIndex;
    const up = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.querySelectorAll('th')) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const key = row => {
      const cell = row.cells[column], value = cell.dataset.v;
      return value === undefined ? cell.textContent : Number(value);
    };
    const order = (a, b) => typeof a !== typeof b ? (typeof a === 'number' ? -1 : 1) : a < b ? -1 : a > b ? 1 : 0;
    const rows = [...body.rows].map((row, i) => [key(row), i, row]);
    rows.sort((a, b) => (up ? 1 : -1) * order(a[0], b[0]) || a[1] - b[1]);
    body.append(...rows.map(entry => entry[2]));
  };
  head.addEventListener('click', sort);
  head.addEventListener('keydown', event => { if (event.key === 'Enter') sort(); });
}
)";

namespace {
/// Writes tables with sortable columns.
class HtmlTable {
public:
  /// Columns whose titles begin with '<' hold text, at the left.
  HtmlTable(raw_ostream &os, ArrayRef<StringRef> titles) : os(os) {
    os << "<div class=\"scroll\"><table><thead><tr>";
    for (StringRef title : titles) {
      bool text = title.consume_front("<");
      os << (text ? "<th class=\"text\">" : "<th>") << escapeHtml(title) << "</th>";
    }
    os << "</tr></thead><tbody>\n";
  }
  ~HtmlTable() { os << "</tbody></table></div>\n"; }

  void begin(bool chosen = false) { os << (chosen ? "<tr class=\"chosen\">" : "<tr>"); }
  void end() { os << "</tr>\n"; }
  void text(StringRef value) { os << "<td class=\"text\">" << escapeHtml(value) << "</td>"; }
  void sentence(StringRef value) { os << "<td class=\"text long\">" << escapeHtml(value) << "</td>"; }
  void number(std::optional<double> value, StringRef shown) {
    if (value)
      os << format("<td data-v=\"%.17g\">", *value) << escapeHtml(shown) << "</td>";
    else
      os << "<td class=\"dim\">–</td>";
  }
  void error(std::optional<double> value) { number(value, value ? formatv("{0:f4}", *value).str() : ""); }
  void count(std::optional<double> value) { number(value, value ? formatv("{0:f0}", *value).str() : ""); }
  void percent(double value, double whole) {
    if (whole > 0)
      number(value, formatv("{0:f2} %", 100 * value / whole).str());
    else
      count(value);
  }

private:
  raw_ostream &os;
};
} // namespace

/// "25.17 M": a count in a few characters.
static std::string formatShort(double value) {
  static constexpr StringLiteral units[] = {"", " k", " M", " G", " T", " P"};
  size_t unit = 0;
  for (; value >= (unit ? 999.5 : 99999.5) && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  std::string out;
  raw_string_ostream(out) << format(unit ? "%.4g" : "%.0f", value) << units[unit];
  return out;
}

static void writeFacts(raw_ostream &os, const Report &report) {
  os << "<div class=\"facts\">";
  auto fact = [&](StringRef name, const std::string &value, const std::string &note) {
    os << "<div class=\"fact\">" << name << "<b>" << escapeHtml(value) << "</b><span class=\"dim\">" << escapeHtml(note)
       << "</span></div>";
  };
  if (std::optional<double> metric = report.getMetric())
    fact(getMetricName(*report.metric), formatMetric(*report.metric, *metric),
         "was " + formatMetric(*report.metric, report.sourceMetric) + ", " +
             std::to_string(report.evaluationSamples) + " samples");
  static constexpr StringLiteral names[kCosts] = {"weights", "bit operations", "multiplications"};
  for (size_t cost = 0; cost < kCosts; ++cost) {
    double before = getCost(report.source, cost), after = getCost(report.result, cost);
    std::string value = before > 0 ? formatv("{0:f1} %", 100 * after / before).str() : "–";
    double scale = cost == 0 ? 1.0 / 8 : 1; // bits are shown as bytes
    fact(names[cost], value,
         formatShort(after * scale) + " of " + formatShort(before * scale) + (cost == 0 ? " bytes" : ""));
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
  std::vector<ChartPoint> points = {{100, report.sourceMetric, "source model", false}};
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
     << drawCurve(std::move(points), names[cost].str() + ", % of the source model", yTitle)
     << "<p class=\"dim\">" << (report.curve.empty() ? "Behind each step" : "Combinations that were made and judged")
     << "; the large point is the result.</p>\n";
}

static void writeLayers(raw_ostream &os, const Report &report) {
  os << "<h2>Layers, step by step</h2>\n";
  HtmlTable table(os, {"step", "<layer", "<technique", "weight error", "output error", "bits before", "bits after",
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
  HtmlTable table(os, {"<layer", "<operation", "weights", "not zero", "input bits", "weight bits", "multiplications",
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
    HtmlTable table(os, {"<techniques", "metric", "drop", "bits", "bit operations", "multiplications"});
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
  HtmlTable table(os, {"<layer", "<technique", "output error", "bits", "bit operations", "multiplications", "<problem"});
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

/// JSON inside of a script element: no "</script>" may stand in it.
static std::string embedJson(json::Object object) {
  std::string text = formatv("{0}", json::Value(std::move(object))).str();
  std::string out;
  for (char c : text)
    out += c == '<' ? "\\u003c" : std::string(1, c);
  return out;
}

std::string formatHtml(const Report &report) {
  std::string out;
  raw_string_ostream os(out);
  std::string title = escapeHtml(report.model);
  os << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
     << "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" << title << " compressed</title>\n<style>"
     << kStyle << "</style></head><body>\n<h1>" << title << "</h1>\n<div class=\"dim\">compressed in "
     << report.steps.size() << (report.steps.size() == 1 ? " step" : " steps") << ", calibrated on "
     << report.calibrationSamples << " samples</div>\n";
  writeFacts(os, report);
  writeCurve(os, report);
  writeLayers(os, report);
  writeCosts(os, report);
  if (report.searched)
    writeSearch(os, report);
  os << "<h2>Recipe</h2>\n<pre>" << escapeHtml(report.recipe) << "</pre>\n"
     << "<script type=\"application/json\" id=\"report\">" << embedJson(toJson(report)) << "</script>\n<script>"
     << kScript << "</script>\n</body></html>\n";
  return out;
}

} // namespace qcompile::compress
