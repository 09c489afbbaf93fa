//===- Enclosure.cpp - Codes that a chain may give on an interval ---------===//
//
// An operation that is monotone in each operand takes its extremes over a box at the box's corners, and correctly
// rounded steps keep that. So the corners of every step enclose the chain's values, also where a value is used twice,
// as in x * sigmoid(x); then the enclosure is wider than need be, but not on an interval of one integer.
//
//===----------------------------------------------------------------------===//
#include "compiler/evaluator/Evaluator.h"
#include "passes/convert-onnx-to-qnn/Chain.h"

using namespace mlir;

namespace qcompile {

namespace {
struct Box {
  runtime::Value low, high;
};
} // namespace

/// Element by element, whether a value lies beyond another one.
template <typename Less> static void takeBetter(runtime::Value &best, const runtime::Value &other, Less less) {
  if (best.tensor.type() == runtime::DataType::Float32()) {
    absl::Span<float> values = best.tensor.MutableData<float>();
    absl::Span<const float> others = other.tensor.Floats();
    for (size_t i = 0; i < values.size(); ++i)
      if (less(others[i], values[i]))
        values[i] = others[i];
  }
  if (!best.quantized || !other.quantized) {
    best.quantized.reset();
    return;
  }
  // Scales are positive: the order of codes is that of values.
  const runtime::Tensor &codes = best.quantized->codes;
  std::vector<int64_t> values = codes.ToIntegers(), others = other.quantized->codes.ToIntegers();
  for (size_t i = 0; i < values.size(); ++i)
    if (less(others[i], values[i]))
      values[i] = others[i];
  best.quantized->codes = *runtime::Tensor::FromIntegers(codes.type(), codes.shape(), values);
}

llvm::Expected<CodeEnclosure> encloseCodes(const Chain &chain, const ConstantValues &constants,
                                           const runtime::Value &low, const runtime::Value &high) {
  CodeEnclosure out;
  llvm::SmallDenseMap<Value, Box> known;
  known[chain.source()] = {low, high};
  for (Operation *op : chain.operations) {
    SmallVector<Value> formal = getFormalOperands(op);
    SmallVector<const runtime::Value *> operands(formal.size(), nullptr);
    SmallVector<size_t> variables;
    for (auto [i, operand] : llvm::enumerate(formal)) {
      auto constant = operand ? constants.find(operand) : constants.end();
      if (constant != constants.end())
        operands[i] = &constant->second;
      else if (operand)
        variables.push_back(i);
    }
    std::optional<Box> box;
    for (size_t corner = 0; corner < size_t{1} << variables.size(); ++corner) {
      for (auto [bit, i] : llvm::enumerate(variables)) {
        const Box &source = known.find(formal[i])->second;
        operands[i] = corner >> bit & 1 ? &source.high : &source.low;
        out.sawNan |= hasNan(operands[i]->tensor);
      }
      llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
      if (!results)
        return results.takeError();
      out.sawNan |= hasNan(results->front().tensor);
      if (!box) {
        box = Box{results->front(), results->front()};
        continue;
      }
      takeBetter(box->low, results->front(), std::less<>());
      takeBetter(box->high, results->front(), std::greater<>());
    }
    known[op->getResult(0)] = std::move(*box);
  }
  const Box &result = known.find(chain.operations.back()->getResult(0))->second;
  if (!result.low.quantized || result.low.tensor.size() != low.tensor.size())
    return llvm::createStringError("the chain does not end in one code per value");
  out.low = result.low.quantized->codes.ToIntegers();
  out.high = result.high.quantized->codes.ToIntegers();
  return out;
}

} // namespace qcompile
