//===- Linear.cpp - Sums and products of codes ----------------------------===//
#include "dialects/onnx/OnnxOps.h"
#include "passes/fuse-quantized-operators/Fusion.h"

using namespace mlir;

namespace qcompile {

bool Fusion::joinPointwise(Operation *op, std::string &reason) const {
  std::optional<CodedOperand> lhs = readAlike(op->getOperand(0), reason);
  std::optional<CodedOperand> rhs = lhs ? readAlike(op->getOperand(1), reason) : std::nullopt;
  if (!rhs)
    return false;
  OnnxSteps steps(quantize);
  materialise(steps, *lhs);
  materialise(steps, *rhs);
  steps.finish(isa<onnx::AddOp>(op) ? "QLinearAdd" : "QLinearMul", getOperands(*lhs, *rhs));
  return true;
}

/// The place of the bias of QGemm stays empty.
static void addEmptyBias(SmallVector<NamedAttribute> &attributes, MLIRContext *context) {
  attributes.push_back(NamedAttribute(StringAttr::get(context, "operandSegmentSizes"),
                                      DenseI32ArrayAttr::get(context, {1, 1, 1, 1, 1, 1, 0, 1, 1})));
}

/// The dimension of the weights that outputs lie along.
static int64_t getOutputAxis(Operation *op, const CodedOperand &weights) {
  if (isa<onnx::ConvOp>(op))
    return 0;
  auto transB = op->getAttrOfType<IntegerAttr>("transB");
  if (isa<onnx::GemmOp>(op) && transB && transB.getInt())
    return 0;
  return cast<RankedTensorType>(weights.codes.getType()).getRank() - 1;
}

bool Fusion::joinLinear(Operation *op, std::string &reason) const {
  std::optional<CodedOperand> x = readOperand(op->getOperand(0), reason);
  std::optional<CodedOperand> w = x ? readOperand(op->getOperand(1), reason) : std::nullopt;
  if (!w)
    return false;
  Type code = getCodeType();
  if (x->isPerAxis() || (w->isPerAxis() && w->axis != getOutputAxis(op, *w))) {
    reason = "its scales vary along a dimension that is summed";
    return false;
  }
  if (x->getElementType() != code || (w->getElementType().isUnsignedInteger() && !code.isUnsignedInteger())) {
    reason = "its operands and its result have types that no quantized operator takes together";
    return false;
  }
  Value bias;
  if (op->getNumOperands() > 2 && !(bias = readBias(op->getOperand(2), *x, *w, reason)))
    return false;
  auto gemm = dyn_cast<onnx::GemmOp>(op);
  auto factor = [&](StringRef name) {
    auto attribute = op->getAttrOfType<FloatAttr>(name);
    return attribute ? attribute.getValueAsDouble() : 1.0;
  };
  if (gemm && (factor("alpha") != 1 || (bias && factor("beta") != 1))) {
    reason = "its alpha or beta is not 1";
    return false;
  }
  OnnxSteps steps(quantize);
  materialise(steps, *x);
  materialise(steps, *w);
  SmallVector<Value> operands = getOperands(*x, *w);
  SmallVector<NamedAttribute> attributes;
  for (NamedAttribute attribute : op->getAttrs())
    if (attribute.getName() != "beta" && attribute.getName() != "operandSegmentSizes")
      attributes.push_back(attribute);
  if (isa<onnx::ConvOp>(op)) {
    if (bias)
      operands.push_back(bias);
    steps.finish("QLinearConv", operands, attributes);
  } else if (gemm) {
    if (bias)
      operands.insert(operands.begin() + 6, bias);
    else
      addEmptyBias(attributes, op->getContext());
    steps.finish("QGemm", operands, attributes);
  } else {
    steps.finish("QLinearMatMul", operands);
  }
  return true;
}

} // namespace qcompile
