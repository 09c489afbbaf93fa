//===- Pool.cpp - Pools and reductions ------------------------------------===//
#include <cmath>
#include <numeric>

#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "passes/convert-onnx-to-qnn/Window.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// The window of a pool, or of a global one.
static Window readPool(Operation *op, RankedTensorType input, RankedTensorType result) {
  auto kernel = op->getAttrOfType<DenseI64ArrayAttr>("kernel_shape");
  return readWindow(op, kernel ? kernel.asArrayRef() : input.getShape().drop_front(2), input, result);
}

/// Negates the codes of channels whose pending operations fall, so that larger codes are larger values in every
/// channel. False, with the reason, where that is not certain.
bool Converter::makeAscending(Location loc, IntegerForm &form, std::string &reason) {
  const Chain &chain = form.pending->chain;
  FormReader reader(form, form.axis);
  std::vector<int64_t> low, high;
  for (int64_t c = 0; c < chain.channels; ++c) {
    low.push_back(at(form.bounds, c).low);
    high.push_back(at(form.bounds, c).high);
  }
  llvm::Expected<runtime::Value> first = reader(low, {int64_t(low.size())});
  llvm::Expected<runtime::Value> last = first ? reader(high, {int64_t(high.size())}) : std::move(first);
  if (!last || reader.sawNan || !chain.monotone || llvm::any_of(form.scale, [](double s) { return s < 0; })) {
    if (!last)
      llvm::consumeError(last.takeError());
    reason = "the operations before it are not monotone";
    return false;
  }
  std::vector<int64_t> directions;
  for (int64_t c = 0; c < chain.channels; ++c) {
    double a = first->tensor.DoubleAt(c), b = last->tensor.DoubleAt(c);
    if (std::isnan(a) || std::isnan(b)) {
      reason = "the operations before it give NaN";
      return false;
    }
    directions.push_back(a > b ? -1 : 1);
  }
  if (llvm::all_of(directions, [](int64_t d) { return d == 1; }))
    return true;
  // scale * (d * code' - zero) = (scale * d) * (code' - d * zero)
  form.codes = multiply(loc, form.codes, form.axis, directions);
  std::vector<qnn::Bounds> bounds;
  if (!narrow(form.codes.getDefiningOp<qnn::BoundsOpInterface>(), bounds, reason))
    return false;
  IntegerForm old = form;
  form.scale.clear();
  form.zeroPoint.clear();
  form.bounds.clear();
  for (auto [c, d] : llvm::enumerate(directions)) {
    qnn::Bounds b = at(old.bounds, c);
    form.scale.push_back(double(d) * at(old.scale, c));
    form.zeroPoint.push_back(d * at(old.zeroPoint, c));
    form.bounds.push_back(d > 0 ? b : qnn::Bounds{-b.high, -b.low});
  }
  return true;
}

/// The largest value of a window is that of the largest code: scales are positive, rounding is monotone. What lies
/// outside of the input never wins where it has the lowest code.
bool Converter::convertMaxPool(Operation *op, std::string &reason) {
  if (!isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp>(op))
    return false;
  std::optional<IntegerForm> source = getFormBehind(op->getOperand(0));
  source = source && hasWindowRank(source->getType()) ? alongAxis(op->getLoc(), *source, 1, reason) : std::nullopt;
  if (!source || (source->pending && !makeAscending(op->getLoc(), *source, reason)))
    return false;
  if (!source->pending && llvm::any_of(source->scale, [](double s) { return s < 0; })) {
    reason = "the scale of its input is negative";
    return false;
  }
  if (op->getNumResults() > 1 && !op->getResult(1).use_empty()) {
    reason = "its positions are used";
    return false;
  }
  RankedTensorType result = tensorOf(op->getResult(0));
  Window window = readPool(op, source->getType(), result);
  int64_t lowest = qnn::getTypeBounds(source->getType().getElementType()).low;
  Value padded = padWindows(op->getLoc(), *source, window, result, {lowest});
  IntegerForm form = *source;
  form.axis = 1;
  form.codes = qnn::MaxPoolOp::create(builder, op->getLoc(),
                                      RankedTensorType::get(result.getShape(), form.getType().getElementType()), padded,
                                      /*axis=*/1, window.kernel, window.strides, window.dilations);
  forms[op->getResult(0)] = std::move(form);
  return true;
}

