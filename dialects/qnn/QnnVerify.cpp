//===- QnnVerify.cpp - Verifiers: borders, linear operations, activations --===//
//
// Each check carries the number of its constraint in docs/Qnn.md.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "dialects/data/ElementStorage.h"
#include "dialects/qnn/VerifyHelpers.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;
using data::ConstantAttr;

/// Checks that every element of a float constant satisfies `predicate`.
static LogicalResult verifyEach(Operation *op, StringRef name, ConstantAttr constant,
                                llvm::function_ref<bool(double)> predicate, StringRef expected) {
  runtime::Tensor tensor = constant.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (!predicate(tensor.DoubleAt(i)))
      return op->emitOpError() << "expected every element of " << name << " to be " << expected << ", found "
                               << tensor.DoubleAt(i);
  return success();
}

static LogicalResult verifyBroadcast(Operation *op, StringRef name, ConstantAttr constant, RankedTensorType target) {
  RankedTensorType type = constant.getType();
  bool fits = type.getRank() == target.getRank();
  for (int64_t d = 0; fits && d < type.getRank(); ++d)
    fits = type.getDimSize(d) == 1 || agree(type.getDimSize(d), target.getDimSize(d));
  if (!fits)
    return op->emitOpError() << "expected " << name << " to broadcast against " << target << ", found " << type;
  return success();
}

LogicalResult ConstantOp::verify() {
  if (!getEncodingAttr())
    return success();
  absl::Status status = encoding::checkConstant(getEncodingAttr(), getValue()); // C2
  if (!status.ok())
    return emitOpError() << "constant '" << getValue().getName() << "' is not '" << getEncodingAttr().getEncodingName()
                         << "': " << std::string(status.message());
  return success();
}

LogicalResult QuantizeOp::verify() {
  if (failed(verifyResultShape(*this, getResult(), tensorOf(getInput()).getShape()))) // C1
    return failure();
  Type f32 = Float32Type::get(getContext());
  auto isScale = [](double v) { return std::isfinite(v) && v > 0; };
  auto isFinite = [](double v) { return std::isfinite(v); };
  if (failed(verifyElementType(*this, "scale", getScale(), f32)) ||
      failed(verifyElementType(*this, "zero_point", getZeroPoint(), f32)) ||
      failed(verifyEach(*this, "scale", getScale(), isScale, "finite and positive")) || // C2
      failed(verifyEach(*this, "zero_point", getZeroPoint(), isFinite, "finite")))      // C2
    return failure();
  Type code = tensorOf(getResult()).getElementType();
  int64_t low = getLow(), high = getHigh();
  if (low > high || !isValueOf(code, low) || !isValueOf(code, high)) // C3
    return emitOpError() << "expected a range of values of " << code << ", found [" << low << ", " << high << "]";
  return success(succeeded(verifyBroadcast(*this, "scale", getScale(), tensorOf(getInput()))) && // C4
                 succeeded(verifyBroadcast(*this, "zero_point", getZeroPoint(), tensorOf(getInput()))));
}

LogicalResult DequantizeOp::verify() {
  if (failed(verifyResultShape(*this, getResult(), tensorOf(getInput()).getShape()))) // C1
    return failure();
  Type f64 = Float64Type::get(getContext());
  Type si64 = IntegerType::get(getContext(), 64, IntegerType::Signed);
  auto isScale = [](double v) { return std::isfinite(v) && v != 0; };
  auto isFinite = [](double v) { return std::isfinite(v); };
  if (failed(verifyElementType(*this, "scale", getScale(), f64)) ||
      failed(verifyElementType(*this, "zero_point", getZeroPoint(), si64)) ||
      failed(verifyEach(*this, "scale", getScale(), isScale, "finite and not zero"))) // C2
    return failure();
  if (getBias() && (failed(verifyElementType(*this, "bias", *getBias(), f64)) ||
                    failed(verifyEach(*this, "bias", *getBias(), isFinite, "finite")))) // C2
    return failure();
  FailureOr<int64_t> channels = getChannels(*this, tensorOf(getInput()), getAxis());
  if (failed(channels))
    return failure();
  for (ConstantAttr constant : {getScale(), getZeroPoint(), getBias().value_or(nullptr)})
    if (constant && failed(verifyPerChannel(*this, constant, *channels))) // C3
      return failure();
  int64_t divisor = getDivisor(), highest = getBias() ? 1 : int64_t{1} << 31;
  if (divisor < 1 || divisor > highest) // C4
    return emitOpError() << "expected a divisor from 1 to " << highest << ", found " << divisor;
  return success();
}

