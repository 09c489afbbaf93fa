//===- Compression.cpp - A model, a recipe or a goal, a result ------------===//
#include "compiler/compress/Compression.h"

#include "compiler/compress/Data.h"
#include "compiler/compress/PassCatalog.h"
#include "compiler/session/ReferenceExecutable.h"
#include "compiler/session/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;
using qcompile::runtime::Port;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

/// Samples on which techniques are tried on single layers: enough to rank them.
static constexpr int64_t kProbeSamples = 256;

namespace {
class Compression {
public:
  Compression(Session &session, const CompressionTask &task)
      : session(session), task(task), compressor(session, task.model), recipe(task.recipe) {}

  std::optional<CompressionResult> run();

private:
  bool checkRecipe();
  bool readPorts();
  bool readData();
  bool judgeSource();
  bool search();
  bool runSteps();
  std::optional<std::vector<std::string>> findLayers(const ModelCost &cost);
  std::string getDigest() const;
  bool fail(Outcome outcome, Code code, const Twine &message) { return session.fail(outcome, code, message); }

  Session &session;
  const CompressionTask &task;
  Compressor compressor;
  Recipe recipe;
  std::vector<Port> ports;
  std::unique_ptr<ScopedPath> scratch; ///< of the arrays that passes read
  std::optional<LoadedData> calibration, evaluation;
  std::vector<std::string> calibrationSettings;
  std::optional<Metric> metric;
  std::string sourceModel; ///< at stage normalise
  CompressionResult result;
};
} // namespace

//===----------------------------------------------------------------------===//
// What is asked for
//===----------------------------------------------------------------------===//

bool Compression::checkRecipe() {
  bool ok = true;
  auto check = [&](const Step &step, bool choosesLayers = false) {
    std::string wrong = checkStep(step);
    if (wrong.empty() && choosesLayers && !hasOption(step.pass, "layers", "x"))
      wrong = "step '" + step.pass + "': a technique needs a pass with the option 'layers'";
    if (!wrong.empty())
      ok = fail(Outcome::Usage, Code::U004,
                (step.line ? task.recipeName + ":" + std::to_string(step.line) + ": " : std::string()) + wrong);
  };
  for (const Step &step : recipe.steps)
    check(step);
  for (const Technique &technique : recipe.techniques)
    for (const Step &step : technique.steps)
      check(step, /*choosesLayers=*/true);
  if (task.goal.isEmpty() && recipe.steps.empty())
    ok = fail(Outcome::Usage, Code::U004, task.recipeName + ": expected steps, or a goal such as --max-size=40%");
  return ok;
}

bool Compression::readPorts() {
  if (!session.runTo(Stage::Normalise))
    return false;
  auto executable = ReferenceExecutable::create(session.module());
  if (!executable)
    return fail(Outcome::Unsupported, Code::R001, toString(executable.takeError()));
  ports = (*executable)->inputs().vec();
  return true;
}

bool Compression::readData() {
  auto note = [&](const std::string &text) {
    if (task.onNote)
      task.onNote(text);
  };
  auto read = [&](const DataSource &source, std::optional<LoadedData> &data) {
    if (source.inputs.empty())
      return true;
    Expected<LoadedData> loaded = loadData(source, ports, note);
    if (!loaded)
      return session.failInput(loaded.takeError());
    data = std::move(*loaded);
    return true;
  };
  if (!read(recipe.calibration, calibration) || !read(recipe.evaluation, evaluation))
    return false;
  if (!task.goal.isEmpty() && !evaluation) {
    if (!calibration)
      return fail(Outcome::Usage, Code::U001,
                  "a goal needs data to judge on: give --input, or a recipe with an "
                  "evaluation");
    note("no samples to judge on are given: the goal is judged by agreement with the source model on the calibration "
         "samples");
    recipe.evaluation = recipe.calibration;
    evaluation = calibration;
  }
  if (!calibration)
    return true;
  Expected<std::unique_ptr<ScopedPath>> folder = createTemporaryFolder("qcompile-compress");
  if (!folder)
    return fail(Outcome::FileSystem, Code::U003, toString(folder.takeError()));
  scratch = std::move(*folder);
  Expected<std::vector<std::string>> settings = writeArrays(calibration->inputs, ports, scratch->path());
  if (!settings)
    return session.failInput(settings.takeError());
  calibrationSettings = std::move(*settings);
  return true;
}

