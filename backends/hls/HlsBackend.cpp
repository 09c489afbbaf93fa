//===- HlsBackend.cpp - HLS C++ for FPGA dataflow -------------------------===//
#include "backends/hls/HlsBackend.h"

#include <random>

#include "backends/hls/Costs.h"
#include "backends/hls/HostParts.h"
#include "backends/hls/LibraryFiles.h"
#include "backends/hls/Lowering.h"
#include "backends/hls/Report.h"
#include "backends/hls/Simulation.h"
#include "backends/hls/Timing.h"
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h"
#include "backends/hls/emit/EmitTestBench.h"
#include "backends/hls/insert-fifos/HlsInsertFifos.h"
#include "backends/hls/set-folding/HlsSetFolding.h"
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/QnnDialect.h"
#include "passes/bound-accumulators/BoundAccumulators.h"
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"
#include "passes/expand-pq/ExpandPq.h"
#include "passes/lower-padding/LowerPadding.h"
#include "passes/partition-host/PartitionHost.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
namespace json = llvm::json;

namespace qcompile::hls {
namespace {

/// What the host may send: sums are proven for these codes only, and positions in a table lie in it.
qnn::Bounds getSentCodes(BlockArgument argument) {
  qnn::Bounds bounds = qnn::getValueBounds(argument);
  for (Operation *user : argument.getUsers())
    if (auto lookup = dyn_cast<qnn::LookupOp>(user); lookup && lookup.getIndices() == argument) {
      const int64_t rows = cast<RankedTensorType>(lookup.getTable().getType()).getDimSize(0);
      bounds.low = std::max(bounds.low, -rows);
      bounds.high = std::min(bounds.high, rows - 1);
    }
  return bounds;
}

/// Random codes of the core's inputs and what the reference evaluator gives for them.
Expected<TestVectors> makeTestVectors(func::FuncOp core) {
  Expected<Evaluator> evaluator = Evaluator::create(core);
  if (!evaluator)
    return evaluator.takeError();
  // Some samples, of large ones fewer: the test bench is source code.
  constexpr int64_t mostSamples = 8, mostCodes = 100'000;
  int64_t codesPerSample = 1;
  for (ArrayRef<runtime::Port> ports : {evaluator->inputs(), evaluator->outputs()})
    for (const runtime::Port &port : ports)
      codesPerSample += runtime::NumElements(port.shape);
  TestVectors vectors;
  vectors.samples = std::clamp<int64_t>(mostCodes / codesPerSample, 1, mostSamples);
  std::mt19937_64 random(1);
  for (int64_t sample = 0; sample < vectors.samples; ++sample) {
    std::vector<runtime::Tensor> inputs;
    for (auto [index, port] : enumerate(evaluator->inputs())) {
      const qnn::Bounds bounds = getSentCodes(core.getArgument(index));
      // Not std::uniform_int_distribution, which differs between libraries.
      const uint64_t span = uint64_t(bounds.high) - uint64_t(bounds.low) + 1;
      std::vector<int64_t> codes(runtime::NumElements(port.shape));
      for (int64_t &code : codes) {
        uint64_t offset = span ? random() % span : random();
        if (port.type.kind == runtime::TypeKind::kBipolar)
          offset = random() % 2 * 2;
        code = int64_t(uint64_t(bounds.low) + offset);
      }
      auto tensor = runtime::Tensor::FromIntegers(port.type, port.shape, codes);
      if (!tensor.ok())
        return toError(tensor.status());
      vectors.inputs.insert(vectors.inputs.end(), codes.begin(), codes.end());
      inputs.push_back(std::move(*tensor));
    }
    Expected<std::vector<runtime::Tensor>> outputs = evaluator->run(inputs);
    if (!outputs)
      return outputs.takeError();
    for (const runtime::Tensor &output : *outputs)
      llvm::append_range(vectors.outputs, output.ToIntegers());
  }
  return vectors;
}

Expected<DesignOp> findDesign(ModuleOp module) {
  auto design = module.lookupSymbol<DesignOp>(kDesign);
  if (!design)
    return createStringError("expected a module with 'hls.design @" + kDesign + "'");
  return design;
}

class HlsSession : public BackendSession {
public:
  explicit HlsSession(OptionValues options) : options(std::move(options)) {}

