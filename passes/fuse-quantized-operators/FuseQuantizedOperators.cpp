//===- FuseQuantizedOperators.cpp - Operators on integers -----------------===//
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/fuse-quantized-operators/Fusion.h"
#include "passes/rewriting/LinearParameters.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_FUSEQUANTIZEDOPERATORS
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h.inc"

namespace {

/// Operations that only choose among values of one scale, or move them: they do the same to codes.
bool movesCodes(Operation *op) {
  return isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::IdentityOp,
             onnx::MaxPoolOp, onnx::ConcatOp>(op) &&
         op->getNumResults() == 1;
}

/// op(DequantizeLinear(codes)) as DequantizeLinear(op(codes)), so that the operator behind it finds codes.
void moveBehind(Operation *op) {
  auto first = op->getOperand(0).getDefiningOp<onnx::DequantizeLinearOp>();
  if (!first || getStoredCodes(first->getOperand(0)))
    return;
  // A Concat that is quantized is an operator of its own.
  if (isa<onnx::ConcatOp>(op) && op->hasOneUse() && isa<onnx::QuantizeLinearOp>(*op->user_begin()))
    return;
  auto getCode = [](Operation *op) { return cast<RankedTensorType>(op->getOperand(0).getType()).getElementType(); };
  Type code = getCode(first);
  bool perTensor = cast<RankedTensorType>(first->getOperand(1).getType()).getNumElements() == 1;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!code.isInteger(8) || !perTensor || !type || !computesInFloat32(first))
    return;
  SmallVector<Value> operands(op->getOperands()), parameters(first->getOperands());
  operands[0] = first->getOperand(0);
  for (Value &operand : MutableArrayRef(operands).drop_front(isa<onnx::ConcatOp>(op) ? 1 : operands.size())) {
    auto other = operand.getDefiningOp<onnx::DequantizeLinearOp>();
    if (!other || getCode(other) != code || !computesInFloat32(other) || !haveSameParameters(first, other))
      return;
    operand = other->getOperand(0);
  }
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
        emitRemark(loc, Code::X001) << "node '" << node
                                    << "' stays between DequantizeLinear and QuantizeLinear: " << reason;
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
