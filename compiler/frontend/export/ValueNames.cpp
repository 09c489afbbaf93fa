//===- ValueNames.cpp - ONNX names of a function's values -----------------===//
#include "compiler/frontend/export/ValueNames.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile {

SmallVector<Operation *> orderByClaim(func::FuncOp function) {
  SmallVector<Operation *> operations, steps;
  for (Operation &op : llvm::reverse(function.front().without_terminator()))
    (onnx::isOfFile(op.getLoc()) ? operations : steps).push_back(&op);
  llvm::append_range(operations, steps);
  return operations;
}

ValueNames::ValueNames(func::FuncOp function) {
  // Names of the signature are promises; all others give way.
  for (BlockArgument argument : function.getArguments()) {
    unsigned index = argument.getArgNumber();
    auto name = function.getArgAttrOfType<StringAttr>(index, kPortNameAttr);
    names[argument] = makeUnique(name ? name.getValue().str() : "input" + std::to_string(index));
  }
  Operation *terminator = function.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    auto attribute = function.getResultAttrOfType<StringAttr>(index, kPortNameAttr);
    std::string name = attribute ? attribute.getValue().str() : "output" + std::to_string(index);
    if (isa<BlockArgument>(value) && names[value] == name) {
      outputs.push_back(name); // an input that is an output
      continue;
    }
    outputs.push_back(makeUnique(name));
    if (Operation *op = value.getDefiningOp(); op && !getHeldConstant(op))
      names.try_emplace(value, outputs.back());
  }
  for (Operation *op : orderByClaim(function))
    if (!getHeldConstant(op))
      nameOperation(op);
  for (Operation &op : function.front().without_terminator())
    if (data::ConstantAttr constant = getHeldConstant(&op))
      nameConstant(&op, constant);
}

void ValueNames::nameOperation(Operation *op) {
  StringRef tensor = onnx::getTensorName(op->getLoc());
  std::string base = tensor.empty() ? op->getName().stripDialect().str() + "_output" : tensor.str();
  for (OpResult result : op->getResults())
    if (!names.count(result))
      // The location names the first output only.
      names[result] =
          makeUnique(result.getResultNumber() ? base + "_" + std::to_string(result.getResultNumber()) : base);
}

void ValueNames::nameConstant(Operation *op, data::ConstantAttr constant) {
  auto [it, isNew] = constants.try_emplace(constant);
  if (isNew)
    it->second = makeUnique(constant.getName());
  names[op->getResult(0)] = it->second;
}

StringRef ValueNames::get(Value value) const {
  auto it = names.find(value);
  return it == names.end() ? StringRef() : StringRef(it->second);
}

std::string ValueNames::makeUnique(StringRef wanted) {
  // The empty name means "absent" in ONNX.
  std::string base = wanted.empty() ? "tensor" : wanted.str(), name = base;
  for (unsigned suffix = 1; !used.insert(name).second; ++suffix)
    name = base + "_" + std::to_string(suffix);
  return name;
}

} // namespace qcompile
