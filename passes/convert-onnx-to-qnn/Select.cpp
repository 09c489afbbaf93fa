//===- Select.cpp - Operations that move elements -------------------------===//
//
// Slices, splits, nearest-neighbour resizing, tiling and borders of copied elements pick positions per dimension. Which
// ones, the operation itself says: it is evaluated on a tensor of positions.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

using PositionLists = SmallVector<SmallVector<int64_t>>;

/// The operation's constant operands, with `data` for its first one; nothing where another one varies.
static std::optional<std::vector<runtime::Value>> evaluateOn(Operation *op, const ConstantValues &constants,
                                                             const runtime::Value &data) {
  SmallVector<const runtime::Value *> operands;
  for (auto [index, operand] : llvm::enumerate(getFormalOperands(op))) {
    auto constant = operand ? constants.find(operand) : constants.end();
    if (index > 0 && operand && constant == constants.end())
      return std::nullopt;
    operands.push_back(index == 0 ? &data : operand ? &constant->second : nullptr);
  }
  llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(op, operands);
  if (results)
    return std::move(*results);
  llvm::consumeError(results.takeError());
  return std::nullopt;
}

/// The row-major numbers of the elements of `shape` as floats, which hold them exactly.
static std::optional<Tensor> numberElements(ArrayRef<int64_t> shape) {
  int64_t size = runtime::NumElements({shape.data(), shape.size()});
  if (size <= 0 || size > int64_t{1} << 24)
    return std::nullopt;
  std::vector<float> numbers(size);
  for (int64_t i = 0; i < size; ++i)
    numbers[i] = float(i);
  return Tensor::FromFloats({shape.begin(), shape.end()}, numbers);
}

/// Per dimension the positions that a tensor of element numbers picks; nothing where these do not depend on one
/// dimension each.
static std::optional<PositionLists> readPositions(const Tensor &numbers, ArrayRef<int64_t> from) {
  const runtime::Shape &shape = numbers.shape();
  int64_t rank = shape.size();
  if (rank != int64_t(from.size()))
    return std::nullopt;
  SmallVector<int64_t> strides(rank, 1), fromStrides(rank, 1);
  for (int64_t d = rank - 1; d-- > 0;) {
    strides[d] = strides[d + 1] * shape[d + 1];
    fromStrides[d] = fromStrides[d + 1] * from[d + 1];
  }
  PositionLists lists(rank);
  for (int64_t d = 0; d < rank; ++d)
    for (int64_t i = 0; i < shape[d]; ++i)
      lists[d].push_back(int64_t(numbers.DoubleAt(i * strides[d])) / fromStrides[d] % from[d]);
  for (int64_t i = 0; i < numbers.size(); ++i) {
    int64_t expected = 0;
    for (int64_t d = 0; d < rank; ++d)
      expected += lists[d][i / strides[d] % shape[d]] * fromStrides[d];
    if (numbers.DoubleAt(i) != double(expected))
      return std::nullopt;
  }
  return lists;
}

/// The step of positions that are equally far from each other, upwards; 0 for others.
static int64_t getStep(ArrayRef<int64_t> positions) {
  if (positions.size() == 1)
    return 1;
  int64_t step = positions[1] - positions[0];
  for (size_t i = 1; i < positions.size(); ++i)
    if (positions[i] - positions[i - 1] != step)
      return 0;
  return std::max<int64_t>(step, 0);
}

/// Regular positions become one slice, others a gather per dimension.
void Converter::selectPositions(OpResult result, const IntegerForm &source, ArrayRef<SmallVector<int64_t>> positions) {
  // The location names the first result.
  Location loc = result.getLoc();
  if (result.getResultNumber() > 0)
    loc = NameLoc::get(builder.getStringAttr(onnx::getNodeName(loc)));
  IntegerForm form = source;
  RankedTensorType type = source.getType();
  SmallVector<int64_t> shape(type.getShape()), offsets(shape.size(), 0), steps(shape.size(), 1);
  bool slices = false;
  for (auto [d, list] : llvm::enumerate(positions)) {
    if (int64_t step = getStep(list)) {
      slices |= list[0] != 0 || step != 1 || int64_t(list.size()) != shape[d];
      offsets[d] = list[0];
      steps[d] = step;
      shape[d] = list.size();
    }
  }
  if (slices)
    form.codes = qnn::SliceOp::create(builder, loc, RankedTensorType::get(shape, type.getElementType()), form.codes,
                                      offsets, steps);
  for (auto [d, list] : llvm::enumerate(positions)) {
    if (getStep(list))
      continue;
    shape[d] = list.size();
    form.codes =
        qnn::GatherOp::create(builder, loc, RankedTensorType::get(shape, type.getElementType()), form.codes, d, list);
  }
  if (form.axis < int64_t(positions.size()))
    pickChannels(form, positions[form.axis]);
  forms[result] = std::move(form);
}

