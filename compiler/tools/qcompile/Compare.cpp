//===- Compare.cpp - qcompile compare -------------------------------------===//
//
// Runs a model twice, tensor by tensor where both sides are evaluated, output by output where one is a
// backend, and reports the first difference in the model's order.
//
//===----------------------------------------------------------------------===//
#include "compiler/io/InputData.h"
#include "compiler/session/Manifest.h"
#include "compiler/tools/qcompile/CompareReduce.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

/// What is wrong with the command line, or an empty string.
static std::string findMistake(const Options &options) {
  if (options.inputs.empty() == (options.random == 0))
    return "expected either --input or --random N";
  if (!options.reduce.empty() && options.compileFrom && *options.compileFrom >= Stage::Integer)
    return "--reduce writes ONNX, expected --compile-from to name a stage before integer";
  return "";
}

static Expected<InputBatches> getInputs(const Options &options, Executable &executable,
                                        Messages &messages) {
  if (options.random)
    return makeRandomInputs(executable.inputs(), options.random, options.seed);
  return readInputs(options.inputs, executable.inputs(),
                    [&](const std::string &text) { messages.note(text); }, options.sampling);
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

static void print(const Reduction &reduction) {
  outs() << "reduced " << reduction.nodesBefore << " nodes to " << reduction.nodesAfter << ": "
         << reduction.model << "\n"
         << "first difference at '" << reduction.tensor << "', node '" << reduction.node << "'\n"
         << "again: " << reduction.command << "\n";
}

namespace {
struct Result {
  std::vector<TensorRow> rows;
  int64_t samples = 0;
  const TensorRow *first = nullptr;
  std::optional<Reduction> reduction;
};
} // namespace

static void report(const Result &result, const std::string (&names)[2], const Options &options) {
  const TensorRow *first = result.first;
  json::Array list;
  for (const TensorRow &row : result.rows) {
    list.push_back(json::Object{{"name", row.name},
                                {"elements", row.elements},
                                {"differing", row.differing},
                                {"worst", row.worst}});
    if (!options.json && (row.differing || options.verbose))
      outs() << row.name << ": " << row.differing << " of " << row.elements
             << " differ, by at most " << format("%g", row.worst) << "\n";
  }
  if (options.json) {
    json::Object out{{"a", names[0]},
                     {"b", names[1]},
                     {"samples", result.samples},
                     {"first", first ? json::Value(first->name) : nullptr},
                     {"tensors", std::move(list)}};
    if (!options.reduce.empty())
      out["reduced"] = result.reduction ? toJson(*result.reduction) : json::Value(nullptr);
    outs() << formatJson(std::move(out));
    return;
  }
  outs() << names[0] << " and " << names[1] << ": " << result.rows.size() << " tensors, "
         << result.samples << " samples, "
         << (first ? "first difference at '" + first->name + "'" : "no difference") << "\n";
  if (result.reduction)
    print(*result.reduction);
}

int compareModel(Session &session, const Options &options, Messages &messages) {
  if (std::string mistake = findMistake(options); !mistake.empty()) {
    session.fail(Outcome::Usage, Code::U001, mistake);
    return int(session.outcome());
  }
  std::string names[2] = {options.stage ? getStageName(*options.stage).str()
                                        : options.session.backend,
                          options.against.empty() ? "normalise" : options.against};
  Comparison comparison(session.getOptions(), session, names);
  comparison.onDiagnostic = session.onDiagnostic;
  InputBatches inputs;
  for (int side : {0, 1}) {
    if (!comparison.load(side, options.model, options.compileFrom))
      return int(comparison.session(side).outcome());
    if (side == 0) {
      Expected<InputBatches> read = getInputs(options, comparison.executable(0), messages);
      if (!read)
        return failInput(session, read.takeError());
      inputs = std::move(*read);
    }
    if (Error error = comparison.run(side, inputs.batches)) {
      session.fail(Outcome::InvalidModel, Code::R001,
                   names[side] + ": " + toString(std::move(error)));
      return int(session.outcome());
    }
  }

  Result result{comparison.compare(), inputs.samples, nullptr, std::nullopt};
  auto first = find_if(result.rows, [](const TensorRow &row) { return row.differing > 0; });
  if (first != result.rows.end()) {
    result.first = &*first;
    if (!options.reduce.empty()) {
      StringMap<Tensor> sample;
      for (auto [port, tensor] :
           zip(comparison.executable(0).inputs(), inputs.batches[first->firstBatch]))
        sample[port.name] = tensor;
      result.reduction = reduceModel(session, options, names, sample, first->name);
    }
  }
  report(result, names, options);
  if (session.outcome() != Outcome::Success)
    return int(session.outcome());
  return result.first ? int(Outcome::Different) : 0;
}

} // namespace qcompile::tool
