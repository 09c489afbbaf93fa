//===- ConvertActivations.cpp - Thresholds, tables, constants added -------===//
#include "backends/hls/convert-qnn-to-hls/Converter.h"

#include "backends/hls/Lowering.h"
#include "dialects/data/ElementStorage.h"

using namespace mlir;

namespace qcompile::hls {

//===----------------------------------------------------------------------===//
// From operations
//===----------------------------------------------------------------------===//

/// Repeats the rows of dimension `axis` so that element i of the stream belongs to row i % period.
static PeriodicActivation makePeriodic(ActivationInterface activation, Value input, int64_t axis) {
  auto type = cast<RankedTensorType>(input.getType());
  if (type.getRank() == 0)
    return {activation, 1};
  int64_t inner = 1;
  for (int64_t d = axis + 1; d < type.getRank(); ++d)
    inner *= type.getDimSize(d);
  const int64_t period = inner * type.getDimSize(axis);
  if (activation.getRows() > 1 && inner > 1)
    activation = activation.withRows(period, [&](int64_t i) { return i / inner; });
  return {activation, period};
}

/// The values of a constant broadcast to `shape`, as few as repeat.
static SmallVector<int64_t> getPeriod(data::ConstantAttr constant, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> from = constant.getType().getShape();
  const size_t missing = shape.size() - from.size();
  size_t first = 0;
  while (first < from.size() && from[first] == 1)
    ++first;
  runtime::Tensor tensor = constant.getTensor();
  SmallVector<int64_t> values = {tensor.IntegerAt(0)};
  if (first == from.size())
    return values;
  // Row-major positions below the outermost dimension that counts.
  ArrayRef<int64_t> inner = shape.drop_front(missing + first);
  SmallVector<int64_t> strides = getStrides(inner);
  SmallVector<int64_t> fromStrides = getStrides(from.drop_front(first));
  values.clear();
  for (int64_t i = 0, count = strides[0] * inner[0]; i < count; ++i) {
    int64_t position = 0;
    for (size_t d = 0; d < inner.size(); ++d)
      if (from[first + d] != 1)
        position += i / strides[d] % inner[d] * fromStrides[d];
    values.push_back(tensor.IntegerAt(position));
  }
  if (llvm::all_equal(values))
    values.truncate(1);
  return values;
}

/// The operand that is constant, where exactly one is and the other has the shape of the result.
static int getConstantOperand(Operation *op) {
  for (int i : {0, 1})
    if (getConstant(op->getOperand(i)) && !getConstant(op->getOperand(1 - i)) &&
        cast<RankedTensorType>(op->getOperand(1 - i).getType()).getShape() ==
            cast<RankedTensorType>(op->getResult(0).getType()).getShape())
      return i;
  return -1;
}

/// Adding or multiplying a constant, as multiply-add-shift.
static PeriodicActivation getWithConstant(Operation *op) {
  const int constant = getConstantOperand(op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (constant < 0 || data::getDataType(type.getElementType())->bits > kMaxNumberBits ||
      data::getDataType(cast<RankedTensorType>(op->getOperand(1 - constant).getType()).getElementType())->bits >
          kMaxNumberBits)
    return {};
  SmallVector<int64_t> values = getPeriod(getConstant(op->getOperand(constant)), type.getShape());
  SmallVector<int64_t> multipliers(values.size(), 0), offsets(values.size(), 0);
  auto add = dyn_cast<qnn::AddOp>(op);
  for (auto [value, multiplier, offset] : llvm::zip(values, multipliers, offsets)) {
    if (!add) {
      multiplier = value;
      continue;
    }
    multiplier = constant == 0 ? add.getRhsMultiplier() : add.getLhsMultiplier();
    const int64_t factor = constant == 0 ? add.getLhsMultiplier() : add.getRhsMultiplier();
    if (llvm::MulOverflow(value, factor, offset))
      return {};
  }
  Builder builder(op->getContext());
  qnn::Bounds bounds = qnn::getTypeBounds(type.getElementType());
  auto activation = MultiplyShiftAttr::get(op->getContext(), builder.getDenseI64ArrayAttr(multipliers),
                                           builder.getDenseI64ArrayAttr(offsets), 0, builder.getStringAttr("FLOOR"),
                                           bounds.low, bounds.high);
  int64_t period = values.size();
  if (period == 1 && type.getRank())
    period = type.getShape().back(); // any number of channels will do
  return {activation, std::max<int64_t>(1, period)};
}

PeriodicActivation getActivation(Operation *op) {
  if (auto threshold = dyn_cast<qnn::ThresholdOp>(op))
    return makePeriodic(ThresholdsAttr::get(op->getContext(), threshold.getThresholds(), threshold.getDirectionsAttr(),
                                            int64_t(threshold.getLow()), int64_t(threshold.getStep())),
                        threshold.getInput(), threshold.getAxis());
  if (auto table = dyn_cast<qnn::TableOp>(op))
    return makePeriodic(TableAttr::get(op->getContext(), table.getValues(), int64_t(table.getLow())), table.getInput(),
                        table.getAxis());
  if (auto requantize = dyn_cast<qnn::RequantizeOp>(op)) {
    Builder builder(op->getContext());
    std::vector<int64_t> multipliers = requantize.getMultipliers().getTensor().ToIntegers();
    std::vector<int64_t> offsets = requantize.getOffsets().getTensor().ToIntegers();
    const size_t rows = std::max(multipliers.size(), offsets.size());
    if (multipliers.size() < rows)
      multipliers.assign(rows, multipliers.front());
    if (offsets.size() < rows)
      offsets.assign(rows, offsets.front());
    return makePeriodic(MultiplyShiftAttr::get(op->getContext(), builder.getDenseI64ArrayAttr(multipliers),
                                               builder.getDenseI64ArrayAttr(offsets), int64_t(requantize.getShift()),
                                               builder.getStringAttr(requantize.getRounding()),
                                               int64_t(requantize.getLow()), int64_t(requantize.getHigh())),
                        requantize.getInput(), requantize.getAxis());
  }
  if (isa<qnn::AddOp, qnn::MulOp>(op))
    return getWithConstant(op);
  return {};
}

Value getActivated(Operation *op) {
  return op->getOperand(isa<qnn::AddOp, qnn::MulOp>(op) ? 1 - getConstantOperand(op) : 0);
}

//===----------------------------------------------------------------------===//
// To stages
//===----------------------------------------------------------------------===//

LogicalResult Converter::convertActivation(Operation *op) {
  auto [activation, period] = getActivation(op);
  streams[op->getResult(0)] =
      activate(op->getLoc(), getStream(getActivated(op)), activation, period, getElement(op->getResult(0)));
  return success();
}

/// If an activation alone uses `value`, possibly under another shape, and its channels repeat
/// within `outputs` elements: that activation. `value` becomes its result.
ActivationInterface Converter::absorbActivation(Value &value, int64_t outputs) {
  SmallVector<Operation *> path;
  Value current = value;
  while (current.hasOneUse()) {
    Operation *user = *current.getUsers().begin();
    path.push_back(user);
    auto [activation, period] = getActivation(user);
    if (!activation && !isFreeRearrangement(user))
      return nullptr;
    current = user->getResult(0);
    if (!activation)
      continue;
    if (activation.getRows() > 1 && outputs % period)
      return nullptr;
    if (activation.getRows() > 1 && outputs != period)
      activation = activation.withRows(outputs, [&](int64_t i) { return i % period; });
    done.insert(path.begin(), path.end());
    value = current;
    return activation;
  }
  return nullptr;
}

} // namespace qcompile::hls
