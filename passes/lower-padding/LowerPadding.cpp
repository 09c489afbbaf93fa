//===- LowerPadding.cpp - Padding within the element type -----------------===//
#include "passes/lower-padding/LowerPadding.h"

#include "compiler/evaluator/Evaluator.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/QnnBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_LOWERPADDING
#include "passes/lower-padding/LowerPadding.h.inc"

namespace {

/// The value of a type that replaces `value`: itself, or the nearest, the lowest of equals.
int64_t getNearest(runtime::DataType type, int64_t value) {
  if (type.Contains(value))
    return value;
  // Between the ends only bipolar has a gap, and 0 is as far from both.
  return value > type.MaxValue() ? type.MaxValue() : type.MinValue();
}

/// A convolution of a padded operand whose pad values the operand's element type does not have.
struct PaddedConv {
  qnn::ConvOp conv;
  qnn::PadOp pad;
  /// The pad values, and those that replace them: one, or one per channel.
  std::vector<int64_t> wanted, used;

  static std::optional<PaddedConv> match(qnn::ConvOp conv) {
    auto pad = conv.getInput().getDefiningOp<qnn::PadOp>();
    if (!pad)
      return std::nullopt;
    PaddedConv out{conv, pad, pad.getValues().getTensor().ToIntegers(), {}};
    runtime::DataType type = getDataType(pad.getInput());
    for (int64_t value : out.wanted)
      out.used.push_back(getNearest(type, value));
    if (out.used == out.wanted)
      return std::nullopt;
    return out;
  }

  /// Why it cannot be corrected, or an empty string.
  StringRef findObstacle(const DenseSet<Value> &pinned) {
    if (!conv.getWeights().getDefiningOp<qnn::ConstantOp>())
      return "its weights are not constant";
    int64_t axis = conv.getAxis();
    for (int64_t d : {int64_t(0), axis})
      if (pad.getLow()[d] != 0 || pad.getHigh()[d] != 0)
        return "the border lies in the batch or the channels";
    if (wanted.size() > 1 && int64_t(pad.getAxis()) != axis)
      return "the border has values along another dimension than the channels";
    if (!tensorOf(conv.getInput()).hasStaticShape())
      return "its shape is not static";
    int64_t difference;
    for (auto [z, p] : llvm::zip(wanted, used))
      if (llvm::SubOverflow(z, p, difference))
        return "the pad values are too large";
    if (!mayWiden(conv.getResult(), pinned))
      return "the element type of its result must stay";
    return "";
  }

private:
  /// Whether the value may get a wider element type: it might not fit an accumulator behind it.
  static bool mayWiden(Value value, const DenseSet<Value> &pinned) {
    if (pinned.contains(value))
      return false;
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      return !user->hasTrait<qnn::Accumulates>() && (!inferElementType(user) || mayWiden(user->getResult(0), pinned));
    });
  }
};

/// What the border adds to the convolution: its difference of pad values at the border and 0 inside. Extents without
/// padding are one kernel long: all outputs along them see the same.
runtime::Tensor makeBorder(PaddedConv &c) {
  RankedTensorType input = tensorOf(c.conv.getInput()), weights = tensorOf(c.conv.getWeights());
  int64_t axis = c.conv.getAxis();
  runtime::Shape shape(input.getShape().begin(), input.getShape().end());
  shape[0] = 1;
  for (int64_t d = 1, spatial = 0; d < input.getRank(); ++d)
    if (d != axis) {
      if (c.pad.getLow()[d] == 0 && c.pad.getHigh()[d] == 0)
        shape[d] = c.conv.getDilations()[spatial] * (weights.getDimSize(d) - 1) + 1;
      ++spatial;
    }
  runtime::Tensor out(runtime::DataType::Int64(), shape);
  absl::Span<int64_t> elements = out.MutableData<int64_t>();
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t &element : elements) {
    bool border = false;
    for (size_t d = 0; d < shape.size(); ++d)
      border |= index[d] < c.pad.getLow()[d] || index[d] >= shape[d] - c.pad.getHigh()[d];
    size_t channel = c.wanted.size() == 1 ? 0 : index[axis];
    element = border ? c.wanted[channel] - c.used[channel] : 0;
    for (size_t d = shape.size(); d-- > 0 && ++index[d] == shape[d];)
      index[d] = 0;
  }
  return out;
}

