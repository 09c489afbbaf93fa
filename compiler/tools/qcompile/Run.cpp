//===- Run.cpp - qcompile run ---------------------------------------------===//
#include <chrono>

#include "compiler/io/InputData.h"
#include "compiler/io/Labels.h"
#include "compiler/io/Npy.h"
#include "compiler/io/OnnxTensor.h"
#include "compiler/io/WriteFile.h"
#include "compiler/session/Manifest.h"
#include "compiler/session/ReferenceExecutable.h"
#include "compiler/tools/qcompile/Commands.h"
#include "compiler/tools/qcompile/RandomInputs.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

namespace {

/// `NAME.npy`, or `NAME.pb` where npy has no such element type.
bool writeTensor(Session &session, StringRef directory, StringRef name, const Tensor &tensor) {
  bool isNpy = !tensor.type().IsFloat() || tensor.type().kind == runtime::TypeKind::kFloat;
  SmallString<128> path(directory);
  sys::path::append(path, name + (isNpy ? ".npy" : ".pb"));
  Expected<std::string> bytes = isNpy ? formatNpy(tensor) : formatOnnxTensor(tensor, name);
  if (!bytes)
    return session.fail(Outcome::Internal, Code::U003, toString(bytes.takeError()));
  if (std::error_code code = sys::fs::create_directories(directory))
    return session.fail(Outcome::FileSystem, Code::U003, "cannot create folder '" + directory + "': " + code.message());
  if (Error error = writeFile(path, [&](raw_ostream &os) { os << *bytes; }))
    return session.fail(Outcome::FileSystem, Code::U003, toString(std::move(error)));
  return true;
}

/// Collects every tensor over all batches, constants once.
class IntermediateDump {
public:
  void attach(ReferenceExecutable &executable) {
    executable.onTensor = [this](StringRef name, const ReferenceExecutable::SourceTensor &tensor) {
      if (tensor.isConstant && !constants.insert(name).second)
        return;
      if (tensor.value->tensor.type().IsFloat())
        tensors[name.str()].push_back(tensor.value->tensor);
      if (const Tensor *codes = tensor.codes)
        this->codes[name.str()].push_back(
            *Tensor::FromIntegers(runtime::DataType::Int64(), codes->shape(), codes->ToIntegers()));
    };
  }
  bool write(Session &session, StringRef directory, const InputBatches &inputs) {
    for (auto [group, suffix] : {std::pair(&tensors, ""), std::pair(&codes, ".codes")})
      for (const auto &[name, parts] : *group) {
        // A value that several operations compute is written once per batch.
        bool isConstant = constants.contains(name);
        if (!isConstant && parts.size() != inputs.batches.size())
          continue;
        if (!writeTensor(session, directory, encodeName(name) + suffix,
                         isConstant ? parts[0] : joinBatches(parts, inputs)))
          return false;
      }
    return true;
  }

private:
  std::map<std::string, std::vector<Tensor>> tensors, codes;
  StringSet<> constants;
};

struct Report {
  int64_t samples = 0;
  std::optional<int64_t> correct;
  double seconds = 0;
  std::vector<std::pair<std::string, Tensor>> outputs;
  json::Object statistics;
};

void printReport(Report &report, const Options &options) {
  if (options.json) {
    json::Array outputs;
    for (const auto &[name, tensor] : report.outputs)
      outputs.push_back(
          json::Object{{"name", name}, {"shape", json::Array(tensor.shape())}, {"type", tensor.type().ToString()}});
    json::Object out{{"samples", report.samples}, {"seconds", report.seconds}, {"outputs", std::move(outputs)}};
    if (report.correct) {
      out["correct"] = *report.correct;
      out["accuracy"] = double(*report.correct) / double(report.samples);
    }
    if (!report.statistics.empty())
      out["statistics"] = std::move(report.statistics);
    outs() << formatJson(std::move(out));
    return;
  }
  outs() << report.samples << " samples in " << format("%.3g", report.seconds) << " s ("
         << format("%.3g", 1e6 * report.seconds / double(std::max<int64_t>(report.samples, 1))) << " us each)\n";
  if (report.correct)
    outs() << *report.correct << " of " << report.samples << " correct ("
           << format("%.2f", 100.0 * double(*report.correct) / double(report.samples)) << " %)\n";
  for (const auto &[name, tensor] : report.outputs) {
    outs() << name << ": " << runtime::ShapeToString(tensor.shape()) << " " << tensor.type().ToString();
    // A single result is short enough to show.
    if (tensor.size() <= 16)
      for (int64_t i = 0; i < tensor.size(); ++i)
        outs() << (i ? " " : " = ") << format("%.6f", tensor.DoubleAt(i));
    outs() << "\n";
  }
  if (!report.statistics.empty())
    outs() << formatv("{0:2}", json::Value(std::move(report.statistics))).str() << "\n";
}

std::unique_ptr<Executable> makeReference(Session &session, const Options &options) {
  if (!session.runTo(std::min(options.stage.value_or(Stage::Bound), Stage::Target)))
    return nullptr;
  Expected<std::unique_ptr<ReferenceExecutable>> executable = ReferenceExecutable::create(session.module());
  if (executable)
    return std::move(*executable);
  session.fail(Outcome::Unsupported, Code::R001, toString(executable.takeError()));
  return nullptr;
}

/// A model without inputs runs on nothing.
bool checkInputsGiven(Session &session, const Options &options, size_t inputs) {
  return inputs == 0 || !options.inputs.empty() || options.random ||
         session.fail(Outcome::Usage, Code::U001, "expected either --input or --random N");
}

std::unique_ptr<Executable> makeExecutable(Session &session, const Options &options, Messages &messages) {
  if (options.fromArtifact) {
    std::unique_ptr<Executable> executable = session.openArtifact(options.model);
    return executable && checkInputsGiven(session, options, executable->inputs().size()) ? std::move(executable)
                                                                                         : nullptr;
  }
  bool reference = options.session.backend == "reference";
  if ((!reference && !session.selectBackend()) || !loadModel(session, options, messages) ||
      !checkInputsGiven(session, options, session.module().lookupSymbol<mlir::func::FuncOp>("main").getNumArguments()))
    return nullptr;
  if (reference)
    return makeReference(session, options);
  return session.runTo(Stage::Target) ? session.prepare() : nullptr;
}

} // namespace

