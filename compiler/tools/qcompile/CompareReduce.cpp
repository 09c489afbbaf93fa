//===- CompareReduce.cpp - qcompile compare --reduce ----------------------===//
#include "compiler/tools/qcompile/CompareReduce.h"

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/export/Export.h"
#include "compiler/io/Npy.h"
#include "compiler/io/ScopedPath.h"
#include "compiler/io/WriteFile.h"
#include "compiler/tools/qcompile/Reduce.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

namespace {

/// Runs parts of a model through the road that the whole has taken: each is written as ONNX, read, compiled and run
/// on both sides.
class Candidates {
public:
  Candidates(SourceModel &source, Session &parent, const std::string (&names)[2], StringRef directory, StringRef output)
      : source(source), parent(parent), names{names[0], names[1]}, path(directory) {
    sys::path::append(path, sys::path::filename(output));
  }

  bool fails(const Submodel &submodel);
  /// The first tensor that differs in the candidate that failed last.
  std::string firstDifference;

private:
  /// The recorded values of the candidate's inputs; nothing where one does not fit.
  std::optional<Executable::Tensors> makeBatch(ArrayRef<runtime::Port> ports, const StringMap<Tensor> &values) const;

  SourceModel &source;
  Session &parent;
  std::string names[2];
  SmallString<128> path;
};

} // namespace

/// The recorded values of a part's inputs, by name.
static StringMap<Tensor> getInputs(const SourceModel &source, mlir::func::FuncOp part) {
  StringMap<Tensor> byName, inputs;
  for (const auto &[value, tensor] : source.recorded)
    byName[source.names.get(value)] = tensor;
  for (unsigned i = 0; i < part.getNumArguments(); ++i) {
    StringRef name = part.getArgAttrOfType<mlir::StringAttr>(i, kPortNameAttr).getValue();
    if (auto it = byName.find(name); it != byName.end())
      inputs[name] = it->second;
  }
  return inputs;
}

std::optional<Executable::Tensors> Candidates::makeBatch(ArrayRef<runtime::Port> ports,
                                                         const StringMap<Tensor> &values) const {
  Executable::Tensors batch;
  for (const runtime::Port &port : ports) {
    auto it = values.find(port.name);
    if (it == values.end() || it->second.type() != port.type || it->second.shape() != port.shape)
      return std::nullopt;
    batch.push_back(it->second);
  }
  return batch;
}

bool Candidates::fails(const Submodel &submodel) {
  mlir::OwningOpRef<mlir::ModuleOp> module = source.extract(submodel);
  auto part = module->lookupSymbol<mlir::func::FuncOp>("main");
  // A part that a side does not take is no candidate; why does not matter to anybody.
  mlir::ScopedDiagnosticHandler silence(part.getContext(), [](mlir::Diagnostic &) {});
  if (failed(exportOnnxFile(part, path)))
    return false;
  StringMap<Tensor> inputs = getInputs(source, part);
  SessionOptions options = parent.getOptions();
  options.import.inputShapes.clear(); // a part has its shapes
  options.saveIntermediates.reset();
  compare::Comparison comparison(std::move(options), parent);
  for (int side : {0, 1}) {
    if (!comparison.load(side, {names[side], path.str().str(), std::nullopt}))
      return false;
    ArrayRef<runtime::Port> ports = comparison.executable(side).inputs();
    auto batch = makeBatch(ports, inputs);
    if (!batch)
      return false;
    int64_t samples = getBatchSize(ports);
    Error error = comparison.setInputs(side, {{*batch}, samples, samples, haveBatch(ports)});
    if (!error)
      error = comparison.run(side);
    if (error) {
      consumeError(std::move(error));
      return false;
    }
  }
  for (const compare::TensorRow &row : comparison.compare([](const std::string &) {}))
    if (row.differing) {
      firstDifference = row.name;
      return true;
    }
  return false;
}

/// Computes every value on the failing sample; where the source cannot be evaluated, its inputs alone are known
/// and nothing is cut.
static void record(SourceModel &source, const StringMap<Tensor> &sample) {
  for (mlir::BlockArgument argument : source.function.getArguments())
    if (auto it = sample.find(source.names.get(argument)); it != sample.end())
      source.recorded[argument] = it->second;
  Expected<Evaluator> evaluator = Evaluator::create(source.function);
  if (!evaluator)
    return consumeError(evaluator.takeError());
  std::vector<Tensor> inputs;
  for (const runtime::Port &port : evaluator->inputs())
    inputs.push_back(sample.lookup(port.name));
  if (auto outputs = evaluator->run(inputs); !outputs)
    return consumeError(outputs.takeError());
  for (mlir::Operation &op : source.function.front().without_terminator())
    for (mlir::Value result : op.getResults())
      if (const runtime::Value *value = evaluator->lookup(result); value && source.isVariable(result))
        source.recorded[result] = value->tensor;
}

