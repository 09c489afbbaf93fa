//===- Options.cpp - The command line of qcompile -------------------------===//
#include "compiler/tools/qcompile/Options.h"

#include "compiler/io/InputData.h"
#include "compiler/session/Version.h"
#include "compiler/tools/qcompile/CompareOptions.h"
#include "compiler/tools/qcompile/CompressOptions.h"
#include "compiler/tools/qcompile/ConvertOptions.h"
#include "compiler/tools/qcompile/OptionRules.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace qcompile::tool {

namespace {

cl::OptionCategory category("qcompile options");
cl::SubCommand compileCommand("compile", "compile a model (the default)");
cl::SubCommand runCommand("run", "compile a model, or open an artifact, and run it on inputs");
cl::SubCommand inspectCommand("inspect", "say what is in a model file or an artifact");
cl::SubCommand checkCommand("check", "say whether a model compiles, and all that keeps it from it");
cl::SubCommand compareCommand("compare", "compare stages, backends, models or recordings, tensor by tensor");
cl::SubCommand compressCommand("compress", "compress a model by a recipe, or until it reaches a goal");
cl::SubCommand convertCommand("convert", "write a model in another quantized format");
cl::SubCommand listCommand("list-backends", "list backends and their options");
cl::SubCommand explainCommand("explain", "explain a diagnostic's code");

#define ALL_MODELS                                                                                                     \
  cl::cat(category), cl::sub(cl::SubCommand::getTopLevel()), cl::sub(compileCommand), cl::sub(runCommand),             \
      cl::sub(inspectCommand), cl::sub(checkCommand), cl::sub(compareCommand), cl::sub(compressCommand),               \
      cl::sub(convertCommand)
#define WITH_BACKEND                                                                                                   \
  cl::cat(category), cl::sub(cl::SubCommand::getTopLevel()), cl::sub(compileCommand), cl::sub(runCommand),             \
      cl::sub(checkCommand), cl::sub(compareCommand)
#define COMPILE cl::cat(category), cl::sub(cl::SubCommand::getTopLevel()), cl::sub(compileCommand)
#define RUN cl::cat(category), cl::sub(runCommand), cl::sub(compareCommand)
#define RANDOM RUN, cl::sub(convertCommand)
#define DATA RANDOM, cl::sub(compressCommand)
#define ALL ALL_MODELS, cl::sub(listCommand), cl::sub(explainCommand)

cl::opt<std::string> model(cl::Positional, cl::desc("MODEL"), ALL_MODELS);
cl::opt<std::string> code(cl::Positional, cl::desc("[CODE]"), cl::cat(category), cl::sub(explainCommand));
cl::opt<std::string> output("o", cl::desc("where to write the artifact or stage"), cl::value_desc("path"), COMPILE,
                            cl::sub(compressCommand), cl::sub(convertCommand));
cl::opt<std::string>
    backend("backend", cl::init("cpu"), cl::value_desc("name"),
            cl::desc("cpu, hls, imc, a plugin's; `run` also takes reference, `check` several: cpu,hls"), WITH_BACKEND);
cl::list<std::string> backendOptions("backend-opt", cl::value_desc("key=value"),
                                     cl::desc("an option of the backend (see list-backends)"), WITH_BACKEND);
cl::list<std::string> plugins("load-backend", cl::value_desc("path"), cl::desc("load a backend from a shared object"),
                              ALL_MODELS, cl::sub(listCommand));
cl::opt<std::string> compileTo("compile-to", cl::value_desc("stage"),
                               cl::desc("stop behind a stage and write it as text"), COMPILE);
cl::opt<std::string> compileFrom("compile-from", cl::value_desc("stage"), cl::desc("MODEL is the text of this stage"),
                                 ALL_MODELS);
cl::opt<std::string> saveIntermediates("save-intermediates", cl::value_desc("folder"),
                                       cl::desc("write every stage there"), ALL_MODELS);
cl::list<std::string> inputShapes("input-shape", cl::value_desc("name:1x3x32"),
                                  cl::desc("shape of an input, instead of the file's"), ALL_MODELS);
cl::list<std::string> inputs("input", cl::value_desc("[name=]file"),
                             cl::desc("input data: .npy, .npz[:array], .pb (ONNX tensor), pictures or a folder "
                                      "of them, ONNX test data sets, or raw"),
                             DATA);
cl::opt<std::string> skip("skip", cl::init("0"), cl::value_desc("n"),
                          cl::desc("leave out the first n samples of inputs and labels"), DATA);
cl::opt<std::string> samples("samples", cl::init("0"), cl::value_desc("n"), cl::desc("take n samples (0: all)"), DATA);
cl::opt<std::string> scale("scale", cl::init("1"), cl::value_desc("x,..."),
                           cl::desc("pictures become (pixel - mean) * scale, with one number or one "
                                    "per channel, like 1/255"),
                           DATA);
cl::opt<std::string> mean("mean", cl::init("0"), cl::value_desc("x,..."), cl::desc("see --scale"), DATA);
// Numbers are read as text: LLVM's parser reports a bad one past our error stream.
cl::opt<std::string> randomInputs("random", cl::init("0"), cl::value_desc("n"),
                                  cl::desc("run on n random samples instead"), RANDOM);
cl::opt<std::string> seed("seed", cl::init("0"), cl::value_desc("s"), cl::desc("seed of --random"), RANDOM);
cl::opt<std::string> labels("labels", cl::value_desc("file"),
                            cl::desc("count top-1 hits (ties to the lowest index): .npy, .npz[:array], or a "
                                     "folder of pictures per class"),
                            cl::cat(category), cl::sub(runCommand), cl::sub(compressCommand));
cl::opt<std::string> outputDirectory("output-dir", cl::value_desc("folder"), cl::desc("write every output as NAME.npy"),
                                     cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> dumpIntermediates("dump-intermediates", cl::value_desc("folder"),
                                       cl::desc("with --backend=reference: write every tensor, and its codes"),
                                       cl::cat(category), cl::sub(runCommand));
cl::opt<std::string> stage("stage", cl::value_desc("stage"), cl::desc("with --backend=reference: evaluate this stage"),
                           RUN);
cl::opt<bool> accumulators("accumulators", cl::desc("show why no accumulator overflows"), cl::cat(category),
                           cl::sub(inspectCommand));
cl::opt<bool> integer("integer", cl::desc("show the layers of the integer form"), cl::cat(category),
                      cl::sub(inspectCommand));
cl::opt<bool> weights("weights", cl::desc("read weights: sparsity, costs without zeros, histograms"), cl::cat(category),
                      cl::sub(inspectCommand));
cl::opt<std::string> html("html", cl::value_desc("file"),
                          cl::desc("write a page with graph, tables and charts; reads weights"), cl::cat(category),
                          cl::sub(inspectCommand));
cl::opt<bool> fromArtifact("from-artifact", cl::desc("MODEL is an artifact, as every folder is"), cl::cat(category),
                           cl::sub(runCommand));
cl::opt<bool> json("json", cl::desc("write one JSON object to stdout"), cl::cat(category), cl::sub(runCommand),
                   cl::sub(inspectCommand), cl::sub(checkCommand), cl::sub(compareCommand), cl::sub(compressCommand),
                   cl::sub(listCommand));
cl::opt<std::string> diagnostics("diagnostics", cl::init("text"), cl::value_desc("text|json"),
                                 cl::desc("form of messages on stderr"), ALL);
cl::opt<bool> quiet("q", cl::desc("errors only"), ALL);
cl::opt<bool> verbose("v", cl::desc("remarks too"), ALL);

int usage(const Twine &message) {
  errs() << "qcompile: error [QC-U001]: " << message << "; see qcompile --help\n";
  return int(Outcome::Usage);
}

/// One sentence from what LLVM's parser says in lines of its own style: the mistake, and what may have been meant.
std::string describeMistake(StringRef text, StringRef program) {
  SmallVector<StringRef> lines;
  text.trim().split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string out;
  for (StringRef line : lines) {
    line.consume_front(program);
    line.consume_front(sys::path::filename(program));
    line = line.ltrim(": ").split("  Try: ").first.split(": See: ").first.rtrim(" .?!");
    if (line.empty())
      continue;
    out += out.empty() ? "" : ", ";
    out += char(toLower(line[0]));
    out += line.drop_front();
  }
  return out;
}

/// What a first argument that is no command may have been meant as; an empty string where it may be a file.
std::string describeWord(StringRef word) {
  if (word.contains('.') || word.contains('/') || sys::fs::exists(word))
    return "";
  std::string known, nearest;
  unsigned least = 3;
  for (cl::SubCommand *command : {&compileCommand, &runCommand, &inspectCommand, &checkCommand, &compareCommand,
                                  &compressCommand, &convertCommand, &listCommand, &explainCommand}) {
    StringRef name = command->getName();
    known += (known.empty() ? "" : ", ") + name.str();
    if (unsigned distance = word.edit_distance(name, /*AllowReplacements=*/true, least); distance < least) {
      least = distance;
      nearest = name.str();
    }
  }
  return "'" + word.str() + "' is neither a command nor a file" +
         (nearest.empty() ? "; commands are " + known : ", did you mean " + nearest);
}

/// Options whose values do not go with others; an empty string where all do.
std::string findContradiction(const Options &out) {
  if (out.stage && *out.stage >= Stage::Target)
    return "--stage: expected one of the stages that the reference evaluates, import to bound, found '" +
           getStageName(*out.stage).str() + "'";
  bool isText = out.command == Command::Compile && out.compileTo && *out.compileTo < Stage::Emit;
  if (out.output == "-" && !isText)
    return "-o: only the text of a stage (--compile-to) goes to the standard output, expected a path";
  return "";
}

/// "name:1x3x32".
bool parseShape(StringRef text, ImportOptions &options) {
  auto [name, shape] = text.rsplit(':');
  SmallVector<StringRef> parts;
  shape.split(parts, 'x');
  std::vector<int64_t> extents;
  for (StringRef part : parts) {
    int64_t extent;
    if (part.getAsInteger(10, extent) || extent < 0)
      return false;
    extents.push_back(extent);
  }
  options.inputShapes[name.str()] = extents;
  return !name.empty() && text.contains(':');
}

/// What is wrong with the options that say which samples are read, and how; an empty string where nothing is.
std::string readSampling(SampleOptions &out) {
  for (auto [option, number] : {std::pair(&skip, &out.skip), {&samples, &out.samples}})
    if (StringRef(*option).getAsInteger(10, *number) || *number < 0)
      return "--" + option->ArgStr.str() + ": expected a number of samples, found '" + *option + "'";
  for (auto [option, numbers] : {std::pair(&scale, &out.scale), {&mean, &out.mean}}) {
    Expected<std::vector<double>> parsed = parseChannelNumbers(*option);
    if (!parsed)
      return "--" + option->ArgStr.str() + ": " + toString(parsed.takeError());
    *numbers = std::move(*parsed);
  }
  return "";
}

std::optional<std::string> readStage(const cl::opt<std::string> &option, std::optional<Stage> &stage) {
  if (option.empty())
    return std::nullopt;
  stage = parseStage(option);
  if (stage)
    return std::nullopt;
  return "--" + option.ArgStr.str() + ": expected one of " + listStages() + ", found '" + option + "'";
}

void printVersion(raw_ostream &os) {
  os << "qcompile " << kVersion << " (LLVM " << LLVM_VERSION_STRING << "), reads ONNX up to opset " << getNewestOpset()
     << "\n";
}

/// The command whose options are on the command line.
cl::SubCommand &getSubCommand() {
  for (cl::SubCommand *command : {&compileCommand, &runCommand, &inspectCommand, &checkCommand, &compareCommand,
                                  &compressCommand, &convertCommand, &listCommand, &explainCommand})
    if (*command)
      return *command;
  return cl::SubCommand::getTopLevel();
}

/// An option that is none of the command's: LLVM's parser takes those of `compile` wherever they stand. Empty where
/// there is no such one.
std::string findForeignOption() {
  cl::SubCommand &command = getSubCommand();
  std::string found;
  for (const auto &[name, option] : cl::getRegisteredOptions(cl::SubCommand::getTopLevel())) {
    bool isForeign = option->getNumOccurrences() > 0 && !cl::getRegisteredOptions(command).contains(name);
    if (isForeign && (found.empty() || name < StringRef(found))) // whatever the order of the table
      found = name.str();
  }
  const StringRef dashes = found.size() > 1 ? "--" : "-";
  return found.empty() ? "" : ("'" + command.getName() + "' has no option " + dashes + found).str();
}

bool isGiven(StringRef name) {
  const cl::Option *option = cl::getRegisteredOptions(getSubCommand()).lookup(name);
  return option && option->getNumOccurrences() > 0;
}

Command getCommand() {
  if (runCommand)
    return Command::Run;
  if (inspectCommand)
    return Command::Inspect;
  if (checkCommand)
    return Command::Check;
  if (compareCommand)
    return Command::Compare;
  if (compressCommand)
    return Command::Compress;
  if (convertCommand)
    return Command::Convert;
  if (listCommand)
    return Command::ListBackends;
  return explainCommand ? Command::Explain : Command::Compile;
}

} // namespace

std::variant<Options, int> parseCommandLine(int argc, const char *const *argv) {
  static CompareCommandLine compareLine(category, compareCommand);
  static CompressCommandLine compressLine(category, compressCommand);
  static ConvertCommandLine convertLine(category, convertCommand);
  // Only our options are shown: the LLVM library brings thousands of its own.
  for (cl::SubCommand *command :
       {&cl::SubCommand::getTopLevel(), &compileCommand, &runCommand, &inspectCommand, &checkCommand, &compareCommand,
        &compressCommand, &convertCommand, &listCommand, &explainCommand})
    cl::HideUnrelatedOptions(category, *command);
  cl::SetVersionPrinter(printVersion);
  std::string mistake;
  raw_string_ostream stream(mistake);
  if (!cl::ParseCommandLineOptions(argc, argv, "compiler for quantized ONNX networks\n", &stream)) {
    return usage(describeMistake(mistake, argv[0]));
  }
  if (std::string mistake = findForeignOption(); !mistake.empty())
    return usage(mistake);
  Options out;
  out.command = getCommand();
  out.model = explainCommand ? code : model;
  out.output = output;
  out.session.backend = backend;
  if (out.command == Command::Check && backend.getNumOccurrences()) {
    SmallVector<StringRef> names;
    StringRef(backend).split(names, ',');
    out.backends.assign(names.begin(), names.end());
  }
  out.session.backendOptions = {backendOptions.begin(), backendOptions.end()};
  if (!saveIntermediates.empty())
    out.session.saveIntermediates = saveIntermediates;
  out.plugins = {plugins.begin(), plugins.end()};
  out.inputs = {inputs.begin(), inputs.end()};
  if (StringRef(randomInputs).getAsInteger(10, out.random) || out.random < 0)
    return usage("--random: expected a number of samples, found '" + randomInputs + "'");
  if (StringRef(seed).getAsInteger(10, out.seed))
    return usage("--seed: expected a number, found '" + seed + "'");
  if (std::string mistake = readSampling(out.sampling); !mistake.empty())
    return usage(mistake);
  out.labels = labels;
  out.outputDirectory = outputDirectory;
  out.dumpIntermediates = dumpIntermediates;
  out.backendGiven = backend.getNumOccurrences() > 0;
  out.accumulators = accumulators;
  out.integer = integer;
  out.weights = weights;
  out.html = html;
  out.fromArtifact = fromArtifact || (out.command == Command::Run && sys::fs::is_directory(out.model));
  out.json = json;
  out.jsonDiagnostics = diagnostics == "json";
  out.quiet = quiet;
  out.verbose = verbose;
  if (diagnostics != "text" && diagnostics != "json")
    return usage("--diagnostics: expected text or json, found '" + diagnostics + "'");
  if (!out.inputs.empty())
    out.session.import.getDataShapes = [settings = out.inputs, sampling = out.sampling](ArrayRef<std::string> inputs) {
      return readInputShapes(settings, inputs, sampling);
    };
  for (const std::string &shape : inputShapes)
    if (!parseShape(shape, out.session.import))
      return usage("--input-shape: expected NAME:1x3x32, found '" + shape + "'");
  for (auto problem :
       {readStage(compileTo, out.compileTo), readStage(compileFrom, out.compileFrom), readStage(stage, out.stage)})
    if (problem)
      return usage(*problem);
  if (std::string mistake = findContradiction(out); !mistake.empty())
    return usage(mistake);
  if (out.model.empty() && out.command != Command::ListBackends && out.command != Command::Explain)
    return usage("expected a model file");
  if (out.command == Command::Check && !backendOptions.empty() && out.backends.size() != 1)
    return usage("--backend-opt: expected one backend whose option it is (--backend)");
  if (out.command == Command::Compile && !compileCommand)
    if (std::string mistake = describeWord(out.model); !mistake.empty())
      return usage(mistake);
  bool writes = out.command == Command::Compile || out.command == Command::Compress || out.command == Command::Convert;
  if (writes && out.output.empty())
    return usage("expected -o PATH for the result");
  out.session.import.keepUnknownShapes = out.command == Command::Inspect;
  out.session.import.keepUnknownOperators = out.command == Command::Inspect || out.command == Command::Check;
  if (out.command == Command::Compare)
    if (std::string mistake = compareLine.read(out.compare); !mistake.empty())
      return usage(mistake);
  if (out.command == Command::Compress)
    if (std::string mistake = compressLine.read(out.compress); !mistake.empty())
      return usage(mistake);
  if (out.command == Command::Convert)
    if (std::string mistake = convertLine.read(out.convert); !mistake.empty())
      return usage(mistake);
  if (std::string mistake = findIdleOption(out, isGiven); !mistake.empty())
    return usage(mistake);
  return out;
}

} // namespace qcompile::tool
