//===- OptionRules.cpp - Options that would have no effect ----------------===//
#include "compiler/tools/qcompile/OptionRules.h"

#include "compiler/io/Pictures.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

namespace qcompile::tool {

namespace {
/// An option counts for nothing in a command where `isIdle` says so.
struct Rule {
  ArrayRef<Command> commands; ///< none: all that have the option
  ArrayRef<StringRef> names;
  bool (*isIdle)(const Options &options);
  StringRef reason; ///< behind the option's name
};
} // namespace

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static bool isArtifact(const Options &o) {
  return o.fromArtifact || (o.command == Command::Inspect && sys::fs::is_directory(o.model));
}

static bool isText(const Options &o) { return o.compileFrom.has_value(); }

static bool isIntegerText(const Options &o) { return o.compileFrom && *o.compileFrom >= Stage::Integer; }

static bool hasNoPictures(const Options &o) {
  auto isPicture = [](StringRef setting) {
    StringRef path = setting.contains('=') && !sys::fs::exists(setting) ? setting.split('=').second : setting;
    return sys::fs::is_directory(path) || qcompile::isPicture(path);
  };
  // A recipe may name pictures of its own, but says how they are read itself.
  return none_of(o.inputs, isPicture) && none_of(o.compress.calibration, isPicture);
}

/// Neither the recipe nor the command line says what to judge on.
static bool hasNoEvaluation(const Options &o) { return o.inputs.empty() && o.compress.recipe.empty(); }

static bool stopsBeforeTarget(const Options &o) { return o.compileTo && *o.compileTo < Stage::Target; }

/// Whether the text of a stage is behind the one that is asked for.
static bool isBefore(std::optional<Stage> wanted, std::optional<Stage> from) {
  return wanted && from && *wanted < *from;
}

static bool isReference(StringRef side) { return side == "reference" || parseStage(side).has_value(); }

static bool comparesOutputs(compress::MetricKind metric) {
  return metric == compress::MetricKind::Mse || metric == compress::MetricKind::Psnr;
}

/// Whether no side of `compare` is a backend.
static bool comparesReferences(const Options &o) {
  const bool isOther = !o.compare.other.empty() || !o.compare.recorded.empty();
  const bool isFirst = o.stage || o.session.backend == "reference" || (!o.backendGiven && isOther);
  return isFirst && (o.compare.against.empty() || isReference(o.compare.against));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static constexpr Command kCompile[] = {Command::Compile};
static constexpr Command kRun[] = {Command::Run};
static constexpr Command kInspect[] = {Command::Inspect};
static constexpr Command kCompare[] = {Command::Compare};
static constexpr Command kCompress[] = {Command::Compress};
static constexpr Command kConvert[] = {Command::Convert};
static constexpr Command kSampled[] = {Command::Run, Command::Compare};
static constexpr Command kReading[] = {Command::Run, Command::Compare, Command::Convert};
static constexpr Command kPicturing[] = {Command::Run, Command::Compare, Command::Convert, Command::Compress};

static constexpr StringRef kDraws[] = {"input", "random", "seed", "skip", "samples", "scale", "mean"};
static constexpr StringRef kFileChoices[] = {"skip", "samples", "scale", "mean"};
static constexpr StringRef kPixels[] = {"scale", "mean"};
static constexpr StringRef kRandom[] = {"random"};
static constexpr StringRef kSeed[] = {"seed"};
static constexpr StringRef kLabels[] = {"labels"};
static constexpr StringRef kStage[] = {"stage"};
static constexpr StringRef kDump[] = {"dump-intermediates"};
static constexpr StringRef kBackend[] = {"backend"};
static constexpr StringRef kBackendOption[] = {"backend-opt"};
static constexpr StringRef kBackends[] = {"backend", "backend-opt"};
static constexpr StringRef kShape[] = {"input-shape"};
static constexpr StringRef kSource[] = {"backend",      "backend-opt", "stage",
                                        "compile-from", "input-shape", "save-intermediates"};
static constexpr StringRef kTables[] = {"weights", "html", "integer", "accumulators"};
static constexpr StringRef kWritten[] = {"weights", "html"};
static constexpr StringRef kJudging[] = {"skip", "samples", "labels", "targets", "metric"};
static constexpr StringRef kCalibration[] = {"calibration-samples"};
static constexpr StringRef kSearch[] = {"state", "resume", "minimise"};
static constexpr StringRef kSmallTypes[] = {"small-types"};
static constexpr StringRef kLast[] = {"compile-to"};
static constexpr StringRef kAgainst[] = {"against"};
static constexpr StringRef kTargets[] = {"targets"};

static ArrayRef<Rule> getRules() {
  static const Rule rules[] = {
      // Artifacts.
      {{}, kSource, isArtifact, "does not go with an artifact, which has its backend, options and shapes"},
      {kInspect, kTables, isArtifact, "needs a model, found an artifact"},
      // Where the model comes from, and how far it goes.
      {{}, kShape, isText, "needs an ONNX file: the text of a stage (--compile-from) has its shapes"},
      {kCompile, kBackends, stopsBeforeTarget, "is without effect before stage target (--compile-to)"},
      {{},
       kLast,
       [](const Options &o) { return isBefore(o.compileTo, o.compileFrom); },
       "names a stage before that of the text"},
      {kSampled, kStage, [](const Options &o) { return isBefore(o.stage, o.compileFrom); },
       "names a stage before that of the text"},
      {kCompare, kAgainst, [](const Options &o) { return isBefore(parseStage(o.compare.against), o.compileFrom); },
       "names a stage before that of the text"},
      {kInspect, kWritten, isIntegerText, "shows a model as written: expected a stage before integer"},
      {kInspect, kWritten, [](const Options &o) { return (o.integer || o.accumulators) && !o.json; },
       "is without effect beside --integer and --accumulators, but with --json"},
      // Which part runs.
      {kRun, kStage, [](const Options &o) { return o.session.backend != "reference"; }, "needs --backend=reference"},
      {kRun, kDump, [](const Options &o) { return o.session.backend != "reference"; }, "needs --backend=reference"},
      {kRun, kBackendOption, [](const Options &o) { return o.session.backend == "reference"; },
       "needs a backend, found reference"},
      {kCompare, kBackend, [](const Options &o) { return o.stage && o.session.backend != "reference"; },
       "does not go with --stage: each names the first side"},
      {kCompare, kBackendOption, comparesReferences, "needs a side that is a backend (--backend, --against)"},
      // Samples.
      {kConvert, kDraws, [](const Options &o) { return !o.convert.verify; }, "needs --verify"},
      {kConvert, kRandom, [](const Options &o) { return !o.inputs.empty(); }, "does not go with --input"},
      {kSampled, kSeed, [](const Options &o) { return o.random == 0; }, "needs --random"},
      {kConvert, kSeed, [](const Options &o) { return !o.inputs.empty(); }, "does not go with --input"},
      {kReading, kFileChoices, [](const Options &o) { return o.inputs.empty(); }, "needs --input"},
      {kRun, kLabels, [](const Options &o) { return o.inputs.empty(); }, "needs --input"},
      {kPicturing, kPixels, hasNoPictures, "needs an --input of pictures"},
      // Compression.
      {kCompress, kJudging, hasNoEvaluation, "needs --input, or a recipe that names samples"},
      {kCompress, kTargets, [](const Options &o) { return o.compress.metric && !comparesOutputs(*o.compress.metric); },
       "needs --metric=mse or psnr"},
      {kCompress, kLabels,
       [](const Options &o) { return o.compress.metric && *o.compress.metric != compress::MetricKind::Top1; },
       "needs --metric=top1"},
      {kCompress, kCalibration,
       [](const Options &o) { return o.compress.calibration.empty() && o.compress.recipe.empty(); },
       "needs --calibration, or a recipe that names samples"},
      {kCompress, kSearch, [](const Options &o) { return o.compress.goal.isEmpty(); },
       "needs a goal: --max-accuracy-drop, --max-size, --max-bops or --max-macs"},
      // Formats.
      {kConvert, kSmallTypes,
       [](const Options &o) {
         return o.convert.conversion.format == convert::Format::Qonnx ||
                o.convert.conversion.format == convert::Format::Multithreshold;
       },
       "needs a format that stores codes: --to=qcdq, qdq or qop"},
  };
  return rules;
}

std::string findIdleOption(const Options &options, function_ref<bool(StringRef name)> isGiven) {
  for (const Rule &rule : getRules()) {
    if (!rule.commands.empty() && !is_contained(rule.commands, options.command))
      continue;
    for (StringRef name : rule.names)
      if (isGiven(name) && rule.isIdle(options))
        return ("--" + name + " " + rule.reason).str();
  }
  return "";
}

} // namespace qcompile::tool
