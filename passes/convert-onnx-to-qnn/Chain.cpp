//===- Chain.cpp - The operations between integers and a quantizer --------===//
#include "passes/convert-onnx-to-qnn/Chain.h"

#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/Monotonicity.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace qcompile {

static int64_t getRank(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

/// The operands that are not constant; one that is used twice, as in x * sigmoid(x), comes twice.
static SmallVector<Value> getVariableOperands(Operation *op, const ConstantValues &constants) {
  SmallVector<Value> variables;
  for (Value operand : op->getOperands())
    if (!constants.contains(operand))
      variables.push_back(operand);
  return variables;
}

static bool isChannelsLast(Operation *op) {
  auto layout = op->getAttrOfType<StringAttr>("data_layout");
  return layout && layout.getValue().ends_with("C");
}

/// Dimensions of the result along which the constant operands of a pointwise operation vary.
static void noteAxes(Operation *op, const ConstantValues &constants,
                     llvm::SmallDenseSet<int64_t> &axes) {
  int64_t rank = getRank(op->getResult(0));
  StringRef name = op->getName().getStringRef();
  for (Value operand : op->getOperands()) {
    auto constant = constants.find(operand);
    if (constant == constants.end())
      continue;
    const runtime::Shape &shape = constant->second.tensor.shape();
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 1 || (name == "onnx.MultiThreshold" && d > 0))
        continue;
      if (name == "onnx.BatchNormalization")
        axes.insert(1);
      else if (name == "onnx.MultiThreshold")
        axes.insert(isChannelsLast(op) ? rank - 1 : 1);
      else
        axes.insert(rank - int64_t(shape.size()) + int64_t(d));
    }
  }
}

namespace {
/// Walks back from a quantizer.
class Collector {
public:
  Collector(Operation *last, const ConstantValues &constants,
            llvm::function_ref<bool(Value)> isSource)
      : last(last), constants(constants), isSource(isSource) {}

  /// Takes in operations of at most `maxVariables` variable operands. Broadcasting that changes the shape would mix
  /// channels of one source; with several, the smaller one is a value per channel.
  void collect(size_t maxVariables, bool mayBroadcast) {
    inside.clear();
    inside.insert(last);
    sources.clear();
    SmallVector<Value> open = getVariableOperands(last, constants);
    while (!open.empty()) {
      Value value = open.pop_back_val();
      Operation *producer = value.getDefiningOp();
      bool enters = !isSource(value) && producer && onnx::isPointwise(producer);
      SmallVector<Value> next;
      if (enters)
        next = getVariableOperands(producer, constants);
      enters &= !next.empty() && next.size() <= maxVariables;
      for (Value operand : next)
        enters &= mayBroadcast ? getRank(operand) == getRank(value)
                               : operand.getType() == value.getType();
      if (!enters)
        sources.insert(value);
      else if (inside.insert(producer))
        open.append(next);
    }
  }

  std::optional<Chain> finish() {
    Chain chain;
    chain.sources = sources.takeVector();
    chain.operations.assign(inside.begin(), inside.end());
    llvm::sort(chain.operations,
               [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    llvm::SmallDenseSet<int64_t> axes;
    for (Operation *op : chain.operations) {
      chain.enclosable &= onnx::isMonotone(op);
      chain.monotone &= onnx::isMonotone(op) && getVariableOperands(op, constants).size() == 1;
      noteAxes(op, constants, axes);
    }
    if (chain.sources.empty() || axes.size() > 1)
      return std::nullopt;
    auto type = cast<RankedTensorType>(last->getResult(0).getType());
    chain.axis = axes.empty() ? (type.getRank() >= 2 ? 1 : 0) : *axes.begin();
    if (!axes.empty())
      chain.channels = type.getDimSize(chain.axis);
    return chain;
  }

  llvm::SetVector<Value> sources;

private:
  Operation *last;
  const ConstantValues &constants;
  llvm::function_ref<bool(Value)> isSource;
  llvm::SetVector<Operation *> inside;
};
} // namespace

std::optional<Chain> collectChain(Operation *last, const ConstantValues &constants,
                                  llvm::function_ref<bool(Value)> isSource) {
  Collector collector(last, constants, isSource);
  collector.collect(/*maxVariables=*/3, /*mayBroadcast=*/false);
  if (collector.sources.size() > 1)
    collector.collect(/*maxVariables=*/1, /*mayBroadcast=*/false);
  return collector.sources.size() == 1 ? collector.finish() : std::nullopt;
}

std::optional<Chain> collectJoin(Operation *last, const ConstantValues &constants,
                                 llvm::function_ref<bool(Value)> isSource) {
  Collector collector(last, constants, isSource);
  collector.collect(/*maxVariables=*/3, /*mayBroadcast=*/true);
  return collector.sources.size() == 2 ? collector.finish() : std::nullopt;
}

bool adoptAxis(Chain &chain, const IntegerForm &form) {
  if (!form.varies())
    return true;
  if (chain.channels != 1 && chain.axis != form.axis)
    return false;
  chain.axis = form.axis;
  chain.channels = form.getType().getDimSize(form.axis);
  return true;
}

runtime::Shape getChainShape(const Chain &chain, int64_t count) {
  runtime::Shape shape(getRank(chain.operations.back()->getResult(0)), 1);
  if (shape.empty())
    return shape;
  shape[chain.axis] = chain.channels;
  if (chain.axis != 0)
    shape[0] = count;
  return shape;
}

static bool hasNan(const runtime::Tensor &tensor) {
  return tensor.type().IsFloat() && llvm::any_of(llvm::seq(tensor.size()), [&](int64_t i) {
           return std::isnan(tensor.DoubleAt(i));
         });
}

llvm::Expected<ChainCodes> evaluateChain(const Chain &chain, const ConstantValues &constants,
                                         ArrayRef<runtime::Value> values) {
  ChainCodes out;
  llvm::SmallDenseMap<Value, runtime::Value> known;
  for (auto [source, value] : llvm::zip_equal(chain.sources, values))
    known[source] = value;
  for (Operation *op : chain.operations) {
    SmallVector<const runtime::Value *> operands;
    for (Value operand : getFormalOperands(op)) {
      auto constant = operand ? constants.find(operand) : constants.end();
      if (!operand)
        operands.push_back(nullptr);
      else if (constant != constants.end())
        operands.push_back(&constant->second);
      else {
        operands.push_back(&known.find(operand)->second);
        out.sawNan |= hasNan(operands.back()->tensor);
      }
    }
    llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
    if (!results)
      return results.takeError();
    known[op->getResult(0)] = std::move(results->front());
  }
  const runtime::Value &result = known.find(chain.operations.back()->getResult(0))->second;
  if (!result.quantized || result.quantized->codes.size() != values.front().tensor.size())
    return llvm::createStringError("the chain does not end in one code per value");
  out.view = *result.quantized;
  out.codes = out.view.codes.ToIntegers();
  return out;
}

} // namespace qcompile