/// Per output position along dimension `d`, how many positions of the window count for an average.
static SmallVector<int64_t> getCounts(const Window &window, int64_t d, int64_t input, int64_t outputs,
                                      bool includesPad) {
  int64_t first = includesPad ? -window.low[d] : 0;
  int64_t last = input + (includesPad ? window.high[d] : 0);
  SmallVector<int64_t> counts;
  for (int64_t o = 0; o < outputs; ++o) {
    int64_t count = 0;
    for (int64_t i = 0; i < window.kernel[d]; ++i) {
      int64_t position = o * window.strides[d] - window.low[d] + i * window.dilations[d];
      count += position >= first && position < last;
    }
    counts.push_back(count);
  }
  return counts;
}

/// The number of averaged elements per output position, as a tensor [1, 1, outputs...].
static Tensor getDivisors(const Window &window, RankedTensorType input, RankedTensorType result, bool includesPad) {
  runtime::Shape shape = {1, 1};
  std::vector<int64_t> values = {1};
  for (int64_t d = 0; d < window.rank(); ++d) {
    SmallVector<int64_t> counts = getCounts(window, d, input.getDimSize(d + 2), result.getDimSize(d + 2), includesPad);
    std::vector<int64_t> product;
    for (int64_t value : values)
      for (int64_t count : counts)
        product.push_back(value * count);
    shape.push_back(counts.size());
    values = std::move(product);
  }
  return *Tensor::FromIntegers(runtime::DataType::Int64(), shape, values);
}

/// An average is the sum over the window of code - zero point, over the number of elements n. Where n differs between
/// positions, sums are multiplied by lcm / n, so that one divisor serves all.
bool Converter::convertAveragePool(Operation *op, std::string &reason) {
  if (!isa<onnx::AveragePoolOp, onnx::GlobalAveragePoolOp>(op))
    return false;
  const IntegerForm *known = getForm(op->getOperand(0));
  if (!known || !known->quantized || !hasWindowRank(known->getType())) {
    reason = known && known->quantized ? "it has not 1 to 3 spatial dimensions" : "its input is not quantized";
    return false;
  }
  std::optional<IntegerForm> source = alongAxis(op->getLoc(), *known, 1, reason);
  if (!source)
    return false;
  RankedTensorType input = source->getType(), result = tensorOf(op->getResult(0));
  Window window = readPool(op, input, result);
  int64_t elements = runtime::NumElements({window.kernel.data(), window.kernel.size()});
  Tensor divisors = getDivisors(window, input, result, getInteger(op, "count_include_pad", 0) != 0);
  int64_t common = 1;
  bool uniform = true;
  for (int64_t i = 0; i < divisors.size(); ++i) {
    int64_t n = divisors.IntegerAt(i);
    if (n == 0) {
      reason = "a window lies in the padding";
      return false;
    }
    uniform &= n == divisors.IntegerAt(0);
    common = std::lcm(common, n);
    if (common > int64_t{1} << 31) {
      reason = "its windows have too many different sizes";
      return false;
    }
  }
  IntegerForm form = *source;
  form.axis = 1;
  form.quantized = false;
  form.divisor = common;
  for (int64_t &zero : form.zeroPoint)
    zero *= elements;
  Value codes = padWindows(op->getLoc(), *source, window, result, source->zeroPoint);
  auto type = RankedTensorType::get(result.getShape(), makeWidestType());
  auto sum = qnn::SumPoolOp::create(builder, op->getLoc(), type, codes, /*axis=*/1, window.kernel, window.strides,
                                    window.dilations);
  if (uniform)
    return accumulate(op, sum, std::move(form), reason);
  if (!narrow(sum, form.bounds, reason))
    return false;
  form.codes = sum;
  std::vector<int64_t> factors;
  for (int64_t i = 0; i < divisors.size(); ++i)
    factors.push_back(common / divisors.IntegerAt(i));
  Value centered = center(op->getLoc(), form);
  form.zeroPoint = {0};
  auto product =
      qnn::MulOp::create(builder, op->getLoc(), type, centered, makeIntegers(op->getLoc(), divisors.shape(), factors));
  return accumulate(op, product, std::move(form), reason);
}

/// The summed dimensions of a reduction, sorted; nothing where they are not constant.
static std::optional<SmallVector<int64_t>> readAxes(Operation *op, const ConstantValues &constants, int64_t rank) {
  SmallVector<int64_t> axes;
  if (op->getNumOperands() > 1) {
    auto constant = constants.find(op->getOperand(1));
    if (constant == constants.end())
      return std::nullopt;
    for (int64_t axis : constant->second.tensor.ToIntegers())
      axes.push_back(axis < 0 ? axis + rank : axis);
  }
  if (axes.empty() && getInteger(op, "noop_with_empty_axes", 0) == 0)
    axes = llvm::to_vector(llvm::seq<int64_t>(rank));
  llvm::sort(axes);
  axes.erase(llvm::unique(axes), axes.end());
  return axes;
}