/// The convolution of the border: what is missing at every output.
llvm::Expected<runtime::Tensor> computeCorrection(PaddedConv &c) {
  runtime::Value border(makeBorder(c));
  runtime::Value weights(c.conv.getWeights().getDefiningOp<qnn::ConstantOp>().getValue().getTensor());
  // The operation's own attributes; the result is narrowed when its values are known.
  OpBuilder builder(c.conv);
  auto wide = cast<qnn::ConvOp>(builder.clone(*c.conv));
  setElementType(wide.getResult(), IntegerType::get(builder.getContext(), 64, IntegerType::Signed));
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(wide, {&border, &weights});
  wide.erase();
  if (!results)
    return results.takeError();
  return results->front().tensor;
}

/// The same values in the narrowest type that holds them.
runtime::Tensor narrow(const runtime::Tensor &tensor) {
  std::vector<int64_t> values = tensor.ToIntegers();
  qnn::Bounds bounds = {values.front(), values.front()};
  for (int64_t value : values)
    bounds = qnn::unite(bounds, {value, value});
  return *runtime::Tensor::FromIntegers(bounds.narrowestType(), tensor.shape(), values);
}

/// Gives what selects, moves or pads the value the element type that follows.
void followElementType(Value value) {
  for (Operation *user : value.getUsers())
    if (Type type = inferElementType(user); type && type != tensorOf(user->getResult(0)).getElementType()) {
      setElementType(user->getResult(0), type);
      followElementType(user->getResult(0));
    }
}

void correct(PaddedConv &c, const runtime::Tensor &correction) {
  OpBuilder builder(c.conv);
  Location loc = c.conv.getLoc();
  auto inputType = tensorOf(c.pad.getInput()).clone(tensorOf(c.pad.getResult()).getShape());
  auto values = data::ConstantAttr::get(
      builder.getContext(), "pad",
      *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(c.used.size())}, c.used));
  Value padded = qnn::PadOp::create(builder, c.pad.getLoc(), inputType, c.pad.getInput(), c.pad.getAxis(),
                                    c.pad.getLow(), c.pad.getHigh(), values);
  Type accumulator = tensorOf(c.conv.getResult()).getElementType();
  QnnBuilder qnn(builder, loc);
  Value sums = qnn.conv(padded, c.conv.getWeights(), c.conv.getAxis(), c.conv.getStrides(), c.conv.getDilations(),
                        c.conv.getGroups(), Type(), accumulator);
  Value missing = qnn.constant("border", narrow(correction));
  auto sum = qnn::AddOp::create(builder, loc, tensorOf(sums), sums, missing, 1, 1);
  Type narrowest = getNarrowestAccumulator(sum);
  setElementType(sum.getResult(), narrowest ? narrowest : accumulator);
  c.conv.getResult().replaceAllUsesWith(sum.getResult());
  followElementType(sum.getResult());
  c.conv.erase();
  if (c.pad->use_empty())
    c.pad.erase();
}

struct LowerPaddingPass : impl::LowerPaddingBase<LowerPaddingPass> {
  using LowerPaddingBase::LowerPaddingBase;

  void runOnOperation() override {
    if (mode == PaddingMode::Widen || getOperation().isExternal())
      return;
    DenseSet<Value> pinned = findPinnedValues(getOperation());
    bool failed = false;
    SmallVector<qnn::ConvOp> convs;
    getOperation().walk([&](qnn::ConvOp op) { convs.push_back(op); });
    for (qnn::ConvOp op : convs)
      if (std::optional<PaddedConv> c = PaddedConv::match(op))
        failed |= mlir::failed(rewrite(*c, pinned));
    if (failed)
      signalPassFailure();
  }

private:
  LogicalResult rewrite(PaddedConv &c, const DenseSet<Value> &pinned) {
    Location loc = c.conv.getLoc();
    std::string node = onnx::describe(c.conv);
    if (StringRef obstacle = c.findObstacle(pinned); !obstacle.empty()) {
      emitRemark(loc, Code::P006) << "node '" << node << "' keeps a border of a wider type: " << obstacle;
      return success();
    }
    llvm::Expected<runtime::Tensor> correction = computeCorrection(c);
    if (!correction)
      return emitError(loc, Code::P006) << "node '" << node << "': " << llvm::toString(correction.takeError());
    emitRemark(loc, Code::P006) << "node '" << node << "' is padded with " << c.used.front() << " in place of "
                                << c.wanted.front() << " and corrected by " << correction->size() << " constants";
    correct(c, *correction);
    return success();
  }
};

} // namespace
} // namespace qcompile
