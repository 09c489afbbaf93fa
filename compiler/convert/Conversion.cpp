//===- Conversion.cpp - Models in another quantized format ----------------===//
#include "compiler/convert/Conversion.h"

#include <algorithm>

#include "compiler/convert/IntegerProofs.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h"
#include "passes/expand-channels-last/ExpandChannelsLast.h"
#include "passes/expand-pq/ExpandPq.h"
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h"
#include "passes/normalise-quantization/NormaliseQuantization.h"
#include "passes/write-qdq/WriteQdq.h"
#include "passes/write-qonnx/WriteQonnx.h"

using namespace mlir;

namespace qcompile::convert {

static constexpr std::pair<Format, llvm::StringLiteral> kFormats[] = {{Format::Qonnx, "qonnx"},
                                                                      {Format::Qcdq, "qcdq"},
                                                                      {Format::Qdq, "qdq"},
                                                                      {Format::Qop, "qop"},
                                                                      {Format::Multithreshold, "multithreshold"}};

std::optional<Format> parseFormat(StringRef name) {
  for (auto [format, text] : kFormats)
    if (text == name)
      return format;
  return std::nullopt;
}

std::string listFormats() {
  std::string out;
  for (auto [format, text] : kFormats)
    out += (out.empty() ? "" : ", ") + text.str();
  return out;
}

/// Up to the normal form; of the target that works on integers, to these.
static void populateNormalForm(OpPassManager &pm, Format format) {
  populateStagePipeline(pm, Stage::Fold);
  if (format == Format::Multithreshold) {
    for (Stage stage : {Stage::Normalise, Stage::Integer, Stage::Bound})
      populateStagePipeline(pm, stage);
    pm.nest<func::FuncOp>().addPass(createExpandPq());
    return;
  }
  pm.nest<func::FuncOp>().addPass(createNormaliseQuantization());
  if (format != Format::Qonnx)
    pm.nest<func::FuncOp>().addPass(createExpandChannelsLast());
}

static void populateTarget(OpPassManager &pm, const ConversionOptions &options) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  if (options.format == Format::Multithreshold) {
    functions.addPass(createConvertQnnToMultithreshold(ConvertQnnToMultithresholdOptions{options.allowApproximate}));
    return;
  }
  if (options.format == Format::Qonnx) {
    functions.addPass(createWriteQonnx(WriteQonnxOptions{options.allowApproximate}));
    return;
  }
  WriteQdqOptions qdq;
  qdq.clip = options.format != Format::Qdq;
  qdq.smallTypes = options.smallTypes;
  qdq.opset = options.file.opset.value_or(0);
  qdq.allowApproximate = options.allowApproximate;
  functions.addPass(createWriteQdq(qdq));
  if (options.format == Format::Qop)
    functions.addPass(createFuseQuantizedOperators());
}

static bool run(Session &session, llvm::function_ref<void(OpPassManager &)> populate) {
  PassManager pm(&session.context(), ModuleOp::getOperationName());
  populate(pm);
  return succeeded(pm.run(session.module())) || session.outcome() != Outcome::Success ||
         session.fail(Outcome::Internal, Code::P001, "the conversion failed without a message");
}

std::optional<std::string> convertModel(Session &session, const ConversionOptions &options) {
  run(session, [&](OpPassManager &pm) { populateNormalForm(pm, options.format); });
  if (session.outcome() != Outcome::Success)
    return std::nullopt;
  if (options.format != Format::Multithreshold)
    proveRoundings(session.module(), options.format == Format::Qonnx);
  if (options.format != Format::Multithreshold && options.format != Format::Qonnx)
    noteTruncatedCodes(session.module());
  run(session, [&](OpPassManager &pm) { populateTarget(pm, options); });
  if (session.outcome() != Outcome::Success)
    return std::nullopt;
  auto main = session.module().lookupSymbol<func::FuncOp>("main");
  ExportOptions file = options.file;
  if (!file.opset) {
    OpsetRange range = getOpsetRange(main);
    file.opset = std::clamp(session.importReport().opset, range.oldest, std::max(range.oldest, range.newest));
  }
  return exportOnnx(main, file);
}

} // namespace qcompile::convert
