//===- EveryCode.cpp - An operation on all that it may see ----------------===//
#include "passes/convert-qnn-to-multithreshold/EveryCode.h"

#include "compiler/evaluator/Evaluator.h"
#include "passes/rewriting/ElementTypes.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

bool evaluateOnCodes(Operation *op, int64_t axis, int64_t channels, std::string &reason,
                     llvm::function_ref<bool(int64_t, int64_t, const Tensor &, int64_t)> visit) {
  constexpr int64_t kMaxElements = int64_t{1} << 24, kAtOnce = int64_t{1} << 18;
  Value operand = op->getOperand(0);
  int64_t rank = tensorOf(operand).getRank();
  qnn::Bounds bounds = qnn::getValueBounds(operand);
  if (bounds.high - bounds.low >= kMaxElements / channels) {
    reason = "its operand takes more values than can be tried";
    return false;
  }
  // Codes lie along one dimension, channels along theirs, in this order or the other.
  runtime::Shape shape(std::max<int64_t>(rank, 1), 1);
  int64_t along = axis == 0 && rank > 1 ? rank - 1 : 0;
  bool split = along != axis;
  if (channels > 1 && !split) {
    reason = "its only dimension is that of its channels";
    return false;
  }
  bool codesFirst = along < axis;
  int64_t step = std::max<int64_t>(1, kAtOnce / channels);
  for (int64_t first = bounds.low; first <= bounds.high; first += step) {
    int64_t count = std::min(step, bounds.high - first + 1);
    if (split)
      shape[axis] = channels;
    shape[along] = count;
    std::vector<int64_t> codes(count * channels);
    auto at = [&](int64_t code, int64_t c) { return codesFirst ? code * channels + c : c * count + code; };
    for (int64_t code = 0; code < count; ++code)
      for (int64_t c = 0; c < channels; ++c)
        codes[at(code, c)] = first + code;
    auto tensor = Tensor::FromIntegers(DataType::Int64(), shape, codes);
    runtime::Value value(std::move(*tensor));
    llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, {&value});
    if (!results) {
      reason = llvm::toString(results.takeError());
      return false;
    }
    for (int64_t code = 0; code < count; ++code)
      for (int64_t c = 0; c < channels; ++c)
        if (!visit(first + code, c, results->front().tensor, at(code, c)))
          return false;
  }
  return true;
}

} // namespace qcompile
