//===- ReferenceExecutable.cpp - The evaluator as an executable -----------===//
#include "compiler/session/ReferenceExecutable.h"

#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile {

llvm::Expected<std::unique_ptr<ReferenceExecutable>> ReferenceExecutable::create(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function)
    return llvm::createStringError("the module has no function 'main'");
  llvm::Expected<Evaluator> evaluator = Evaluator::create(function);
  if (!evaluator)
    return evaluator.takeError();
  return std::unique_ptr<ReferenceExecutable>(
      new ReferenceExecutable(function, std::move(*evaluator)));
}

llvm::Expected<std::vector<Executable::Tensors>>
ReferenceExecutable::run(ArrayRef<Tensors> batches) {
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

void ReferenceExecutable::visitTensors() {
  for (Operation &op : function.front().without_terminator()) {
    StringRef name = onnx::getTensorName(op.getLoc());
    const runtime::Value *value =
        op.getNumResults() ? evaluator.lookup(op.getResult(0)) : nullptr;
    // Constants and helpers share the location of the node they belong to.
    if (name.empty() || !value || op.getNumOperands() == 0 ||
        op.hasTrait<OpTrait::ConstantLike>())
      continue;
    const runtime::Tensor *codes = value->quantized             ? &value->quantized->codes
                                   : value->tensor.type().IsFloat() ? nullptr
                                                                    : &value->tensor;
    onTensor(name, value->tensor, codes);
  }
}

} // namespace qcompile
