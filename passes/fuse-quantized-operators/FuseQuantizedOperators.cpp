//===- FuseQuantizedOperators.cpp - Operators on integers -----------------===//
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/fuse-quantized-operators/Operands.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_FUSEQUANTIZEDOPERATORS
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h.inc"

namespace {

/// One QuantizeLinear with the operator whose result it reads.
class Fusion {
public:
  explicit Fusion(Operation *quantize) : quantize(quantize) {}

  /// The operator to join it with; null where there is none of a kind that has a quantized form.
  Operation *findOperator() {
    Value value = quantize->getOperand(0);
    if (auto relu = value.getDefiningOp<onnx::ReluOp>(); relu && value.hasOneUse() && hasNothingBelowZero())
      value = relu->getOperand(0);
    Operation *op = value.getDefiningOp();
    bool known = isa_and_nonnull<onnx::ConvOp, onnx::MatMulOp, onnx::GemmOp, onnx::AddOp, onnx::MulOp>(op);
    return known && value.hasOneUse() ? op : nullptr;
  }

  /// Replaces both. False, with the reason and nothing changed, where they cannot be joined.
  bool join(Operation *op, std::string &reason) {
    Value scale = quantize->getOperand(1);
    auto code = cast<RankedTensorType>(quantize->getResult(0).getType()).getElementType();
    if (cast<RankedTensorType>(scale.getType()).getNumElements() != 1 || !code.isInteger(8)) {
      reason = "its result is not quantized to 8 bits with one scale";
      return false;
    }
    std::optional<CodedOperand> lhs = readOperand(op->getOperand(0), reason);
    std::optional<CodedOperand> rhs = lhs ? readOperand(op->getOperand(1), reason) : std::nullopt;
    if (!rhs)
      return false;
    if (isa<onnx::AddOp, onnx::MulOp>(op))
      return joinPointwise(op, *lhs, *rhs, reason);
    return joinLinear(op, *lhs, *rhs, reason);
  }

private:
  bool hasNothingBelowZero() const {
    data::ConstantAttr zeroPoint = getConstant(quantize->getOperand(2));
    return zeroPoint && zeroPoint.getType().getNumElements() == 1 &&
           zeroPoint.getTensor().IntegerAt(0) == zeroPoint.getTensor().type().MinValue();
  }

  SmallVector<Value> getOperands(const CodedOperand &lhs, const CodedOperand &rhs) const {
    return {lhs.codes, lhs.scale, lhs.zeroPoint, rhs.codes, rhs.scale, rhs.zeroPoint,
            quantize->getOperand(1), quantize->getOperand(2)};
  }

  bool joinPointwise(Operation *op, CodedOperand &lhs, CodedOperand &rhs, std::string &reason) {
    Type code = cast<RankedTensorType>(quantize->getResult(0).getType()).getElementType();
    if (lhs.isPerAxis() || rhs.isPerAxis() || lhs.getElementType() != code || rhs.getElementType() != code) {
      reason = "its operands and its result are not of one type with one scale each";
      return false;
    }
    OnnxSteps steps(quantize);
    materialise(steps, lhs);
    materialise(steps, rhs);
    steps.finish(isa<onnx::AddOp>(op) ? "QLinearAdd" : "QLinearMul", getOperands(lhs, rhs));
    return true;
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

  bool joinLinear(Operation *op, CodedOperand &x, CodedOperand &w, std::string &reason) {
    Type code = cast<RankedTensorType>(quantize->getResult(0).getType()).getElementType();
    if (x.isPerAxis() || (w.isPerAxis() && w.axis != getOutputAxis(op, w))) {
      reason = "its scales vary along a dimension that is summed";
      return false;
    }
    if (x.getElementType() != code || (w.getElementType().isUnsignedInteger() && !code.isUnsignedInteger())) {
      reason = "its operands and its result have types that no quantized operator takes together";
      return false;
    }
    Value bias;
    if (op->getNumOperands() > 2 && !(bias = readBias(op->getOperand(2), x, w, reason)))
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
    materialise(steps, x);
    materialise(steps, w);
    SmallVector<Value> operands = getOperands(x, w);
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
        return finishGemm(steps, operands, attributes);
      steps.finish("QGemm", operands, attributes);
    } else {
      steps.finish("QLinearMatMul", operands);
    }
    return true;
  }

  /// Without a bias: its place stays empty.
  bool finishGemm(OnnxSteps &steps, ArrayRef<Value> operands, SmallVector<NamedAttribute> &attributes) {
    attributes.push_back(NamedAttribute(StringAttr::get(quantize->getContext(), "operandSegmentSizes"),
                                        DenseI32ArrayAttr::get(quantize->getContext(), {1, 1, 1, 1, 1, 1, 0, 1, 1})));
    steps.finish("QGemm", operands, attributes);
    return true;
  }

  Operation *quantize;
};

/// Operations that only choose among values of one scale, or move them: they do the same to codes.
bool movesCodes(Operation *op) {
  return isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::IdentityOp,
             onnx::MaxPoolOp>(op) &&
         op->getNumResults() == 1;
}

/// op(DequantizeLinear(codes)) as DequantizeLinear(op(codes)), so that the operator behind it finds codes.
void moveBehind(Operation *op) {
  auto dequantize = op->getOperand(0).getDefiningOp<onnx::DequantizeLinearOp>();
  if (!dequantize || getStoredCodes(dequantize->getOperand(0)))
    return;
  auto code = cast<RankedTensorType>(dequantize->getOperand(0).getType()).getElementType();
  bool perTensor = cast<RankedTensorType>(dequantize->getOperand(1).getType()).getNumElements() == 1;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!code.isInteger(8) || !perTensor || !type)
    return;
  SmallVector<Value> operands(op->getOperands()), parameters(dequantize->getOperands());
  operands[0] = dequantize->getOperand(0);
  OnnxSteps steps(op);
  StringRef name = op->getName().stripDialect();
  SmallVector<NamedAttribute> attributes(op->getAttrs());
  parameters[0] = steps.apply(name, operands, attributes, type.clone(code));
  steps.finish("DequantizeLinear", parameters);
}

struct FuseQuantizedOperatorsPass : impl::FuseQuantizedOperatorsBase<FuseQuantizedOperatorsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    for (Operation &op : llvm::make_early_inc_range(getOperation().front()))
      if (movesCodes(&op))
        moveBehind(&op);
    for (Operation &op : llvm::make_early_inc_range(getOperation().front())) {
      if (!isa<onnx::QuantizeLinearOp>(op) || op.getNumOperands() != 3)
        continue;
      Fusion fusion(&op);
      Operation *inner = fusion.findOperator();
      std::string node = onnx::describe(inner ? inner : &op), reason;
      Location loc = (inner ? inner : &op)->getLoc();
      if (!inner)
        reason = "no operator that has a quantized form is quantized here";
      if (!inner || !fusion.join(inner, reason))
        emitRemark(loc, Code::X001) << "node '" << node << "' stays between DequantizeLinear and QuantizeLinear: " << reason;
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front()))) {
      if (!isOpTriviallyDead(&op))
        continue;
      // Codes whose floats nobody needs are called as these.
      Operation *codes = isa<onnx::DequantizeLinearOp>(op) ? op.getOperand(0).getDefiningOp() : nullptr;
      if (codes && !isa<onnx::ConstantOp>(codes))
        codes->setLoc(op.getLoc());
      op.erase();
    }
  }
};

} // namespace
} // namespace qcompile
