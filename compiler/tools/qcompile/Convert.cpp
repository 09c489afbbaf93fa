//===- Convert.cpp - qcompile convert -------------------------------------===//
#include "compiler/compare/Comparison.h"
#include "compiler/convert/Conversion.h"
#include "compiler/convert/FreeBatch.h"
#include "compiler/io/InputData.h"
#include "compiler/io/WriteFile.h"
#include "compiler/tools/qcompile/Commands.h"
#include "compiler/tools/qcompile/RandomInputs.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

/// How many samples are compared where neither --input nor --random says it: all tensors of both sides are held until
/// the end, and those of big pictures fill gigabytes.
static int64_t chooseSamples(Session &session, ArrayRef<runtime::Port> ports) {
  constexpr int64_t kMost = 16, kElements = int64_t(1) << 26; // values and codes of both sides in some three gigabytes
  int64_t elements = 1;
  session.module().walk([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes())
      if (auto tensor = dyn_cast<mlir::RankedTensorType>(type);
          tensor && tensor.hasStaticShape() && op->getNumOperands())
        elements += tensor.getNumElements();
  });
  return fillBatches(std::clamp<int64_t>(kElements * getBatchSize(ports) / elements, 1, kMost), ports);
}

static Expected<InputBatches> getInputs(Session &session, const Options &options, Executable &executable,
                                        Messages &messages) {
  if (!options.inputs.empty())
    return readInputs(
        options.inputs, executable.inputs(), [&](const std::string &text) { messages.note(text); }, options.sampling);
  const int64_t count =
      options.random ? fillBatches(options.random, executable.inputs()) : chooseSamples(session, executable.inputs());
  return drawInputs(session, executable, options, count, messages);
}

/// Evaluates the source and the file that was written, tensor by tensor. Nothing after an error.
static std::optional<std::vector<compare::TensorRow>> compareWithFile(Session &session, const Options &options,
                                                                      Messages &messages, InputBatches &inputs) {
  std::string stage = getStageName(Stage::Normalise).str();
  compare::Comparison comparison(session.getOptions(), session);
  comparison.onDiagnostic = session.onDiagnostic;
  for (int side : {0, 1}) {
    compare::SideSpec source{stage, options.model, options.compileFrom}, written{stage, options.output, std::nullopt};
    if (!comparison.load(side, side ? written : source)) {
      session.adoptOutcome(comparison.session(side).outcome());
      return std::nullopt;
    }
    if (side == 0) {
      Expected<InputBatches> read = getInputs(comparison.session(0), options, comparison.executable(0), messages);
      if (!read) {
        session.failInput(read.takeError());
        return std::nullopt;
      }
      inputs = std::move(*read);
    }
    Error error = comparison.setInputs(side, inputs);
    if (!error)
      error = comparison.run(side);
    if (error) {
      session.fail(Outcome::InvalidModel, Code::R001, toString(std::move(error)));
      return std::nullopt;
    }
  }
  return comparison.compare([&](const std::string &text) { messages.note(text); });
}

static void verify(Session &session, const Options &options, Messages &messages) {
  InputBatches inputs;
  std::optional<std::vector<compare::TensorRow>> rows = compareWithFile(session, options, messages, inputs);
  if (!rows)
    return;
  // Tensors of the integer form have the names of those that they stand for, and other scales.
  bool outputsOnly = options.convert.conversion.format == convert::Format::Multithreshold;
  size_t compared = 0;
  for (const compare::TensorRow &row : *rows) {
    if (outputsOnly && !StringRef(row.name).starts_with("output "))
      continue;
    ++compared;
    if (!row.differing)
      continue;
    session.fail(Outcome::Different, Code::X003,
                 "'" + options.output + "': tensor '" + row.name + "' is the first that differs from '" +
                     options.model + "', in " + std::to_string(row.differing) + " of " + std::to_string(row.elements) +
                     " elements");
    return;
  }
  messages.note("verified: " + std::to_string(compared) + " tensors are equal on " + std::to_string(inputs.samples) +
                " samples");
}

/// The bytes of the same model for two samples; nothing where it has no such form.
static std::optional<std::string> convertForTwo(Session &session, const Options &options,
                                                const std::map<std::string, std::vector<int64_t>> &shapes) {
  SessionOptions two = session.getOptions();
  two.import.inputShapes = shapes;
  Session other(two);
  other.shareBackends(session);
  if (!other.load(options.model))
    return std::nullopt;
  return convert::convertModel(other, options.convert.conversion);
}

/// The shapes of inputs whose number of samples is open, for two of them; and those that were given.
static std::map<std::string, std::vector<int64_t>> getShapesForTwo(Session &session) {
  auto shapes = session.getOptions().import.inputShapes;
  auto main = session.module().lookupSymbol<mlir::func::FuncOp>("main");
  for (mlir::BlockArgument input : main.getArguments()) {
    auto name = main.getArgAttrOfType<mlir::StringAttr>(input.getArgNumber(), kPortNameAttr);
    auto type = dyn_cast<mlir::RankedTensorType>(input.getType());
    if (!name || !type || !session.importReport().freeBatches.contains(name.getValue().str()))
      continue;
    std::vector<int64_t> &shape = shapes[name.getValue().str()] = type.getShape().vec();
    shape.front() = 2;
  }
  return shapes;
}

/// The file, with the number of samples open where it was so in the source.
static std::optional<std::string> convertFree(Session &session, const Options &options, Messages &messages) {
  const std::map<std::string, std::string> &batches = session.importReport().freeBatches;
  const bool isFree = !options.compileFrom && !batches.empty() && session.importReport().batchCoupling.empty();
  // The conversion changes the module.
  auto shapes = isFree ? getShapesForTwo(session) : std::map<std::string, std::vector<int64_t>>();
  std::optional<std::string> one = convert::convertModel(session, options.convert.conversion);
  if (!one || !isFree)
    return one;
  std::optional<std::string> two = convertForTwo(session, options, shapes);
  std::optional<std::string> free = two ? convert::freeBatch(*one, *two, batches.begin()->second) : std::nullopt;
  if (!free)
    messages.note("the file takes one sample at a time: its operations depend on the number of samples");
  return free ? free : one;
}

int convertModel(Session &session, const Options &options, Messages &messages) {
  if (!loadModel(session, options, messages))
    return int(session.outcome());
  std::optional<std::string> bytes = convertFree(session, options, messages);
  if (!bytes)
    return int(session.outcome());
  if (Error error = writeFile(options.output, [&](raw_ostream &os) { os << *bytes; })) {
    session.fail(Outcome::FileSystem, Code::U003, toString(std::move(error)));
    return int(session.outcome());
  }
  messages.note("wrote " + options.output);
  if (options.convert.verify)
    verify(session, options, messages);
  return int(session.outcome());
}

} // namespace qcompile::tool
