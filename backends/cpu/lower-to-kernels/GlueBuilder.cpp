//===- GlueBuilder.cpp - A kernel plan in the llvm dialect ----------------===//
#include "backends/cpu/lower-to-kernels/GlueBuilder.h"

#include "dialects/data/DataDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "runtime/artifact/artifact.h"

using namespace mlir;

namespace qcompile::cpu {

namespace {

class GlueBuilder {
public:
  GlueBuilder(const KernelPlan &plan, ModuleOp module)
      : plan(plan), module(module), builder(module.getContext()),
        pointer(LLVM::LLVMPointerType::get(module.getContext())) {}

  void build() {
    builder.setInsertionPointToEnd(module.getBody());
    buildRun();
    buildDescriptor();
  }

private:
  Type intType(unsigned bits) { return builder.getIntegerType(bits); }

  Value constant(Location loc, unsigned bits, int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, intType(bits), builder.getIntegerAttr(intType(bits), value));
  }

  Value offset(Location loc, Value base, uint64_t bytes) {
    if (bytes == 0)
      return base;
    return LLVM::GEPOp::create(builder, loc, pointer, intType(8), base,
                               ArrayRef<LLVM::GEPArg>{LLVM::GEPArg(constant(loc, 64, bytes))});
  }

  /// Element `index` of an array of pointers.
  Value loadPointer(Location loc, Value array, uint64_t index) {
    return LLVM::LoadOp::create(builder, loc, pointer, offset(loc, array, index * sizeof(void *)));
  }

  /// A declaration of a runtime function; made at its first use.
  LLVM::LLVMFuncOp declare(StringRef name, Type result, ArrayRef<Type> operands) {
    if (auto found = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
      return found;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    return LLVM::LLVMFuncOp::create(builder, module.getLoc(), name, LLVM::LLVMFunctionType::get(result, operands));
  }

  Value address(Location loc, unsigned index) {
    const Buffer &buffer = plan.buffers[index];
    switch (buffer.kind) {
    case Buffer::Kind::Workspace:
      return offset(loc, workspace, buffer.at);
    case Buffer::Kind::Parameter:
      return offset(loc, parameters, buffer.at);
    case Buffer::Kind::Input:
      return loadPointer(loc, run.getArgument(1), buffer.at);
    case Buffer::Kind::Output:
      return loadPointer(loc, run.getArgument(2), buffer.at);
    }
    llvm_unreachable("a kind of buffer");
  }

  Value materialize(Location loc, const Argument &argument) {
    if (auto *buffer = std::get_if<BufferArgument>(&argument))
      return address(loc, buffer->buffer);
    if (auto *parameter = std::get_if<ParameterArgument>(&argument))
      return offset(loc, parameters, parameter->at);
    const auto &number = std::get<ConstantArgument>(argument);
    return constant(loc, number.bits, number.value);
  }

  /// Ends the run with `code` unless `status` is 0.
  void failUnlessZero(Location loc, Value status, int32_t code) {
    Block *failed = builder.createBlock(&run.getBody());
    builder.setInsertionPointToStart(failed);
    LLVM::ReturnOp::create(builder, loc, constant(loc, 32, code));
    Block *next = builder.createBlock(&run.getBody());
    builder.setInsertionPointToEnd(status.getParentBlock());
    Value isZero = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, status, constant(loc, 32, 0));
    LLVM::CondBrOp::create(builder, loc, isZero, next, failed);
    builder.setInsertionPointToStart(next);
  }

  void callKernel(const Step &step) {
    SmallVector<Value> operands;
    SmallVector<Type> types;
    for (const Argument &argument : step.arguments) {
      operands.push_back(materialize(step.location, argument));
      types.push_back(operands.back().getType());
    }
    Type result = step.failure != 0         ? intType(32)
                  : step.callee == "memcpy" ? Type(pointer)
                                            : LLVM::LLVMVoidType::get(module.getContext());
    auto call = LLVM::CallOp::create(builder, step.location, declare(step.callee, result, types), operands);
    if (step.failure != 0)
      failUnlessZero(step.location, call.getResult(), step.failure);
  }

  /// An array of addresses on the stack, made in the entry block.
  Value pointerArray(Location loc, ArrayRef<unsigned> buffers) {
    Value array;
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(&run.getBody().front());
      array = LLVM::AllocaOp::create(builder, loc, pointer, pointer,
                                     constant(loc, 64, std::max<size_t>(buffers.size(), 1)));
    }
    for (auto [index, buffer] : llvm::enumerate(buffers))
      LLVM::StoreOp::create(builder, loc, address(loc, buffer), offset(loc, array, index * sizeof(void *)));
    return array;
  }