bool Converter::convertSelection(Operation *op, std::string &reason) {
  auto resize = dyn_cast<onnx::ResizeOp>(op);
  auto pad = dyn_cast<onnx::PadOp>(op);
  bool copies =
      isa<onnx::SliceOp, onnx::SplitOp, onnx::TileOp, onnx::ExpandOp>(op) ||
      (resize && resize.getMode() == "nearest" && resize.getCoordinateTransformationMode() != "tf_crop_and_resize") ||
      (pad && pad.getMode() != "constant");
  std::optional<IntegerForm> known = copies ? getFormBehind(op->getOperand(0)) : std::nullopt;
  if (!known)
    return false;
  const IntegerForm &source = *known;
  std::optional<Tensor> numbers = numberElements(source.getType().getShape());
  std::optional<std::vector<runtime::Value>> results;
  if (numbers)
    results = evaluateOn(op, constants, *numbers);
  if (!results) {
    reason = "its parameters are not constant";
    return false;
  }
  std::vector<PositionLists> lists;
  for (const runtime::Value &result : *results) {
    std::optional<PositionLists> positions;
    if (result.tensor.size() > 0)
      positions = readPositions(result.tensor, source.getType().getShape());
    if (!positions) {
      reason = "it changes the rank of its input or leaves nothing of it";
      return false;
    }
    lists.push_back(std::move(*positions));
  }
  for (auto [result, positions] : llvm::zip(op->getResults(), lists))
    selectPositions(result, source, positions);
  return true;
}

/// Rows of integers at constant positions, or of a constant table at positions that are data.
bool Converter::convertGather(Operation *op, std::string &reason) {
  if (!isa<onnx::GatherOp>(op))
    return false;
  std::optional<IntegerForm> source = getFormBehind(op->getOperand(0));
  source = source ? source : getQuantizedForm(op->getOperand(0));
  if (!source)
    return false;
  RankedTensorType type = source->getType(), result = tensorOf(op->getResult(0));
  int64_t axis = getInteger(op, "axis", 0);
  axis += axis < 0 ? type.getRank() : 0;
  int64_t indexRank = tensorOf(op->getOperand(1)).getRank();
  auto resultType = RankedTensorType::get(result.getShape(), type.getElementType());
  auto indices = constants.find(op->getOperand(1));
  IntegerForm form = *source;
  if (indices == constants.end()) {
    if (axis != 0 || (source->varies() && source->axis == 0)) {
      reason = "its positions are data and it does not pick whole rows of one scale";
      return false;
    }
    form.axis += indexRank - 1;
    form.axis = std::max<int64_t>(form.axis, 0);
    form.codes = qnn::LookupOp::create(builder, op->getLoc(), resultType, op->getOperand(1), source->codes);
    forms[op->getResult(0)] = std::move(form);
    return true;
  }
  SmallVector<int64_t> positions;
  for (int64_t index : indices->second.tensor.ToIntegers())
    positions.push_back(index < 0 ? index + type.getDimSize(axis) : index);
  for (int64_t position : positions)
    if (position < 0 || position >= type.getDimSize(axis)) {
      reason = "position " + std::to_string(position) + " is not one of " + std::to_string(type.getDimSize(axis));
      return false;
    }
  if (source->varies() && source->axis == axis && indexRank != 1)
    source = toPerTensor(op->getLoc(), *source, reason);
  if (!source || positions.empty())
    return false;
  form = *source;
  type = source->getType();
  resultType = RankedTensorType::get(result.getShape(), type.getElementType());
  PositionLists lists;
  for (int64_t d = 0; d < type.getRank(); ++d)
    lists.push_back(d == axis ? positions : llvm::to_vector(llvm::seq<int64_t>(type.getDimSize(d))));
  selectPositions(cast<OpResult>(op->getResult(0)), form, lists);
  IntegerForm &picked = forms[op->getResult(0)];
  if (picked.getType() != resultType)
    picked.codes = qnn::ReshapeOp::create(builder, op->getLoc(), resultType, picked.codes);
  if (source->axis > axis)
    picked.axis += indexRank - 1;
  if (!picked.varies()) // the dimension itself may be gone
    picked.axis = resultType.getRank() >= 2 ? 1 : 0;
  return true;
}

