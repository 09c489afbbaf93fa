//===- Linear.cpp - Sums of integers as floats ----------------------------===//
//
// Every partial sum fits the accumulator's type, and float32 holds all integers up to 2^24, so no order of additions
// rounds.
//
//===----------------------------------------------------------------------===//
#include "passes/convert-qnn-to-multithreshold/Writer.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

ArrayRef<int64_t> MultithresholdWriter::getDirections(Value sum, int64_t axis) const {
  if (!sum.hasOneUse())
    return {};
  auto threshold = dyn_cast<qnn::ThresholdOp>(*sum.user_begin());
  if (!threshold || !llvm::is_contained(threshold.getDirections(), -1))
    return {};
  int64_t channels = tensorOf(sum).getDimSize(axis);
  bool same = int64_t(threshold.getAxis()) == axis && int64_t(threshold.getDirections().size()) == channels;
  return same ? threshold.getDirections() : ArrayRef<int64_t>();
}

/// Constant weights as floats, of channels that fall (along dimension `outputs`) negated.
Value MultithresholdWriter::writeWeights(OnnxSteps &steps, Operation *op, Value weights, int64_t outputs) {
  auto constant = weights.getDefiningOp<qnn::ConstantOp>();
  int64_t axis = isa<qnn::MatMulOp>(op) ? tensorOf(op->getResult(0)).getRank() - 1 : 1;
  ArrayRef<int64_t> directions = constant ? getDirections(op->getResult(0), axis) : ArrayRef<int64_t>();
  if (directions.empty())
    return get(weights);
  turned.insert(op->getResult(0));
  data::ConstantAttr value = constant.getValue();
  ArrayRef<int64_t> shape = value.getType().getShape();
  std::vector<int64_t> codes = value.getTensor().ToIntegers();
  int64_t inner = 1;
  for (int64_t extent : shape.drop_front(outputs + 1))
    inner *= extent;
  qnn::Bounds bounds{0, 0};
  std::vector<float> floats;
  for (auto [i, code] : llvm::enumerate(codes)) {
    code *= directions[int64_t(i) / inner % shape[outputs]];
    bounds = qnn::unite(bounds, {code, code});
    floats.push_back(float(code));
  }
  Value out = steps.constant(data::ConstantAttr::get(op->getContext(), (value.getName() + ".turned").str(),
                                                     Tensor::FromFloats({shape.begin(), shape.end()}, floats)));
  Type type = tensorOf(weights).getElementType();
  if (!bounds.fit(getDataType(weights)))
    type = getNarrowestType(op->getContext(), bounds);
  out.getDefiningOp()->setAttr(kDatatypeAttr, StringAttr::get(op->getContext(), getDatatypeName(type)));
  return out;
}

bool MultithresholdWriter::writeMatMul(qnn::MatMulOp op) {
  OnnxSteps steps(op);
  Value weights = writeWeights(steps, op, op.getRhs(), tensorOf(op.getRhs()).getRank() - 1);
  set(op, steps.last("MatMul", {get(op.getLhs()), weights}, {}, getType(op.getResult())));
  return true;
}

/// A Conv of the input of `op`, which has its border itself where it can.
bool MultithresholdWriter::writeConvolved(Operation *op, Value weights, OnnxSteps &steps, ArrayRef<int64_t> strides,
                                          ArrayRef<int64_t> dilations, int64_t groups) {
  WindowBorder border = takeBorder(op->getOperand(0), /*lowest=*/false);
  ArrayRef<int64_t> kernel = cast<RankedTensorType>(weights.getType()).getShape().drop_front(2);
  NamedAttribute attributes[] = {steps.attribute("kernel_shape", kernel), steps.attribute("strides", strides),
                                 steps.attribute("dilations", dilations), steps.attribute("group", groups),
                                 steps.attribute("pads", ArrayRef<int64_t>(border.pads))};
  set(op, steps.last("Conv", {get(border.input), weights}, attributes, getType(op->getResult(0))));
  return true;
}

static bool isChannelsFirst(int64_t axis, std::string &reason) {
  if (axis != 1)
    reason = "expected channels along dimension 1, found them along dimension " + std::to_string(axis);
  return axis == 1;
}

