//===- Compare.cpp - qcompile compare -------------------------------------===//
//
// Runs two sides, or reads what another program has recorded, compares tensor by tensor, says why values differ
// (docs/Compare.md).
//
//===----------------------------------------------------------------------===//
#include "compiler/compare/Recording.h"
#include "compiler/io/InputData.h"
#include "compiler/tools/qcompile/CompareReport.h"
#include "compiler/tools/qcompile/RandomInputs.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using qcompile::compare::Comparison;
using qcompile::compare::SideSpec;
using qcompile::compare::TensorRow;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

/// What is wrong with the command line, or an empty string.
static std::string findMistake(const Options &options) {
  if (options.inputs.empty() == (options.random == 0))
    return "expected either --input or --random N";
  if (!options.compare.reduce.empty() && options.compileFrom && *options.compileFrom >= Stage::Integer)
    return "--reduce writes ONNX, expected --compile-from to name a stage before integer";
  return "";
}

static Expected<InputBatches> getInputs(const Session &session, const Options &options, Executable &executable,
                                        Messages &messages) {
  if (options.random)
    return drawInputs(session, executable, options, fillBatches(options.random, executable.inputs()), messages);
  return readInputs(
      options.inputs, executable.inputs(), [&](const std::string &text) { messages.note(text); }, options.sampling);
}

/// The first side. A second model, or a recording, is compared with the model as written, unless a stage or backend is
/// asked for.
static SideSpec getFirstSide(const Options &options) {
  std::string name = options.session.backend;
  if (options.stage)
    name = getStageName(*options.stage);
  else if (!options.backendGiven && (!options.compare.other.empty() || !options.compare.recorded.empty()))
    name = getStageName(Stage::Normalise);
  return {name, options.model, options.compileFrom};
}

static SideSpec getSecondSide(const Options &options) {
  std::string name = options.compare.against.empty() ? getStageName(Stage::Normalise).str() : options.compare.against;
  if (!options.compare.other.empty())
    return {name, options.compare.other, options.compileFrom};
  return {name, options.model, options.compileFrom};
}

/// What the report calls a side.
static std::string getLabel(const SideSpec &side, const Options &options) {
  if (options.compare.other.empty())
    return side.name;
  bool isDefault = side.name == getStageName(Stage::Normalise);
  return side.model + (isDefault ? "" : " (" + side.name + ")");
}

namespace {
/// One run of the command.
class Run {
public:
  Run(Session &session, const Options &options, Messages &messages)
      : session(session), options(options), messages(messages), comparison(session.getOptions(), session) {
    comparison.onDiagnostic = session.onDiagnostic;
  }

  /// False after an error, which has been reported.
  bool compute(CompareResult &result);

private:
  bool runSide(int side, const SideSpec &spec);
  bool readRecorded();
  bool explain(CompareResult &result);
  bool reduce(CompareResult &result);

  Session &session;
  const Options &options;
  Messages &messages;
  Comparison comparison;
  InputBatches inputs;
};
} // namespace

bool Run::runSide(int side, const SideSpec &spec) {
  if (!comparison.load(side, spec)) {
    session.adoptOutcome(comparison.session(side).outcome());
    return false;
  }
  if (side == 0) {
    Expected<InputBatches> read = getInputs(comparison.session(0), options, comparison.executable(0), messages);
    if (!read)
      return session.failInput(read.takeError());
    inputs = std::move(*read);
  }
  if (Error error = comparison.setInputs(side, inputs))
    return session.fail(Outcome::Usage, Code::U006, toString(std::move(error)));
  if (Error error = comparison.run(side))
    return session.fail(Outcome::InvalidModel, Code::R001, spec.name + ": " + toString(std::move(error)));
  return true;
}

/// The samples of a recording whose tensors are those of a run but for their number; none where that is not what
/// differs.
static std::optional<int64_t> findOtherCount(const compare::Trace &run, const compare::Trace &recorded,
                                             int64_t samples) {
  for (const std::string &name : run.order) {
    const compare::TracedTensor *other = recorded.find(name);
    if (!other)
      continue;
    ArrayRef<int64_t> mine = run.find(name)->value.shape(), theirs = other->value.shape();
    if (mine.size() == theirs.size() && !mine.empty() && mine[0] == samples && theirs[0] != samples &&
        mine.drop_front() == theirs.drop_front())
      return theirs[0];
  }
  return std::nullopt;
}

