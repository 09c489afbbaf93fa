//===- InputRanges.cpp - What a model does with its inputs ----------------===//
#include "compiler/frontend/InputRanges.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile {
namespace frontend {

namespace {
/// Follows one input to its uses.
class RangeFinder {
public:
  std::optional<InputRange> find(BlockArgument input);

private:
  /// What has become of the input: that plus `shift`.
  struct Place {
    Value value;
    int64_t shift;
  };

  void visitUse(Operation *op, size_t operand, int64_t shift);
  bool follow(Operation *op, size_t operand, int64_t shift);
  void constrain(Operation *op, int64_t shift, int64_t low, int64_t high, bool isWhole = true);

  SmallVector<Place> work;
  llvm::DenseSet<std::pair<Value, int64_t>> seen;
  std::optional<InputRange> range;
  std::optional<InputRange> mask;
};
} // namespace

static int64_t getInt(Operation *op, StringRef name, int64_t otherwise) {
  auto attribute = op->getAttrOfType<IntegerAttr>(name);
  return attribute ? attribute.getValue().getSExtValue() : otherwise;
}

/// The size of a dimension, counted from the end where it is negative; nothing where that is not known.
static std::optional<int64_t> getExtent(Value value, int64_t axis) {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
  if (!type)
    return std::nullopt;
  axis += axis < 0 ? type.getRank() : 0;
  if (axis < 0 || axis >= type.getRank() || type.isDynamicDim(unsigned(axis)))
    return std::nullopt;
  return type.getDimSize(unsigned(axis));
}

/// The one number that a constant is made of.
static std::optional<int64_t> getNumber(Value value) {
  Operation *op = value ? value.getDefiningOp() : nullptr;
  auto constant = op ? op->getAttrOfType<data::ConstantAttr>("value") : nullptr;
  if (!constant || constant.size() != 1)
    return std::nullopt;
  return int64_t(constant.getTensor().DoubleAt(0));
}

static bool isIntegerTensor(Value value) {
  return isa<IntegerType>(cast<ShapedType>(value.getType()).getElementType());
}

/// The least dimension among those that tuples of indices go along.
static std::optional<int64_t> getTupleExtent(Value data, Value indices, int64_t first) {
  std::optional<int64_t> count = getExtent(indices, -1), least;
  for (int64_t i = first; count && i < first + *count; ++i) {
    std::optional<int64_t> extent = getExtent(data, i);
    if (!extent)
      return std::nullopt;
    least = std::min(least.value_or(*extent), *extent);
  }
  return least;
}

void RangeFinder::constrain(Operation *op, int64_t shift, int64_t low, int64_t high, bool isWhole) {
  InputRange found{low - shift, high == INT64_MAX ? high : high - shift, isWhole, qcompile::onnx::describe(op)};
  if (!range)
    range = InputRange{INT64_MIN, INT64_MAX, false, ""};
  range->intersect(found);
}

/// Operations that move elements, or convert them.
bool RangeFinder::follow(Operation *op, size_t operand, int64_t shift) {
  static const llvm::StringSet<> moves = {"Identity",       "Reshape",      "Flatten",         "Squeeze",
                                          "Unsqueeze",      "Transpose",    "Slice",           "Split",
                                          "Expand",         "Tile",         "Gather",          "GatherND",
                                          "GatherElements", "DepthToSpace", "ReverseSequence", "SpaceToDepth"};
  StringRef name = op->getName().stripDialect();
  if ((operand == 0 && moves.contains(name)) || name == "Concat" || (name == "Where" && operand > 0)) {
    for (Value result : op->getResults())
      work.push_back({result, shift});
    return true;
  }
  if (name == "Cast" || name == "CastLike") {
    // Wide integers that become floats or booleans are masks and flags: of others nobody would take so many bits.
    auto type = cast<ShapedType>(op->getOperand(0).getType()).getElementType();
    auto to = cast<ShapedType>(op->getResult(0).getType()).getElementType();
    if (type.isIntOrIndex() && type.getIntOrFloatBitWidth() >= 32 && (isa<FloatType>(to) || to.isInteger(1)))
      mask = InputRange{0, 1, true, qcompile::onnx::describe(op)};
    work.push_back({op->getResult(0), shift});
    return true;
  }
  if (name == "Add" || (name == "Sub" && operand == 0))
    if (std::optional<int64_t> number = getNumber(op->getOperand(1 - unsigned(operand)))) {
      if (isIntegerTensor(op->getResult(0)))
        work.push_back({op->getResult(0), shift + (name == "Add" ? *number : -*number)});
      return true;
    }
  return false;
}

void RangeFinder::visitUse(Operation *op, size_t operand, int64_t shift) {
  if (op->getName().getDialectNamespace() != "onnx" || follow(op, operand, shift))
    return;
  StringRef name = op->getName().stripDialect();
  SmallVector<Value> operands = getFormalOperands(op);
  auto below = [&](std::optional<int64_t> extent, int64_t low = 0) {
    if (extent)
      constrain(op, shift, low, *extent - 1 + low);
  };
  if (operand == 1 && name == "Gather")
    below(getExtent(operands[0], getInt(op, "axis", 0)));
  else if (operand == 1 && (name == "GatherElements" || name == "ScatterElements"))
    below(getExtent(operands[0], getInt(op, "axis", 0)));
  else if (operand == 1 && name == "GatherND")
    below(getTupleExtent(operands[0], operands[1], getInt(op, "batch_dims", 0)));
  else if (operand == 1 && name == "ScatterND")
    below(getTupleExtent(operands[0], operands[1], 0));
  else if (operand == 0 && name == "OneHot")
    below(getNumber(operands[1]));
  else if (operand == 2 && name == "RoiAlign")
    below(getExtent(operands[0], 0));
  else if (operand == 2 && name == "TensorScatter") {
    auto size = getExtent(operands[0], getInt(op, "axis", -2)), update = getExtent(operands[1], getInt(op, "axis", -2));
    if (size && update)
      constrain(op, shift, 0, *size - *update);
  } else if (operand == 1 && name == "MaxUnpool") {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (type && type.hasStaticShape())
      constrain(op, shift, 0, type.getNumElements() - 1);
  } else if (operand == 1 && name == "ReverseSequence")
    below(getExtent(operands[0], getInt(op, "time_axis", 0)), 1);
  else if (operand == 4 && (name == "LSTM" || name == "GRU" || name == "RNN"))
    below(getExtent(operands[0], getInt(op, "layout", 0)), 1);
  else if (operand == 1 && (name == "CumSum" || name == "CumProd")) {
    if (auto type = dyn_cast<RankedTensorType>(operands[0].getType()))
      constrain(op, shift, 0, type.getRank() - 1);
  } else if (operand == 1 && name == "Trilu") {
    auto rows = getExtent(operands[0], -2), columns = getExtent(operands[0], -1);
    if (rows && columns)
      constrain(op, shift, -*rows, *columns);
  } else if (operand == 1 && name == "BitShift")
    constrain(op, shift, 0, int64_t(cast<ShapedType>(operands[0].getType()).getElementTypeBitWidth()) - 1);
  else if (operand == 1 && (name == "Div" || name == "Mod") && isIntegerTensor(operands[1]))
    constrain(op, shift, 1, INT64_MAX);
  else if ((operand == 4 && name == "BatchNormalization") ||
           (operand == 1 && (name == "QuantizeLinear" || name == "DequantizeLinear")))
    constrain(op, shift, 0, 1, /*isWhole=*/false);
}

std::optional<InputRange> RangeFinder::find(BlockArgument input) {
  work.push_back({input, 0});
  while (!work.empty()) {
    auto [value, shift] = work.pop_back_val();
    if (!seen.insert({value, shift}).second)
      continue;
    llvm::SmallPtrSet<Operation *, 8> users(value.user_begin(), value.user_end());
    for (OpOperand &use : value.getUses())
      if (Operation *op = use.getOwner(); users.erase(op))
        for (auto [i, operand] : llvm::enumerate(getFormalOperands(op)))
          if (operand == value)
            visitUse(op, i, shift);
  }
  return range ? range : mask;
}

std::optional<InputRange> findInputRange(BlockArgument input) { return RangeFinder().find(input); }

} // namespace frontend

void setInputRange(func::FuncOp function, unsigned argument, const InputRange &range) {
  Builder builder(function.getContext());
  function.setArgAttr(argument, kRangeAttr, builder.getDenseI64ArrayAttr({range.low, range.high, range.isWhole}));
}

InputRanges getInputRanges(func::FuncOp function) {
  InputRanges out;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto ends = function.getArgAttrOfType<DenseI64ArrayAttr>(i, kRangeAttr);
    auto name = function.getArgAttrOfType<StringAttr>(i, kPortNameAttr);
    if (ends && ends.size() == 3 && name)
      out[name.getValue().str()] = {ends[0], ends[1], ends[2] != 0, ""};
  }
  return out;
}

} // namespace qcompile
