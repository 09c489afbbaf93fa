//===- Inspect.cpp - qcompile inspect -------------------------------------===//
#include "compiler/inspect/Inspection.h"
#include "compiler/inspect/ScaleCheck.h"
#include "compiler/io/WriteFile.h"
#include "compiler/session/Manifest.h"
#include "compiler/tools/qcompile/Commands.h"
#include "compiler/tools/qcompile/InspectLayers.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

namespace {

json::Array toJson(ArrayRef<runtime::Port> ports) {
  json::Array out;
  for (const runtime::Port &port : ports)
    out.push_back(
        json::Object{{"name", port.name}, {"shape", json::Array(port.shape)}, {"type", port.type.ToString()}});
  return out;
}

int inspectArtifact(Session &session, const Options &options) {
  std::unique_ptr<Executable> executable = session.openArtifact(options.model);
  if (!executable)
    return int(session.outcome());
  if (options.json) {
    outs() << formatJson(json::Object{{"model", session.modelInfo().name},
                                      {"backend", session.getOptions().backend},
                                      {"inputs", toJson(executable->inputs())},
                                      {"outputs", toJson(executable->outputs())}});
    return 0;
  }
  outs() << "artifact of model '" << session.modelInfo().name << "' for backend '" << session.getOptions().backend
         << "'\n";
  auto print = [](StringRef what, ArrayRef<runtime::Port> ports) {
    for (const runtime::Port &port : ports)
      outs() << "  " << what << " " << port.name << ": " << runtime::ShapeToString(port.shape) << " "
             << port.type.ToString() << "\n";
  };
  print("input", executable->inputs());
  print("output", executable->outputs());
  return 0;
}

/// What a run of `inspect` writes, on the standard output.
class InspectOutput {
public:
  explicit InspectOutput(const Options &options) : json(options.json) {}
  ~InspectOutput() {
    if (json)
      outs() << formatJson(std::move(object));
  }

  void add(const inspect::Inspection &inspection) {
    if (json)
      object = inspect::toJson(inspection);
    else
      outs() << inspect::formatText(inspection);
  }
  void add(const ImportReport &file) {
    if (json)
      object = inspect::toJson(file);
    else
      outs() << inspect::formatFacts(file);
  }
  void add(ArrayRef<Layer> layers) {
    if (json)
      object["integer_layers"] = toJson(layers);
    else
      printLayers(layers);
  }
  void add(ArrayRef<AccumulatorProof> proofs) {
    if (json)
      object["accumulators"] = toJson(proofs);
    else
      printProofs(proofs);
  }
  void addFloats(mlir::ModuleOp module) {
    if (json)
      return;
    module.walk([&](mlir::Operation *op) {
      if (op->getName().getDialectNamespace() == "onnx" && op->getNumOperands())
        outs() << "stays float: " << onnx::describe(op) << "\n";
    });
  }

private:
  bool json;
  json::Object object;
};

/// The model as written.
bool inspectOnnx(Session &session, const Options &options, InspectOutput &output) {
  auto main = session.module().lookupSymbol<mlir::func::FuncOp>("main");
  bool weights = options.weights || !options.html.empty();
  inspect::Inspection inspection = inspect::inspectModel(main, session.importReport(), weights);
  output.add(inspection);
  inspect::checkScales(main);
  if (options.html.empty())
    return true;
  std::string page = inspect::formatHtml(inspection, main, sys::path::stem(options.model));
  if (Error error = writeFile(options.html, [&](raw_ostream &os) { os << page; }))
    return session.fail(Outcome::FileSystem, Code::U003, toString(std::move(error)));
  return true;
}

/// The integer form: layers with their encodings, or why no accumulator overflows.
bool inspectInteger(Session &session, const Options &options, InspectOutput &output) {
  if (!session.runTo(Stage::Bound))
    return false;
  std::vector<Layer> layers = collectLayers(session.module());
  if (options.accumulators) {
    std::vector<AccumulatorProof> proofs;
    for (const Layer &layer : layers)
      if (std::optional<AccumulatorProof> proof = proveAccumulator(layer))
        proofs.push_back(std::move(*proof));
    output.add(proofs);
  }
  // Pools and joins accumulate, but have no products to count.
  erase_if(layers, [](const Layer &layer) { return !layer.weights; });
  if (options.integer || !options.accumulators)
    output.add(layers);
  output.addFloats(session.module());
  return true;
}

} // namespace

int inspectModel(Session &session, const Options &options, Messages &messages) {
  if (sys::fs::is_directory(options.model))
    return inspectArtifact(session, options);
  const bool loaded = session.load(options.model, options.compileFrom);
  const bool parsed = !session.importReport().sha256.empty();
  if (!loaded && !parsed)
    return int(session.outcome());
  InspectOutput output(options);
  if (!loaded)
    output.add(session.importReport());
  else if (session.outcome() != Outcome::Success) // operators are unknown: there is no integer form
    inspectOnnx(session, options, output);
  if (session.outcome() != Outcome::Success)
    return int(session.outcome());
  bool isInteger = session.stage() >= Stage::Integer;
  bool wantsInteger = options.integer || options.accumulators;
  // Tables of the integer form stand alone; programs read all at once.
  if (!isInteger && (!wantsInteger || options.json) && !inspectOnnx(session, options, output))
    return int(session.outcome());
  if ((isInteger || wantsInteger) && !inspectInteger(session, options, output))
    return int(session.outcome());
  return 0;
}

} // namespace qcompile::tool