bool Run::readRecorded() {
  Expected<compare::Trace> trace = compare::readRecording(options.compare.recorded, comparison.executable(0).outputs());
  if (!trace)
    return session.failInput(trace.takeError());
  if (std::optional<int64_t> count = findOtherCount(comparison.trace(0), *trace, inputs.samples))
    return session.fail(Outcome::Usage, Code::U002,
                        "'" + options.compare.recorded + "' has " + Twine(*count) + " samples, the inputs have " +
                            Twine(inputs.samples) + "; give those that were recorded (--skip, --samples)");
  comparison.setRecording(std::move(*trace));
  return true;
}

/// Some names of a trace, for a message.
static std::string list(const compare::Trace &trace) {
  std::string out;
  for (const std::string &name : ArrayRef(trace.order).take_front(5))
    out += (out.empty() ? "'" : ", '") + name + "'";
  if (trace.order.size() > 5)
    out += " and " + std::to_string(trace.order.size() - 5) + " more";
  return out;
}

bool Run::explain(CompareResult &result) {
  if (!result.findFirst())
    return true;
  bool isOther = !options.compare.other.empty() || !options.compare.recorded.empty();
  // The side that is not read as the model is written; of two such sides the one that departs.
  int judged = isOther || comparison.isReading(0) ? 1 : 0;
  do {
    if (Error error = comparison.judge(judged, result.rows)) {
      messages.note("why values differ is not known: " + toString(std::move(error)));
      return true;
    }
    result.isJudged = true;
    result.departure = comparison.departure();
  } while (!result.departure && !result.isExplained() && judged++ == 0 && !comparison.isReading(1));
  return true;
}

bool Run::reduce(CompareResult &result) {
  const TensorRow *first = result.findFirst();
  if (!first || options.compare.reduce.empty())
    return true;
  if (!options.compare.other.empty() || !options.compare.recorded.empty()) {
    if (!result.departure)
      return true;
    result.reduction = cutDeparture(session, options, comparison);
    return result.reduction.has_value();
  }
  size_t batch = size_t(find(first->batches, true) - first->batches.begin());
  StringMap<Tensor> sample;
  for (auto [port, tensor] : zip(comparison.executable(0).inputs(), inputs.batches[batch]))
    sample[port.name] = tensor;
  std::string names[2] = {getFirstSide(options).name, getSecondSide(options).name};
  result.reduction = reduceModel(session, options, names, sample, first->name);
  return result.reduction.has_value();
}

bool Run::compute(CompareResult &result) {
  SideSpec first = getFirstSide(options), second = getSecondSide(options);
  bool isRecorded = !options.compare.recorded.empty();
  result.names[0] = getLabel(first, options);
  result.names[1] = isRecorded ? options.compare.recorded : getLabel(second, options);
  if (!runSide(0, first) || !(isRecorded ? readRecorded() : runSide(1, second)))
    return false;
  result.samples = inputs.samples;
  std::string leftOut;
  result.rows = comparison.compare([&](const std::string &text) {
    messages.note(text);
    leftOut += leftOut.empty() ? "; " + text : "";
  });
  // Constants alone say nothing about a run.
  if (all_of(result.rows, [](const TensorRow &row) { return row.isConstant; })) {
    result.rows.clear();
    return session.fail(Outcome::Usage, Code::U006,
                        "no tensor of the two runs compares: " + result.names[0] + " has " + list(comparison.trace(0)) +
                            "; " + result.names[1] + " has " + list(comparison.trace(1)) + leftOut);
  }
  return explain(result) && reduce(result);
}

int compareModel(Session &session, const Options &options, Messages &messages) {
  if (std::string mistake = findMistake(options); !mistake.empty()) {
    session.fail(Outcome::Usage, Code::U001, mistake);
    return int(session.outcome());
  }
  CompareResult result;
  if (!Run(session, options, messages).compute(result) && result.rows.empty())
    return int(session.outcome());
  report(result, options);
  if (session.outcome() != Outcome::Success)
    return int(session.outcome());
  if (!result.findFirst() || (options.compare.allowAmbiguous && result.isExplained()))
    return 0;
  return int(Outcome::Different);
}

} // namespace qcompile::tool
