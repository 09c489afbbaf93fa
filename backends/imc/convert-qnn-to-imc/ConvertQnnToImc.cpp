//===- ConvertQnnToImc.cpp - From the integer core to a program -----------===//
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h"

#include "backends/imc/LayerConversion.h"
#include "backends/imc/dialect/InstructionConversion.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/partition-host/PartitionHost.h"
#include "runtime/imc/activation_memory.h"
#include "llvm/ADT/TypeSwitch.h"

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
    program = ProgramOp::create(builder, core.getLoc(), core.getName(),
                                toText(rt::TargetToString(target)), nullptr);
    program.getBody().emplaceBlock();
    body = OpBuilder::atBlockEnd(&program.getBody().front());
    allocateArguments();
    for (Operation &op : core.front().without_terminator()) {
      lower(&op);
      release(&op);
    }
    addOutputs();
    generator.EmitHalt();
    takeInstructions(core.getLoc());
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
    emitError(op->getLoc(), code) << "node '" << onnx::describe(op)
                                  << "': " << llvm::toString(std::move(error));
    hasFailed = true;
  }

  /// The address of new memory for `value`; 0 after a failure, which is reported.
  int64_t allocate(Operation *op, Value value) {
    llvm::Expected<int64_t> bytes = getActivationBytes(value.getType());
    if (!bytes) {
      fail(op, Code::B002, bytes.takeError());
      return addresses[value] = 0;
    }
    absl::StatusOr<int64_t> address = memory.Allocate(*bytes);
    if (!address.ok()) {
      fail(op, Code::B002, toError(address.status()));
      return addresses[value] = 0;
    }
    allocated.insert(value);
    return addresses[value] = *address;
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
      InputOp::create(body, core.getLoc(), toText("input" + std::to_string(index)),
                      body.getI64IntegerAttr(address), TypeAttr::get(argument.getType()));
    }
    for (Value argument : core.getArguments())
      if (!lastUse.count(argument))
        free(argument);
  }

  void addOutputs() {
    OpBuilder builder = OpBuilder::atBlockBegin(&program.getBody().front());
    if (!core.getArguments().empty())
      builder.setInsertionPointAfter(
          &*std::next(program.getBody().front().begin(), core.getNumArguments() - 1));
    for (auto [index, value] : llvm::enumerate(core.front().getTerminator()->getOperands()))
      OutputOp::create(builder, core.getLoc(), toText("output" + std::to_string(index)),
                       builder.getI64IntegerAttr(addressOf(core, value)),
                       TypeAttr::get(value.getType()));
  }

  int64_t addressOf(Operation *op, Value value) {
    auto found = addresses.find(storageOf(value));
    if (found != addresses.end())
      return found->second;
    fail(op, Code::B001, llvm::createStringError("an operand is a constant"));
    return 0;
  }

  void lower(Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case([&](qnn::MatMulOp matmul) { lowerMatmul(matmul); })
        .Case([&](qnn::ThresholdOp threshold) {
          if (!isFused(threshold))
            lowerLayer(op, toThresholdLayer(threshold), &rt::CodeGenerator::EmitThreshold);
        })
        .Case([&](qnn::TransposeOp transpose) {
          lowerLayer(op, toTransposeLayer(transpose), &rt::CodeGenerator::EmitTranspose);
        })
        .Case<qnn::ConstantOp, qnn::ReshapeOp>([](auto) {})
        .Default([&](Operation *) {
          fail(op, Code::B001,
               llvm::createStringError("the macro has no instruction for '" +
                                       op->getName().getStringRef() + "'"));
        });
  }

  void lowerMatmul(qnn::MatMulOp matmul) {
    qnn::ThresholdOp threshold = getFusedThreshold(matmul);
    emitLayer(matmul, toMatmulLayer(matmul), &rt::CodeGenerator::EmitMatmul, matmul.getLhs(),
              threshold ? threshold.getResult() : matmul.getResult());
  }

  template <typename Layer>
  void lowerLayer(Operation *op, llvm::Expected<Layer> layer,
                  absl::Status (rt::CodeGenerator::*emit)(const Layer &)) {
    emitLayer(op, std::move(layer), emit, op->getOperand(0), op->getResult(0));
  }

  template <typename Layer>
  void emitLayer(Operation *op, llvm::Expected<Layer> layer,
                 absl::Status (rt::CodeGenerator::*emit)(const Layer &), Value input,
                 Value output) {
    // Allocated before anything fails: users of the result expect an address.
    int64_t inputAddress = addressOf(op, input);
    int64_t outputAddress = allocate(op, output);
    if (!layer)
      return fail(op, Code::B001, layer.takeError());
    layer->input_address = inputAddress;
    layer->output_address = outputAddress;
    // Without memory the addresses mean nothing.
    if (!allocated.contains(output))
      return;
    if (absl::Status status = (generator.*emit)(*layer); !status.ok())
      return fail(op, Code::B002, toError(status));
    takeInstructions(op->getLoc());
  }

  void takeInstructions(Location loc) {
    ArrayRef<rt::Instruction> all = generator.instructions();
    for (const rt::Instruction &instruction : all.drop_front(taken))
      createInstruction(body, loc, instruction);
    taken = all.size();
  }

  void setData() {
    const std::vector<uint8_t> &bytes = generator.data();
    if (bytes.empty())
      return;
    runtime::Tensor tensor(runtime::DataType::Unsigned(8), {static_cast<int64_t>(bytes.size())});
    std::copy(bytes.begin(), bytes.end(), tensor.MutableBytes().begin());
    program.setDataAttr(
        data::ConstantAttr::get(core.getContext(), (core.getName() + ".data").str(), tensor));
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
    absl::StatusOr<rt::Target> parsed =
        rt::ParseTarget(absl::string_view(target.data(), target.size()));
    if (!parsed.ok()) {
      emitError(module.getLoc(), Code::B003)
          << StringRef(parsed.status().message().data(), parsed.status().message().size());
      return signalPassFailure();
    }
    auto core = module.lookupSymbol<func::FuncOp>(kCore);
    if (!core || !core.getBody().hasOneBlock()) {
      emitError(module.getLoc(), Code::P001)
          << "expected a function '" << kCore << "' with one block";
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
                               FlatSymbolRefAttr::get(call.getContext(), core.getName()),
                               call.getOperands());
      call.replaceAllUsesWith(run);
      call.erase();
    });
  }
};

} // namespace
} // namespace qcompile::imc
