//===- Compress.cpp - qcompile compress -----------------------------------===//
#include "compiler/backend/ArtifactSink.h"
#include "compiler/compress/Compression.h"
#include "compiler/io/WriteFile.h"
#include "compiler/session/Manifest.h"
#include "compiler/tools/qcompile/Commands.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace qcompile::compress;

namespace qcompile::tool {

/// The recipe of the file, or an empty one; nothing after an error.
static std::optional<Recipe> readRecipe(Session &session, const std::string &path) {
  if (path.empty())
    return Recipe();
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer) {
    session.fail(Outcome::FileSystem, Code::I001, "cannot read '" + path + "': " + buffer.getError().message());
    return std::nullopt;
  }
  std::string name = sys::path::filename(path).str();
  return parseRecipe((*buffer)->getBuffer(), sys::path::parent_path(path),
                     [&](unsigned line, const std::string &message) {
                       session.fail(Outcome::Usage, Code::U004, name + ":" + std::to_string(line) + ": " + message);
                     });
}

/// What the command line says wins over the recipe.
static void override(Recipe &recipe, const Options &options) {
  const CompressOptions &own = options.compress;
  if (!own.calibration.empty()) {
    recipe.calibration = DataSource();
    recipe.calibration.inputs = own.calibration;
    recipe.calibration.sampling.scale = options.sampling.scale;
    recipe.calibration.sampling.mean = options.sampling.mean;
  }
  if (own.calibrationSamples)
    recipe.calibration.sampling.samples = own.calibrationSamples;
  if (!options.inputs.empty()) {
    recipe.evaluation = DataSource();
    recipe.evaluation.inputs = options.inputs;
    recipe.evaluation.sampling = options.sampling;
  }
  if (options.sampling.skip)
    recipe.evaluation.sampling.skip = options.sampling.skip;
  if (options.sampling.samples)
    recipe.evaluation.sampling.samples = options.sampling.samples;
  if (!options.labels.empty())
    recipe.evaluation.labels = options.labels;
  if (!own.targets.empty())
    recipe.evaluation.targets = own.targets;
  if (own.metric)
    recipe.evaluation.metric = own.metric;
}

static bool isFile(StringRef output) { return output.ends_with(".onnx"); }

static bool write(Session &session, StringRef output, const CompressionResult &result, ArtifactSink *sink) {
  auto check = [&](Error error) {
    return !error || session.fail(Outcome::FileSystem, Code::U003, toString(std::move(error)));
  };
  if (!sink)
    return check(writeFile(output, [&](raw_ostream &os) { os << result.model; }));
  const Report &report = result.report;
  return check(sink->write(report.model + ".onnx", "model", "the compressed model", result.model)) &&
         check(sink->write("recipe.yaml", "recipe", "what made it", report.recipe)) &&
         check(sink->write("report.json", "report", "errors, costs and metrics", formatJson(toJson(report)))) &&
         check(sink->write("report.html", "report", "the same to look at", formatHtml(report))) &&
         check(sink->commit());
}

int compressModel(Session &session, const Options &options, Messages &messages) {
  std::string output = StringRef(options.output).rtrim('/').str();
  std::optional<Recipe> recipe = readRecipe(session, options.compress.recipe);
  if (!recipe)
    return int(session.outcome());
  override(*recipe, options);
  std::unique_ptr<ArtifactSink> sink;
  if (!isFile(output)) {
    // Before any work.
    Expected<std::unique_ptr<ArtifactSink>> created = ArtifactSink::create(output);
    if (!created) {
      session.fail(Outcome::FileSystem, Code::U003, toString(created.takeError()));
      return int(session.outcome());
    }
    sink = std::move(*created);
  }
  if (!loadModel(session, options, messages))
    return int(session.outcome());
  CompressionTask task;
  task.model = options.model;
  task.recipe = std::move(*recipe);
  task.recipeName =
      options.compress.recipe.empty() ? "the built-in techniques" : sys::path::filename(options.compress.recipe).str();
  task.goal = options.compress.goal;
  task.outputFolder = isFile(output) ? sys::path::parent_path(output).str() : output;
  task.stateFolder = options.compress.state.empty() ? output + ".state" : options.compress.state;
  task.resume = options.compress.resume;
  task.keepState = !options.compress.state.empty();
  task.onNote = [&](const std::string &text) { messages.note(text); };
  task.onProgress = [&](size_t done, size_t total, const std::string &what) { messages.advance(done, total, what); };
  std::optional<CompressionResult> result = compress::compressModel(session, task);
  if (!result || !write(session, output, *result, sink.get()))
    return int(session.outcome());
  outs() << (options.json ? formatJson(toJson(result->report)) : formatTable(result->report));
  messages.note("wrote " + output);
  return 0;
}

} // namespace qcompile::tool
