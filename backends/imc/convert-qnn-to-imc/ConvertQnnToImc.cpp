//===- ConvertQnnToImc.cpp - From the integer core to a program -----------===//
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h"

#include <utility>

#include "backends/imc/LayerPlan.h"
#include "backends/imc/dialect/InstructionConversion.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/partition-host/PartitionHost.h"
#include "runtime/imc/activation_memory.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;

namespace qcompile::imc {

#define GEN_PASS_DEF_CONVERTQNNTOIMC
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h.inc"

namespace {

/// Lowers one function. Layers that fail are reported, and the rest is tried all the same, so that
/// one run names every problem.
class CoreLowering {
public:
  CoreLowering(func::FuncOp core, const rt::Target &target)
      : core(core), target(target), generator(target), memory(target.activation_bytes) {}

  LogicalResult run() {
    computeLifetimes();
    OpBuilder builder(core);
    program = ProgramOp::create(builder, core.getLoc(), core.getName(), toText(rt::TargetToString(target)), nullptr);
    program.getBody().emplaceBlock();
    body = OpBuilder::atBlockEnd(&program.getBody().front());
    allocateArguments();
    for (Operation &op : core.front().without_terminator()) {
      if (!needsNoPlan(&op))
        lower(&op);
      release(&op);
    }
    addOutputs();
    generator.Add(rt::Halt{});
    takeInstructions(core);
    if (hasFailed) {
      program.erase();
      return failure();
    }
    setData();
    return success();
  }

  ProgramOp getProgram() { return program; }

private:
  StringAttr toText(const std::string &text) { return StringAttr::get(core.getContext(), text); }

  /// The value whose memory `value` lies in: reshapes share it with their operands.
  static Value storageOf(Value value) {
    while (auto reshape = value.getDefiningOp<qnn::ReshapeOp>())
      value = reshape.getInput();
    return value;
  }

  void computeLifetimes() {
    for (Operation &op : core.front())
      for (Value operand : op.getOperands())
        lastUse[storageOf(operand)] = &op;
  }

  void fail(Operation *op, Code code, llvm::Error error) {
    emitError(op->getLoc(), code) << "node '" << onnx::describe(op) << "': " << llvm::toString(std::move(error));
    hasFailed = true;
  }

  /// The address of new memory; 0 after a failure, which is reported.
  int64_t allocateBytes(Operation *op, llvm::Expected<int64_t> bytes) {
    if (!bytes) {
      fail(op, Code::B002, bytes.takeError());
      return 0;
    }
    absl::StatusOr<int64_t> address = memory.Allocate(*bytes);
    if (!address.ok()) {
      fail(op, Code::B002, toError(address.status()));
      return 0;
    }
    return *address;
  }

  /// The address of new memory for `value`.
  int64_t allocate(Operation *op, Value value) {
    bool hadFailed = std::exchange(hasFailed, false);
    int64_t address = allocateBytes(op, getActivationBytes(value.getType()));
    if (!hasFailed)
      allocated.insert(value);
    hasFailed |= hadFailed;
    return addresses[value] = address;
  }

  /// Brings a constant into new memory.
  int64_t load(Operation *op, const runtime::Tensor &tensor) {
    int64_t address = allocateBytes(op, getActivationBytes(tensor));
    if (absl::Status status = rt::EmitConstant(generator, tensor, address); !status.ok() && !hasFailed)
      fail(op, Code::B002, toError(status));
    return address;
  }

  void free(Value value) {
    if (allocated.erase(value))
      memory.Free(addresses.lookup(value));
  }

  /// Frees what `op` used last, and a result that nothing uses.
  void release(Operation *op) {
    for (Value operand : op->getOperands())
      if (lastUse.lookup(storageOf(operand)) == op)
        free(storageOf(operand));
    for (Value result : op->getResults())
      if (storageOf(result) == result && !lastUse.count(result))
        free(result);
  }

  void allocateArguments() {
    for (auto [index, argument] : llvm::enumerate(core.getArguments())) {
      int64_t address = allocate(core, argument);
      InputOp::create(body, core.getLoc(), toText("input" + std::to_string(index)), body.getI64IntegerAttr(address),
                      TypeAttr::get(argument.getType()));
    }
    for (Value argument : core.getArguments())
      if (!lastUse.count(argument))
        free(argument);
  }

  void addOutputs() {
    OpBuilder builder = OpBuilder::atBlockBegin(&program.getBody().front());
    if (!core.getArguments().empty())
      builder.setInsertionPointAfter(&*std::next(program.getBody().front().begin(), core.getNumArguments() - 1));
    SmallVector<int64_t> kept; // constants stay where they are
    for (auto [index, value] : llvm::enumerate(core.front().getTerminator()->getOperands()))
      OutputOp::create(builder, core.getLoc(), toText("output" + std::to_string(index)),
                       builder.getI64IntegerAttr(addressOf(core, value, kept)), TypeAttr::get(value.getType()));
  }