std::string encodeName(StringRef name) {
  std::string out;
  for (char c : name)
    out += isAlnum(c) || c == '_' || c == '-' || c == '.' ? std::string(1, c)
                                                          : "%" + toHex(StringRef(&c, 1), /*LowerCase=*/true);
  return out;
}

int failInput(Session &session, Error error) {
  session.failInput(std::move(error));
  return int(session.outcome());
}

/// As many random samples as asked for, in whole batches where they depend on each other.
static Expected<InputBatches> makeRandom(Session &session, const Options &options, Executable &executable,
                                         Messages &messages) {
  int64_t count = options.random;
  if (!session.importReport().batchCoupling.empty())
    count = fillBatches(count, executable.inputs());
  return drawInputs(session, executable, options, count, messages);
}

int runModel(Session &session, const Options &options, Messages &messages) {
  auto fail = [&](Outcome outcome, Code code, Error error) {
    session.fail(outcome, code, toString(std::move(error)));
    return int(session.outcome());
  };
  if (!options.inputs.empty() && options.random) {
    session.fail(Outcome::Usage, Code::U001, "expected either --input or --random N, found both");
    return int(session.outcome());
  }
  std::unique_ptr<Executable> executable = makeExecutable(session, options, messages);
  if (!executable)
    return int(session.outcome());
  Expected<InputBatches> inputs = options.random
                                      ? makeRandom(session, options, *executable, messages)
                                      : readInputs(
                                            options.inputs, executable->inputs(),
                                            [&](const std::string &text) { messages.note(text); }, options.sampling);
  if (!inputs)
    return failInput(session, inputs.takeError());
  if (Error error = session.checkBatches(*inputs))
    return failInput(session, std::move(error));
  if (!session.importReport().batchLost.empty() && inputs->samples % inputs->samplesPerBatch)
    messages.note("the last batch is filled up with its last sample; that is right if node '" +
                  session.importReport().batchLost +
                  "' and those behind it compute every sample by itself, which is not known");
  IntermediateDump dump;
  if (!options.dumpIntermediates.empty())
    dump.attach(static_cast<ReferenceExecutable &>(*executable));

  auto start = std::chrono::steady_clock::now();
  Expected<std::vector<Executable::Tensors>> results = executable->run(inputs->batches);
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (!results)
    return fail(Outcome::InvalidModel, Code::R001, results.takeError());

  Report report{inputs->samples, std::nullopt, elapsed.count(), {}, executable->statistics()};
  for (size_t port = 0; port < executable->outputs().size(); ++port) {
    std::vector<Tensor> parts;
    for (const Executable::Tensors &batch : *results)
      parts.push_back(batch[port]);
    report.outputs.emplace_back(executable->outputs()[port].name, joinBatches(parts, *inputs));
  }
  if (!options.labels.empty()) {
    Expected<std::vector<int64_t>> labels = readLabels(options.labels, options.sampling);
    if (!labels)
      return failInput(session, labels.takeError());
    Expected<int64_t> hits = countHits(report.outputs.at(0).second, *labels);
    if (!hits)
      return fail(Outcome::Usage, Code::U002, hits.takeError());
    report.correct = *hits;
  }
  if (!options.outputDirectory.empty())
    for (const auto &[name, tensor] : report.outputs)
      if (!writeTensor(session, options.outputDirectory, encodeName(name), tensor))
        return int(session.outcome());
  if (!options.dumpIntermediates.empty() && !dump.write(session, options.dumpIntermediates, *inputs))
    return int(session.outcome());
  printReport(report, options);
  return 0;
}

} // namespace qcompile::tool
