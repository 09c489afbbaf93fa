//===- ImcSession.cpp - One compilation for the macro ---------------------===//
#include "backends/imc/ImcSession.h"

#include "backends/imc/Artifact.h"
#include "backends/imc/ImcExecutable.h"
#include "backends/imc/LayerConversion.h"
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h"
#include "backends/imc/dialect/InstructionConversion.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/partition-host/PartitionHost.h"
#include "runtime/imc/simulator.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/TypeSwitch.h"

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
template <typename Layer>
static Capability tryLayer(llvm::Expected<Layer> layer, const rt::Target &target,
                           int64_t inputBytes,
                           absl::Status (rt::CodeGenerator::*emit)(const Layer &)) {
  if (!layer)
    return toCapability(layer.takeError());
  layer->output_address = inputBytes;
  rt::CodeGenerator generator(target);
  return toCapability(toError((generator.*emit)(*layer)));
}

Capability ImcSession::checkSupport(Operation *op) const {
  if (!isa<qnn::QnnDialect>(op->getDialect()) || isa<qnn::ConstantOp>(op) || !isInteger(op))
    return Capability::yes();
  for (Value value : {op->getOperand(0), Value(op->getResult(0))}) {
    // The sum of a fused layer never leaves the accumulators.
    auto matmul = value.getDefiningOp<qnn::MatMulOp>();
    if (matmul && getFusedThreshold(matmul))
      continue;
    if (llvm::Expected<int64_t> bytes = getActivationBytes(value.getType()); !bytes)
      return toCapability(bytes.takeError());
  }
  auto inputBytes = [&] { return llvm::cantFail(getActivationBytes(op->getOperand(0).getType())); };
  return llvm::TypeSwitch<Operation *, Capability>(op)
      .Case([&](qnn::MatMulOp matmul) {
        return tryLayer(toMatmulLayer(matmul), target, inputBytes(),
                        &rt::CodeGenerator::EmitMatmul);
      })
      .Case([&](qnn::ThresholdOp threshold) {
        if (isFused(threshold))
          return Capability::yes();
        return tryLayer(toThresholdLayer(threshold), target, inputBytes(),
                        &rt::CodeGenerator::EmitThreshold);
      })
      .Case([&](qnn::TransposeOp transpose) {
        return tryLayer(toTransposeLayer(transpose), target, inputBytes(),
                        &rt::CodeGenerator::EmitTranspose);
      })
      .Case([](qnn::ReshapeOp) { return Capability::yes(); })
      .Default([](Operation *other) {
        return Capability::no(
            ("the macro has no instruction for '" + other->getName().getStringRef() + "'").str());
      });
}

//===----------------------------------------------------------------------===//
// Pipeline and artifacts
//===----------------------------------------------------------------------===//

void ImcSession::buildPipeline(OpPassManager &pm) const {
  pm.addPass(createPartitionHost());
  pm.addPass(createConvertQnnToImc({.target = rt::TargetToString(target)}));
}

llvm::Error ImcSession::emit(ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const {
  llvm::Expected<CompiledModel> model = compileModule(module);
  if (!model)
    return model.takeError();
  return writeArtifact(*model, info, sink);
}

llvm::Expected<std::unique_ptr<Executable>> ImcSession::prepare(ModuleOp module,
                                                                const ModelInfo &) const {
  llvm::Expected<CompiledModel> model = compileModule(module);
  if (!model)
    return model.takeError();
  return ImcExecutable::create(std::move(*model));
}

llvm::Expected<std::unique_ptr<Executable>> ImcSession::open(llvm::StringRef directory,
                                                             const ModelInfo &info) const {
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
      if (!op.hasTrait<OpTrait::ConstantLike>() && op.getName().getStringRef() != "onnx.Constant")
        out.push_back(llvm::json::Object{{"node", onnx::describe(&op)},
                                         {"operation", op.getName().getStringRef()},
                                         {"part", part.getName()}});
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
    out.push_back(
        llvm::json::Object{{"node", node}, {"instructions", sums.first}, {"cycles", sums.second}});
  return out;
}

/// Inputs that every program accepts: the smallest value of each type.
static std::vector<runtime::Tensor> smallestInputs(const rt::Program &program) {
  std::vector<runtime::Tensor> inputs;
  for (const rt::Port &port : program.ports) {
    if (port.is_output)
      continue;
    std::vector<int64_t> values(port.elements, port.type.MinValue());
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
  if (!simulator.ok() || !simulator->Run(smallestInputs(*program)).ok())
    return out;
  const rt::Report &report = simulator->report();
  llvm::json::Object costs = toJson(report, simulator->program().target);
  costs["layers"] = layerCycles(operations, report);
  costs["target"] = rt::TargetToString(simulator->program().target);
  out["imc_per_batch"] = std::move(costs);
  return out;
}

} // namespace qcompile::imc
