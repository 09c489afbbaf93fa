//===- ImcSession.cpp - One compilation for the macro ---------------------===//
#include "backends/imc/ImcSession.h"

#include "backends/imc/Artifact.h"
#include "backends/imc/ImcExecutable.h"
#include "backends/imc/LayerPlan.h"
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h"
#include "backends/imc/dialect/InstructionConversion.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/bound-accumulators/BoundAccumulators.h"
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"
#include "passes/expand-pq/ExpandPq.h"
#include "passes/lower-padding/LowerPadding.h"
#include "passes/partition-host/PartitionHost.h"
#include "runtime/imc/simulator.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;

namespace qcompile::imc {

//===----------------------------------------------------------------------===//
// Capability
//===----------------------------------------------------------------------===//

/// Whether operands and results are codes: an operation with a float operand or result is one of
/// the host.
static bool isInteger(Operation *op) {
  auto isCode = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && qnn::isCodeType(type.getElementType());
  };
  return llvm::all_of(op->getOperands(), isCode) && llvm::all_of(op->getResults(), isCode);
}

static Capability toCapability(llvm::Error error) {
  if (error)
    return Capability::no(llvm::toString(std::move(error)));
  return Capability::yes();
}

/// Tries a layer alone on the target; whether all tensors fit together shows when memory is
/// planned.
static llvm::Error tryLayer(const LayerPlan &plan, const rt::Target &target) {
  LayerAddresses at;
  int64_t next = 0;
  auto place = [&](SmallVectorImpl<int64_t> &addresses, int64_t bytes) {
    addresses.push_back(next);
    next += bytes;
  };
  for (auto [values, addresses] : {std::pair(&plan.inputs, &at.inputs), std::pair(&plan.outputs, &at.outputs)})
    for (Value value : *values) {
      llvm::Expected<int64_t> bytes = getActivationBytes(value.getType());
      if (!bytes)
        return bytes.takeError();
      place(*addresses, *bytes);
    }
  for (const runtime::Tensor &table : plan.tables)
    place(at.tables, getActivationBytes(table));
  if (next > target.activation_bytes)
    return llvm::createStringError("operands and results take " + Twine(next) +
                                   " bytes, the target has activation_bytes=" + Twine(target.activation_bytes));
  rt::CodeGenerator generator(target);
  return toError(plan.emit(generator, at));
}

Capability ImcSession::checkSupport(Operation *op) const {
  if (!isa<qnn::QnnDialect>(op->getDialect()) || !isInteger(op) || needsNoPlan(op))
    return Capability::yes();
  // Rewritten before the conversion, whatever its shape.
  if (isa<qnn::ConvTransposeOp>(op))
    return Capability::yes();
  if (auto pq = dyn_cast<qnn::PqOp>(op))
    return toCapability(checkPqExpansion(pq));
  llvm::Expected<LayerPlan> plan = planLayer(op, /*anyLayout=*/true);
  return toCapability(plan ? tryLayer(*plan, target) : plan.takeError());
}

//===----------------------------------------------------------------------===//
// Pipeline and artifacts
//===----------------------------------------------------------------------===//

void ImcSession::buildPipeline(OpPassManager &pm) const {
  pm.addNestedPass<func::FuncOp>(createExpandConvTranspose());
  // Scores and look-ups of 32 bits and what they come from, beside each other, in half of the memory.
  pm.addNestedPass<func::FuncOp>(createExpandPq({.maxElements = target.activation_bytes / 16}));
  // One more bit plane: corrections would take a tensor of wide sums to the vector unit.
  pm.addNestedPass<func::FuncOp>(createLowerPadding({.mode = PaddingMode::Widen}));
  pm.addNestedPass<func::FuncOp>(createBoundAccumulators());
  // The host moves elements before it quantizes them.
  pm.addNestedPass<func::FuncOp>(
      createChooseLayout({.layout = ChannelLayout::Last, .border = TransposeBorder::Floats}));
  pm.addPass(createPartitionHost());
  pm.addPass(createConvertQnnToImc({.target = rt::TargetToString(target)}));
}

