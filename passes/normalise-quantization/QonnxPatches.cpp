//===- QonnxPatches.cpp - Im2Col and QuantAvgPool2d -----------------------===//
//
// Operators of QONNX that standard ones and Trunc say exactly.
//
//===----------------------------------------------------------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/normalise-quantization/Formats.h"
#include "passes/rewriting/OnnxSteps.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

static Value makeList(OpBuilder &builder, Location loc, StringRef name, const std::vector<int64_t> &values) {
  return makeConstant(builder, loc, name, *Tensor::FromIntegers(DataType::Int64(), {int64_t(values.size())}, values));
}

/// A border, one slice per tap, and their concatenation along the channels: rows of (kh, kw, c).
static void expandIm2Col(onnx::Im2ColOp op) {
  auto in = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto out = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  ArrayRef<int64_t> stride = op.getStride(), kernel = op.getKernelSize(), pads = op.getPadAmount(),
                    dilations = op.getDilations();
  if (!in || !out || !in.hasStaticShape() || !out.hasStaticShape() || in.getRank() != 4 || kernel.size() != 2)
    return;
  OnnxSteps steps(op);
  OpBuilder builder(op);
  Location loc = op->getLoc();
  Value x = op->getOperand(0);
  if (llvm::any_of(pads, [](int64_t p) { return p != 0; })) {
    SmallVector<int64_t> padded(in.getShape());
    for (int64_t d : {0, 1})
      padded[d + 1] += pads[d] + pads[d + 2];
    Value widths = makeList(builder, loc, "pads", {0, pads[0], pads[1], 0, 0, pads[2], pads[3], 0});
    Value fill = makeConstant(builder, loc, "pad_value", Tensor::ScalarFloat(float(int64_t(op.getPadValue()))));
    x = steps.apply("Pad", {x, widths, fill},
                    builder.getNamedAttr("operandSegmentSizes", builder.getDenseI32ArrayAttr({1, 1, 1, 0})),
                    in.clone(padded));
  }
  Value axes = makeList(builder, loc, "axes", {1, 2}), jumps = makeList(builder, loc, "steps", {stride[0], stride[1]});
  SmallVector<Value> taps;
  for (int64_t h = 0; h < kernel[0]; ++h)
    for (int64_t w = 0; w < kernel[1]; ++w) {
      int64_t top = h * dilations[0], left = w * dilations[1];
      Value starts = makeList(builder, loc, "starts", {top, left});
      Value ends =
          makeList(builder, loc, "ends",
                   {top + (out.getDimSize(1) - 1) * stride[0] + 1, left + (out.getDimSize(2) - 1) * stride[1] + 1});
      auto type = in.clone({in.getDimSize(0), out.getDimSize(1), out.getDimSize(2), in.getDimSize(3)});
      taps.push_back(steps.apply(
          "Slice", {x, starts, ends, axes, jumps},
          builder.getNamedAttr("operandSegmentSizes", builder.getDenseI32ArrayAttr({1, 1, 1, 1, 1})), type));
    }
  steps.finish("Concat", taps, builder.getNamedAttr("axis", builder.getI64IntegerAttr(3)));
}

/// The shift that brings the largest sum to the bits of the result.
static int64_t getShift(int64_t inputBits, int64_t outputBits, int64_t elements) {
  int64_t largest = ((int64_t{1} << inputBits) - 1) * elements;
  return std::max<int64_t>(0, int64_t(llvm::Log2_64(uint64_t(largest))) + 1 - outputBits);
}

/// The average times its elements is the sum again, once rounded to an integer, which Trunc does first: floor(sum /
/// 2^shift).
static void expandAveragePool(onnx::QuantAvgPool2dOp op) {
  auto in = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto out = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  int64_t kernel = op.getKernel(), stride = op.getStride(), inputBits = op.getIbits();
  // Sums of up to 22 bits survive the two roundings.
  if (!in || !out || !in.hasStaticShape() || !out.hasStaticShape() || kernel < 1 || kernel > 64 || inputBits < 1 ||
      inputBits > 16 || ((int64_t{1} << inputBits) - 1) * kernel * kernel >= int64_t{1} << 22)
    return;
  int64_t shift = getShift(inputBits, op.getObits(), kernel * kernel);
  OnnxSteps steps(op);
  OpBuilder builder(op);
  bool last = op.getDataLayout() == "NHWC";
  auto permute = [&](Value value, ArrayRef<int64_t> perm) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape;
    for (int64_t d : perm)
      shape.push_back(type.getDimSize(d));
    return steps.apply("Transpose", value, steps.attribute("perm", perm), type.clone(shape));
  };
  Value x = last ? permute(op->getOperand(0), {0, 3, 1, 2}) : op->getOperand(0);
  ArrayRef<int64_t> shape = out.getShape();
  auto pooled = last ? out.clone({shape[0], shape[3], shape[1], shape[2]}) : out;
  NamedAttribute window[] = {steps.attribute("kernel_shape", ArrayRef<int64_t>{kernel, kernel}),
                             steps.attribute("strides", ArrayRef<int64_t>{stride, stride})};
  Value average = steps.apply("AveragePool", x, window, pooled);
  Value sum = steps.apply("Mul", {average, steps.constant(float(kernel * kernel))}, {}, pooled);
  SmallVector<Value> operands = {sum, steps.constant(1), steps.constant(0), steps.constant(float(shift + 1)),
                                 steps.constant(1)};
  NamedAttribute mode = builder.getNamedAttr("rounding_mode", builder.getStringAttr("FLOOR"));
  if (!last)
    return steps.finish("Trunc_v1", operands, mode);
  Value codes = steps.apply("Trunc_v1", operands, mode, pooled);
  steps.finish("Transpose", codes, steps.attribute("perm", ArrayRef<int64_t>{0, 2, 3, 1}));
}

bool normaliseQonnxPatches(Operation *op) {
  if (auto patches = dyn_cast<onnx::Im2ColOp>(op))
    expandIm2Col(patches);
  else if (auto pool = dyn_cast<onnx::QuantAvgPool2dOp>(op))
    expandAveragePool(pool);
  else
    return false;
  return true;
}

} // namespace qcompile::normalise