  /// Where a value lies. Constants are brought into memory; `temporary` receives their addresses.
  int64_t addressOf(Operation *op, Value value, SmallVectorImpl<int64_t> &temporary) {
    Value storage = storageOf(value);
    if (auto constant = storage.getDefiningOp<qnn::ConstantOp>()) {
      temporary.push_back(load(op, constant.getValue().getTensor()));
      return temporary.back();
    }
    return addresses.lookup(storage);
  }

  /// Whether a value, or the constant it is, has got or can get memory.
  bool hasPlace(Value value) {
    Value storage = storageOf(value);
    return storage.getDefiningOp<qnn::ConstantOp>() || allocated.contains(storage);
  }

  void lower(Operation *op) {
    llvm::Expected<LayerPlan> plan = planLayer(op);
    if (!plan)
      return fail(op, Code::B001, plan.takeError());
    LayerAddresses at;
    SmallVector<int64_t> temporary;
    bool hadFailed = std::exchange(hasFailed, false);
    bool isPlaced = llvm::all_of(plan->inputs, [&](Value input) { return hasPlace(input); });
    for (Value input : plan->inputs)
      at.inputs.push_back(addressOf(op, input, temporary));
    for (const runtime::Tensor &table : plan->tables) {
      temporary.push_back(load(op, table));
      at.tables.push_back(temporary.back());
    }
    for (Value output : plan->outputs)
      at.outputs.push_back(allocate(op, output));
    // Without memory the addresses mean nothing; its lack was reported.
    if (!hasFailed && isPlaced) {
      if (absl::Status status = plan->emit(generator, at); !status.ok())
        fail(op, Code::B002, toError(status));
      for (int64_t address : temporary)
        memory.Free(address);
    }
    takeInstructions(op);
    hasFailed |= hadFailed;
  }

  void takeInstructions(Operation *op) {
    ArrayRef<rt::Instruction> all = generator.instructions();
    int64_t limit = target.instructions;
    if (int64_t(all.size()) > limit && int64_t(taken) <= limit)
      fail(op, Code::B002,
           llvm::createStringError("the program takes " + Twine(all.size()) +
                                   " instructions up to here, the target has instructions=" + Twine(limit)));
    // A program that has failed is thrown away.
    if (!hasFailed)
      for (const rt::Instruction &instruction : all.drop_front(taken))
        createInstruction(body, op->getLoc(), instruction);
    taken = all.size();
  }

  void setData() {
    const std::vector<uint8_t> &bytes = generator.data();
    if (bytes.empty())
      return;
    runtime::Tensor tensor(runtime::DataType::Unsigned(8), {static_cast<int64_t>(bytes.size())});
    std::copy(bytes.begin(), bytes.end(), tensor.MutableBytes().begin());
    program.setDataAttr(data::ConstantAttr::get(core.getContext(), (core.getName() + ".data").str(), tensor));
  }

  func::FuncOp core;
  rt::Target target;
  rt::CodeGenerator generator;
  rt::ActivationMemory memory;
  ProgramOp program;
  OpBuilder body{core.getContext()};
  DenseMap<Value, Operation *> lastUse;
  DenseMap<Value, int64_t> addresses;
  DenseSet<Value> allocated;
  size_t taken = 0;
  bool hasFailed = false;
};

struct ConvertQnnToImcPass : impl::ConvertQnnToImcBase<ConvertQnnToImcPass> {
  using ConvertQnnToImcBase::ConvertQnnToImcBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    absl::StatusOr<rt::Target> parsed = rt::ParseTarget(absl::string_view(target.data(), target.size()));
    if (!parsed.ok()) {
      emitError(module.getLoc(), Code::B003)
          << StringRef(parsed.status().message().data(), parsed.status().message().size());
      return signalPassFailure();
    }
    auto core = module.lookupSymbol<func::FuncOp>(kCore);
    if (!core || !core.getBody().hasOneBlock()) {
      emitError(module.getLoc(), Code::P001) << "expected a function '" << kCore << "' with one block";
      return signalPassFailure();
    }
    CoreLowering lowering(core, *parsed);
    if (failed(lowering.run()))
      return signalPassFailure();
    replaceCalls(module, core);
    core.erase();
  }

private:
  static void replaceCalls(ModuleOp module, func::FuncOp core) {
    module.walk([&](func::CallOp call) {
      if (call.getCallee() != core.getName())
        return;
      OpBuilder builder(call);
      auto run = RunOp::create(builder, call.getLoc(), call.getResultTypes(),
                               FlatSymbolRefAttr::get(call.getContext(), core.getName()), call.getOperands());
      call.replaceAllUsesWith(run);
      call.erase();
    });
  }
};

} // namespace
} // namespace qcompile::imc