static mlir::Value findTensor(const SourceModel &source, StringRef name) {
  mlir::func::FuncOp function = source.function;
  for (mlir::Operation &op : function.front().without_terminator())
    for (mlir::Value result : op.getResults())
      if (source.names.get(result) == name && source.isVariable(result))
        return result;
  return nullptr;
}

std::string quote(StringRef text) {
  bool plain = !text.empty() && all_of(text, [](char c) { return isAlnum(c) || StringRef("_-./=:,+@%").contains(c); });
  if (plain)
    return text.str();
  std::string out = "'";
  for (char c : text)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The command that shows the difference again.
static std::string makeCommand(const Options &options, const Reduction &reduction) {
  std::string out = "qcompile compare " + quote(reduction.model);
  auto add = [&](StringRef flag, StringRef value) { out += " --" + flag.str() + " " + quote(value); };
  for (const std::string &plugin : options.plugins)
    add("load-backend", plugin);
  if (options.stage)
    add("stage", getStageName(*options.stage));
  add("backend", options.session.backend);
  for (const std::string &option : options.session.backendOptions)
    add("backend-opt", option);
  if (!options.compare.against.empty())
    add("against", options.compare.against);
  for (const auto &[name, file] : reduction.inputs)
    add("input", name + "=" + file);
  return out;
}

bool writeReduction(Session &session, const SourceModel &source, mlir::func::FuncOp part, Reduction &reduction) {
  auto check = [&](Error error) {
    return !error || session.fail(Outcome::FileSystem, Code::U003, toString(std::move(error)));
  };
  StringRef stem = reduction.model;
  stem.consume_back(".onnx");
  StringMap<Tensor> inputs = getInputs(source, part);
  for (unsigned i = 0; i < part.getNumArguments(); ++i) {
    StringRef name = part.getArgAttrOfType<mlir::StringAttr>(i, kPortNameAttr).getValue();
    std::string file = stem.str() + ".input_" + encodeName(name) + ".npy";
    if (!check(writeFile(file, [&](raw_ostream &os) { os << formatNpy(inputs[name]); })))
      return false;
    reduction.inputs.emplace_back(name.str(), file);
  }
  return succeeded(exportOnnxFile(part, reduction.model));
}

std::optional<Reduction> reduceModel(Session &session, const Options &options, const std::string (&names)[2],
                                     const StringMap<Tensor> &sample, StringRef firstDifference) {
  auto fail = [&](Outcome outcome, Code code, const Twine &message) {
    session.fail(outcome, code, message);
    return std::nullopt;
  };
  // The session of the command itself has not read a model yet.
  if (!session.load(options.model, options.compileFrom))
    return std::nullopt;
  SourceModel source(session.module().lookupSymbol<mlir::func::FuncOp>("main"));
  if (!exportOnnx(source.function)) // says what ONNX does not have
    return std::nullopt;
  record(source, sample);
  Expected<std::unique_ptr<ScopedPath>> folder = createTemporaryFolder("qcompile");
  if (!folder)
    return fail(Outcome::FileSystem, Code::U003, toString(folder.takeError()));
  Candidates candidates(source, session, names, (*folder)->path(), options.compare.reduce);
  Reducer reducer(source, [&](const Submodel &part) { return candidates.fails(part); });
  std::optional<Submodel> best = reducer.reduce(findTensor(source, firstDifference));
  if (!best)
    return fail(Outcome::Different, Code::R001,
                "the difference at '" + firstDifference +
                    "' is gone when the model is written as ONNX and read again; nothing to reduce");
  Reduction reduction;
  reduction.model = options.compare.reduce;
  reduction.nodesBefore =
      count_if(source.function.front().without_terminator(), [](mlir::Operation &op) { return !getHeldConstant(&op); });
  reduction.nodesAfter = source.getNodes(*best).size();
  candidates.fails(*best); // the candidate tried last is another one
  StringRef tensor = candidates.firstDifference;
  tensor.consume_front("output ");
  reduction.tensor = tensor.str();
  if (mlir::Value value = findTensor(source, tensor))
    reduction.node = onnx::describe(value.getDefiningOp());
  mlir::OwningOpRef<mlir::ModuleOp> module = source.extract(*best);
  if (!writeReduction(session, source, module->lookupSymbol<mlir::func::FuncOp>("main"), reduction))
    return std::nullopt;
  reduction.command = makeCommand(options, reduction);
  return reduction;
}

} // namespace qcompile::tool
