//===- QnnBuilder.cpp - Operations of qnn with inferred results -----------===//
#include "passes/rewriting/QnnBuilder.h"

#include "dialects/data/ElementStorage.h"
#include "passes/rewriting/ElementTypes.h"

using namespace mlir;

namespace qcompile {

static bool areAll(ArrayRef<int64_t> list, int64_t value) {
  return llvm::all_of(list, [=](int64_t element) { return element == value; });
}

Value QnnBuilder::constant(StringRef name, const runtime::Tensor &tensor, encoding::EncodingAttr encoding) {
  auto value = data::ConstantAttr::get(builder.getContext(), name, tensor);
  return qnn::ConstantOp::create(builder, loc, value.getType(), value, encoding);
}

Value QnnBuilder::zeros(ArrayRef<int64_t> shape, Type within) {
  runtime::DataType bit = runtime::DataType::Unsigned(1);
  // One signed bit has no 1.
  runtime::DataType type =
      holdsType(within, qnn::getCodeType(builder.getContext(), bit)) ? bit : *data::getDataType(within);
  return constant("zeros", runtime::Tensor(type, {shape.begin(), shape.end()}));
}

Value QnnBuilder::padZero(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  if (areAll(low, 0) && areAll(high, 0))
    return x;
  RankedTensorType type = tensorOf(x);
  SmallVector<int64_t> shape(type.getShape());
  for (auto [d, extent] : llvm::enumerate(shape))
    extent += low[d] + high[d];
  Type element = type.getElementType();
  if (!getDataType(x).Contains(0))
    element = getNarrowestType(builder.getContext(), qnn::unite(qnn::getTypeBounds(element), {0, 0}));
  auto zero = data::ConstantAttr::get(builder.getContext(), "zero", runtime::Tensor(runtime::DataType::Int64(), {1}));
  return qnn::PadOp::create(builder, loc, RankedTensorType::get(shape, element), x,
                            std::min<int64_t>(1, type.getRank() - 1), low, high, zero);
}

Value QnnBuilder::slice(Value x, ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps, ArrayRef<int64_t> shape) {
  if (tensorOf(x).getShape() == shape)
    return x;
  return qnn::SliceOp::create(builder, loc, tensorOf(x).clone(shape), x, offsets, steps);
}

Value QnnBuilder::concat(ValueRange values, int64_t axis, Type elementType) {
  if (values.size() == 1 && tensorOf(values[0]).getElementType() == elementType)
    return values[0];
  SmallVector<int64_t> shape(tensorOf(values[0]).getShape());
  shape[axis] = 0;
  for (Value value : values)
    shape[axis] += tensorOf(value).getDimSize(axis);
  return qnn::ConcatOp::create(builder, loc, RankedTensorType::get(shape, elementType), values, axis);
}

Value QnnBuilder::gather(Value x, int64_t axis, ArrayRef<int64_t> indices) {
  SmallVector<int64_t> shape(tensorOf(x).getShape());
  bool identity = int64_t(indices.size()) == shape[axis];
  for (auto [position, index] : llvm::enumerate(indices))
    identity &= index == int64_t(position);
  if (identity)
    return x;
  shape[axis] = indices.size();
  return qnn::GatherOp::create(builder, loc, tensorOf(x).clone(shape), x, axis, indices);
}

Value QnnBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  return builder.createOrFold<qnn::ReshapeOp>(loc, tensorOf(x).clone(shape), x);
}

Value QnnBuilder::transpose(Value x, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape;
  for (int64_t d : perm)
    shape.push_back(tensorOf(x).getDimSize(d));
  return builder.createOrFold<qnn::TransposeOp>(loc, tensorOf(x).clone(shape), x, perm);
}

Value QnnBuilder::depthToSpace(Value x, int64_t axis, ArrayRef<int64_t> blocks, StringRef mode) {
  if (areAll(blocks, 1))
    return x;
  SmallVector<int64_t> shape(tensorOf(x).getShape());
  for (int64_t d = 1, spatial = 0; d < int64_t(shape.size()); ++d) {
    if (d == axis)
      continue;
    shape[d] *= blocks[spatial];
    shape[axis] /= blocks[spatial++];
  }
  return qnn::DepthToSpaceOp::create(builder, loc, tensorOf(x).clone(shape), x, axis, blocks, mode);
}

Value QnnBuilder::conv(Value x, Value weights, int64_t axis, ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                       int64_t groups, Type type, Type otherwise) {
  SmallVector<int64_t> shape(tensorOf(x).getShape());
  ArrayRef<int64_t> weightShape = tensorOf(weights).getShape();
  // The extents of data and weights stand at equal dimensions in both layouts.
  for (int64_t d = 1, spatial = 0; d < int64_t(shape.size()); ++d) {
    if (d == axis)
      continue;
    shape[d] = (shape[d] - dilations[spatial] * (weightShape[d] - 1) - 1) / strides[spatial] + 1;
    ++spatial;
  }
  shape[axis] = weightShape[0];
  auto op = qnn::ConvOp::create(builder, loc, RankedTensorType::get(shape, type ? type : otherwise), x, weights, axis,
                                strides, dilations, groups);
  if (Type narrowest = type ? nullptr : getNarrowestAccumulator(op))
    setElementType(op.getResult(), narrowest);
  return op.getResult();
}

} // namespace qcompile