namespace {
/// A tensor of four dimensions in which the last one is summed, and the second one holds the channels.
struct SummedLast {
  SmallVector<int64_t> perm, kept; ///< the order that brings the summed dimensions behind the kept ones
  int64_t before = 1, channels = 1, after = 1, count = 1;
};
} // namespace

static SummedLast planSum(RankedTensorType input, ArrayRef<int64_t> summed, int64_t channelAxis) {
  SummedLast plan;
  for (int64_t d = 0; d < input.getRank(); ++d) {
    bool isSummed = llvm::is_contained(summed, d);
    if (!isSummed)
      plan.kept.push_back(d);
    int64_t &extent = isSummed           ? plan.count
                      : d < channelAxis  ? plan.before
                      : d == channelAxis ? plan.channels
                                         : plan.after;
    extent *= input.getDimSize(d);
  }
  plan.perm = plan.kept;
  plan.perm.append(summed.begin(), summed.end());
  return plan;
}

/// The sums of codes as [before, channels, after, 1].
static qnn::SumPoolOp sumLast(OpBuilder &builder, Location loc, Value codes, const SummedLast &plan, Type widest) {
  auto input = cast<RankedTensorType>(codes.getType());
  if (!llvm::is_sorted(plan.perm)) {
    SmallVector<int64_t> shape;
    for (int64_t d : plan.perm)
      shape.push_back(input.getDimSize(d));
    codes =
        qnn::TransposeOp::create(builder, loc, RankedTensorType::get(shape, input.getElementType()), codes, plan.perm);
  }
  codes = qnn::ReshapeOp::create(
      builder, loc, RankedTensorType::get({plan.before, plan.channels, plan.after, plan.count}, input.getElementType()),
      codes);
  SmallVector<int64_t> kernel = {1, plan.count}, ones = {1, 1};
  return qnn::SumPoolOp::create(builder, loc,
                                RankedTensorType::get({plan.before, plan.channels, plan.after, 1}, widest), codes,
                                /*axis=*/1, kernel, ones, ones);
}

/// A sum or mean over any dimensions: these go last and become one window of a pool over [kept..., summed].
bool Converter::convertReduction(Operation *op, std::string &reason) {
  if (!isa<onnx::ReduceSumOp, onnx::ReduceMeanOp>(op))
    return false;
  const IntegerForm *known = getForm(op->getOperand(0));
  if (!known || !known->quantized) {
    reason = "its input is not quantized";
    return false;
  }
  RankedTensorType result = tensorOf(op->getResult(0));
  int64_t rank = known->getType().getRank();
  std::optional<SmallVector<int64_t>> axes = readAxes(op, constants, rank);
  if (!axes || axes->empty() || llvm::any_of(*axes, [&](int64_t a) { return a < 0 || a >= rank; })) {
    reason = "its dimensions are not constant, or there are none";
    return false;
  }
  bool sumsChannels = llvm::is_contained(*axes, known->axis);
  std::optional<IntegerForm> source = alongAxis(op->getLoc(), *known, sumsChannels ? -1 : known->axis, reason);
  if (!source)
    return false;
  SummedLast plan = planSum(source->getType(), *axes, source->axis);
  qnn::SumPoolOp sum = sumLast(builder, op->getLoc(), source->codes, plan, makeWidestType());
  IntegerForm form = *source;
  form.quantized = false;
  form.divisor = isa<onnx::ReduceMeanOp>(op) ? plan.count : 1;
  for (int64_t &zero : form.zeroPoint)
    zero *= plan.count;
  if (!narrow(sum, form.bounds, reason))
    return false;
  if (result.getRank() != rank)
    form.axis = llvm::is_contained(plan.kept, source->axis) ? llvm::find(plan.kept, source->axis) - plan.kept.begin()
                                                            : (result.getRank() >= 2 ? 1 : 0);
  auto element = cast<RankedTensorType>(sum.getType()).getElementType();
  form.codes = qnn::ReshapeOp::create(builder, op->getLoc(), RankedTensorType::get(result.getShape(), element), sum);
  forms[op->getResult(0)] = std::move(form);
  return true;
}

} // namespace qcompile
