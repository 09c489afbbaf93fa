//===- QuantizerRounding.cpp - Rounding before a quantizer ----------------===//
#include "passes/rewriting/QuantizerRounding.h"

#include <cmath>

#include "dialects/onnx/OnnxOps.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/quantized_view.h"

using namespace mlir;
using qcompile::runtime::RoundingMode;
using qcompile::runtime::Tensor;

namespace qcompile {

bool roundsAsQuantizeLinear(const Quantizer &quantizer) {
  return quantizer.isBipolar ||
         (quantizer.rounding == RoundingMode::kHalfEven && (quantizer.roundsFirst || !quantizer.hasZeroPoint()));
}

bool addsZeroPointLast(const Quantizer &quantizer) { return quantizer.roundsFirst && quantizer.hasZeroPoint(); }

/// The fewest bits that have the codes from `low` to `high`.
static QuantWidth findWidth(int64_t low, int64_t high) {
  bool isSigned = low < 0;
  int bits = isSigned ? 2 : 1; // one signed bit is bipolar
  while (isSigned ? low < -(int64_t{1} << (bits - 1)) || high >= int64_t{1} << (bits - 1) : high >= int64_t{1} << bits)
    ++bits;
  int64_t values = int64_t{1} << bits;
  return {bits, isSigned, isSigned ? low == 1 - values / 2 && high == values / 2 - 1 : low == 0 && high == values - 2};
}

static bool isWhole(QuantWidth width, int64_t low, int64_t high) {
  int64_t values = int64_t{1} << width.bits, least = width.isSigned ? -values / 2 : 0;
  return width.narrow || (low == least && high == least + values - 1);
}

QuantWidth getWidth(const Quantizer &quantizer) { return findWidth(quantizer.low, quantizer.high); }

/// The bits of every element, where these have all its codes and no others, and all are signed and narrow alike.
static std::optional<Tensor> findWidths(const Quantizer::Ranges &ranges) {
  std::vector<float> bits;
  std::optional<QuantWidth> first;
  if (ranges.low.shape() != ranges.high.shape())
    return std::nullopt;
  for (auto [low, high] : llvm::zip(ranges.low.Floats(), ranges.high.Floats())) {
    QuantWidth width = findWidth(int64_t(low), int64_t(high));
    first = first.value_or(width);
    if (!isWhole(width, int64_t(low), int64_t(high)) || width.isSigned != first->isSigned ||
        width.narrow != first->narrow)
      return std::nullopt;
    bits.push_back(float(width.bits));
  }
  return Tensor::FromFloats(ranges.low.shape(), bits);
}

bool hasWidth(const Quantizer &quantizer) {
  return quantizer.ranges ? findWidths(*quantizer.ranges).has_value()
                          : isWhole(getWidth(quantizer), quantizer.low, quantizer.high);
}

void finishQuant(OnnxSteps &steps, Value input, const Quantizer &quantizer, QuantWidth width) {
  absl::string_view name = runtime::RoundingModeName(quantizer.rounding);
  std::optional<Tensor> widths = quantizer.ranges ? findWidths(*quantizer.ranges) : std::nullopt;
  NamedAttribute attributes[] = {steps.attribute("signed_", int64_t(width.isSigned)),
                                 steps.attribute("narrow", int64_t(width.narrow)),
                                 steps.attribute("rounding_mode", StringRef(name.data(), name.size()))};
  steps.finish("Quant",
               {input, steps.constant("scale", quantizer.scale), steps.constant("zero_point", quantizer.zeroPoint),
                steps.constant("bits", widths.value_or(Tensor::ScalarFloat(float(width.bits))))},
               attributes);
}

void finishQuantizer(OnnxSteps &steps, const Quantizer &quantizer) {
  if (!quantizer.roundsFirst)
    return finishQuant(steps, quantizer.input, quantizer, getWidth(quantizer));
  NamedAttribute attributes[] = {steps.attribute("low", quantizer.low), steps.attribute("high", quantizer.high)};
  steps.finish(
      "LinearQuant",
      {quantizer.input, steps.constant("scale", quantizer.scale), steps.constant("zero_point", quantizer.zeroPoint)},
      attributes);
}

bool canRoundBefore(const Quantizer &quantizer) {
  double zeroPoint = 0, scale = 0;
  for (int64_t i = 0; i < quantizer.zeroPoint.size(); ++i)
    zeroPoint = std::max(zeroPoint, std::fabs(quantizer.zeroPoint.DoubleAt(i)));
  for (int64_t i = 0; i < quantizer.scale.size(); ++i)
    scale = std::max(scale, quantizer.scale.DoubleAt(i));
  double code = std::max(std::fabs(double(quantizer.low)), std::fabs(double(quantizer.high)));
  return code + zeroPoint <= 0x1p17 && std::isfinite(float(scale * (code + zeroPoint)));
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static Type getBoolType(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.clone(IntegerType::get(type.getContext(), 1));
}

/// The magnitude rounded to the nearest integer, ties by `tie`: one up where what floor cut off is greater than 1/2 (or
/// equal). That difference is exact, where the sum with 1/2 is not.
static Value roundHalf(OnnxSteps &steps, Value magnitude, StringRef tie) {
  Type type = magnitude.getType();
  Value floor = steps.apply("Floor", magnitude, {}, type);
  Value rest = steps.apply("Sub", {magnitude, floor}, {}, type);
  Value up = steps.apply(tie, {rest, steps.constant(0.5f)}, {}, getBoolType(magnitude));
  Value next = steps.apply("Add", {floor, steps.constant(1.0f)}, {}, type);
  return steps.apply("Where", {up, next, floor}, {}, type);
}

Value writeRound(OnnxSteps &steps, Value x, RoundingMode mode) {
  switch (mode) {
  case RoundingMode::kHalfEven:
    return steps.apply("Round", x, {}, x.getType());
  case RoundingMode::kFloor:
    return steps.apply("Floor", x, {}, x.getType());
  case RoundingMode::kCeil:
    return steps.apply("Ceil", x, {}, x.getType());
  default:
    break;
  }
  // These treat both signs alike.
  Value magnitude = steps.apply("Abs", x, {}, x.getType());
  if (mode == RoundingMode::kUp)
    magnitude = steps.apply("Ceil", magnitude, {}, x.getType());
  else if (mode == RoundingMode::kDown)
    magnitude = steps.apply("Floor", magnitude, {}, x.getType());
  else
    magnitude = roundHalf(steps, magnitude, mode == RoundingMode::kHalfUp ? "GreaterOrEqual" : "Greater");
  return steps.apply("Mul", {steps.apply("Sign", x, {}, x.getType()), magnitude}, {}, x.getType());
}

Value writeRounding(OnnxSteps &steps, const Quantizer &quantizer) {
  bool shifts = quantizer.hasZeroPoint() && !quantizer.roundsFirst;
  Value scale = steps.constant("step", quantizer.scale), zeroPoint;
  Value x = steps.apply("Div", {quantizer.input, scale});
  if (shifts) {
    zeroPoint = steps.constant("shift", quantizer.zeroPoint);
    x = steps.apply("Add", {x, zeroPoint});
  }
  x = writeRound(steps, x, quantizer.rounding);
  if (shifts)
    x = steps.apply("Sub", {x, zeroPoint});
  return steps.apply("Mul", {x, scale});
}

Value writeCodes(OnnxSteps &steps, const Quantizer &quantizer) {
  Type type = quantizer.input.getType();
  Value x = steps.apply("Div", {quantizer.input, steps.constant("step", quantizer.scale)}, {}, type);
  Value zeroPoint = steps.constant("shift", quantizer.zeroPoint);
  if (!quantizer.roundsFirst)
    x = steps.apply("Add", {x, zeroPoint}, {}, type);
  x = writeRound(steps, x, quantizer.rounding);
  if (quantizer.roundsFirst)
    x = steps.apply("Add", {x, zeroPoint}, {}, type);
  x = steps.apply("Max", {x, steps.constant(float(quantizer.low))}, {}, type);
  return steps.apply("Min", {x, steps.constant(float(quantizer.high))}, {}, type);
}

/// scale * (code - zero point) of codes that may differ between elements.
static Tensor getValues(const Quantizer &quantizer, const Tensor &codes) {
  runtime::Shape shape = *runtime::BroadcastShapes(quantizer.scale.shape(), quantizer.zeroPoint.shape());
  shape = *runtime::BroadcastShapes(shape, codes.shape());
  runtime::BroadcastIndex scaleAt(quantizer.scale.shape(), shape), zeroAt(quantizer.zeroPoint.shape(), shape),
      codeAt(codes.shape(), shape);
  std::vector<float> values(runtime::NumElements(shape));
  for (auto [i, value] : llvm::enumerate(values))
    value = (codes.Floats()[codeAt(int64_t(i))] - quantizer.zeroPoint.Floats()[zeroAt(int64_t(i))]) *
            quantizer.scale.Floats()[scaleAt(int64_t(i))];
  return Tensor::FromFloats(shape, values);
}

Tensor getValue(const Quantizer &quantizer, int64_t code) {
  return getValues(quantizer, Tensor::ScalarFloat(float(code)));
}

Value writeLimits(OnnxSteps &steps, const Quantizer &quantizer, Value value) {
  const auto &ranges = quantizer.ranges;
  // Clip takes single numbers only.
  value = steps.apply("Max", {value, steps.constant("lowest", ranges ? getValues(quantizer, ranges->low)
                                                                     : getValue(quantizer, quantizer.low))});
  return steps.apply("Min", {value, steps.constant("highest", ranges ? getValues(quantizer, ranges->high)
                                                                     : getValue(quantizer, quantizer.high))});
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Looks from a value at the operations that made it.
class Reader {
public:
  explicit Reader(const Quantizer &quantizer) : quantizer(quantizer) {}

  bool read(Quantizer &out) {
    Value value = quantizer.input;
    out = quantizer;
    readLimits(value, out);
    out.input = value;
    readRounded(value, out);
    return out.input != quantizer.input;
  }

private:
  /// Sets the value before the rounding and how that is done, where that is what computes `value`.
  bool readRounded(Value value, Quantizer &out) const {
    runtime::RoundingMode mode;
    if (!takes("Mul", value, quantizer.scale))
      return false;
    bool shifts = takes("Sub", value, quantizer.zeroPoint);
    if (!readRounding(value, mode))
      return false;
    if (shifts && !takes("Add", value, quantizer.zeroPoint))
      return false;
    if (!takes("Div", value, quantizer.scale))
      return false;
    out.rounding = mode;
    out.roundsFirst = !shifts;
    out.input = value;
    return true;
  }

  static Operation *getOp(Value value, StringRef name) {
    Operation *op = value.getDefiningOp();
    return op && op->getName().getStringRef() == ("onnx." + name).str() ? op : nullptr;
  }

  /// Steps to the first operand of operation `name` with that constant for the second.
  bool takes(StringRef name, Value &value, const Tensor &second) const {
    Operation *op = getOp(value, name);
    data::ConstantAttr constant = op ? getConstant(op->getOperand(1)) : nullptr;
    if (!constant || !(constant.getTensor() == second))
      return false;
    value = op->getOperand(0);
    return true;
  }

  /// The codes whose values are the second operand of operation `name`: one, or one per element.
  std::optional<Tensor> readLimit(StringRef name, Value &value) const {
    Operation *op = getOp(value, name);
    data::ConstantAttr constant = op ? getConstant(op->getOperand(1)) : nullptr;
    if (!constant || constant.size() == 0 || !constant.getType().getElementType().isF32())
      return std::nullopt;
    Tensor limit = constant.getTensor();
    absl::StatusOr<runtime::Shape> shape =
        runtime::BroadcastShapes(quantizer.scale.shape(), quantizer.zeroPoint.shape());
    if (!shape.ok() || !runtime::BroadcastsTo(*shape, limit.shape()))
      return std::nullopt;
    runtime::BroadcastIndex scaleAt(quantizer.scale.shape(), limit.shape()),
        zeroAt(quantizer.zeroPoint.shape(), limit.shape());
    std::vector<float> codes;
    for (int64_t i = 0; i < limit.size(); ++i) {
      double code = limit.DoubleAt(i) / quantizer.scale.DoubleAt(scaleAt(i)) + quantizer.zeroPoint.DoubleAt(zeroAt(i));
      if (!(std::fabs(code) <= 0x1p17))
        return std::nullopt;
      codes.push_back(float(std::llround(code)));
    }
    Tensor all = Tensor::FromFloats(limit.shape(), codes);
    if (!(getValues(quantizer, all) == limit))
      return std::nullopt;
    value = op->getOperand(0);
    return llvm::all_equal(codes) ? Tensor::ScalarFloat(codes[0]) : all;
  }

  /// Limits within those of the quantizer itself.
  void readLimits(Value &value, Quantizer &out) const {
    Value before = value;
    std::optional<Tensor> high = readLimit("Min", before);
    std::optional<Tensor> low = high ? readLimit("Max", before) : std::nullopt;
    if (!low)
      return;
    auto [least, lowest] = getExtent(*low);
    auto [highest, most] = getExtent(*high);
    if (low->size() == 1 && high->size() == 1) {
      out.low = std::max(out.low, least);
      out.high = std::min(out.high, most);
    } else if (least >= out.low && most <= out.high && lowest <= highest) {
      out.ranges = Quantizer::Ranges{runtime::BroadcastTensor(*low, getShape(*low, *high)),
                                     runtime::BroadcastTensor(*high, getShape(*low, *high))};
      out.low = least;
      out.high = most;
    } else {
      return;
    }
    value = before;
  }

  static std::pair<int64_t, int64_t> getExtent(const Tensor &codes) {
    auto [least, most] = std::minmax_element(codes.Floats().begin(), codes.Floats().end());
    return {int64_t(*least), int64_t(*most)};
  }
  static runtime::Shape getShape(const Tensor &a, const Tensor &b) {
    return *runtime::BroadcastShapes(a.shape(), b.shape());
  }

  static bool steps(StringRef name, Value &value) {
    Operation *op = getOp(value, name);
    if (op)
      value = op->getOperand(0);
    return op;
  }

  /// The half modes: Where(rest >= 1/2, floor + 1, floor).
  bool readHalf(Value &value, RoundingMode &mode) const {
    Operation *where = getOp(value, "Where");
    if (!where)
      return false;
    Value condition = where->getOperand(0), up = where->getOperand(1), floor = where->getOperand(2);
    bool halfUp = takes("GreaterOrEqual", condition, Tensor::ScalarFloat(0.5f));
    if (!halfUp && !takes("Greater", condition, Tensor::ScalarFloat(0.5f)))
      return false;
    Operation *rest = getOp(condition, "Sub");
    Value magnitude = floor;
    if (!takes("Add", up, Tensor::ScalarFloat(1)) || up != floor || !steps("Floor", magnitude) || !rest ||
        rest->getOperand(0) != magnitude || rest->getOperand(1) != floor)
      return false;
    mode = halfUp ? RoundingMode::kHalfUp : RoundingMode::kHalfDown;
    value = magnitude;
    return true;
  }

  bool readRounding(Value &value, RoundingMode &mode) const {
    for (auto [name, found] :
         {std::pair("Round", RoundingMode::kHalfEven), {"Floor", RoundingMode::kFloor}, {"Ceil", RoundingMode::kCeil}})
      if (steps(name, value)) {
        mode = found;
        return true;
      }
    Operation *product = getOp(value, "Mul");
    if (!product)
      return false;
    Value source = product->getOperand(0), magnitude = product->getOperand(1);
    if (!steps("Sign", source))
      return false;
    if (steps("Ceil", magnitude))
      mode = RoundingMode::kUp;
    else if (steps("Floor", magnitude))
      mode = RoundingMode::kDown;
    else if (!readHalf(magnitude, mode))
      return false;
    if (!steps("Abs", magnitude) || magnitude != source)
      return false;
    value = source;
    return true;
  }

  const Quantizer &quantizer;
};
} // namespace

Quantizer foldRounding(Quantizer quantizer) {
  Quantizer out;
  if (!quantizer.isBipolar && !quantizer.ranges && canRoundBefore(quantizer) && Reader(quantizer).read(out))
    return out;
  return quantizer;
}

} // namespace qcompile
