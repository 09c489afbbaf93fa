//===- CpuSession.cpp - One compilation for the cpu -----------------------===//
#include "backends/cpu/CpuSession.h"

#include <map>

#include "backends/cpu/CodeGenerator.h"
#include "backends/cpu/CpuExecutable.h"
#include "backends/cpu/EntryPoints.h"
#include "backends/cpu/HeaderWriter.h"
#include "backends/cpu/KernelSupport.h"
#include "backends/cpu/Linker.h"
#include "backends/cpu/ParameterImage.h"
#include "backends/cpu/lower-to-kernels/GlueBuilder.h"
#include "backends/cpu/lower-to-kernels/LowerToKernels.h"
#include "backends/cpu/outline-islands/OutlineIslands.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "passes/bound-accumulators/BoundAccumulators.h"
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"
#include "passes/lower-padding/LowerPadding.h"
#include "passes/select-requantization/SelectRequantization.h"
#include "runtime/reference/registry.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace qcompile::cpu {

Capability CpuSession::checkSupport(mlir::Operation *op) const {
  std::string reason = reasonAgainstKernel(op);
  // The pipeline rewrites transposed convolutions into ones that have a kernel.
  if (reason.empty() || isConstantOperation(op) || isa<qnn::ConvTransposeOp>(op))
    return Capability::yes();
  std::string name = convertOperation(op).name;
  if (!runtime::FindReference(name))
    return Capability::no("neither a kernel nor reference semantics for '" + name + "'");
  return {true, "computed in reference order: " + reason};
}

void CpuSession::buildPipeline(mlir::OpPassManager &pm) const { build(pm, /*fast=*/true); }

// Whether thresholds have a faster form says nothing about whether the model lowers.
void CpuSession::buildCheckPipeline(mlir::OpPassManager &pm) const { build(pm, /*fast=*/false); }

void CpuSession::build(mlir::OpPassManager &pm, bool fast) const {
  using mlir::func::FuncOp;
  pm.addNestedPass<FuncOp>(createExpandConvTranspose());
  // Codes of one bit stay so: a plane more costs a convolution more than the addition.
  pm.addNestedPass<FuncOp>(createLowerPadding({.mode = PaddingMode::Correct}));
  pm.addNestedPass<FuncOp>(createBoundAccumulators());
  // Codes are smaller than floats.
  pm.addNestedPass<FuncOp>(createChooseLayout({.layout = ChannelLayout::Last, .border = TransposeBorder::Codes}));
  if (fast)
    pm.addNestedPass<FuncOp>(createSelectRequantization());
  pm.addPass(createCpuOutlineIslands());
  pm.addPass(createCpuLowerToKernels());
}

static Expected<data::ConstantAttr> getImage(mlir::ModuleOp module) {
  if (auto image = module->getAttrOfType<data::ConstantAttr>(kImageAttr))
    return image;
  return createStringError("expected a module lowered by cpu-lower-to-kernels, found no '" + kImageAttr + "'");
}

static bool hasIslands(mlir::ModuleOp module) {
  return module.lookupSymbol<mlir::LLVM::LLVMFuncOp>("qcrt_program_run") != nullptr;
}

Error CpuSession::emit(mlir::ModuleOp module, const ModelInfo &info, ArtifactSink &sink) const {
  Expected<data::ConstantAttr> image = getImage(module);
  if (!image)
    return image.takeError();
  Expected<NetworkPorts> ports = readPorts(image->getBytes());
  if (!ports)
    return ports.takeError();
  if (Error error = sink.write(info.name + ".h", "header", "C interface of the network",
                               writeHeader(info.name, ports->inputs, ports->outputs)))
    return error;
  if (Error error = sink.write(parameterFile(info.name), "weights",
                               "packed weights, thresholds, scales and float islands", toStringRef(image->getBytes())))
    return error;

  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  addEntryPoints(*copy, info.name);
  Expected<std::string> object = generateObject(*copy, options.targetCpu);
  if (!object)
    return object.takeError();
  std::string objectName = info.name + ".o", libraryName = info.name + ".so";
  if (!options.driver)
    return sink.write(objectName, "object",
                      "code of the network; no C compiler driver was found: link it with "
                      "libqcompile_artifact.a",
                      *object);
  SmallString<256> path(sink.stagingDirectory());
  sys::path::append(path, objectName);
  std::error_code code;
  {
    raw_fd_ostream os(path, code);
    if (code)
      return createStringError(code, "cannot write '" + objectName + "': " + code.message());
    os << *object;
  }
  Error linked = link({*options.driver, sink.stagingDirectory().str(), objectName, libraryName, hasIslands(module)});
  (void)sys::fs::remove(path);
  if (linked)
    return linked;
  return sink.adopt(libraryName, "library", "the network as a shared library");
}

json::Object CpuSession::report(mlir::ModuleOp module) const {
  Expected<data::ConstantAttr> image = getImage(module);
  if (!image) {
    consumeError(image.takeError());
    return {};
  }
  std::map<std::string, int64_t> calls;
  module.walk([&](mlir::LLVM::CallOp call) {
    if (std::optional<StringRef> callee = call.getCallee())
      ++calls[callee->str()];
  });
  json::Object kernels;
  for (const auto &[name, count] : calls)
    kernels[name] = count;
  return json::Object{{"parameter_bytes", image->size()},
                      {"kernel_calls", std::move(kernels)},
                      {"target_cpu", options.targetCpu},
                      {"linked", options.driver.has_value()}};
}

Expected<std::unique_ptr<Executable>> CpuSession::prepare(mlir::ModuleOp module, const ModelInfo &) const {
  return makeJitted(module, options.targetCpu);
}

Expected<std::unique_ptr<Executable>> CpuSession::open(StringRef directory, const ModelInfo &info) const {
  return loadArtifact(directory, info.name);
}

} // namespace qcompile::cpu
