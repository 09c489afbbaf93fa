//===- Chain.cpp - The operations between integers and a quantizer --------===//
#include "passes/convert-onnx-to-qnn/Chain.h"

#include <cmath>

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

/// The dimension of the result that dimension `d` of a constant operand of rank `constantRank` goes with; -1 for none.
static int64_t getResultDimension(Operation *op, int64_t constantRank, int64_t d) {
  int64_t rank = getRank(op->getResult(0));
  StringRef name = op->getName().getStringRef();
  if (name == "onnx.BatchNormalization")
    return 1;
  if (name == "onnx.MultiThreshold")
    return d > 0 ? -1 : isChannelsLast(op) ? rank - 1 : 1;
  return rank - constantRank + d;
}

/// Dimensions of the result along which the constant operands of a pointwise operation vary.
static void noteAxes(Operation *op, const ConstantValues &constants, llvm::SmallDenseSet<int64_t> &axes) {
  for (Value operand : op->getOperands()) {
    auto constant = constants.find(operand);
    if (constant == constants.end())
      continue;
    const runtime::Shape &shape = constant->second.tensor.shape();
    for (size_t d = 0; d < shape.size(); ++d)
      if (int64_t dimension = getResultDimension(op, shape.size(), d); shape[d] != 1 && dimension >= 0)
        axes.insert(dimension);
  }
}

bool hasNan(const runtime::Tensor &tensor) {
  if (tensor.type() == runtime::DataType::Float32())
    return llvm::any_of(tensor.Floats(), [](float value) { return std::isnan(value); });
  return tensor.type().IsFloat() &&
         llvm::any_of(llvm::seq(tensor.size()), [&](int64_t i) { return std::isnan(tensor.DoubleAt(i)); });
}

/// Whether constants are such that a NaN can only arise from infinite values or below a root or logarithm, and so at an
/// end of the values that reach it: finite, no zero divisor, no norm without a spread.
static bool isTame(Operation *op, const ConstantValues &constants) {
  StringRef name = op->getName().stripDialect();
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    auto constant = constants.find(operand);
    if (constant == constants.end() || !constant->second.tensor.type().IsFloat())
      continue;
    const runtime::Tensor &tensor = constant->second.tensor;
    auto epsilon = op->getAttrOfType<FloatAttr>("epsilon");
    float offset = epsilon ? epsilon.getValue().convertToFloat() : 1e-5f;
    bool infiniteBound = name == "Clip" || name == "Min" || name == "Max";
    for (int64_t i = 0; i < tensor.size(); ++i) {
      float value = float(tensor.DoubleAt(i));
      if (std::isnan(value) || (std::isinf(value) && !infiniteBound) || (name == "Div" && index == 1 && value == 0) ||
          (name == "BatchNormalization" && index == 4 && !(value + offset > 0)))
        return false;
    }
  }
  return true;
}

namespace {
/// Walks back from a quantizer.
class Collector {
public:
  Collector(Operation *last, const ConstantValues &constants, llvm::function_ref<bool(Value)> isSource, int64_t &steps)
      : last(last), constants(constants), isSource(isSource), steps(steps) {}

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
      enters &= !next.empty() && next.size() <= maxVariables &&
                (inside.size() < kShort || steps > 0 || inside.contains(producer));
      for (Value operand : next)
        enters &= mayBroadcast ? getRank(operand) == getRank(value) : operand.getType() == value.getType();
      if (!enters)
        sources.insert(value);
      else if (inside.insert(producer)) {
        steps -= inside.size() > kShort;
        open.append(next);
      }
    }
  }

  std::optional<Chain> finish() {
    Chain chain;
    chain.sources = sources.takeVector();
    chain.operations.assign(inside.begin(), inside.end());
    llvm::sort(chain.operations, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    llvm::SmallDenseSet<int64_t> axes;
    for (Operation *op : chain.operations) {
      bool certified = onnx::isMonotone(op) && isTame(op, constants);
      chain.enclosable &= certified;
      chain.monotone &= certified && getVariableOperands(op, constants).size() == 1;
      noteAxes(op, constants, axes);
    }
    if (chain.sources.empty() || axes.size() > 1)
      return std::nullopt;
    auto type = cast<RankedTensorType>(last->getResult(0).getType());
    // A scalar has no channels, whatever an operation takes for their dimension.
    if (!axes.empty() && *axes.begin() >= type.getRank())
      return std::nullopt;
    chain.axis = axes.empty() ? (type.getRank() >= 2 ? 1 : 0) : *axes.begin();
    if (!axes.empty())
      chain.channels = type.getDimSize(chain.axis);
    return chain;
  }

  llvm::SetVector<Value> sources;

private:
  /// Chains of real networks are shorter, and free.
  static constexpr size_t kShort = 16;

  Operation *last;
  const ConstantValues &constants;
  llvm::function_ref<bool(Value)> isSource;
  int64_t &steps;
  llvm::SetVector<Operation *> inside;
};
} // namespace

