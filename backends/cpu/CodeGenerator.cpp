//===- CodeGenerator.cpp - Native code of a lowered module ----------------===//
#include "backends/cpu/CodeGenerator.h"

#include <cstring>

#include "backends/cpu/lower-to-kernels/GlueBuilder.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "runtime/kernels/elementwise_kernels.h"
#include "runtime/kernels/pq_kernels.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;

namespace qcompile::cpu {

static Expected<std::unique_ptr<TargetMachine>> makeTargetMachine(StringRef cpu) {
  static const bool initialized = !InitializeNativeTarget() && !InitializeNativeTargetAsmPrinter();
  if (!initialized)
    return createStringError("this build of LLVM has no code generator for the machine");
  Triple triple(sys::getDefaultTargetTriple());
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError(message);
  TargetOptions options;
  std::unique_ptr<TargetMachine> machine(
      target->createTargetMachine(triple, cpu, /*Features=*/"", options, Reloc::PIC_));
  if (!machine)
    return createStringError("no code generator for " + triple.str());
  return machine;
}

Error checkTargetCpu(StringRef cpu) {
  Expected<std::unique_ptr<TargetMachine>> machine = makeTargetMachine("");
  if (!machine)
    return machine.takeError();
  if (!(*machine)->getMCSubtargetInfo()->isCPUStringValid(cpu))
    return createStringError("option 'target-cpu': unknown processor '" + cpu + "' for " +
                             (*machine)->getTargetTriple().getArchName());
  return Error::success();
}

static Expected<std::unique_ptr<llvm::Module>> translate(mlir::ModuleOp module, LLVMContext &context,
                                                         const TargetMachine &machine) {
  mlir::DialectRegistry registry;
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  (*copy)->removeAttr(kImageAttr);
  std::unique_ptr<llvm::Module> translated = mlir::translateModuleToLLVMIR(*copy, context, "network");
  if (!translated)
    return createStringError("the lowered module cannot be translated to LLVM IR");
  translated->setDataLayout(machine.createDataLayout());
  translated->setTargetTriple(machine.getTargetTriple());
  return translated;
}

Expected<std::string> generateObject(mlir::ModuleOp module, StringRef cpu) {
  Expected<std::unique_ptr<TargetMachine>> machine = makeTargetMachine(cpu);
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  Expected<std::unique_ptr<llvm::Module>> translated = translate(module, context, **machine);
  if (!translated)
    return translated.takeError();
  SmallVector<char, 0> object;
  raw_svector_ostream os(object);
  legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, os, nullptr, CodeGenFileType::ObjectFile))
    return createStringError("the code generator cannot write object files");
  passes.run(**translated);
  return std::string(object.begin(), object.end());
}

/// The functions that generated code refers to, by name: this process need not export them.
static orc::SymbolMap runtimeSymbols(orc::LLJIT &jit) {
  const std::pair<const char *, const void *> symbols[] = {
      {"qcrt_matmul", reinterpret_cast<const void *>(&qcrt_matmul)},
      {"qcrt_threshold", reinterpret_cast<const void *>(&qcrt_threshold)},
      {"qcrt_quantize", reinterpret_cast<const void *>(&qcrt_quantize)},
      {"qcrt_dequantize", reinterpret_cast<const void *>(&qcrt_dequantize)},
      {"qcrt_float_binary", reinterpret_cast<const void *>(&qcrt_float_binary)},
      {"qcrt_arg_max", reinterpret_cast<const void *>(&qcrt_arg_max)},
      {"qcrt_binary", reinterpret_cast<const void *>(&qcrt_binary)},
      {"qcrt_check_codes", reinterpret_cast<const void *>(&qcrt_check_codes)},
      {"qcrt_conv", reinterpret_cast<const void *>(&qcrt_conv)},
      {"qcrt_convert", reinterpret_cast<const void *>(&qcrt_convert)},
      {"qcrt_copy", reinterpret_cast<const void *>(&qcrt_copy)},
      {"qcrt_fill", reinterpret_cast<const void *>(&qcrt_fill)},
      {"qcrt_lookup", reinterpret_cast<const void *>(&qcrt_lookup)},
      {"qcrt_max_pool", reinterpret_cast<const void *>(&qcrt_max_pool)},
      {"qcrt_pq", reinterpret_cast<const void *>(&qcrt_pq)},
      {"qcrt_product", reinterpret_cast<const void *>(&qcrt_product)},
      {"qcrt_requantize", reinterpret_cast<const void *>(&qcrt_requantize)},
      {"qcrt_table", reinterpret_cast<const void *>(&qcrt_table)},
      {"qcrt_top_k", reinterpret_cast<const void *>(&qcrt_top_k)},
      {"qcrt_program_run", reinterpret_cast<const void *>(&qcrt_program_run)},
      {"qcrt_programs", &qcrt_programs},
      {"memcpy", reinterpret_cast<const void *>(&std::memcpy)}};
  orc::SymbolMap map;
  for (auto [name, address] : symbols)
    map[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(address), JITSymbolFlags::Exported};
  return map;
}

JittedNetwork::JittedNetwork(std::unique_ptr<orc::LLJIT> jit, const qcrt_descriptor *found)
    : jit(std::move(jit)), found(found) {}
JittedNetwork::JittedNetwork(JittedNetwork &&) = default;
JittedNetwork::~JittedNetwork() = default;

Expected<JittedNetwork> JittedNetwork::create(mlir::ModuleOp module, StringRef cpu) {
  Expected<std::unique_ptr<TargetMachine>> machine = makeTargetMachine(cpu);
  if (!machine)
    return machine.takeError();
  Expected<std::string> object = generateObject(module, cpu);
  if (!object)
    return object.takeError();
  orc::JITTargetMachineBuilder builder((*machine)->getTargetTriple());
  auto jit = orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(builder)).create();
  if (!jit)
    return jit.takeError();
  if (Error error = (*jit)->getMainJITDylib().define(orc::absoluteSymbols(runtimeSymbols(**jit))))
    return error;
  if (Error error = (*jit)->addObjectFile(MemoryBuffer::getMemBufferCopy(*object, "network.o")))
    return error;
  Expected<orc::ExecutorAddr> address = (*jit)->lookup(kDescriptor);
  if (!address)
    return address.takeError();
  return JittedNetwork(std::move(*jit), address->toPtr<const qcrt_descriptor *>());
}

} // namespace qcompile::cpu