  void callIsland(const Step &step) {
    Location loc = step.location;
    Value inputs = pointerArray(loc, step.islandInputs);
    Value outputs = pointerArray(loc, step.islandOutputs);
    Value program = loadPointer(loc, programs, step.program);
    auto function = declare("qcrt_program_run", intType(32), {pointer, pointer, pointer});
    auto call = LLVM::CallOp::create(builder, loc, function, ValueRange{program, inputs, outputs});
    failUnlessZero(loc, call.getResult(), QCRT_ISLAND_FAILED);
  }

  void buildRun() {
    Location loc = module.getLoc();
    run = LLVM::LLVMFuncOp::create(builder, loc, kRunFunction,
                                   LLVM::LLVMFunctionType::get(intType(32), {pointer, pointer, pointer}));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(run.addEntryBlock(builder));
    // The members of qcrt_context.
    parameters = loadPointer(loc, run.getArgument(0), 0);
    workspace = loadPointer(loc, run.getArgument(0), 1);
    if (!plan.programs.empty())
      programs = loadPointer(loc, run.getArgument(0), 2);
    for (const Step &step : plan.steps) {
      if (step.program >= 0)
        callIsland(step);
      else
        callKernel(step);
    }
    LLVM::ReturnOp::create(builder, loc, constant(loc, 32, QCRT_OK));
  }

  /// Pairs of offset and size.
  LLVM::GlobalOp buildProgramRanges() {
    SmallVector<int64_t> ranges;
    for (const ProgramRange &range : plan.programs)
      ranges.append({int64_t(range.at), int64_t(range.size)});
    auto type = LLVM::LLVMArrayType::get(intType(64), ranges.size());
    return LLVM::GlobalOp::create(builder, module.getLoc(), type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                  "network_programs", builder.getI64TensorAttr(ranges));
  }

  void buildDescriptor() {
    Location loc = module.getLoc();
    Type i64 = intType(64);
    auto type =
        LLVM::LLVMStructType::getLiteral(module.getContext(), {i64, i64, i64, i64, i64, pointer, pointer, pointer});
    LLVM::GlobalOp ranges, functions;
    if (!plan.programs.empty()) {
      ranges = buildProgramRanges();
      functions = LLVM::GlobalOp::create(builder, loc, LLVM::LLVMArrayType::get(pointer, 4),
                                         /*isConstant=*/true, LLVM::Linkage::External, "qcrt_programs", Attribute());
    }
    auto descriptor = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, LLVM::Linkage::External,
                                             kDescriptor, Attribute());
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&descriptor.getInitializerRegion());
    auto header = reinterpret_cast<const qcrt_image_header *>(plan.image.data());
    auto addressOf = [&](auto symbol) -> Value {
      if (!symbol)
        return LLVM::ZeroOp::create(builder, loc, pointer);
      return LLVM::AddressOfOp::create(builder, loc, pointer, symbol.getSymName());
    };
    SmallVector<Value> members = {constant(loc, 64, QCRT_ABI_VERSION),
                                  constant(loc, 64, header->size),
                                  constant(loc, 64, header->hash),
                                  constant(loc, 64, plan.workspaceSize),
                                  constant(loc, 64, plan.programs.size()),
                                  addressOf(ranges),
                                  addressOf(functions),
                                  addressOf(run)};
    Value value = LLVM::UndefOp::create(builder, loc, type);
    for (auto [index, member] : llvm::enumerate(members))
      value = LLVM::InsertValueOp::create(builder, loc, value, member, ArrayRef<int64_t>(int64_t(index)));
    LLVM::ReturnOp::create(builder, loc, value);
  }

  const KernelPlan &plan;
  ModuleOp module;
  OpBuilder builder;
  Type pointer;
  LLVM::LLVMFuncOp run;
  Value parameters, workspace, programs;
};

} // namespace

void buildGlue(const KernelPlan &plan, ModuleOp module) {
  GlueBuilder(plan, module).build();
  runtime::Tensor bytes(runtime::DataType::Unsigned(8), {int64_t(plan.image.size())});
  std::copy(plan.image.begin(), plan.image.end(), bytes.MutableBytes().begin());
  module->setAttr(kImageAttr, data::ConstantAttr::get(module.getContext(), "parameters", bytes));
}

} // namespace qcompile::cpu
