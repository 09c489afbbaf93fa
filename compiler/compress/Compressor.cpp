//===- Compressor.cpp - Steps on a model, and what becomes of it ----------===//
#include "compiler/compress/Compressor.h"

#include <thread>

#include "compiler/compress/PassCatalog.h"
#include "compiler/frontend/export/Export.h"
#include "compiler/io/InputData.h"
#include "compiler/session/ReferenceExecutable.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

static bool runStep(Session &session, const Step &step, ArrayRef<std::string> calibration, std::string &error) {
  mlir::PassManager pm(&session.context(), mlir::ModuleOp::getOperationName());
  raw_string_ostream os(error);
  if (failed(mlir::parsePassPipeline(formatPipeline(step, calibration), pm, os))) {
    error = "it cannot be built: " + StringRef(error).trim().str();
    return false;
  }
  if (succeeded(pm.run(session.module())))
    return true;
  error = "it failed without a message";
  return false;
}

CompressedModel Compressor::run(ArrayRef<Step> steps, ArrayRef<std::string> calibration, bool keepModels,
                                const std::function<void(const Diagnostic &)> &onDiagnostic) const {
  CompressedModel out;
  SessionOptions options = host.getOptions();
  options.saveIntermediates.reset();
  Session session(options);
  session.shareBackends(host);
  session.onDiagnostic = [&](const Diagnostic &diagnostic) {
    if (diagnostic.severity == Diagnostic::Severity::Error && out.error.empty())
      out.error = diagnostic.message;
    if (onDiagnostic)
      onDiagnostic(diagnostic);
  };
  auto fail = [&](const Step *step, const std::string &message) {
    if (session.outcome() == Outcome::Success)
      session.fail(Outcome::InvalidModel, Code::P001,
                   (step ? "step '" + describeStep(*step) + "': " : std::string()) + message);
    out.outcome = session.outcome();
    return std::move(out);
  };
  if (!session.load(path) || !session.runTo(Stage::Normalise))
    return fail(nullptr, "the model cannot be read");
  auto function = [&] { return session.module().lookupSymbol<mlir::func::FuncOp>("main"); };
  size_t known = 0;
  std::vector<LayerReport> reports;
  for (const Step &step : steps) {
    std::string error;
    if (!runStep(session, step, calibration, error))
      return fail(&step, error);
    Expected<std::vector<LayerReport>> read = readReports(function());
    if (!read) {
      session.fail(Outcome::Internal, Code::P010, "step '" + describeStep(step) + "': " + toString(read.takeError()));
      return fail(&step, "");
    }
    reports = std::move(*read);
    StepResult result{step, {}, getModelCost(function(), reports), ""};
    for (size_t i = std::min(known, reports.size()); i < reports.size(); ++i)
      result.reports.push_back(reports[i]);
    known = reports.size();
    if (keepModels) {
      std::optional<std::string> bytes = exportOnnx(function());
      if (!bytes)
        return fail(&step, "its result cannot be written as ONNX");
      result.model = std::move(*bytes);
    }
    out.steps.push_back(std::move(result));
  }
  std::optional<std::string> bytes = exportOnnx(function());
  if (!bytes)
    return fail(nullptr, "the result cannot be written as ONNX");
  out.model = std::move(*bytes);
  out.cost = getModelCost(function(), reports);
  return out;
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// Whether every layer has quantized inputs and weights: others never become integers.
static bool mayBecomeInteger(mlir::func::FuncOp function) {
  return all_of(getModelCost(function, {}).layers,
                [](const LayerCost &layer) { return layer.inputBits < 32 && layer.weightBits < 32; });
}

/// Whether the integer form has operations that stay float, other than at its borders.
static bool hasFloatOperations(mlir::ModuleOp module) {
  bool found = false;
  module.walk(
      [&](mlir::Operation *op) { found |= op->getName().getDialectNamespace() == "onnx" && op->getNumOperands() > 0; });
  return found;
}

/// Runs batches on several evaluators at once; each batch gives what it would give alone.
static Expected<std::vector<Executable::Tensors>> runReference(mlir::ModuleOp module,
                                                               ArrayRef<Executable::Tensors> batches) {
  size_t count = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
  count = std::max<size_t>(1, std::min(count, batches.size()));
  std::vector<std::unique_ptr<ReferenceExecutable>> executables;
  for (size_t i = 0; i < count; ++i) {
    auto executable = ReferenceExecutable::create(module);
    if (!executable)
      return executable.takeError();
    executables.push_back(std::move(*executable));
  }
  std::vector<std::vector<Executable::Tensors>> results(count);
  std::vector<std::string> errors(count);
  auto work = [&](size_t i) {
    size_t first = batches.size() * i / count, last = batches.size() * (i + 1) / count;
    auto outputs = executables[i]->run(batches.slice(first, last - first));
    if (outputs)
      results[i] = std::move(*outputs);
    else
      errors[i] = toString(outputs.takeError());
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < count; ++i)
    threads.emplace_back(work, i);
  work(0);
  for (std::thread &thread : threads)
    thread.join();
  std::vector<Executable::Tensors> out;
  for (size_t i = 0; i < count; ++i) {
    if (!errors[i].empty())
      return createStringError(errors[i]);
    move(results[i], std::back_inserter(out));
  }
  return out;
}

Expected<std::vector<Tensor>> Compressor::computeOutputs(StringRef model, const InputBatches &inputs) const {
  SessionOptions options;
  options.backend = "cpu";
  Session session(options);
  session.shareBackends(host);
  std::string error = "the compressed model cannot be read back";
  session.onDiagnostic = [&](const Diagnostic &diagnostic) {
    if (diagnostic.severity == Diagnostic::Severity::Error)
      error = diagnostic.message;
  };
  if (!session.loadBytes(model, sys::path::filename(path)) || !session.runTo(Stage::Normalise))
    return createStringError(error);
  Expected<std::vector<Executable::Tensors>> results = std::vector<Executable::Tensors>();
  mlir::OwningOpRef<mlir::ModuleOp> normalised(session.module().clone());
  std::unique_ptr<Executable> executable;
  if (mayBecomeInteger(normalised->lookupSymbol<mlir::func::FuncOp>("main")) && session.runTo(Stage::Bound) &&
      !hasFloatOperations(session.module()) && session.runTo(Stage::Target))
    executable = session.prepare();
  results = executable ? executable->run(inputs.batches) : runReference(*normalised, inputs.batches);
  if (!results)
    return results.takeError();
  std::vector<Tensor> out;
  for (size_t port = 0; port < (results->empty() ? 0 : results->front().size()); ++port) {
    std::vector<Tensor> parts;
    for (const Executable::Tensors &batch : *results)
      parts.push_back(batch[port]);
    out.push_back(joinBatches(parts, inputs));
  }
  if (out.empty())
    return createStringError("the model has no outputs, or there are no samples");
  return out;
}

} // namespace qcompile::compress