bool Compression::judgeSource() {
  CompressedModel source = compressor.run({}, {}, /*keepModels=*/false);
  if (!source.error.empty())
    return fail(source.outcome, Code::P001, source.error);
  Report &report = result.report;
  report.source = source.cost;
  sourceModel = std::move(source.model);
  if (!evaluation)
    return true;
  MetricKind kind = chooseMetric(recipe.evaluation);
  if (kind == MetricKind::Top1 && recipe.evaluation.labels.empty())
    return fail(Outcome::Usage, Code::U004, "metric top1 needs labels");
  Expected<std::vector<Tensor>> outputs = compressor.computeOutputs(sourceModel, evaluation->inputs);
  if (!outputs)
    return fail(Outcome::InvalidModel, Code::R001, toString(outputs.takeError()));
  Expected<Metric> created =
      Metric::create(kind, outputs->front(), evaluation->labels, evaluation->targets ? &*evaluation->targets : nullptr,
                     recipe.evaluation.peak);
  if (!created)
    return fail(Outcome::Usage, Code::U002, toString(created.takeError()));
  metric = std::move(*created);
  recipe.evaluation.metric = kind;
  report.metric = kind;
  report.sourceMetric = metric->evaluate(outputs->front());
  return true;
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

std::optional<std::vector<std::string>> Compression::findLayers(const ModelCost &cost) {
  std::vector<GlobPattern> patterns;
  for (const std::string &text : recipe.searchLayers) {
    Expected<GlobPattern> pattern = GlobPattern::create(text);
    if (!pattern) {
      fail(Outcome::Usage, Code::U004, "search: layers: '" + text + "': " + toString(pattern.takeError()));
      return std::nullopt;
    }
    patterns.push_back(std::move(*pattern));
  }
  std::vector<std::string> out;
  for (const LayerCost &layer : cost.layers)
    if ((patterns.empty() || any_of(patterns, [&](const GlobPattern &p) { return p.match(layer.name); })) &&
        !is_contained(out, layer.name))
      out.push_back(layer.name);
  if (!out.empty())
    return out;
  fail(Outcome::Usage, Code::U004,
       recipe.searchLayers.empty() ? "the model has no layers with constant weights to compress"
                                   : "search: layers: no layer of the model matches, it has " +
                                         join(map_range(cost.layers, [](const LayerCost &l) { return l.name; }), ", "));
  return std::nullopt;
}

std::string Compression::getDigest() const {
  std::string text = std::string(kVersion) + ";" + session.importReport().sha256;
  for (const Port &port : ports)
    text += ";" + port.name + " " + runtime::ShapeToString(port.shape);
  text += ";" + (calibration ? calibration->digest : "none") + ";" + evaluation->digest + ";" +
          getMetricName(metric->kind()).str() + " " + std::to_string(recipe.evaluation.peak);
  return toHex(SHA256::hash(arrayRefFromStringRef(text)), /*LowerCase=*/true);
}

bool Compression::search() {
  InputBatches probe = takeFirst(calibration ? calibration->inputs : evaluation->inputs, ports, kProbeSamples);
  std::vector<std::string> probeSettings = calibrationSettings;
  if (calibration && probe.samples < calibration->inputs.samples) {
    std::string folder = (scratch->path() + "/probe").str();
    (void)sys::fs::create_directory(folder);
    Expected<std::vector<std::string>> written = writeArrays(probe, ports, folder);
    if (!written)
      return session.failInput(written.takeError());
    probeSettings = std::move(*written);
  }
  CompressedModel prefixed =
      compressor.run(recipe.steps, calibrationSettings, /*keepModels=*/false, session.onDiagnostic);
  if (!prefixed.error.empty()) {
    session.adoptOutcome(prefixed.outcome);
    return false;
  }
  Expected<std::vector<Tensor>> probeOutputs = compressor.computeOutputs(sourceModel, probe);
  if (!probeOutputs)
    return fail(Outcome::InvalidModel, Code::R001, toString(probeOutputs.takeError()));
  std::optional<std::vector<std::string>> layers = findLayers(prefixed.cost);
  if (!layers)
    return false;
  Expected<std::unique_ptr<TrialStore>> store = TrialStore::open(task.stateFolder, task.resume);
  if (!store)
    return fail(Outcome::FileSystem, Code::U003, toString(store.takeError()));
  if (task.resume && task.onNote)
    task.onNote(std::to_string((*store)->size()) + " finished trials found in '" + task.stateFolder + "'");
  bool bitOperations = task.goal.maxCosts[1] || task.goal.getObjective() == Quantity::Bops;
  SearchTask searchTask{compressor,
                        *metric,
                        **store,
                        getDigest(),
                        recipe.steps,
                        recipe.techniques.empty() ? getBuiltinTechniques(bitOperations) : recipe.techniques,
                        *layers,
                        calibrationSettings,
                        probeSettings,
                        probe,
                        std::move(*probeOutputs),
                        evaluation->inputs,
                        result.report.sourceMetric,
                        result.report.source,
                        task.goal,
                        task.onProgress};
  Expected<SearchResult> found = searchGoal(searchTask);
  if (!found)
    return fail(Outcome::FileSystem, Code::U003, toString(found.takeError()));
  if (!task.keepState)
    (*store)->discard();
  if (!found->impossible.empty())
    return fail(Outcome::Different, Code::U005, found->impossible);
  recipe.steps = std::move(found->steps);
  result.report.searched = true;
  result.report.mainCost = task.goal.getMainCost();
  result.report.sensitivity = std::move(found->sensitivity);
  result.report.curve = std::move(found->curve);
  return true;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

bool Compression::runSteps() {
  CompressedModel model =
      compressor.run(recipe.steps, calibrationSettings, /*keepModels=*/metric.has_value(), session.onDiagnostic);
  // The diagnostics of its session have been passed on; the outcome has not.
  if (!model.error.empty()) {
    session.adoptOutcome(model.outcome);
    return false;
  }
  Report &report = result.report;
  for (StepResult &step : model.steps) {
    StepRow row{describeStep(step.step), step.step.pass, std::move(step.reports), std::nullopt, std::move(step.cost)};
    if (metric) {
      if (task.onProgress)
        task.onProgress(report.steps.size(), model.steps.size(), "judging " + row.step);
      Expected<std::vector<Tensor>> outputs = compressor.computeOutputs(step.model, evaluation->inputs);
      if (!outputs)
        return fail(Outcome::InvalidModel, Code::R001,
                    "behind step '" + row.step + "': " + toString(outputs.takeError()));
      row.metric = metric->evaluate(outputs->front());
    }
    report.steps.push_back(std::move(row));
  }
  if (task.onProgress)
    task.onProgress(model.steps.size(), model.steps.size(), "");
  report.result = std::move(model.cost);
  result.model = std::move(model.model);
  return true;
}

std::optional<CompressionResult> Compression::run() {
  if (!checkRecipe() || !readPorts() || !readData() || !judgeSource())
    return std::nullopt;
  if (!task.goal.isEmpty() && !search())
    return std::nullopt;
  if (!runSteps())
    return std::nullopt;
  Report &report = result.report;
  report.model = sys::path::stem(task.model).str();
  report.sha256 = session.importReport().sha256;
  report.calibrationSamples = calibration ? calibration->inputs.samples : 0;
  report.evaluationSamples = evaluation ? evaluation->inputs.samples : 0;
  report.recipe = formatRecipe(recipe, task.outputFolder);
  result.recipe = std::move(recipe);
  return std::move(result);
}

std::optional<CompressionResult> compressModel(Session &session, const CompressionTask &task) {
  registerPasses();
  // Those of plugins are steps like any other.
  for (const BackendRegistry::Entry &entry : session.backends().entries())
    entry.backend->registerPasses();
  return Compression(session, task).run();
}

} // namespace qcompile::compress