namespace {
/// The constant operands of a Pad.
struct Padding {
  SmallVector<int64_t> low, high; ///< of every dimension
  double value = 0;
  bool isEmpty() const {
    auto isZero = [](int64_t width) { return width == 0; };
    return llvm::all_of(low, isZero) && llvm::all_of(high, isZero);
  }
};
} // namespace

static std::optional<Padding> readPadding(Operation *op, const ConstantValues &constants, int64_t rank) {
  SmallVector<Value> operands = getFormalOperands(op);
  auto constantAt = [&](size_t i) -> const Tensor * {
    auto it = i < operands.size() && operands[i] ? constants.find(operands[i]) : constants.end();
    return it == constants.end() ? nullptr : &it->second.tensor;
  };
  for (size_t i = 1; i < operands.size(); ++i)
    if (operands[i] && !constantAt(i))
      return std::nullopt;
  std::vector<int64_t> widths = constantAt(1)->ToIntegers();
  SmallVector<int64_t> axes;
  if (const Tensor *given = constantAt(3))
    llvm::append_range(axes, given->ToIntegers());
  else
    axes = llvm::to_vector(llvm::seq<int64_t>(rank));
  Padding out{SmallVector<int64_t>(rank, 0), SmallVector<int64_t>(rank, 0)};
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t d = axis < 0 ? axis + rank : axis;
    out.low[d] = widths[i];
    out.high[d] = widths[axes.size() + i];
  }
  if (const Tensor *value = constantAt(2); value && value->size() > 0)
    out.value = value->DoubleAt(0);
  return out;
}

/// The integers, one per channel or one, that stand for a real number; nothing where there are none.
static std::optional<std::vector<int64_t>> findIntegers(const IntegerForm &form, double real) {
  std::vector<int64_t> out;
  for (size_t c = 0; c < std::max(form.scale.size(), form.zeroPoint.size()); ++c) {
    double steps = real == 0 ? 0 : std::nearbyint(real * form.divisor / at(form.scale, c));
    std::optional<double> exact = multiplyExactly(at(form.scale, c), steps);
    if (!exact || *exact != real * form.divisor || std::fabs(steps) > 0x1p31)
      return std::nullopt;
    out.push_back(int64_t(steps) + at(form.zeroPoint, c));
  }
  return out;
}

/// A border of a real number that the integers can say.
bool Converter::convertPad(Operation *op, std::string &reason) {
  auto padOp = dyn_cast<onnx::PadOp>(op);
  const IntegerForm *known = padOp ? getForm(op->getOperand(0)) : nullptr;
  if (!known || known->pending || padOp.getMode() != "constant")
    return false;
  std::optional<Padding> padding = readPadding(op, constants, known->getType().getRank());
  if (!padding) {
    reason = "its parameters are not constant";
    return false;
  }
  if (padding->isEmpty()) { // whatever its value is
    forms[op->getResult(0)] = IntegerForm(*known);
    return true;
  }
  if (!known->bias.empty()) {
    reason = "it pads a tensor with a bias";
    return false;
  }
  bool padsChannels = padding->low[known->axis] != 0 || padding->high[known->axis] != 0;
  if ((padsChannels && !known->isPerTensor()) || known->regridded ||
      (padding->value == 0 && std::signbit(padding->value))) {
    reason = "whether its value is one of the quantizer's depends on the channel, or it is a negative zero";
    return false;
  }
  std::optional<IntegerForm> source = alongAxis(op->getLoc(), *known, padsChannels ? -1 : known->axis, reason);
  if (!source)
    return false;
  std::optional<std::vector<int64_t>> values = findIntegers(*source, padding->value);
  if (!values) {
    reason = "its value is not one of the quantizer before it";
    return false;
  }
  IntegerForm form = *source;
  form.codes = pad(op->getLoc(), source->codes, source->axis, padding->low, padding->high, *values);
  for (qnn::Bounds &bounds : form.bounds)
    for (int64_t value : *values)
      bounds = qnn::unite(bounds, {value, value});
  forms[op->getResult(0)] = std::move(form);
  return true;
}