std::optional<Chain> collectChain(Operation *last, const ConstantValues &constants,
                                  llvm::function_ref<bool(Value)> isSource, int64_t &steps) {
  Collector collector(last, constants, isSource, steps);
  collector.collect(/*maxVariables=*/3, /*mayBroadcast=*/false);
  if (collector.sources.size() > 1)
    collector.collect(/*maxVariables=*/1, /*mayBroadcast=*/false);
  if (collector.sources.size() != 1)
    return std::nullopt;
  // A constant of higher rank or larger extent would change the shape.
  auto source = cast<RankedTensorType>(collector.sources.front().getType());
  auto result = cast<RankedTensorType>(last->getResult(0).getType());
  return source.getShape() == result.getShape() ? collector.finish() : std::nullopt;
}

std::optional<Chain> collectJoin(Operation *last, const ConstantValues &constants,
                                 llvm::function_ref<bool(Value)> isSource, int64_t &steps) {
  Collector collector(last, constants, isSource, steps);
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

//===----------------------------------------------------------------------===//
// Chains that wait for a quantizer
//===----------------------------------------------------------------------===//

std::optional<Chain> collectPending(Value value, const ConstantValues &constants,
                                    llvm::function_ref<bool(Value)> isSource, int64_t &steps) {
  Operation *op = value.getDefiningOp();
  if (!op || !onnx::isPointwise(op) || constants.contains(value))
    return std::nullopt;
  std::optional<Chain> chain = collectChain(op, constants, isSource, steps);
  if (!chain || !isSource(chain->source()) || chain->axis == 0 || chain->source().getType() != value.getType())
    return std::nullopt;
  return chain;
}

std::shared_ptr<const PendingChain> makePending(Chain chain, const ConstantValues &constants, bool quantized) {
  auto pending = std::make_shared<PendingChain>();
  pending->quantized = quantized;
  for (Operation *op : chain.operations)
    for (Value operand : op->getOperands())
      if (auto constant = constants.find(operand); constant != constants.end())
        pending->constants[operand] = constant->second;
  pending->chain = std::move(chain);
  return pending;
}

/// Slices `pick` of a tensor along dimension `d`.
static runtime::Tensor pickSlices(const runtime::Tensor &tensor, size_t d, ArrayRef<int64_t> pick) {
  runtime::Shape shape = tensor.shape();
  int64_t extent = shape[d], outer = 1;
  for (size_t i = 0; i < d; ++i)
    outer *= shape[i];
  shape[d] = pick.size();
  runtime::Tensor out(tensor.type(), shape);
  absl::Span<uint8_t> bytes = out.MutableBytes();
  size_t slice = tensor.bytes().size() / (outer * extent);
  for (int64_t o = 0; o < outer; ++o)
    for (auto [i, from] : llvm::enumerate(pick))
      std::memcpy(&bytes[(o * pick.size() + i) * slice], &tensor.bytes()[(o * extent + from) * slice], slice);
  return out;
}

std::shared_ptr<const PendingChain> pickChannels(const PendingChain &pending, ArrayRef<int64_t> pick) {
  auto out = std::make_shared<PendingChain>(pending);
  auto pickFrom = [&](Operation *op, runtime::Tensor &tensor) {
    for (int64_t d = 0; d < tensor.rank(); ++d)
      if (tensor.shape()[d] != 1 && getResultDimension(op, tensor.rank(), d) == pending.chain.axis)
        tensor = pickSlices(tensor, d, pick);
  };
  llvm::SmallDenseSet<Value> done;
  for (Operation *op : pending.chain.operations)
    for (Value operand : op->getOperands()) {
      auto constant = out->constants.find(operand);
      if (constant == out->constants.end() || !done.insert(operand).second)
        continue;
      pickFrom(op, constant->second.tensor);
      if (auto &view = constant->second.quantized)
        for (runtime::Tensor *part : {&view->codes, &view->scale, &view->zero_point})
          pickFrom(op, *part);
    }
  out->chain.channels = pick.size();
  return out;
}

} // namespace qcompile
