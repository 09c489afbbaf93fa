//===- SelectChannels.cpp - Constants for some of the channels ------------===//
#include "passes/compression/SelectChannels.h"

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace qcompile::compression {

static RankedTensorType typeOf(Value value) { return dyn_cast<RankedTensorType>(value.getType()); }

static data::ConstantAttr getHeld(Operation *op) {
  return isa<onnx::ConstantOp>(op) ? op->getAttrOfType<data::ConstantAttr>("value") : nullptr;
}

/// The dimension of the operand that meets a dimension of the result, -1 where it has none; nothing where the operation
/// is not understood.
static std::optional<int64_t> getOperandDimension(Operation *op, Value operand, int64_t dimension) {
  int64_t rank = typeOf(op->getResult(0)).getRank();
  if (auto transpose = dyn_cast<onnx::TransposeOp>(op)) {
    auto perm = transpose->getAttrOfType<DenseI64ArrayAttr>("perm");
    return perm ? perm[dimension] : rank - 1 - dimension;
  }
  // Batch norm and MultiThreshold do not broadcast from the right.
  if (!onnx::isPointwise(op) || isa<onnx::BatchNormalizationOp, onnx::MultiThresholdOp>(op) || !typeOf(operand) ||
      typeOf(operand).getRank() > rank)
    return std::nullopt;
  return std::max<int64_t>(-1, dimension - (rank - typeOf(operand).getRank()));
}

bool isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() > 0)
    return false;
  return isa<onnx::ConstantOp>(op) || (op->getNumOperands() > 0 && llvm::all_of(op->getOperands(), isConstant));
}

bool canSelectAlong(Value value, int64_t dimension, int64_t extent) {
  RankedTensorType type = typeOf(value);
  Operation *op = value.getDefiningOp();
  if (!type || !type.hasStaticShape() || !op)
    return false;
  if (dimension < 0 || type.getDimSize(dimension) == 1)
    return isConstant(value);
  if (type.getDimSize(dimension) != extent)
    return false;
  if (getHeld(op))
    return true;
  if (op->getNumResults() != 1 || op->getNumOperands() == 0)
    return false;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    std::optional<int64_t> inner = getOperandDimension(op, operand, dimension);
    return inner && canSelectAlong(operand, *inner, extent);
  });
}

/// Copies slices of a constant.
static runtime::Tensor gather(const runtime::Tensor &source, int64_t dimension, ArrayRef<int64_t> picks) {
  runtime::Shape shape = source.shape();
  int64_t extent = shape[dimension], outer = 1;
  for (int64_t d = 0; d < dimension; ++d)
    outer *= shape[d];
  shape[dimension] = int64_t(picks.size());
  runtime::Tensor out(source.type(), shape);
  size_t slice = source.bytes().size() / size_t(outer * extent);
  uint8_t *to = out.MutableBytes().data();
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t pick : picks) {
      const uint8_t *from = source.bytes().data() + size_t(o * extent + pick) * slice;
      to = std::copy(from, from + slice, to);
    }
  return out;
}

Value selectAlong(OpBuilder &builder, Value value, int64_t dimension, ArrayRef<int64_t> picks) {
  RankedTensorType type = typeOf(value);
  if (dimension < 0 || type.getDimSize(dimension) == 1)
    return value;
  Operation *op = value.getDefiningOp();
  SmallVector<int64_t> shape(type.getShape());
  shape[dimension] = int64_t(picks.size());
  IRMapping operands;
  for (Value operand : op->getOperands())
    if (!operands.contains(operand))
      operands.map(operand, selectAlong(builder, operand, *getOperandDimension(op, operand, dimension), picks));
  Operation *copy = builder.clone(*op, operands);
  copy->getResult(0).setType(type.clone(shape));
  if (data::ConstantAttr held = getHeld(op)) {
    auto fresh =
        data::ConstantAttr::get(builder.getContext(), held.getName(), gather(held.getTensor(), dimension, picks));
    copy->setAttr("value", fresh);
    copy->getResult(0).setType(fresh.getType());
  }
  return copy->getResult(0);
}

} // namespace qcompile::compression