/// Channels to positions, and back.
bool Converter::convertBlocks(Operation *op, std::string &reason) {
  if (!isa<onnx::DepthToSpaceOp, onnx::SpaceToDepthOp>(op))
    return false;
  const IntegerForm *known = getForm(op->getOperand(0));
  std::optional<IntegerForm> source =
      known && !known->pending ? toPerTensor(op->getLoc(), *known, reason) : std::nullopt;
  if (!source)
    return false;
  IntegerForm form = *source;
  form.axis = 1;
  RankedTensorType from = source->getType();
  auto type = RankedTensorType::get(tensorOf(op->getResult(0)).getShape(), from.getElementType());
  int64_t block = getInteger(op, "blocksize", 1);
  Location loc = op->getLoc();
  if (auto toSpace = dyn_cast<onnx::DepthToSpaceOp>(op)) {
    form.codes =
        qnn::DepthToSpaceOp::create(builder, loc, type, source->codes, /*axis=*/1, {block, block}, toSpace.getMode());
  } else {
    int64_t n = from.getDimSize(0), c = from.getDimSize(1), h = from.getDimSize(2) / block,
            w = from.getDimSize(3) / block;
    auto split = RankedTensorType::get({n, c, h, block, w, block}, from.getElementType());
    auto moved = RankedTensorType::get({n, block, block, c, h, w}, from.getElementType());
    Value codes = qnn::ReshapeOp::create(builder, loc, split, source->codes);
    codes = qnn::TransposeOp::create(builder, loc, moved, codes, {0, 3, 5, 1, 2, 4});
    form.codes = qnn::ReshapeOp::create(builder, loc, type, codes);
  }
  forms[op->getResult(0)] = std::move(form);
  return true;
}

/// Whether different codes are different floats in the same order along `axis`.
static bool isOrdered(const IntegerForm &form, int64_t axis) {
  if (form.pending || !form.bias.empty() || (!form.isPerTensor() && form.axis == axis))
    return false;
  for (double scale : form.scale)
    if (scale < 0x1p-100 || scale > 0x1p100)
      return false;
  // Neighbours of at most 23 bits are further apart than a rounding.
  for (size_t c = 0; c < std::max(form.bounds.size(), form.zeroPoint.size()); ++c) {
    qnn::Bounds bounds = at(form.bounds, c);
    int64_t zero = at(form.zeroPoint, c);
    if (bounds.low - zero < -(int64_t{1} << 23) || bounds.high - zero > int64_t{1} << 23)
      return false;
  }
  return true;
}

/// Largest or smallest values: their order is that of the codes.
bool Converter::convertPositions(Operation *op, std::string &reason) {
  auto topK = dyn_cast<onnx::TopKOp>(op);
  if (!topK && !isa<onnx::ArgMaxOp, onnx::ArgMinOp>(op))
    return false;
  const IntegerForm *source = getForm(op->getOperand(0));
  if (!source)
    return false;
  RankedTensorType type = source->getType();
  int64_t axis = getInteger(op, "axis", topK ? -1 : 0);
  axis += axis < 0 ? type.getRank() : 0;
  bool last = !topK && getInteger(op, "select_last_index", 0) != 0, minimum = isa<onnx::ArgMinOp>(op);
  if (!isOrdered(*source, axis) || (minimum && last)) {
    reason = "the order of its input's integers is not that of its floats";
    return false;
  }
  Location loc = op->getLoc();
  SmallVector<int64_t> shape(type.getShape());
  Type index = makeWidestType();
  Value positions;
  if (topK || minimum) {
    shape[axis] = topK ? tensorOf(op->getResult(0)).getDimSize(axis) : 1;
    bool smallest = minimum || getInteger(op, "largest", 1) == 0;
    auto values = RankedTensorType::get(shape, type.getElementType());
    auto top = qnn::TopKOp::create(builder, loc, TypeRange{values, values.clone(index)}, source->codes, axis, smallest);
    positions = top.getIndices();
    if (topK) {
      IntegerForm form = *source;
      form.codes = top.getValues();
      forms[op->getResult(0)] = std::move(form);
      floats[op->getResult(1)] = positions;
      return true;
    }
  } else {
    shape[axis] = 1;
    positions = qnn::ArgMaxOp::create(builder, loc, RankedTensorType::get(shape, index), source->codes, axis, last);
  }
  if (positions.getType() != op->getResult(0).getType())
    positions = qnn::ReshapeOp::create(builder, loc, op->getResult(0).getType(), positions);
  floats[op->getResult(0)] = positions;
  return true;
}

} // namespace qcompile