/// The leading dimensions of a matrix product; nothing where they do not pair. A right operand of
/// rank 2 has none, one of another rank has those of the left operand's rank.
static std::optional<SmallVector<int64_t>> getProductBatch(RankedTensorType lhs, RankedTensorType rhs) {
  if (lhs.getRank() < 1 || (rhs.getRank() != 2 && (rhs.getRank() < 2 || rhs.getRank() != lhs.getRank())))
    return std::nullopt;
  if (!agree(lhs.getShape().back(), rhs.getShape().drop_back().back()))
    return std::nullopt;
  if (rhs.getRank() == 2)
    return SmallVector<int64_t>(lhs.getShape().drop_back());
  auto batch = broadcast(lhs.getShape().drop_back(2), rhs.getShape().drop_back(2));
  if (batch)
    batch->push_back(lhs.getDimSize(lhs.getRank() - 2));
  return batch;
}

LogicalResult MatMulOp::verify() {
  RankedTensorType lhs = tensorOf(getLhs()), rhs = tensorOf(getRhs());
  std::optional<SmallVector<int64_t>> shape = getProductBatch(lhs, rhs);
  if (!shape) // C1
    return emitOpError() << "expected operands [..., K] and [K, M], or [..., N, K] and [..., K, M], found " << lhs
                         << " and " << rhs;
  shape->push_back(rhs.getShape().back());
  if (failed(verifyResultShape(*this, getResult(), *shape))) // C2
    return failure();
  if (lhs.isDynamicDim(lhs.getRank() - 1)) // C3
    return emitOpError() << "expected a static number of products in a sum, found " << lhs;
  return verifyAccumulator(*this); // C3
}

LogicalResult AddOp::verify() {
  RankedTensorType lhs = tensorOf(getLhs()), rhs = tensorOf(getRhs());
  std::optional<SmallVector<int64_t>> shape = broadcast(lhs.getShape(), rhs.getShape());
  if (!shape) // C1
    return emitOpError() << "expected operands that broadcast, found " << lhs << " and " << rhs;
  if (failed(verifyResultShape(*this, getResult(), *shape))) // C1
    return failure();
  if (getLhsMultiplier() == 0 || getRhsMultiplier() == 0) // C2
    return emitOpError() << "expected multipliers that are not 0, found " << int64_t(getLhsMultiplier()) << " and "
                         << int64_t(getRhsMultiplier());
  return verifyAccumulator(*this); // C3
}

LogicalResult MulOp::verify() {
  RankedTensorType lhs = tensorOf(getLhs()), rhs = tensorOf(getRhs());
  std::optional<SmallVector<int64_t>> shape = broadcast(lhs.getShape(), rhs.getShape());
  if (!shape) // C1
    return emitOpError() << "expected operands that broadcast, found " << lhs << " and " << rhs;
  if (failed(verifyResultShape(*this, getResult(), *shape))) // C1
    return failure();
  return verifyAccumulator(*this); // C2
}

/// C3: ascending rows for direction +1, descending for -1; no NaN.
static bool isSorted(const runtime::Tensor &thresholds, int64_t row, int64_t direction) {
  int64_t count = thresholds.shape()[1];
  for (int64_t t = 0; t < count; ++t) {
    int64_t i = row * count + t;
    if (thresholds.type().IsFloat()) {
      double current = thresholds.DoubleAt(i);
      if (std::isnan(current) || (t > 0 && direction * current < direction * thresholds.DoubleAt(i - 1)))
        return false;
    } else if (t > 0) {
      int64_t previous = thresholds.IntegerAt(i - 1), current = thresholds.IntegerAt(i);
      if (direction > 0 ? current < previous : current > previous)
        return false;
    }
  }
  return true;
}

