//===- QnnVerify.cpp - Verifiers of the qnn dialect -----------------------===//
//
// Each check carries the number of its constraint in docs/Qnn.md.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "dialects/data/ElementStorage.h"
#include "dialects/qnn/QnnDialect.h"
#include "dialects/qnn/ValueBounds.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;
using data::ConstantAttr;

static RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static bool sameShape(Value a, Value b) { return tensorOf(a).getShape() == tensorOf(b).getShape(); }

static bool isValueOf(Type elementType, int64_t value) {
  return data::getDataType(elementType)->Contains(value);
}

/// Checks that every element of a float constant satisfies `predicate`.
static LogicalResult verifyEach(Operation *op, StringRef name, ConstantAttr constant,
                                llvm::function_ref<bool(double)> predicate, StringRef expected) {
  runtime::Tensor tensor = constant.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (!predicate(tensor.DoubleAt(i)))
      return op->emitOpError() << "expected every element of " << name << " to be " << expected
                               << ", found " << tensor.DoubleAt(i);
  return success();
}

static LogicalResult verifyElementType(Operation *op, StringRef name, ConstantAttr constant,
                                       Type expected) {
  if (constant.getType().getElementType() != expected)
    return op->emitOpError() << "expected elements of " << name << " to be " << expected
                             << ", found " << constant.getType().getElementType();
  return success();
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType from = tensorOf(getInput()), to = tensorOf(getResult());
  if (from.getElementType() != to.getElementType()) // C1
    return emitOpError() << "expected equal element types, found " << from << " and " << to;
  if (from.hasStaticShape() && to.hasStaticShape() &&
      from.getNumElements() != to.getNumElements()) // C2
    return emitOpError() << "expected " << from.getNumElements() << " elements, found " << to;
  return success();
}

LogicalResult TransposeOp::verify() {
  RankedTensorType from = tensorOf(getInput()), to = tensorOf(getResult());
  SmallVector<bool> seen(from.getRank());
  for (int64_t d : getPerm()) {
    if (d < 0 || d >= from.getRank() || seen[d])
      return emitOpError() << "expected perm to be a permutation of " << from.getRank()
                           << " dimensions"; // C1
    seen[d] = true;
  }
  if (int64_t(getPerm().size()) != from.getRank())
    return emitOpError() << "expected perm to be a permutation of " << from.getRank()
                         << " dimensions"; // C1
  SmallVector<int64_t> shape;
  for (int64_t d : getPerm())
    shape.push_back(from.getDimSize(d));
  RankedTensorType expected = RankedTensorType::get(shape, from.getElementType());
  if (to != expected) // C2
    return emitOpError() << "expected result " << expected << ", found " << to;
  return success();
}

static LogicalResult verifyBroadcast(Operation *op, StringRef name, ConstantAttr constant,
                                     RankedTensorType target) {
  RankedTensorType type = constant.getType();
  bool fits = type.getRank() == target.getRank();
  for (int64_t d = 0; fits && d < type.getRank(); ++d)
    fits = type.getDimSize(d) == 1 || type.getDimSize(d) == target.getDimSize(d);
  if (!fits)
    return op->emitOpError() << "expected " << name << " to broadcast against " << target
                             << ", found " << type;
  return success();
}

LogicalResult QuantizeOp::verify() {
  if (!sameShape(getInput(), getResult())) // C1
    return emitOpError() << "expected operand and result of the same shape";
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
    return emitOpError() << "expected a range of values of " << code << ", found [" << low << ", "
                         << high << "]";
  return success(
      succeeded(verifyBroadcast(*this, "scale", getScale(), tensorOf(getInput()))) && // C4
      succeeded(verifyBroadcast(*this, "zero_point", getZeroPoint(), tensorOf(getInput()))));
}

/// The extent of dimension `axis`, or failure with a message.
static FailureOr<int64_t> getChannels(Operation *op, RankedTensorType type, int64_t axis) {
  if (axis < 0 || axis >= std::max<int64_t>(type.getRank(), 1))
    return op->emitOpError() << "expected axis to be a dimension of " << type << ", found " << axis;
  return type.getRank() == 0 ? 1 : type.getDimSize(axis);
}

LogicalResult DequantizeOp::verify() {
  if (!sameShape(getInput(), getResult())) // C1
    return emitOpError() << "expected operand and result of the same shape";
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
    if (constant && (constant.getType().getRank() != 1 ||
                     (constant.size() != 1 && constant.size() != *channels))) // C3
      return emitOpError() << "expected 1 or " << *channels << " elements, found constant '"
                           << constant.getName() << "' of type " << constant.getType();
  return success();
}

LogicalResult MatMulOp::verify() {
  RankedTensorType lhs = tensorOf(getLhs()), rhs = tensorOf(getRhs()),
                   result = tensorOf(getResult());
  if (lhs.getRank() < 1 || rhs.getRank() != 2 || lhs.getShape().back() != rhs.getDimSize(0)) // C1
    return emitOpError() << "expected operands [..., K] and [K, M], found " << lhs << " and "
                         << rhs;
  SmallVector<int64_t> shape(lhs.getShape().drop_back());
  shape.push_back(rhs.getDimSize(1));
  if (result.getShape() != ArrayRef(shape)) // C2
    return emitOpError() << "expected result shape "
                         << RankedTensorType::get(shape, result.getElementType()) << ", found "
                         << result;
  runtime::DataType type = *data::getDataType(result.getElementType());
  bool holds = type.kind != runtime::TypeKind::kBipolar;
  Bounds input = getTypeBounds(lhs.getElementType());
  if (auto constant = getRhs().getDefiningOp<ConstantOp>()) {
    auto bounds = getDotProductBounds(input, constant.getValue().getTensor());
    holds &= bounds && llvm::all_of(*bounds, [&](Bounds b) { return b.fit(type); });
  } else {
    auto bounds =
        getDotProductBounds(input, getTypeBounds(rhs.getElementType()), rhs.getDimSize(0));
    holds &= bounds && bounds->fit(type);
  }
  if (!holds) // C3
    return emitOpError() << "expected an accumulator type that holds every partial sum, found "
                         << result.getElementType();
  return success();
}

/// C3: ascending rows for direction +1, descending for -1; no NaN.
static bool isSorted(const runtime::Tensor &thresholds, int64_t row, int64_t direction) {
  int64_t count = thresholds.shape()[1];
  for (int64_t t = 0; t < count; ++t) {
    int64_t i = row * count + t;
    if (thresholds.type().IsFloat()) {
      double current = thresholds.DoubleAt(i);
      if (std::isnan(current) ||
          (t > 0 && direction * current < direction * thresholds.DoubleAt(i - 1)))
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
  if (type.getRank() != 2 || (type.getDimSize(0) != 1 && type.getDimSize(0) != *channels) ||
      type.getDimSize(1) < 1 || type.getDimSize(1) > 255 ||
      (isFloat ? !type.getElementType().isF32() : !isCodeType(type.getElementType()))) // C1
    return emitOpError() << "expected thresholds of shape [1 or " << *channels << ", 1 to 255] and "
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
  if (input.getShape() != result.getShape()) // C5
    return emitOpError() << "expected operand and result of the same shape";
  return success();
}
