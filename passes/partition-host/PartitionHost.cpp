//===- PartitionHost.cpp - Host part, integer core, host part -------------===//
#include "passes/partition-host/PartitionHost.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_PARTITIONHOST
#include "passes/partition-host/PartitionHost.h.inc"

namespace {

/// The three parts, in the order in which they run.
enum Part { Before, Core, After };

bool isCode(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && qnn::isCodeType(type.getElementType());
}

/// An operation of the core: a qnn operation with integer operands and results.
bool isInteger(Operation *op) {
  return isa<qnn::QnnDialect>(op->getDialect()) && llvm::all_of(op->getOperands(), isCode) &&
         llvm::all_of(op->getResults(), isCode);
}

struct PartitionHostPass : impl::PartitionHostBase<PartitionHostPass> {
  void runOnOperation() override {
    func::FuncOp main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      emitError(getOperation().getLoc(), Code::P001) << "expected a function 'main' with one block";
      return signalPassFailure();
    }
    if (failed(assignParts(main)))
      return signalPassFailure();
    build(main);
  }

private:
  /// An operation runs in the first part in which its operands are there and that can hold it.
  LogicalResult assignParts(func::FuncOp main) {
    bool hasCore = false;
    LogicalResult result = success();
    for (Operation &op : main.front().without_terminator()) {
      if (isConstantOperation(&op))
        continue;
      Part earliest = Before;
      for (Value operand : op.getOperands())
        if (Operation *producer = operand.getDefiningOp(); producer && parts.count(producer))
          earliest = std::max(earliest, parts[producer]);
      if (isInteger(&op)) {
        if (earliest == After) {
          emitError(op.getLoc(), Code::B006)
              << "node '" << onnx::describe(&op)
              << "': integer layer behind a float island; the target computes one integer core, "
                 "with floats before and behind it only";
          result = failure();
        }
        parts[&op] = Core;
        hasCore = true;
      } else {
        parts[&op] = earliest == Before ? Before : After;
      }
    }
    if (!hasCore && succeeded(result)) {
      emitError(main.getLoc(), Code::B006) << "the model has no integer layer";
      result = failure();
    }
    return result;
  }

  Part partOf(Value value) {
    Operation *producer = value.getDefiningOp();
    return producer ? parts.lookup(producer) : Before;
  }

  /// Values that must be there when a part starts, in the order of their first use.
  SetVector<Value> collectInputs(func::FuncOp main, Part part) {
    SetVector<Value> inputs;
    auto use = [&](Value value) {
      Operation *producer = value.getDefiningOp();
      if (producer && (isConstantOperation(producer) || parts[producer] == part))
        return;
      inputs.insert(value);
    };
    if (part == Before) // the model's inputs, used or not
      inputs.insert_range(main.getArguments());
    for (Operation &op : main.front().without_terminator())
      if (!isConstantOperation(&op) && parts[&op] == part)
        llvm::for_each(op.getOperands(), use);
    if (part == After)
      llvm::for_each(main.front().getTerminator()->getOperands(), use);
    return inputs;
  }

  func::FuncOp makeFunction(func::FuncOp main, Part part, StringRef name, ArrayRef<Value> inputs,
                            ArrayRef<Value> outputs) {
    OpBuilder builder(main);
    auto types = [](ArrayRef<Value> values) {
      return llvm::to_vector(llvm::map_range(values, [](Value v) { return v.getType(); }));
    };
    auto function =
        func::FuncOp::create(builder, main.getLoc(), name, builder.getFunctionType(types(inputs), types(outputs)));
    function.setPrivate();
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToStart(block);
    IRMapping mapping;
    mapping.map(inputs, block->getArguments());
    qnn::keepArgumentBounds(inputs, function);
    auto cloneConstants = [&](ValueRange values) {
      for (Value value : values)
        if (!mapping.contains(value))
          mapping.map(value, builder.clone(*value.getDefiningOp())->getResult(0));
    };
    for (Operation &op : main.front().without_terminator()) {
      if (isConstantOperation(&op) || parts[&op] != part)
        continue;
      cloneConstants(op.getOperands());
      builder.clone(op, mapping);
    }
    cloneConstants(outputs);
    SmallVector<Value> results;
    for (Value value : outputs)
      results.push_back(mapping.lookup(value));
    func::ReturnOp::create(builder, main.getLoc(), results);
    return function;
  }

  void build(func::FuncOp main) {
    Operation *terminator = main.front().getTerminator();
    SetVector<Value> inputs[3] = {collectInputs(main, Before), collectInputs(main, Core), collectInputs(main, After)};
    // A part gives what later parts take from it; the last one gives the model's outputs.
    SmallVector<Value> outputs[3];
    SetVector<Value> needed;
    for (Part part : {Core, After})
      for (Value value : inputs[part])
        if (value.getDefiningOp() && partOf(value) < part)
          needed.insert(value);
    for (Value value : needed)
      outputs[partOf(value)].push_back(value);
    llvm::append_range(outputs[After], terminator->getOperands());

    const StringRef names[3] = {kHostBefore, kCore, kHostAfter};
    OpBuilder builder(terminator);
    IRMapping mapping;
    for (Value argument : main.getArguments())
      mapping.map(argument, argument);
    SmallVector<Value> results;
    for (Part part : {Before, Core, After}) {
      func::FuncOp function = makeFunction(main, part, names[part], inputs[part].getArrayRef(), outputs[part]);
      SmallVector<Value> operands;
      for (Value value : inputs[part])
        operands.push_back(mapping.lookup(value));
      auto call = func::CallOp::create(builder, main.getLoc(), function, operands);
      results.assign(call.getResults().begin(), call.getResults().end());
      if (part != After)
        mapping.map(outputs[part], call.getResults());
    }
    terminator->setOperands(results);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(main.front())))
      if (op.use_empty() && !isa<func::CallOp, func::ReturnOp>(op))
        op.erase();
  }

  DenseMap<Operation *, Part> parts;
};

} // namespace
} // namespace qcompile
