//===- ConvertSelection.cpp - Elements in another order, and the best -----===//
#include "backends/hls/convert-qnn-to-hls/Converter.h"

#include "backends/hls/Lowering.h"

using namespace mlir;

namespace qcompile::hls {

LogicalResult Converter::convertTranspose(qnn::TransposeOp op) {
  ArrayRef<int64_t> shape = getShape(op.getInput());
  SmallVector<int64_t> strides = getStrides(shape);
  LoopNest nest;
  for (int64_t d : op.getPerm())
    addLoop(nest, shape[d], strides[d]);
  if (shape.empty())
    addLoop(nest, 1, 1);
  streams[op.getResult()] = reorder(op.getLoc(), getStream(op.getInput()), nest);
  return success();
}

LogicalResult Converter::convertSlice(qnn::SliceOp op) {
  SmallVector<int64_t> strides = getStrides(getShape(op.getInput()));
  LoopNest nest;
  for (auto [extent, offset, step, stride] :
       llvm::zip(getShape(op.getResult()), op.getOffsets(), op.getSteps(), strides)) {
    nest.start += offset * stride;
    addLoop(nest, extent, step * stride);
  }
  if (strides.empty())
    addLoop(nest, 1, 1);
  streams[op.getResult()] = reorder(op.getLoc(), getStream(op.getInput()), nest);
  return success();
}

LogicalResult Converter::convertGather(qnn::GatherOp op) {
  ArrayRef<int64_t> shape = getShape(op.getResult());
  SmallVector<int64_t> strides = getStrides(getShape(op.getInput()));
  LoopNest nest;
  for (size_t d = 0; d < shape.size(); ++d)
    addLoop(nest, shape[d], strides[d]);
  nest.listed = int(op.getAxis());
  nest.strides[nest.listed] = 0;
  for (int64_t index : op.getIndices())
    nest.positions.push_back(index * strides[op.getAxis()]);
  streams[op.getResult()] = reorder(op.getLoc(), getStream(op.getInput()), nest);
  return success();
}

/// Loops over the result: for every spatial dimension the operand's position, then the place in the
/// block, which selects channels.
LogicalResult Converter::convertDepthToSpace(qnn::DepthToSpaceOp op) {
  ArrayRef<int64_t> input = getShape(op.getInput()), output = getShape(op.getResult());
  const int64_t axis = op.getAxis(), rank = input.size();
  SmallVector<int64_t> strides = getStrides(input), numbers = getStrides(op.getBlocks());
  const bool blocksFirst = op.getMode() == "DCR";
  const int64_t block = input[axis] / output[axis];
  const int64_t perNumber = strides[axis] * (blocksFirst ? output[axis] : 1);
  const int64_t perChannel = strides[axis] * (blocksFirst ? 1 : block);
  LoopNest nest;
  for (int64_t d = 0, spatial = 0; d < rank; ++d) {
    if (d == 0) {
      addLoop(nest, input[0], strides[0]);
    } else if (d == axis) {
      addLoop(nest, output[axis], perChannel);
    } else {
      addLoop(nest, input[d], strides[d]);
      addLoop(nest, op.getBlocks()[spatial], numbers[spatial] * perNumber);
      ++spatial;
    }
  }
  streams[op.getResult()] = reorder(op.getLoc(), getStream(op.getInput()), nest);
  return success();
}

LogicalResult Converter::convertLookup(qnn::LookupOp op) {
  data::ConstantAttr table = getConstant(op.getTable());
  const int64_t rows = table.getType().getDimSize(0);
  const int64_t elements = table.getType().getNumElements() / rows;
  runtime::Tensor tensor = table.getTensor();
  std::vector<int64_t> values = tensor.ToIntegers();
  auto matrix = data::ConstantAttr::get(table.getContext(), table.getName(),
                                        *runtime::Tensor::FromIntegers(tensor.type(), {rows, elements}, values));
  streams[op.getResult()] = LookupOp::create(builder, op.getLoc(), getStreamType(op.getResult().getType()),
                                             getStream(op.getIndices()), matrix);
  return success();
}

/// Loops that make dimension `axis` the last one, or from there the one it was.
static LoopNest getAxisLoops(ArrayRef<int64_t> shape, int64_t axis, bool back) {
  int64_t outer = 1, inner = 1;
  for (int64_t d = 0; d < int64_t(shape.size()); ++d)
    (d < axis ? outer : inner) *= d == axis ? 1 : shape[d];
  const int64_t length = shape[axis];
  LoopNest nest;
  addLoop(nest, outer, length * inner);
  addLoop(nest, back ? length : inner, 1);
  addLoop(nest, back ? inner : length, back ? length : inner);
  return nest;
}

LogicalResult Converter::convertArgMax(qnn::ArgMaxOp op) {
  ArrayRef<int64_t> shape = getShape(op.getInput());
  const int64_t axis = op.getAxis();
  Value vectors = reorder(op.getLoc(), getStream(op.getInput()), getAxisLoops(shape, axis, /*back=*/false));
  streams[op.getResult()] = ArgMaxOp::create(builder, op.getLoc(), getStreamType(op.getResult().getType()), vectors,
                                             builder.getI64IntegerAttr(shape[axis]), op.getSelectLastAttr());
  return success();
}

LogicalResult Converter::convertTopK(qnn::TopKOp op) {
  ArrayRef<int64_t> shape = getShape(op.getInput()), result = getShape(op.getValues());
  const int64_t axis = op.getAxis();
  Location loc = op.getLoc();
  Value vectors = reorder(loc, getStream(op.getInput()), getAxisLoops(shape, axis, false));
  auto best = TopKOp::create(builder, loc, getStreamType(op.getValues().getType()),
                             getStreamType(op.getIndices().getType()), vectors, builder.getI64IntegerAttr(shape[axis]),
                             builder.getI64IntegerAttr(result[axis]), op.getSmallestAttr());
  LoopNest back = getAxisLoops(result, axis, /*back=*/true);
  streams[op.getValues()] = reorder(loc, best.getValues(), back);
  streams[op.getIndices()] = reorder(loc, best.getPositions(), back);
  return success();
}

} // namespace qcompile::hls
