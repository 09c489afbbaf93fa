//===- ConvertStreams.cpp - Joins, pools, borders -------------------------===//
#include "backends/hls/convert-qnn-to-hls/Converter.h"

#include "backends/hls/Lowering.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile::hls {

LogicalResult Converter::convertJoin(Operation *op) {
  ArrayRef<int64_t> shape = getShape(op->getResult(0));
  Location loc = op->getLoc();
  Value lhs = broadcast(loc, op->getOperand(0), shape);
  Value rhs = broadcast(loc, op->getOperand(1), shape);
  StreamType type = getStreamType(op->getResult(0).getType());
  IntegerAttr channels = builder.getI64IntegerAttr(shape.empty() ? 1 : shape.back());
  if (auto add = dyn_cast<qnn::AddOp>(op))
    streams[op->getResult(0)] =
        AddOp::create(builder, loc, type, lhs, rhs, add.getLhsMultiplierAttr(), add.getRhsMultiplierAttr(), channels);
  else
    streams[op->getResult(0)] = MulOp::create(builder, loc, type, lhs, rhs, channels);
  return success();
}

template <typename Pool> LogicalResult Converter::convertPool(Pool op, StringRef kind) {
  ArrayRef<int64_t> input = getShape(op.getInput());
  if (failed(checkChannelsLast(op, op.getAxis(), input.size())))
    return failure();
  LoopNest nest = getWindows(input, getShape(op.getResult()), op.getStrides());
  addKernel(nest, input, op.getKernel(), op.getDilations());
  addLoop(nest, input.back(), 1);
  Value windows = reorder(op.getLoc(), getStream(op.getInput()), nest);
  int64_t taps = 1;
  for (int64_t extent : op.getKernel())
    taps *= extent;
  streams[op.getResult()] = PoolOp::create(builder, op.getLoc(), getStreamType(op.getResult().getType()), windows,
                                           builder.getStringAttr(kind), builder.getI64IntegerAttr(taps),
                                           builder.getI64IntegerAttr(input.back()));
  return success();
}

template LogicalResult Converter::convertPool(qnn::MaxPoolOp, StringRef);
template LogicalResult Converter::convertPool(qnn::SumPoolOp, StringRef);

/// A stage for every padded dimension, from the innermost on: the border of a dimension is whole
/// rows of what is inside of it.
LogicalResult Converter::convertPad(qnn::PadOp op) {
  SmallVector<int64_t> shape(getShape(op.getInput()));
  std::vector<int64_t> values = op.getValues().getTensor().ToIntegers();
  if (llvm::all_equal(values))
    values.resize(1);
  const int64_t axis = op.getAxis(), rank = shape.size();
  Type element = getElement(op.getResult());
  Value stream = getStream(op.getInput());
  for (int64_t d = rank; d-- > 0;) {
    const int64_t low = op.getLow()[d], high = op.getHigh()[d];
    if (low == 0 && high == 0)
      continue;
    const int64_t inner = getStrides(shape)[d];
    shape[d] += low + high;
    // One value per element that is inside of the channels' dimension.
    const int64_t repeats = values.size() > 1 ? getStrides(shape)[axis] : 1;
    SmallVector<int64_t> border;
    for (int64_t value : values)
      border.append(repeats, value);
    int64_t elements = 1;
    for (int64_t extent : shape)
      elements *= extent;
    const int64_t body = (shape[d] - low - high) * inner;
    stream = PadOp::create(builder, op.getLoc(), getStreamType(element, elements), stream,
                           builder.getI64IntegerAttr(low * inner), builder.getI64IntegerAttr(body),
                           builder.getI64IntegerAttr(high * inner), builder.getDenseI64ArrayAttr(border));
  }
  streams[op.getResult()] = recode(op.getLoc(), stream, element);
  return success();
}

LogicalResult Converter::convertConcat(qnn::ConcatOp op) {
  Type element = getElement(op.getResult());
  const int64_t axis = op.getAxis();
  Value joined;
  int64_t block = 0;
  for (Value operand : op.getInputs()) {
    ArrayRef<int64_t> shape = getShape(operand);
    const int64_t more = getStrides(shape)[axis] * shape[axis];
    Value stream = getStream(operand);
    if (!joined) {
      joined = stream;
      block = more;
      continue;
    }
    const int64_t elements =
        cast<StreamType>(joined.getType()).getElements() + cast<StreamType>(stream.getType()).getElements();
    joined = ConcatOp::create(builder, op.getLoc(), getStreamType(element, elements), joined, stream,
                              builder.getI64IntegerAttr(block), builder.getI64IntegerAttr(more));
    block += more;
  }
  streams[op.getResult()] = recode(op.getLoc(), joined, element);
  return success();
}

} // namespace qcompile::hls
