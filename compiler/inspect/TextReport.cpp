//===- TextReport.cpp - An inspection for a terminal ----------------------===//
#include "compiler/inspect/Inspection.h"
#include "compiler/inspect/TextTable.h"
#include "dialects/diagnostics/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::inspect {

static std::string formatCount(std::optional<double> value) { return value ? formatv("{0:f0}", *value).str() : "-"; }

static std::string formatShape(const Dimensions &shape) {
  if (shape.empty())
    return "scalar";
  return join(map_range(shape, [](int64_t d) { return d < 0 ? std::string("?") : std::to_string(d); }), "x");
}

static void printFacts(raw_ostream &os, const ImportReport &file) {
  if (!file.sha256.empty()) {
    os << "opset " << (file.opset > 0 ? std::to_string(file.opset) : "unknown") << ", IR " << file.irVersion << ", "
       << makePrintable(file.producer) << "\n"
       << "quantization: " << (file.formats.empty() ? "none found" : join(file.formats, ", ")) << "\n"
       << file.nodes << (file.nodes == 1 ? " node, " : " nodes, ") << file.parameters
       << (file.parameters == 1 ? " parameter in " : " parameters in ") << file.parameterBytes << " bytes\n";
    for (const std::string &repair : file.repairs)
      os << "repaired: " << makePrintable(repair) << "\n";
  }
}

static void printOperators(raw_ostream &os, const std::map<std::string, uint64_t> &operations) {
  auto named = map_range(
      operations, [](const auto &entry) { return std::to_string(entry.second) + " " + makePrintable(entry.first); });
  os << "operators: " << (operations.empty() ? "none" : join(named, ", ")) << "\n";
}

std::string formatFacts(const ImportReport &file) {
  std::string out;
  raw_string_ostream os(out);
  printFacts(os, file);
  if (!file.operators.empty())
    printOperators(os, file.operators);
  return out;
}

static void printLayers(raw_ostream &os, const Inspection &inspection) {
  std::vector<std::string> titles = {"layer", "operator", "input", "weights",        "output",        "in",
                                     "w",     "sum bits", "MACs",  "bit operations", "pruning-aware", "parameters"};
  std::vector<bool> isText = {true, true, true, true, true, true, true, false, false, false, false, false};
  if (inspection.weightsRead) {
    titles.push_back("zero weights");
    isText.push_back(false);
  }
  TextTable table(std::move(titles), std::move(isText));
  for (const LayerInspection &layer : inspection.layers) {
    std::vector<std::string> row = {layer.name,
                                    layer.inside.empty() ? layer.operation : layer.operation + " in " + layer.inside,
                                    formatShape(layer.input),
                                    formatShape(layer.weights),
                                    formatShape(layer.output),
                                    layer.inputType.toString(),
                                    layer.weightType.toString(),
                                    layer.sumBits ? std::to_string(*layer.sumBits) : "-",
                                    formatCount(layer.macs),
                                    formatCount(layer.getBops()),
                                    formatCount(layer.getPruningAwareBops()),
                                    formatCount(layer.parameters)};
    if (inspection.weightsRead) {
      std::optional<double> density = layer.getDensity();
      row.push_back(density ? formatv("{0:f2} %", 100 * (1 - *density)).str() : "-");
    }
    table.add(std::move(row));
  }
  for (const auto &[name, operation] : inspection.file.unknownNodes) {
    std::vector<std::string> row(table.columns(), "?");
    row[0] = name;
    row[1] = operation;
    table.add(std::move(row));
  }
  table.print(os);
}

static void printTotals(raw_ostream &os, const Inspection &inspection) {
  Totals totals = getTotals(inspection);
  os << inspection.layers.size() << (inspection.layers.size() == 1 ? " layer, " : " layers, ")
     << formatCount(totals.macs) << " MACs, " << formatCount(totals.bops) << " bit operations (pruning-aware "
     << formatCount(totals.pruningAwareBops) << "), " << formatCount(totals.parameters) << " parameters, weights in "
     << formatCount(totals.weightBits) << " bits\n";
  if (totals.sparseMacs)
    os << "without zero weights: " << formatCount(totals.sparseMacs) << " MACs, " << formatCount(totals.sparseBops)
       << " bit operations\n";
  if (int64_t open = totals.openLayers)
    os << "without the products of " << open << (open == 1 ? " layer whose" : " layers whose")
       << " sizes are not known; give them with --input-shape\n";
  if (size_t unknown = inspection.file.unknownNodes.size())
    os << "without " << unknown << (unknown == 1 ? " node whose operator is" : " nodes whose operators are")
       << " not known\n";
}

/// The dictionary that qonnx gives, so that figures can be compared.
static void printQonnx(raw_ostream &os, const Inspection &inspection) {
  os << "\nas qonnx counts:\n";
  TextTable table({"", "dense", inspection.sparse ? "without zeros" : ""}, {true, false, false});
  auto add = [&](const std::map<std::string, double> &dense, const std::map<std::string, double> *sparse) {
    for (const auto &[key, amount] : dense)
      table.add({"  " + key, formatCount(amount), sparse ? formatCount(sparse->at(key)) : ""});
  };
  add(inspection.dense.amounts, inspection.sparse ? &inspection.sparse->amounts : nullptr);
  std::map<std::string, double> sparse;
  if (inspection.sparse)
    sparse = inspection.sparse->getTotals();
  add(inspection.dense.getTotals(), inspection.sparse ? &sparse : nullptr);
  table.print(os);
  if (!inspection.uncounted.empty())
    os << "  not counted: " << join(inspection.uncounted, ", ") << "\n";
}

std::string formatText(const Inspection &inspection) {
  std::string out;
  raw_string_ostream os(out);
  printFacts(os, inspection.file);
  printOperators(os, inspection.operations);
  os << "\n";
  if (inspection.layers.empty() && inspection.file.unknownNodes.empty()) {
    os << "no operation multiplies\n";
    return out;
  }
  printLayers(os, inspection);
  printTotals(os, inspection);
  printQonnx(os, inspection);
  return out;
}

} // namespace qcompile::inspect
