//===- OutlineIslands.cpp - Float islands as functions --------------------===//
//
// Operations get levels: within a level the island runs first, then the kernels. An island operation
// stands on the lowest level on which all its operands are there, so that islands merge where they can.
//
//===----------------------------------------------------------------------===//
#include "backends/cpu/outline-islands/OutlineIslands.h"

#include "backends/cpu/KernelSupport.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile::cpu {

#define GEN_PASS_DEF_CPUOUTLINEISLANDS
#include "backends/cpu/outline-islands/OutlineIslands.h.inc"

namespace {

/// Whether the exact reading of the result may be more than its float value.
bool keepsQuantizedValue(Operation *op) {
  static const llvm::StringSet<> names = {
      "Quant",          "IntQuant",         "BipolarQuant", "FloatQuant", "Trunc",  "Reshape", "Flatten",
      "Squeeze",        "Unsqueeze",        "Transpose",    "Identity",   "Gather", "Slice",   "Concat",
      "Expand",         "Dropout",          "Relu",         "Max",        "Min",    "MaxPool", "Pad",
      "QuantizeLinear", "DequantizeLinear", "LinearQuant"};
  return names.contains(op->getName().stripDialect());
}

struct Island {
  SmallVector<Operation *> ops;
  SetVector<Value> inputs;
  SmallVector<Value> outputs;
  func::FuncOp function;
};

struct OutlineIslandsPass : impl::CpuOutlineIslandsBase<OutlineIslandsPass> {
  void runOnOperation() override {
    func::FuncOp main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      emitError(getOperation().getLoc(), Code::P001) << "expected a function 'main' with one block";
      return signalPassFailure();
    }
    assignLevels(main);
    for (Operation &op : main.front().without_terminator())
      if (islandOps.contains(&op))
        islands[levels[&op]].ops.push_back(&op);
    for (auto &[level, island] : islands)
      collect(level, island);
    chooseOutputs(main);
    reorder(main);
  }

private:
  void assignLevels(func::FuncOp main) {
    for (Operation &op : main.front().without_terminator()) {
      if (isConstantOperation(&op))
        continue;
      // A float operation behind an island belongs to it: there its operand may be quantized.
      bool isIsland =
          !hasKernel(&op) ||
          (op.getName().getDialectNamespace() == "onnx" &&
           llvm::any_of(op.getOperands(), [&](Value operand) { return islandOps.contains(operand.getDefiningOp()); }));
      unsigned level = 0;
      for (Value operand : op.getOperands())
        if (Operation *producer = operand.getDefiningOp(); producer && levels.count(producer))
          level = std::max(level, levels[producer] + (isIsland && !islandOps.contains(producer) ? 1 : 0));
      levels[&op] = level;
      if (isIsland)
        islandOps.insert(&op);
    }
  }

  /// Completes the operations of an island by copies from earlier ones, and finds its inputs.
  void collect(unsigned level, Island &island) {
    SetVector<Operation *> members;
    std::function<void(Operation *)> add = [&](Operation *op) {
      if (members.contains(op))
        return;
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (producer && isConstantOperation(producer))
          continue;
        bool isMember =
            producer && islandOps.contains(producer) && (levels[producer] == level || keepsQuantizedValue(producer));
        if (isMember)
          add(producer);
        else
          island.inputs.insert(operand);
      }
      members.insert(op);
    };
    for (Operation *op : SmallVector<Operation *>(island.ops))
      add(op);
    island.ops.assign(members.begin(), members.end());
  }

  /// An island gives what others take of its own operations (not of the copies).
  void chooseOutputs(func::FuncOp main) {
    SetVector<Value> needed;
    for (auto &[level, island] : islands)
      needed.insert_range(island.inputs);
    for (Operation &op : main.front())
      if (!islandOps.contains(&op))
        needed.insert_range(op.getOperands());
    for (auto &[level, island] : islands)
      for (Operation *op : island.ops)
        for (Value result : op->getResults())
          if (levels[op] == level && needed.contains(result))
            island.outputs.push_back(result);
  }

  void reorder(func::FuncOp main) {
    Operation *terminator = main.front().getTerminator();
    SmallVector<std::pair<unsigned, Operation *>> kernels;
    for (Operation &op : main.front().without_terminator())
      if (!isConstantOperation(&op) && !islandOps.contains(&op))
        kernels.emplace_back(levels[&op], &op);
    llvm::sort(kernels, [](const auto &a, const auto &b) {
      return a.first != b.first ? a.first < b.first : a.second->isBeforeInBlock(b.second);
    });

    // Bodies first: they are copied from operations that still use the original values.
    unsigned number = 0;
    for (auto &[level, island] : islands)
      island.function = makeFunction(main, "island_" + Twine(number++), island);
    auto next = kernels.begin();
    auto moveKernelsBelow = [&](unsigned level) {
      for (; next != kernels.end() && next->first < level; ++next)
        next->second->moveBefore(terminator);
    };
    OpBuilder builder(terminator);
    for (auto &[level, island] : islands) {
      moveKernelsBelow(level);
      auto call = func::CallOp::create(builder, locationOf(island), island.function, island.inputs.getArrayRef());
      for (auto [value, result] : llvm::zip(island.outputs, call.getResults())) {
        value.replaceUsesWithIf(result, [&](OpOperand &use) { return !islandOps.contains(use.getOwner()); });
        replaceInput(value, result);
      }
    }
    moveKernelsBelow(~0u);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(main.front())))
      if (islandOps.contains(&op) || (isConstantOperation(&op) && op.use_empty()))
        op.erase();
  }

  /// Later islands take an island's output from its call.
  void replaceInput(Value value, Value result) {
    for (auto &[level, island] : islands)
      if (island.inputs.contains(value)) {
        SmallVector<Value> inputs(island.inputs.begin(), island.inputs.end());
        island.inputs.clear();
        for (Value input : inputs)
          island.inputs.insert(input == value ? result : input);
      }
  }

  static Location locationOf(const Island &island) {
    SmallVector<Location> locations;
    for (Operation *op : island.ops)
      locations.push_back(op->getLoc());
    return FusedLoc::get(island.ops.front()->getContext(), locations);
  }

  static func::FuncOp makeFunction(func::FuncOp main, const Twine &name, const Island &island) {
    OpBuilder builder(main.getContext());
    builder.setInsertionPointAfter(main);
    SmallVector<Type> inputTypes(ValueRange(island.inputs.getArrayRef()).getTypes());
    SmallVector<Type> outputTypes(ValueRange(island.outputs).getTypes());
    auto function =
        func::FuncOp::create(builder, locationOf(island), name.str(), builder.getFunctionType(inputTypes, outputTypes));
    function.setPrivate();
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToStart(block);
    IRMapping mapping;
    mapping.map(island.inputs.getArrayRef(), block->getArguments());
    qnn::keepArgumentBounds(island.inputs.getArrayRef(), function);
    for (Operation *op : island.ops) {
      for (Value operand : op->getOperands())
        if (!mapping.contains(operand)) // a constant
          mapping.map(operand, builder.clone(*operand.getDefiningOp())->getResult(0));
      builder.clone(*op, mapping);
    }
    SmallVector<Value> results;
    for (Value value : island.outputs)
      results.push_back(mapping.lookup(value));
    func::ReturnOp::create(builder, function.getLoc(), results);
    return function;
  }

  DenseMap<Operation *, unsigned> levels;
  DenseSet<Operation *> islandOps;
  std::map<unsigned, Island> islands; // by level
};

} // namespace
} // namespace qcompile::cpu