llvm::Error ImcSession::emit(ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const {
  llvm::Expected<CompiledModel> model = compileModule(module);
  if (!model)
    return model.takeError();
  return writeArtifact(*model, info, sink);
}

llvm::Expected<std::unique_ptr<Executable>> ImcSession::prepare(ModuleOp module, const ModelInfo &) const {
  llvm::Expected<CompiledModel> model = compileModule(module);
  if (!model)
    return model.takeError();
  return ImcExecutable::create(std::move(*model));
}

llvm::Expected<std::unique_ptr<Executable>> ImcSession::open(llvm::StringRef directory, const ModelInfo &info) const {
  llvm::Expected<CompiledModel> model = readArtifact(directory, info);
  if (!model)
    return model.takeError();
  return ImcExecutable::create(std::move(*model));
}

//===----------------------------------------------------------------------===//
// Report
//===----------------------------------------------------------------------===//

static llvm::json::Array hostOperations(LoweredModule &lowered) {
  llvm::json::Array out;
  for (func::FuncOp part : {lowered.before, lowered.after})
    for (Operation &op : part.front().without_terminator())
      if (!isConstantOperation(&op))
        out.push_back(llvm::json::Object{
            {"node", onnx::describe(&op)}, {"operation", op.getName().getStringRef()}, {"part", part.getName()}});
  return out;
}

/// Cycles by source node, in the order of the program.
static llvm::json::Array layerCycles(ArrayRef<Operation *> operations, const rt::Report &report) {
  llvm::MapVector<StringRef, std::pair<int64_t, int64_t>> layers;
  for (auto [op, cycles] : llvm::zip(operations, report.instruction_cycles)) {
    auto &[instructions, sum] = layers[onnx::getNodeName(op->getLoc())];
    ++instructions;
    sum += cycles;
  }
  llvm::json::Array out;
  for (const auto &[node, sums] : layers)
    out.push_back(llvm::json::Object{{"node", node}, {"instructions", sums.first}, {"cycles", sums.second}});
  return out;
}

/// Inputs that every program accepts: zeros, which no lookup refuses, or -1 where there is no zero.
static std::vector<runtime::Tensor> neutralInputs(const rt::Program &program) {
  std::vector<runtime::Tensor> inputs;
  for (const rt::Port &port : program.ports) {
    if (port.is_output)
      continue;
    std::vector<int64_t> values(port.elements, port.type.Contains(0) ? 0 : -1);
    auto tensor = runtime::Tensor::FromIntegers(port.type, {port.elements}, values);
    if (tensor.ok())
      inputs.push_back(*std::move(tensor));
  }
  return inputs;
}

llvm::json::Object ImcSession::report(ModuleOp module) const {
  llvm::Expected<LoweredModule> lowered = LoweredModule::get(module);
  if (!lowered) {
    llvm::consumeError(lowered.takeError());
    return {};
  }
  llvm::json::Object out{{"host_operations", hostOperations(*lowered)}};
  SmallVector<Operation *> operations;
  llvm::Expected<rt::Program> program = toProgram(lowered->core, &operations);
  if (!program) {
    llvm::consumeError(program.takeError());
    return out;
  }
  absl::StatusOr<rt::Simulator> simulator = rt::Simulator::Create(*program);
  if (!simulator.ok() || !simulator->Run(neutralInputs(*program)).ok())
    return out;
  const rt::Report &report = simulator->report();
  llvm::json::Object costs = toJson(report, simulator->program().target);
  costs["layers"] = layerCycles(operations, report);
  costs["target"] = rt::TargetToString(simulator->program().target);
  out["imc_per_batch"] = std::move(costs);
  return out;
}

} // namespace qcompile::imc