LogicalResult ThresholdOp::verify() {
  RankedTensorType input = tensorOf(getInput()), result = tensorOf(getResult());
  FailureOr<int64_t> channels = getChannels(*this, input, getAxis());
  if (failed(channels))
    return failure();
  RankedTensorType type = getThresholds().getType();
  bool isFloat = input.getElementType().isF32();
  if (type.getRank() != 2 || (type.getDimSize(0) != 1 && !agree(type.getDimSize(0), *channels)) ||
      type.getDimSize(1) < 1 || type.getDimSize(1) > 255 ||
      (isFloat ? !type.getElementType().isF32() : !isCodeType(type.getElementType()))) // C1
    return emitOpError() << "expected thresholds of shape [1 or " << extentToString(*channels) << ", 1 to 255] and "
                         << (isFloat ? "float32" : "integer") << " elements, found " << type;
  if (int64_t(getDirections().size()) != type.getDimSize(0) ||
      !llvm::all_of(getDirections(), [](int64_t d) { return d == 1 || d == -1; })) // C2
    return emitOpError() << "expected " << type.getDimSize(0) << " directions of 1 or -1";
  runtime::Tensor thresholds = getThresholds().getTensor();
  for (auto [row, direction] : llvm::enumerate(getDirections()))
    if (!isSorted(thresholds, row, direction)) // C3
      return emitOpError() << "expected thresholds of channel " << row << " to be sorted in its "
                           << "direction";
  Type code = result.getElementType();
  // The accessors are unsigned: I64Attr has no sign.
  __int128 top = __int128(int64_t(getStep())) * type.getDimSize(1) + int64_t(getLow());
  if (int64_t(getStep()) == 0 || !isValueOf(code, getLow()) || top != int64_t(top) ||
      !isValueOf(code, int64_t(top))) // C4
    return emitOpError() << "expected low and low + step * levels to be values of " << code;
  return verifyResultShape(*this, getResult(), input.getShape()); // C5
}

LogicalResult TableOp::verify() {
  RankedTensorType input = tensorOf(getInput()), result = tensorOf(getResult());
  FailureOr<int64_t> channels = getChannels(*this, input, getAxis());
  if (failed(channels))
    return failure();
  RankedTensorType type = getValues().getType();
  if (type.getRank() != 2 || (type.getDimSize(0) != 1 && !agree(type.getDimSize(0), *channels)) ||
      type.getDimSize(1) < 1 || type.getDimSize(1) > 65536 || type.getElementType() != result.getElementType()) // C1
    return emitOpError() << "expected values of shape [1 or " << extentToString(*channels)
                         << ", 1 to 65536] and elements " << result.getElementType() << ", found " << type;
  return verifyResultShape(*this, getResult(), input.getShape()); // C2
}

/// C2: what is rounded stays within 62 bits, per channel.
static LogicalResult verifyProducts(RequantizeOp op) {
  if (failed(verifyOrder(op)))
    return failure();
  Bounds input = getValueBounds(op.getInput());
  runtime::Tensor multipliers = op.getMultipliers().getTensor(), offsets = op.getOffsets().getTensor();
  constexpr __int128 limit = __int128{1} << 62;
  int64_t channels = std::max(multipliers.size(), offsets.size());
  for (const runtime::Tensor &tensor : {multipliers, offsets})
    if (tensor.size() != 1 && tensor.size() != channels) // both fit channels of unknown number
      return op.emitOpError() << "expected as many multipliers as offsets, found " << multipliers.size() << " and "
                              << offsets.size();
  for (int64_t c = 0; c < channels; ++c) {
    __int128 multiplier = multipliers.IntegerAt(multipliers.size() == 1 ? 0 : c);
    __int128 offset = offsets.IntegerAt(offsets.size() == 1 ? 0 : c);
    for (int64_t x : {input.low, input.high})
      if (multiplier * x + offset < -limit || multiplier * x + offset >= limit)
        return op.emitOpError() << "expected multiplier * x + offset within 62 bits, found multiplier "
                                << int64_t(multiplier) << " and offset " << int64_t(offset) << " for values from "
                                << input.low << " to " << input.high;
  }
  return success();
}

LogicalResult RequantizeOp::verify() {
  RankedTensorType input = tensorOf(getInput());
  FailureOr<int64_t> channels = getChannels(*this, input, getAxis());
  if (failed(channels))
    return failure();
  Type si64 = IntegerType::get(getContext(), 64, IntegerType::Signed);
  if (failed(verifyElementType(*this, "multipliers", getMultipliers(), si64)) || // C1
      failed(verifyElementType(*this, "offsets", getOffsets(), si64)) ||
      failed(verifyPerChannel(*this, getMultipliers(), *channels)) ||
      failed(verifyPerChannel(*this, getOffsets(), *channels)))
    return failure();
  int64_t shift = getShift(), low = getLow(), high = getHigh();
  if (shift < 0 || shift > 62) // C1
    return emitOpError() << "expected a shift from 0 to 62, found " << shift;
  if (failed(verifyProducts(*this))) // C2
    return failure();
  Type code = tensorOf(getResult()).getElementType();
  if (isa<BipolarType>(code) || low > high || !isValueOf(code, low) || !isValueOf(code, high)) // C3
    return emitOpError() << "expected a range of values of an integer type, found [" << low << ", " << high << "] of "
                         << code;
  return verifyResultShape(*this, getResult(), input.getShape()); // C4
}
