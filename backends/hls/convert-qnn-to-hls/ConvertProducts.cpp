//===- ConvertProducts.cpp - Matrix products and convolutions -------------===//
#include "backends/hls/convert-qnn-to-hls/Converter.h"

#include "backends/hls/Lowering.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile::hls {

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

void addLoop(LoopNest &nest, int64_t extent, int64_t stride) {
  nest.extents.push_back(extent);
  nest.strides.push_back(stride);
}

LoopNest getWindows(ArrayRef<int64_t> input, ArrayRef<int64_t> output, ArrayRef<int64_t> strides) {
  SmallVector<int64_t> inputStrides = getStrides(input);
  LoopNest nest;
  addLoop(nest, output[0], inputStrides[0]);
  for (size_t d = 0; d < strides.size(); ++d)
    addLoop(nest, output[d + 1], strides[d] * inputStrides[d + 1]);
  return nest;
}

void addKernel(LoopNest &nest, ArrayRef<int64_t> input, ArrayRef<int64_t> kernel, ArrayRef<int64_t> dilations) {
  SmallVector<int64_t> inputStrides = getStrides(input);
  for (size_t d = 0; d < kernel.size(); ++d)
    addLoop(nest, kernel[d], dilations[d] * inputStrides[d + 1]);
}

LogicalResult checkChannelsLast(Operation *op, int64_t axis, int64_t rank) {
  if (axis == rank - 1)
    return success();
  return emitError(op->getLoc(), Code::B001)
         << "node '" << onnx::describe(op)
         << "': expected channels in the last dimension, as choose-layout puts them, found them in "
            "dimension "
         << axis;
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

/// The narrower of what the weights need for any input and of the type that is proven to hold the
/// sums of the inputs that occur. Bipolar products are counted.
Type Converter::getAccumulator(Value result, Type input, data::ConstantAttr weights) {
  Type proven = getElement(result);
  std::optional<qnn::Bounds> bounds = getSumBounds(input, weights);
  if (isa<qnn::BipolarType>(input) && isa<qnn::BipolarType>(weights.getType().getElementType()))
    return qnn::getCodeType(builder.getContext(), qnn::Bounds{0, weights.getType().getDimSize(0)}.narrowestType());
  if (!bounds)
    return proven;
  Type narrowest = qnn::getCodeType(builder.getContext(), bounds->narrowestType());
  return narrowest.getIntOrFloatBitWidth() < proven.getIntOrFloatBitWidth() ? narrowest : proven;
}

/// A unit for `result` with the activation that alone uses it; the stream belongs to that
/// activation's result. Activations have `period` channels.
Value Converter::makeMatrixVector(Value result, Value input, data::ConstantAttr weights, int64_t groups,
                                  int64_t period) {
  Type element = cast<StreamType>(input.getType()).getElementType();
  Type accumulator = getAccumulator(result, element, weights);
  Location loc = result.getLoc();
  ActivationInterface activation = absorbActivation(result, period);
  IntegerAttr one = builder.getI64IntegerAttr(1);
  Value unit =
      MatrixVectorOp::create(builder, loc, getStreamType(result.getType()), input, weights,
                             builder.getI64IntegerAttr(groups), /*pe=*/one, /*simd=*/one, TypeAttr::get(accumulator),
                             builder.getStringAttr("lut"), builder.getStringAttr("block"), activation);
  streams[result] = unit;
  return unit;
}

Value Converter::makeVectorVector(Value result, Value input, data::ConstantAttr weights) {
  Type element = cast<StreamType>(input.getType()).getElementType();
  Type accumulator = getAccumulator(result, element, weights);
  Location loc = result.getLoc();
  ActivationInterface activation = absorbActivation(result, weights.getType().getDimSize(1));
  Value unit =
      VectorVectorOp::create(builder, loc, getStreamType(result.getType()), input, weights, TypeAttr::get(accumulator),
                             builder.getStringAttr("lut"), builder.getStringAttr("block"), activation);
  streams[result] = unit;
  return unit;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult Converter::convertMatMul(qnn::MatMulOp op) {
  data::ConstantAttr weights = getConstant(op.getRhs());
  if (!weights || weights.getType().getRank() != 2 || getConstant(op.getLhs()))
    return convertDot(op);
  makeMatrixVector(op.getResult(), getStream(op.getLhs()), weights, /*groups=*/1, weights.getType().getDimSize(1));
  return success();
}

/// Weights [O, kernel..., channels] as a matrix [kernel..., channels x O].
static data::ConstantAttr transposeWeights(data::ConstantAttr weights) {
  const int64_t outputs = weights.getType().getDimSize(0);
  const int64_t inputs = weights.getType().getNumElements() / outputs;
  runtime::Tensor tensor = weights.getTensor();
  std::vector<int64_t> values(inputs * outputs);
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t i = 0; i < inputs; ++i)
      values[i * outputs + o] = tensor.IntegerAt(o * inputs + i);
  return data::ConstantAttr::get(weights.getContext(), weights.getName(),
                                 *runtime::Tensor::FromIntegers(tensor.type(), {inputs, outputs}, values));
}

LogicalResult Converter::convertConv(qnn::ConvOp op) {
  ArrayRef<int64_t> input = getShape(op.getInput()), output = getShape(op.getResult());
  const int64_t rank = input.size(), groups = op.getGroups();
  if (failed(checkChannelsLast(op, op.getAxis(), rank)))
    return failure();
  ArrayRef<int64_t> weights = getShape(op.getWeights());
  ArrayRef<int64_t> kernel = weights.slice(1, rank - 2);
  const int64_t channels = weights.back(); // of a group
  const bool depthwise = channels == 1 && groups > 1;
  LoopNest nest = getWindows(input, output, op.getStrides());
  if (!depthwise)
    addLoop(nest, groups, channels);
  addKernel(nest, input, kernel, op.getDilations());
  addLoop(nest, depthwise ? groups : channels, 1);
  if (depthwise)
    addLoop(nest, weights[0] / groups, 0); // every input channel for its outputs
  Value windows = reorder(op.getLoc(), getStream(op.getInput()), nest);
  data::ConstantAttr matrix = transposeWeights(getConstant(op.getWeights()));
  if (depthwise)
    makeVectorVector(op.getResult(), windows, matrix);
  else
    makeMatrixVector(op.getResult(), windows, matrix, groups, weights[0]);
  return success();
}

/// Both operands in the order in which a dot product after the other takes them.
LogicalResult Converter::convertDot(qnn::MatMulOp op) {
  ArrayRef<int64_t> a = getShape(op.getLhs()), b = getShape(op.getRhs()), result = getShape(op.getResult());
  const int64_t length = a.back();
  SmallVector<int64_t> aStrides = getStrides(a), bStrides = getStrides(b);
  LoopNest left, right;
  const bool vector = a.size() == 1;
  const size_t batch = vector ? 0 : a.size() - 2;
  for (size_t d = 0; d < batch; ++d) {
    addLoop(left, result[d], a[d] == 1 ? 0 : aStrides[d]);
    addLoop(right, result[d], b.size() == 2 || b[d] == 1 ? 0 : bStrides[d]);
  }
  if (!vector) {
    addLoop(left, a[batch], length);
    addLoop(right, a[batch], 0);
  }
  addLoop(left, b.back(), 0);
  addLoop(right, b.back(), 1);
  addLoop(left, length, 1);
  addLoop(right, length, b.back());
  Location loc = op.getLoc();
  Value lhs = reorder(loc, getStream(op.getLhs()), left);
  Value rhs = reorder(loc, getStream(op.getRhs()), right);
  streams[op.getResult()] = DotOp::create(builder, loc, getStreamType(op.getResult().getType()), lhs, rhs,
                                          builder.getI64IntegerAttr(length), builder.getI64IntegerAttr(1));
  return success();
}

} // namespace qcompile::hls