  Capability checkSupport(Operation *op) const override { return checkOperation(op); }

  /// Folding and queues depend on options, not on the model, and take their time.
  void buildCheckPipeline(OpPassManager &pm) const override {
    pm.addNestedPass<func::FuncOp>(createExpandConvTranspose());
    pm.addNestedPass<func::FuncOp>(createExpandPq());
    // A 2-bit datapath for the layer: corrections would need adders and their memory behind it.
    LowerPaddingOptions padding;
    padding.mode = PaddingMode::Widen;
    pm.addNestedPass<func::FuncOp>(createLowerPadding(padding));
    pm.addNestedPass<func::FuncOp>(createBoundAccumulators());
    ChooseLayoutOptions layout;
    layout.layout = ChannelLayout::Last;
    layout.border = TransposeBorder::Floats; // the host moves elements for nothing
    pm.addNestedPass<func::FuncOp>(createChooseLayout(layout));
    pm.addPass(createPartitionHost());
    pm.addPass(createConvertQnnToHls());
  }

  void buildPipeline(OpPassManager &pm) const override {
    buildCheckPipeline(pm);
    HlsSetFoldingOptions folding;
    folding.targetCycles = options.getInteger("target-cycles");
    folding.weightStreamBits = options.getInteger("weight-stream-bits");
    folding.folding = options.getString("folding").str();
    folding.multiplier = options.getString("multiplier").str();
    folding.weightMemory = options.getString("weight-memory").str();
    pm.addPass(createHlsSetFolding(folding));
    pm.addPass(createHlsInsertFifos());
  }

