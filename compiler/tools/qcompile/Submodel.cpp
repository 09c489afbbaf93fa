//===- Submodel.cpp - A part of a model that runs alone -------------------===//
#include "compiler/tools/qcompile/Submodel.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace qcompile::tool {

bool isQuantizer(Operation *op) {
  return llvm::is_contained({"onnx.Quant", "onnx.IntQuant", "onnx.BipolarQuant", "onnx.FloatQuant",
                             "onnx.MultiThreshold", "onnx.QuantizeLinear"},
                            op->getName().getStringRef());
}

static bool isConstant(Operation *op) { return op->getName().getStringRef() == "onnx.Constant"; }

SourceModel::SourceModel(func::FuncOp function) : function(function), names(function) {
  for (BlockArgument argument : function.getArguments())
    variables.insert(argument);
  // Operations stand behind what they use.
  for (Operation &op : function.front().without_terminator())
    if (!getVariableOperands(&op).empty())
      variables.insert_range(op.getResults());
}

SmallVector<Value> SourceModel::getVariableOperands(Operation *op) const {
  return llvm::filter_to_vector(op->getOperands(), [&](Value v) { return isVariable(v); });
}

SourceModel::Needed SourceModel::findNeeded(const Submodel &submodel) const {
  Needed needed;
  SmallVector<Value> work(submodel.outputs);
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    Operation *op = value.getDefiningOp();
    if (!op || submodel.cuts.contains(value)) {
      needed.inputs.insert(value);
    } else if (Value other = submodel.bypassed.lookup(op)) {
      work.push_back(other);
    } else {
      needed.operations.insert(op);
      llvm::append_range(work, op->getOperands());
    }
  }
  return needed;
}

std::vector<Operation *> SourceModel::getNodes(const Submodel &submodel) const {
  Needed needed = findNeeded(submodel);
  std::vector<Operation *> nodes;
  func::FuncOp source = function;
  for (Operation &op : source.front().without_terminator())
    if (needed.operations.contains(&op) && !isConstant(&op))
      nodes.push_back(&op);
  return nodes;
}

/// The recorded shape is known where inference has left one open.
Type SourceModel::getInputType(Value value) const {
  auto it = recorded.find(value);
  if (it == recorded.end())
    return value.getType();
  return RankedTensorType::get(it->second.shape(), cast<TensorType>(value.getType()).getElementType());
}

OwningOpRef<ModuleOp> SourceModel::extract(const Submodel &submodel) const {
  Needed needed = findNeeded(submodel);
  func::FuncOp source = function;
  OpBuilder builder(source.getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(source.getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  auto main = func::FuncOp::create(builder, source.getLoc(), "main", builder.getFunctionType({}, {}));
  Block *block = main.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  IRMapping map;
  // Inputs in the order of the source: arguments first, then cuts.
  SmallVector<std::pair<Value, Value>> inputs;
  auto addInput = [&](Value value) {
    if (!needed.inputs.contains(value))
      return;
    inputs.emplace_back(value, block->addArgument(getInputType(value), value.getLoc()));
    map.map(value, inputs.back().second);
  };
  for (BlockArgument argument : source.getArguments())
    addInput(argument);
  for (Operation &op : source.front().without_terminator())
    for (Value result : op.getResults())
      addInput(result);
  for (Operation &op : source.front().without_terminator()) {
    if (needed.operations.contains(&op)) {
      builder.clone(op, map);
      for (auto [value, argument] : inputs) // one result of the operation may be cut, another one used
        map.map(value, argument);
    } else if (Value other = submodel.bypassed.lookup(&op); other && map.contains(other)) {
      map.map(op.getResult(0), map.lookup(other));
    }
  }
  SmallVector<Value> results;
  for (Value output : submodel.outputs)
    results.push_back(map.lookup(output));
  func::ReturnOp::create(builder, source.getLoc(), results);
  main.setFunctionType(builder.getFunctionType(block->getArgumentTypes(), ValueRange(results).getTypes()));
  for (auto [index, input] : llvm::enumerate(inputs))
    main.setArgAttr(index, kPortNameAttr, builder.getStringAttr(names.get(input.first)));
  for (auto [index, output] : llvm::enumerate(submodel.outputs))
    main.setResultAttr(index, kPortNameAttr, builder.getStringAttr(names.get(output)));
  return module;
}

} // namespace qcompile::tool
