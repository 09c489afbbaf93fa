//===- LayoutRewriter.cpp - A function in its layouts ---------------------===//
#include "passes/choose-layout/LayoutRewriter.h"

#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/QnnBuilder.h"
#include "passes/rewriting/StridedCopy.h"

using namespace mlir;

namespace qcompile {

//===----------------------------------------------------------------------===//
// Stored values
//===----------------------------------------------------------------------===//

Layout LayoutRewriter::getStoredLayout(Value value) const {
  auto it = layouts.find(value);
  return it != layouts.end() ? it->second : getIdentity(tensorOf(value).getRank());
}

Value LayoutRewriter::getStored(Value value) const {
  auto it = stored.find(value);
  return it != stored.end() ? it->second : value;
}

SmallVector<int64_t> LayoutRewriter::getWrittenShape(Value value) const {
  return fromStored(tensorOf(getStored(value)).getShape(), getStoredLayout(value));
}

void LayoutRewriter::store(Value result, const Layout &layout) {
  RankedTensorType type = tensorOf(result);
  result.setType(type.clone(toStored(type.getShape(), layout)));
  layouts[result] = layout;
}

Value LayoutRewriter::loadConstant(qnn::ConstantOp op, const Layout &layout) {
  auto &cached = made[op.getResult()];
  for (auto &[known, value] : cached)
    if (known == layout)
      return value;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  data::ConstantAttr constant = op.getValue();
  Value out = QnnBuilder(builder, op.getLoc())
                  .constant(constant.getName(), permute(constant.getTensor(), layout),
                            encoding::permuteEncoding(op.getEncodingAttr(), layout));
  cached.push_back({layout, out});
  return out;
}

Value LayoutRewriter::load(Value value, const Layout &layout) {
  Value source = getStored(value);
  Layout own = getStoredLayout(value);
  if (own == layout)
    return source;
  if (auto constant = source.getDefiningOp<qnn::ConstantOp>())
    return loadConstant(constant, layout);
  // Dimension i of what is wanted is dimension perm[i] of what is stored.
  Layout perm = compose(invert(own), layout);
  auto &cached = made[source];
  for (auto &[known, result] : cached)
    if (known == perm)
      return result;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(source);
  Location loc = value.getLoc();
  RankedTensorType type = tensorOf(source);
  SmallVector<int64_t> shape = toStored(type.getShape(), perm);
  QnnBuilder qnn(builder, loc);
  Value out;
  if (!qnn::isCodeType(type.getElementType())) {
    OperationState state(loc, onnx::TransposeOp::getOperationName());
    state.addOperands(source);
    state.addTypes(type.clone(shape));
    state.addAttribute("perm", builder.getDenseI64ArrayAttr(perm));
    out = builder.create(state)->getResult(0);
  } else if (type.hasStaticShape() && storesAlike(type.getShape(), getIdentity(type.getRank()), perm)) {
    out = qnn.reshape(source, shape);
  } else {
    out = qnn.transpose(source, perm);
  }
  cached.push_back({perm, out});
  return out;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static void setAxis(Operation *op, const Layout &layout) {
  if (auto axis = op->getAttrOfType<IntegerAttr>("axis"))
    op->setAttr("axis", IntegerAttr::get(axis.getType(), positionOf(layout, axis.getInt())));
}

void LayoutRewriter::rewriteSpatial(Operation *op) {
  Layout layout = getSpatialLayout(op, wanted);
  // Weights [O, I, kernel...] or [O, kernel..., I] have their channels where the data has them.
  for (OpOperand &operand : op->getOpOperands())
    operand.set(load(operand.get(), layout));
  setAxis(op, layout);
  store(op->getResult(0), layout);
}

Value LayoutRewriter::raiseRank(Value value, int64_t rank) {
  int64_t missing = rank - tensorOf(getStored(value)).getRank();
  if (missing == 0)
    return value;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(getStored(value));
  Value written = load(value, getIdentity(rank - missing));
  builder.setInsertionPointAfterValue(written);
  SmallVector<int64_t> shape(missing, 1);
  llvm::append_range(shape, tensorOf(written).getShape());
  QnnBuilder qnn(builder, value.getLoc());
  if (auto constant = written.getDefiningOp<qnn::ConstantOp>())
    return qnn.constant(constant.getValue().getName(),
                        constant.getValue().getTensor().Reshaped({shape.begin(), shape.end()}));
  return qnn.reshape(written, shape);
}

/// Parameters with an entry per dimension, or that broadcast against the operand.
static void permuteAttributes(Operation *op, const Layout &layout) {
  MLIRContext *context = op->getContext();
  for (StringRef name : {"low", "high", "offsets", "steps"})
    if (auto list = op->getAttrOfType<DenseI64ArrayAttr>(name))
      op->setAttr(name, DenseI64ArrayAttr::get(context, toStored(list.asArrayRef(), layout)));
  if (!isa<qnn::QuantizeOp>(op))
    return;
  for (StringRef name : {"scale", "zero_point"}) {
    auto constant = op->getAttrOfType<data::ConstantAttr>(name);
    op->setAttr(name, data::ConstantAttr::get(context, constant.getName(), permute(constant.getTensor(), layout)));
  }
}

void LayoutRewriter::rewriteUniform(Operation *op) {
  Layout layout = assignment.get(op->getResult(0));
  // Floats keep their order: the codes are transposed behind the quantizer.
  if (border == TransposeBorder::Codes && isa<qnn::QuantizeOp, qnn::ThresholdOp>(op) &&
      tensorOf(op->getOperand(0)).getElementType().isF32())
    layout = getStoredLayout(op->getOperand(0));
  bool keeps = isIdentity(layout);
  for (OpOperand &operand : op->getOpOperands()) {
    // Operands of another rank broadcast in the written order.
    bool raised = tensorOf(getStored(operand.get())).getRank() != int64_t(layout.size());
    if (raised && keeps)
      operand.set(load(operand.get(), getIdentity(tensorOf(getStored(operand.get())).getRank())));
    else
      operand.set(load(raiseRank(operand.get(), layout.size()), layout));
  }
  if (!keeps) {
    setAxis(op, layout);
    permuteAttributes(op, layout);
  }
  for (Value result : op->getResults())
    store(result, layout);
}

void LayoutRewriter::rewriteMatMul(qnn::MatMulOp op) {
  Layout layout = assignment.get(op.getResult());
  if (layout.back() != int64_t(layout.size()) - 1)
    layout = getIdentity(layout.size());
  op.getLhsMutable().assign(load(op.getLhs(), layout));
  op.getRhsMutable().assign(load(op.getRhs(), getIdentity(2)));
  store(op.getResult(), layout);
}

/// A transpose is its operand as stored, read in another order: who needs one in memory makes it.
void LayoutRewriter::viewTranspose(Operation *op) {
  Value operand = op->getOperand(0), result = op->getResult(0);
  stored[result] = getStored(operand);
  layouts[result] = compose(invert(getPermutation(op)), getStoredLayout(operand));
}

void LayoutRewriter::rewriteReshape(qnn::ReshapeOp op) {
  RankedTensorType type = tensorOf(op.getResult());
  SmallVector<int64_t> shape = getWrittenShape(op.getInput());
  Layout own = getStoredLayout(op.getInput()), layout = assignment.get(op.getResult());
  if (storesAlike(shape, own, getIdentity(own.size())) && isIdentity(layout)) {
    op.getInputMutable().assign(getStored(op.getInput()));
    return;
  }
  if (sortRowsOfUsers(op))
    return;
  std::optional<Layout> needed;
  if (auto groups = ReshapeGroups::get(shape, type.getShape()))
    needed = groups->getOperandLayout(layout);
  if (!needed)
    layout = getIdentity(type.getRank());
  op.getInputMutable().assign(load(op.getInput(), needed.value_or(getIdentity(own.size()))));
  store(op.getResult(), layout);
}

/// Whether the reshape joins dimensions for matrix products with constant weights only; keeps their stored order then
/// and sorts the rows of the weights.
bool LayoutRewriter::sortRowsOfUsers(qnn::ReshapeOp op) {
  Value result = op.getResult();
  SmallVector<int64_t> shape = getWrittenShape(op.getInput());
  auto groups = ReshapeGroups::get(shape, tensorOf(result).getShape());
  if (!groups || result.use_empty())
    return false;
  // Only the last dimension of the result is a joined one.
  for (int64_t d : groups->getGroups().back().to)
    if (d != tensorOf(result).getRank() - 1 && tensorOf(result).getDimSize(d) != 1)
      return false;
  for (OpOperand &use : result.getUses()) {
    auto matmul = dyn_cast<qnn::MatMulOp>(use.getOwner());
    if (!matmul || use.getOperandNumber() != 0 || tensorOf(matmul.getRhs()).getRank() != 2 ||
        !matmul.getRhs().getDefiningOp<qnn::ConstantOp>())
      return false;
  }
  // Stored: all other dimensions as written, then the joined ones in any order.
  const Layout &joined = groups->getGroups().back().from;
  Layout own = getStoredLayout(op.getInput()), order;
  for (int64_t d : own)
    if (shape[d] != 1 && llvm::is_contained(joined, d))
      order.push_back(d);
  Layout expected = getIdentity(joined.front());
  expected.append(order);
  for (int64_t d : joined)
    if (shape[d] == 1)
      expected.push_back(d);
  if (!storesAlike(shape, own, expected))
    return false;
  op.getInputMutable().assign(getStored(op.getInput()));
  for (Operation *user : llvm::make_early_inc_range(result.getUsers())) {
    auto matmul = cast<qnn::MatMulOp>(user);
    auto weights = matmul.getRhs().getDefiningOp<qnn::ConstantOp>();
    int64_t columns = tensorOf(weights).getDimSize(1);
    SmallVector<int64_t> view, perm;
    for (int64_t d : joined)
      view.push_back(shape[d]);
    for (int64_t d : ArrayRef<int64_t>(expected).drop_front(joined.front()))
      perm.push_back(d - joined.front());
    view.push_back(columns);
    perm.push_back(joined.size());
    runtime::Tensor tensor = weights.getValue().getTensor();
    // The rows of a structure are no longer adjacent, but are under the shape that was permuted.
    encoding::EncodingAttr encoding =
        encoding::rearrangeEncoding(weights.getEncodingAttr(), tensor.shape(), view, perm, tensor.shape());
    tensor = permute(tensor.Reshaped({view.begin(), view.end()}), perm).Reshaped(tensor.shape());
    OpBuilder builder(matmul);
    matmul.getRhsMutable().assign(
        QnnBuilder(builder, weights.getLoc()).constant(weights.getValue().getName(), tensor, encoding));
  }
  return true;
}

void LayoutRewriter::rewrite(Operation *op) {
  switch (getLayoutRole(op)) {
  case LayoutRole::Constant:
    return;
  case LayoutRole::Spatial:
    return rewriteSpatial(op);
  case LayoutRole::Uniform:
    return rewriteUniform(op);
  case LayoutRole::MatMul:
    return rewriteMatMul(cast<qnn::MatMulOp>(op));
  case LayoutRole::Transpose:
    return viewTranspose(op);
  case LayoutRole::Reshape:
    return rewriteReshape(cast<qnn::ReshapeOp>(op));
  case LayoutRole::Opaque:
    for (OpOperand &operand : op->getOpOperands())
      if (isa<RankedTensorType>(operand.get().getType()))
        operand.set(load(operand.get(), getIdentity(getStoredLayout(operand.get()).size())));
    return;
  }
}

void LayoutRewriter::run(Block &block) {
  SmallVector<Operation *> written;
  for (Operation &op : block)
    written.push_back(&op);
  for (Operation *op : written)
    rewrite(op);
  // Transposes that became views, and constants that have been rearranged.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

} // namespace qcompile
