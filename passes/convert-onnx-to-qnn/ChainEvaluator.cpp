//===- ChainEvaluator.cpp - Values and codes that a chain gives -----------===//
#include "passes/convert-onnx-to-qnn/ChainEvaluator.h"

using namespace mlir;

namespace qcompile {

llvm::Error ChainEvaluator::prepare() {
  // All places at once: steps point at them.
  places.resize(chain.sources.size() + chain.operations.size());
  llvm::DenseMap<Value, const runtime::Value *> known;
  for (auto [i, source] : llvm::enumerate(chain.sources))
    known[source] = &places[i];
  for (auto [i, op] : llvm::enumerate(chain.operations)) {
    llvm::Expected<PreparedOperation> operation = PreparedOperation::create(op);
    if (!operation)
      return operation.takeError();
    Step step{std::move(*operation), {}};
    for (Value operand : getFormalOperands(op)) {
      auto constant = operand ? constants.find(operand) : constants.end();
      step.operands.push_back(constant != constants.end() ? &constant->second : operand ? known.at(operand) : nullptr);
    }
    steps.push_back(std::move(step));
    known[op->getResult(0)] = &places[chain.sources.size() + i];
  }
  return llvm::Error::success();
}

llvm::Expected<runtime::Value> ChainEvaluator::getValue(ArrayRef<runtime::Value> sources, bool &sawNan) {
  if (steps.empty())
    if (llvm::Error error = prepare())
      return std::move(error);
  size_t next = 0;
  auto put = [&](runtime::Value value) {
    sawNan |= hasNan(value.tensor);
    places[next++] = std::move(value);
  };
  for (const runtime::Value &source : sources)
    put(source);
  for (const Step &step : steps) {
    llvm::Expected<std::vector<runtime::Value>> results = step.operation(step.operands);
    if (!results)
      return results.takeError();
    if (&step == &steps.back())
      return std::move(results->front());
    put(std::move(results->front()));
  }
  return llvm::createStringError("a chain has no operations");
}

llvm::Expected<ChainCodes> ChainEvaluator::getCodes(ArrayRef<runtime::Value> sources) {
  ChainCodes out;
  llvm::Expected<runtime::Value> result = getValue(sources, out.sawNan);
  if (!result)
    return result.takeError();
  if (!result->quantized || result->quantized->codes.size() != sources.front().tensor.size())
    return llvm::createStringError("the chain does not end in one code per value");
  out.view = std::move(*result->quantized);
  out.codes = out.view.codes.ToIntegers();
  return out;
}

} // namespace qcompile