bool MultithresholdWriter::writeConv(qnn::ConvOp op, std::string &reason) {
  if (!isChannelsFirst(op.getAxis(), reason))
    return false;
  OnnxSteps steps(op);
  Value weights = writeWeights(steps, op, op.getWeights(), 0);
  return writeConvolved(op, weights, steps, op.getStrides(), op.getDilations(), op.getGroups());
}

/// A convolution of every channel alone with ones.
bool MultithresholdWriter::writeSumPool(qnn::SumPoolOp op, std::string &reason) {
  if (!isChannelsFirst(op.getAxis(), reason))
    return false;
  OnnxSteps steps(op);
  int64_t channels = tensorOf(op.getInput()).getDimSize(1);
  runtime::Shape shape{channels, 1};
  shape.insert(shape.end(), op.getKernel().begin(), op.getKernel().end());
  std::vector<float> ones(runtime::NumElements(shape), 1.0f);
  Value weights = steps.constant("ones", Tensor::FromFloats(shape, ones));
  weights.getDefiningOp()->setAttr(kDatatypeAttr, StringAttr::get(op->getContext(), "BINARY"));
  return writeConvolved(op, weights, steps, op.getStrides(), op.getDilations(), channels);
}

bool MultithresholdWriter::writeConvTranspose(qnn::ConvTransposeOp op, std::string &reason) {
  RankedTensorType type = tensorOf(op.getInput()), weightType = tensorOf(op.getWeights());
  int64_t spatial = type.getRank() - 2;
  SmallVector<int64_t> pads(2 * spatial, 0), extra(spatial, 0);
  for (int64_t d = 0; d < spatial; ++d) {
    int64_t full = (type.getDimSize(d + 2) - 1) * op.getStrides()[d] +
                   op.getDilations()[d] * (weightType.getDimSize(d + 2) - 1) + 1;
    int64_t behind = full - op.getOffsets()[d] - tensorOf(op.getResult()).getDimSize(d + 2);
    pads[d] = op.getOffsets()[d];
    pads[spatial + d] = std::max<int64_t>(behind, 0);
    extra[d] = std::max<int64_t>(-behind, 0);
    if (extra[d] >= std::max(op.getStrides()[d], op.getDilations()[d])) {
      reason = "its result reaches further than ConvTranspose allows";
      return false;
    }
  }
  OnnxSteps steps(op);
  NamedAttribute attributes[] = {steps.attribute("kernel_shape", weightType.getShape().drop_front(2)),
                                 steps.attribute("strides", op.getStrides()),
                                 steps.attribute("dilations", op.getDilations()),
                                 steps.attribute("group", int64_t(op.getGroups())),
                                 steps.attribute("pads", ArrayRef<int64_t>(pads)),
                                 steps.attribute("output_padding", ArrayRef<int64_t>(extra))};
  set(op, steps.last("ConvTranspose", {get(op.getInput()), get(op.getWeights())}, attributes, getType(op.getResult())));
  return true;
}

bool MultithresholdWriter::writeAdd(qnn::AddOp op) {
  OnnxSteps steps(op);
  auto scaled = [&](Value codes, int64_t multiplier) {
    Value value = get(codes);
    if (multiplier == 1)
      return value;
    return steps.apply("Mul", {value, steps.constant(float(multiplier))}, {}, value.getType());
  };
  auto shorter = coarse.find(op.getResult());
  bool isCoarse = shorter != coarse.end();
  Value lhs = scaled(op.getLhs(), isCoarse ? shorter->second.lhsMultiplier : int64_t(op.getLhsMultiplier()));
  Value rhs = scaled(op.getRhs(), isCoarse ? shorter->second.rhsMultiplier : int64_t(op.getRhsMultiplier()));
  set(op, steps.last("Add", {lhs, rhs}, {}, getType(op.getResult())));
  return true;
}

bool MultithresholdWriter::writeMul(qnn::MulOp op) {
  OnnxSteps steps(op);
  set(op, steps.last("Mul", {get(op.getLhs()), get(op.getRhs())}, {}, getType(op.getResult())));
  return true;
}

} // namespace qcompile
