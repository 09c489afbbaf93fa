//===- EntryPoints.cpp - The functions that a C program calls -------------===//
#include "backends/cpu/EntryPoints.h"

#include "backends/cpu/lower-to-kernels/GlueBuilder.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

namespace qcompile::cpu {

/// A function `name` that calls the runtime's `callee` with its own arguments, with the descriptor before them
/// where asked for.
static void addForwarder(OpBuilder &builder, StringRef name, StringRef callee, Type result, ArrayRef<Type> types,
                         bool withDescriptor) {
  MLIRContext *context = builder.getContext();
  Location loc = builder.getUnknownLoc();
  Type pointer = LLVM::LLVMPointerType::get(context);
  SmallVector<Type> calleeTypes(types);
  if (withDescriptor)
    calleeTypes.insert(calleeTypes.begin(), pointer);
  auto target = LLVM::LLVMFuncOp::create(builder, loc, callee, LLVM::LLVMFunctionType::get(result, calleeTypes));
  auto function = LLVM::LLVMFuncOp::create(builder, loc, name, LLVM::LLVMFunctionType::get(result, types));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  SmallVector<Value> operands;
  if (withDescriptor)
    operands.push_back(LLVM::AddressOfOp::create(builder, loc, pointer, kDescriptor));
  llvm::append_range(operands, function.getArguments());
  auto call = LLVM::CallOp::create(builder, loc, target, operands);
  LLVM::ReturnOp::create(builder, loc, call.getResults());
}

void addEntryPoints(ModuleOp module, StringRef name) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal())
      function.setLinkage(LLVM::Linkage::Internal);
  if (auto descriptor = module.lookupSymbol<LLVM::GlobalOp>(kDescriptor))
    descriptor.setLinkage(LLVM::Linkage::Internal);

  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(module.getContext());
  Type nothing = LLVM::LLVMVoidType::get(module.getContext());
  Type i32 = builder.getI32Type(), i64 = builder.getI64Type();
  addForwarder(builder, (name + "_open").str(), "qcrt_model_open", pointer, {pointer, pointer, i64},
               /*withDescriptor=*/true);
  addForwarder(builder, (name + "_run_tensors").str(), "qcrt_model_run", i32, {pointer, pointer, pointer},
               /*withDescriptor=*/false);
  addForwarder(builder, (name + "_message").str(), "qcrt_model_message", pointer, {pointer},
               /*withDescriptor=*/false);
  addForwarder(builder, (name + "_close").str(), "qcrt_model_close", nothing, {pointer},
               /*withDescriptor=*/false);
}

} // namespace qcompile::cpu
