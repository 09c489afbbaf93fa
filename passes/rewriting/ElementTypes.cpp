//===- ElementTypes.cpp - Changing the element types of codes -------------===//
#include "passes/rewriting/ElementTypes.h"

#include "dialects/data/ElementStorage.h"

using namespace mlir;

namespace qcompile {

runtime::DataType getDataType(Value value) { return *data::getDataType(tensorOf(value).getElementType()); }

void setElementType(Value value, Type elementType) { value.setType(tensorOf(value).clone(elementType)); }

Type getNarrowestType(MLIRContext *context, qnn::Bounds bounds) {
  return qnn::getCodeType(context, bounds.narrowestType());
}

bool holdsType(Type whole, Type part) {
  // Between its ends only bipolar lacks a value, and only bipolar is within bipolar.
  return whole == part || (!isa<qnn::BipolarType>(whole) && qnn::getTypeBounds(part).fit(*data::getDataType(whole)));
}

Type getNarrowestAccumulator(Operation *op) {
  auto bounded = dyn_cast<qnn::BoundsOpInterface>(op);
  if (!bounded)
    return nullptr;
  std::optional<std::vector<qnn::Bounds>> bounds = bounded.getResultBounds();
  if (!bounds || bounds->empty())
    return nullptr;
  return getNarrowestType(op->getContext(), qnn::unite(*bounds));
}

bool hasElementTypeOfOperand(Operation *op) {
  return isa<qnn::TopKOp>(op) ||
         (op->hasTrait<qnn::SelectsElements>() && op->getNumOperands() == 1 && !isa<qnn::ConcatOp>(op));
}

/// The element type of all values, or the narrowest one that holds those of each and `bounds`.
static Type getCommonType(ValueRange values, std::optional<qnn::Bounds> bounds) {
  Type first = tensorOf(values[0]).getElementType();
  bool holds = llvm::all_of(values, [&](Value v) { return tensorOf(v).getElementType() == first; });
  if (bounds)
    holds &= bounds->fit(*data::getDataType(first));
  if (holds)
    return first;
  qnn::Bounds all = bounds.value_or(qnn::getTypeBounds(first));
  for (Value value : values)
    all = qnn::unite(all, qnn::getTypeBounds(tensorOf(value).getElementType()));
  return getNarrowestType(first.getContext(), all);
}

Type inferElementType(Operation *op) {
  if (hasElementTypeOfOperand(op))
    return tensorOf(op->getOperand(0)).getElementType();
  if (auto concat = dyn_cast<qnn::ConcatOp>(op))
    return getCommonType(concat.getInputs(), std::nullopt);
  if (auto pad = dyn_cast<qnn::PadOp>(op)) {
    // Each value by itself: 0 lies between the ends of bipolar and is none of its values.
    runtime::Tensor values = pad.getValues().getTensor();
    runtime::DataType type = getDataType(pad.getInput());
    qnn::Bounds all = qnn::getTypeBounds(tensorOf(pad.getInput()).getElementType());
    bool holds = true;
    for (int64_t i = 0; i < values.size(); ++i) {
      int64_t value = values.IntegerAt(i);
      holds &= type.Contains(value);
      all = qnn::unite(all, {value, value});
    }
    return holds ? tensorOf(pad.getInput()).getElementType() : getNarrowestType(op->getContext(), all);
  }
  return nullptr;
}

/// Whether `user` accepts any element type of codes for an operand, its result apart.
static bool acceptsAnyType(Operation *user) {
  if (isa<qnn::LookupOp>(user))
    return false;
  return user->hasTrait<qnn::Accumulates>() || isa<qnn::ThresholdOp, qnn::TableOp, qnn::RequantizeOp, qnn::DequantizeOp,
                                                   qnn::ConcatOp, qnn::PadOp, qnn::ArgMaxOp>(user);
}

DenseSet<Value> findPinnedValues(func::FuncOp function) {
  DenseSet<Value> pinned;
  // Users first: a value is pinned where what has its type is.
  for (Block &block : function.getBody())
    for (Operation &op : llvm::reverse(block))
      for (Value result : op.getResults())
        for (Operation *user : result.getUsers())
          if (hasElementTypeOfOperand(user) ? pinned.contains(user->getResult(0)) : !acceptsAnyType(user))
            pinned.insert(result);
  return pinned;
}

} // namespace qcompile
