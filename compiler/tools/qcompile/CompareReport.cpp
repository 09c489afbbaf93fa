//===- CompareReport.cpp - What qcompile compare prints -------------------===//
#include "compiler/tools/qcompile/CompareReport.h"

#include <cmath>

#include "compiler/session/Manifest.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::compare::TensorRow;

namespace qcompile::tool {

const TensorRow *CompareResult::findFirst() const {
  auto first = find_if(rows, [](const TensorRow &row) { return row.differing > 0; });
  return first == rows.end() ? nullptr : &*first;
}

bool CompareResult::isExplained() const {
  return isJudged && all_of(rows, [](const TensorRow &row) {
           return !row.differing || (row.verdict && row.verdict->ambiguous + row.verdict->following == row.differing);
         });
}

/// The rows in the order to print: worst first, that is by signal to noise.
static std::vector<const TensorRow *> sortRows(const CompareResult &result, bool modelOrder) {
  std::vector<const TensorRow *> out;
  for (const TensorRow &row : result.rows)
    out.push_back(&row);
  if (!modelOrder)
    sort(out, [](const TensorRow *a, const TensorRow *b) {
      auto key = [](const TensorRow *row) {
        return std::tuple(row->differing == 0, std::isfinite(row->worst), row->snr, row->index);
      };
      return key(a) < key(b);
    });
  return out;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// JSON has no infinity.
static json::Value toJson(double number) { return std::isfinite(number) ? json::Value(number) : json::Value(nullptr); }

static json::Value toJson(const TensorRow &row) {
  json::Object out{{"name", row.name},
                   {"index", int64_t(row.index)},
                   {"elements", row.elements},
                   {"differing", row.differing},
                   {"worst", toJson(row.worst)},
                   {"worst_relative", toJson(row.relative)},
                   {"mean_squared_error", toJson(row.meanSquare)},
                   {"snr_db", toJson(row.snr)},
                   {"codes", row.isCodes}};
  if (row.isCodes)
    out["steps"] = row.steps;
  if (!row.node.empty())
    out["node"] = row.node;
  if (row.verdict) {
    out["ambiguous"] = row.verdict->ambiguous;
    out["following"] = row.verdict->following;
    out["unbounded"] = row.verdict->unbounded;
    out["departing"] = row.verdict->departing;
  }
  return out;
}

static json::Value toJson(const Reduction &reduction) {
  json::Array inputs;
  for (const auto &[name, file] : reduction.inputs)
    inputs.push_back(json::Object{{"name", name}, {"file", file}});
  return json::Object{{"file", reduction.model},
                      {"tensor", reduction.tensor},
                      {"node", reduction.node},
                      {"nodes_before", int64_t(reduction.nodesBefore)},
                      {"nodes_after", int64_t(reduction.nodesAfter)},
                      {"inputs", std::move(inputs)},
                      {"command", reduction.command}};
}

static void reportJson(const CompareResult &result, const Options &options) {
  json::Array list;
  for (const TensorRow *row : sortRows(result, options.compare.modelOrder))
    list.push_back(toJson(*row));
  const TensorRow *first = result.findFirst();
  json::Object out{{"a", result.names[0]},      {"b", result.names[1]},
                   {"samples", result.samples}, {"first", first ? json::Value(first->name) : nullptr},
                   {"judged", result.isJudged}, {"departs", nullptr},
                   {"tensors", std::move(list)}};
  if (result.departure)
    out["departs"] =
        json::Object{{"tensor", result.departure->tensor}, {"nodes", json::Array(result.departure->nodes)}};
  if (!options.compare.reduce.empty())
    out["reduced"] = result.reduction ? toJson(*result.reduction) : json::Value(nullptr);
  outs() << formatJson(std::move(out));
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string toText(double number) {
  std::string out;
  raw_string_ostream(out) << format("%.4g", number);
  return out;
}

/// The first tensor with elements of which no bound is known, or null.
static const TensorRow *findUnbounded(const CompareResult &result) {
  auto it = find_if(result.rows, [](const TensorRow &row) { return row.verdict && row.verdict->unbounded; });
  return it == result.rows.end() ? nullptr : &*it;
}

using Count = int64_t compare::Verdict::*;

/// The reasons that have columns, and their heads: what has no bound only where there is such a thing.
static std::vector<std::pair<std::string, Count>> getReasons(const CompareResult &result) {
  if (!result.isJudged)
    return {};
  std::vector<std::pair<std::string, Count>> out = {{"ambiguous", &compare::Verdict::ambiguous},
                                                    {"follow", &compare::Verdict::following}};
  if (findUnbounded(result))
    out.emplace_back("no bound", &compare::Verdict::unbounded);
  out.emplace_back("depart", &compare::Verdict::departing);
  return out;
}

static std::vector<std::string> makeCells(const TensorRow &row, ArrayRef<std::pair<std::string, Count>> reasons) {
  std::vector<std::string> cells = {row.name,
                                    std::to_string(row.differing),
                                    std::to_string(row.elements),
                                    toText(row.worst),
                                    toText(row.relative),
                                    toText(row.meanSquare),
                                    toText(row.snr),
                                    row.isCodes ? std::to_string(row.steps) : "-"};
  for (const auto &[head, count] : reasons)
    cells.push_back(row.verdict ? std::to_string((*row.verdict).*count) : "-");
  return cells;
}

static void printTable(const CompareResult &result, const Options &options) {
  std::vector<std::vector<std::string>> table = {
      {"tensor", "differ", "of", "max", "relative", "mse", "SNR dB", "steps"}};
  const std::vector<std::pair<std::string, Count>> reasons = getReasons(result);
  for (const auto &[head, count] : reasons)
    table[0].push_back(head);
  for (const TensorRow *row : sortRows(result, options.compare.modelOrder))
    if (row->differing || options.verbose)
      table.push_back(makeCells(*row, reasons));
  if (table.size() == 1)
    return;
  std::vector<size_t> widths(table[0].size());
  for (const auto &cells : table)
    for (auto [width, cell] : zip(widths, cells))
      width = std::max(width, cell.size());
  for (const auto &cells : table) {
    outs() << left_justify(cells[0], widths[0]);
    for (size_t i = 1; i < cells.size(); ++i)
      outs() << "  " << right_justify(cells[i], widths[i]);
    outs() << "\n";
  }
}

static void printReasons(const CompareResult &result) {
  if (!result.isJudged || !result.findFirst())
    return;
  if (!result.departure) {
    if (const TensorRow *open = findUnbounded(result))
      outs() << "no bound is known of differences at '" << open->name << "', node '" << open->node << "'\n";
    else if (result.isExplained())
      outs() << "every difference is ambiguous or follows from one that is\n";
    return;
  }
  outs() << "departs first at '" << result.departure->tensor << "', ";
  const std::vector<std::string> &nodes = result.departure->nodes;
  if (nodes.size() == 1) {
    outs() << "node '" << nodes[0] << "'\n";
    return;
  }
  outs() << "one of the nodes ";
  for (auto [i, node] : enumerate(nodes))
    outs() << (i ? ", '" : "'") << node << "'";
  outs() << "\n";
}

static void print(const Reduction &reduction) {
  outs() << "reduced " << reduction.nodesBefore << " nodes to " << reduction.nodesAfter << ": " << reduction.model
         << "\n"
         << "first difference at '" << reduction.tensor << "', node '" << reduction.node << "'\n"
         << "again: " << reduction.command << "\n";
}

void report(const CompareResult &result, const Options &options) {
  if (options.json)
    return reportJson(result, options);
  printTable(result, options);
  const TensorRow *first = result.findFirst();
  outs() << result.names[0] << " and " << result.names[1] << ": " << result.rows.size() << " tensors, "
         << result.samples << " samples, " << (first ? "first difference at '" + first->name + "'" : "no difference")
         << "\n";
  printReasons(result);
  if (result.reduction)
    print(*result.reduction);
}

} // namespace qcompile::tool
