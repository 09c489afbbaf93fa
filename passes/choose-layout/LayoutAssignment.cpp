//===- LayoutAssignment.cpp - A layout for every value --------------------===//
#include "passes/choose-layout/LayoutAssignment.h"

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/ElementTypes.h"

using namespace mlir;

namespace qcompile {

LayoutRole getLayoutRole(Operation *op) {
  if (isa<qnn::ConstantOp>(op))
    return LayoutRole::Constant;
  if (isa<qnn::ConvOp, qnn::MaxPoolOp, qnn::SumPoolOp, qnn::DepthToSpaceOp>(op))
    return LayoutRole::Spatial;
  if (isa<qnn::ThresholdOp, qnn::TableOp, qnn::RequantizeOp, qnn::QuantizeOp, qnn::DequantizeOp, qnn::AddOp, qnn::MulOp,
          qnn::PadOp, qnn::SliceOp, qnn::ConcatOp, qnn::GatherOp, qnn::ArgMaxOp, qnn::TopKOp>(op))
    return LayoutRole::Uniform;
  if (auto matmul = dyn_cast<qnn::MatMulOp>(op))
    return tensorOf(matmul.getRhs()).getRank() == 2 &&
                   tensorOf(matmul.getLhs()).getRank() == tensorOf(matmul.getResult()).getRank()
               ? LayoutRole::MatMul
               : LayoutRole::Opaque;
  if (isa<qnn::TransposeOp>(op))
    return LayoutRole::Transpose;
  if (isa<onnx::TransposeOp>(op) && isa<RankedTensorType>(op->getOperand(0).getType()) &&
      isa<RankedTensorType>(op->getResult(0).getType()))
    return LayoutRole::Transpose;
  return isa<qnn::ReshapeOp>(op) ? LayoutRole::Reshape : LayoutRole::Opaque;
}

int64_t getChannelAxis(Operation *op) { return op->getAttrOfType<IntegerAttr>("axis").getInt(); }

Layout getSpatialLayout(Operation *op, ChannelLayout wanted) {
  int64_t rank = tensorOf(op->getResult(0)).getRank(), axis = getChannelAxis(op);
  int64_t target = wanted == ChannelLayout::First ? 1 : rank - 1;
  Layout layout = getIdentity(rank);
  layout.erase(layout.begin() + axis);
  layout.insert(layout.begin() + target, axis);
  return layout;
}

Layout getPermutation(Operation *op) {
  if (auto transpose = dyn_cast<qnn::TransposeOp>(op))
    return Layout(transpose.getPerm());
  if (auto perm = op->getAttrOfType<DenseI64ArrayAttr>("perm"))
    return Layout(perm.asArrayRef());
  Layout reversed = getIdentity(tensorOf(op->getResult(0)).getRank());
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

/// Whether one side of the operation is float and the other codes.
static bool isBorder(Operation *op) {
  return isa<qnn::QuantizeOp, qnn::DequantizeOp>(op) ||
         (isa<qnn::ThresholdOp>(op) && tensorOf(op->getOperand(0)).getElementType().isF32());
}

/// The layout of `to` that goes with `layout` of `from`, both operands or results of the operation; nothing where the
/// operation relates them in no way.
static std::optional<Layout> relate(Operation *op, Value from, const Layout &layout, Value to) {
  Value result = op->getResult(0);
  bool fromResult = from.getDefiningOp() == op;
  switch (getLayoutRole(op)) {
  case LayoutRole::Uniform: {
    int64_t rank = tensorOf(result).getRank();
    if (tensorOf(from).getRank() != rank || tensorOf(to).getRank() != rank)
      return std::nullopt;
    return layout;
  }
  case LayoutRole::MatMul:
    if (from == op->getOperand(1) || to == op->getOperand(1) || layout.back() != int64_t(layout.size()) - 1)
      return std::nullopt;
    return layout;
  case LayoutRole::Transpose: {
    Layout perm = getPermutation(op);
    return fromResult ? compose(perm, layout) : compose(invert(perm), layout);
  }
  case LayoutRole::Reshape: {
    auto groups = ReshapeGroups::get(tensorOf(op->getOperand(0)).getShape(), tensorOf(result).getShape());
    if (!groups)
      return std::nullopt;
    return fromResult ? groups->getOperandLayout(layout) : groups->getResultLayout(layout);
  }
  default:
    return std::nullopt;
  }
}

void LayoutAssignment::assign(Value value, const Layout &layout) {
  Operation *op = value.getDefiningOp();
  if (op && getLayoutRole(op) == LayoutRole::Constant)
    return;
  if (layouts.try_emplace(value, layout).second)
    worklist.push_back(value);
}

void LayoutAssignment::spreadThrough(Operation *op, Value value, const Layout &layout) {
  auto visit = [&](Value other) {
    if (other != value && isa<RankedTensorType>(other.getType()))
      if (std::optional<Layout> related = relate(op, value, layout, other))
        assign(other, *related);
  };
  for (Value result : op->getResults())
    visit(result);
  for (Value operand : op->getOperands())
    visit(operand);
}

void LayoutAssignment::spread(bool throughBorders) {
  while (!worklist.empty()) {
    Value value = worklist.front();
    worklist.pop_front();
    Layout layout = layouts.lookup(value);
    SmallVector<Operation *> neighbours(value.getUsers());
    // Users come in the reverse order of the program.
    std::reverse(neighbours.begin(), neighbours.end());
    if (Operation *producer = value.getDefiningOp())
      neighbours.insert(neighbours.begin(), producer);
    for (Operation *op : neighbours) {
      LayoutRole role = getLayoutRole(op);
      if (role == LayoutRole::Opaque || role == LayoutRole::Spatial || role == LayoutRole::Constant ||
          (!throughBorders && isBorder(op)))
        continue;
      spreadThrough(op, value, layout);
    }
  }
}

static Layout getWritten(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return getIdentity(type ? type.getRank() : 0);
}

void LayoutAssignment::run(Block &block) {
  // What the function and opaque operations give is fixed, but spreads after the spatial operations' wishes.
  SmallVector<Value> fixed(block.getArguments());
  for (Operation &op : block)
    if (getLayoutRole(&op) == LayoutRole::Opaque)
      llvm::append_range(fixed, op.getResults());
  for (Value value : fixed)
    layouts.try_emplace(value, getWritten(value));
  for (Operation &op : block)
    if (getLayoutRole(&op) == LayoutRole::Spatial) {
      Layout layout = getSpatialLayout(&op, wanted);
      assign(op.getOperand(0), layout);
      assign(op.getResult(0), layout);
    }
  spread(border == TransposeBorder::Floats);
  worklist.insert(worklist.end(), fixed.begin(), fixed.end());
  for (Operation &op : block)
    if (getLayoutRole(&op) == LayoutRole::Opaque)
      for (Value operand : op.getOperands())
        assign(operand, getWritten(operand));
  spread(true);
}

Layout LayoutAssignment::get(Value value) const {
  auto it = layouts.find(value);
  return it == layouts.end() ? getWritten(value) : it->second;
}

} // namespace qcompile