  Error emit(ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const override {
    Expected<DesignOp> design = findDesign(module);
    if (!design)
      return design.takeError();
    if (Error error = checkLimits(*design))
      return error;
    if (Error error = checkSchedule(*design))
      return error;
    if (Error error = checkInterface(*design))
      return error;
    auto core = module.lookupSymbol<func::FuncOp>((*design).getImplements());
    Expected<TestVectors> vectors = makeTestVectors(core);
    if (!vectors)
      return vectors.takeError();
    std::vector<EmittedFile> files = emitDesign(*design, info.name, getInterface());
    llvm::append_range(files, emitTestBench(*design, info.name, getInterface(), *vectors));
    llvm::append_range(files,
                       emitScripts(*design, info.name, options.getString("part"), options.getInteger("clock-mhz")));
    for (const LibraryFile &file : kLibraryFiles)
      files.push_back({std::string("qcompile_hls/") + file.name, "header",
                       "the library that the design is written with", file.contents});
    if (Error error = addHostParts(module, *design, info, files))
      return error;
    for (const EmittedFile &file : files)
      if (Error error = sink.write(file.name, file.kind, file.description, file.contents))
        return error;
    return Error::success();
  }

  json::Object report(ModuleOp module) const override {
    Expected<DesignOp> design = findDesign(module);
    if (!design) {
      consumeError(design.takeError());
      return {};
    }
    return makeReport(module, *design, options.getInteger("clock-mhz"));
  }

  Expected<std::unique_ptr<Executable>> open(StringRef directory, const ModelInfo &info) const override {
    return openArtifact(directory, info.name);
  }

private:
  Interface getInterface() const {
    return options.getString("interface") == "memory" ? Interface::Memory : Interface::Stream;
  }

  /// The emitted loops count in 32 bits.
  static Error checkLimits(DesignOp design) {
    for (Operation &op : design.getBlock())
      if (int64_t cycles = getCost(&op).cycles; cycles > INT32_MAX)
        return createStringError(
            llvm::formatv("node '{0}': expected a stage of at most {1} clocks per sample, found {2}: choose more "
                          "folding",
                          onnx::describe(&op), INT32_MAX, cycles));
    return Error::success();
  }

  /// Depths of queues may have been edited: a design that comes to a standstill is refused. When a
  /// stage reads and writes does not depend on data, so this holds for every input.
  static Error checkSchedule(DesignOp design) {
    DesignSchedule timing(design);
    std::optional<Schedule> schedule = simulateDesign(timing);
    if (!schedule || !schedule->deadlock)
      return Error::success();
    std::vector<std::string> waiting;
    for (size_t stage : schedule->stuck)
      waiting.push_back(onnx::describe(timing.operations[stage]));
    return createStringError("expected queues deep enough for every stage to go on, found a "
                             "standstill with these waiting for each other: " +
                             llvm::join(waiting, ", "));
  }

  /// Memory ports are at most 1024 bits wide.
  Error checkInterface(DesignOp design) const {
    if (getInterface() == Interface::Stream)
      return Error::success();
    DesignPorts ports = getPorts(design);
    for (const auto *list : {&ports.inputs, &ports.outputs})
      for (const DesignPort &port : *list)
        if (port.getContainerBits() > 1024)
          return createStringError(
              llvm::formatv("expected words of at most 1024 bits at a memory interface, found {0} bits at '{1}': "
                            "choose less folding or interface=stream",
                            port.getContainerBits(), port.name));
    return Error::success();
  }

  Error addHostParts(ModuleOp module, DesignOp design, const ModelInfo &info, std::vector<EmittedFile> &files) const {
    Expected<HostParts> parts = HostParts::create(module);
    if (!parts)
      return parts.takeError();
    json::Object ports = parts->toJson();
    ports["estimate"] = estimateDesign(design, options.getInteger("clock-mhz"));
    files.push_back({info.name + ".ports.json", "ports", "types of ports and how the parts connect",
                     llvm::formatv("{0:2}\n", json::Value(std::move(ports)))});
    files.push_back({"host_before.qcp", "program", "what the host computes before the design",
                     runtime::SerializeProgram(parts->before)});
    files.push_back({"host_after.qcp", "program", "what the host computes after the design",
                     runtime::SerializeProgram(parts->after)});
    return Error::success();
  }

  OptionValues options;
};

} // namespace

std::vector<OptionSpec> HlsBackend::options() const {
  return {
      OptionSpec::integer("target-cycles", 1000, 1, INT64_C(1) << 40,
                          "clocks per sample that every stage stays below where it can"),
      OptionSpec::string("folding", "",
                         "PE:SIMD of every matrix-vector unit in order, separated by commas, '-' for "
                         "the choice by target-cycles"),
      OptionSpec::integer("weight-stream-bits", 36, 1, 4096,
                          "bits of weights that a processing element takes per clock"),
      OptionSpec::choice("multiplier", {"lut", "dsp"}, "what multiplies"),
      OptionSpec::choice("weight-memory", {"auto", "block", "distributed"},
                         "where weights lie; auto: block memory for more than 128 words"),
      OptionSpec::choice("interface", {"stream", "memory"},
                         "ports of the top function: AXI streams or memory through AXI"),
      OptionSpec::integer("clock-mhz", 100, 1, 2000, "clock of the design in MHz"),
      OptionSpec::string("part", "xc7z020clg400-1", "device in the script for the vendor's tool"),
  };
}

void HlsBackend::registerDialects(DialectRegistry &registry) const { registry.insert<HlsDialect>(); }

void HlsBackend::registerPasses() const {
  registerConvertQnnToHls();
  registerHlsSetFolding();
  registerHlsInsertFifos();
}

Expected<std::unique_ptr<BackendSession>> HlsBackend::createSession(const OptionValues &options) const {
  // The device's name goes into a script.
  StringRef part = options.getString("part");
  if (part.empty() || !llvm::all_of(part, [](char c) { return llvm::isAlnum(c) || c == '-' || c == '_'; }))
    return createStringError("option 'part': expected letters, digits, '-' and '_', found '" + part + "'");
  return std::make_unique<HlsSession>(options);
}

} // namespace qcompile::hls
