//===- ReferenceExecutable.cpp - The evaluator as an executable -----------===//
#include "compiler/session/ReferenceExecutable.h"

#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace qcompile {

ReferenceExecutable::ReferenceExecutable(func::FuncOp function, Evaluator evaluator)
    : function(function), evaluator(std::move(evaluator)) {
  variables.insert_range(function.getArguments());
  // Operations stand behind what they use.
  for (Operation &op : function.front().without_terminator())
    if (llvm::any_of(op.getOperands(), [&](Value v) { return variables.contains(v); }))
      variables.insert_range(op.getResults());
}

llvm::Expected<std::unique_ptr<ReferenceExecutable>> ReferenceExecutable::create(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function)
    return llvm::createStringError("the module has no function 'main'");
  llvm::Expected<Evaluator> evaluator = Evaluator::create(function);
  if (!evaluator)
    return evaluator.takeError();
  return std::unique_ptr<ReferenceExecutable>(new ReferenceExecutable(function, std::move(*evaluator)));
}

llvm::Expected<std::vector<Executable::Tensors>> ReferenceExecutable::run(ArrayRef<Tensors> batches) {
  std::vector<Tensors> out;
  for (const Tensors &batch : batches) {
    llvm::Expected<Tensors> outputs = evaluator.run(batch);
    if (!outputs)
      return outputs.takeError();
    out.push_back(std::move(*outputs));
    if (onTensor)
      visitTensors();
  }
  return out;
}

/// The codes of a value, where every form of the model has these very codes. A selection of codes of several scales may
/// stand on their common unit instead.
static const runtime::Tensor *getCodes(Operation &op, const runtime::Value &value) {
  if (!value.quantized)
    return value.tensor.type().IsFloat() ? nullptr : &value.tensor;
  bool uniform = value.quantized->scale.size() == 1 && value.quantized->zero_point.size() == 1;
  return uniform || onnx::isQuantizer(&op) ? &value.quantized->codes : nullptr;
}

void ReferenceExecutable::visitTensors() {
  // Helpers share the location of the node they belong to and stand before its result; a dequantized result, behind.
  llvm::MapVector<StringRef, SourceTensor> tensors;
  for (Operation &op : function.front().without_terminator()) {
    StringRef name = onnx::getTensorName(op.getLoc());
    const runtime::Value *value = op.getNumResults() ? evaluator.lookup(op.getResult(0)) : nullptr;
    if (name.empty() || !value || op.getNumOperands() == 0 || op.hasTrait<OpTrait::ConstantLike>())
      continue;
    SourceTensor tensor{value, getCodes(op, *value), !variables.contains(op.getResult(0))};
    auto [entry, isNew] = tensors.insert({name, tensor});
    if (isNew || tensor.codes || !entry->second.codes)
      entry->second = tensor;
  }
  for (const auto &[name, tensor] : tensors)
    onTensor(name, tensor);
}

} // namespace qcompile
