//===- IntegerOperators.cpp - ConvInteger and MatMulInteger ---------------===//
//
// Their sums of int32 become floats by a Cast, which rounds once: so does the operator on floats whose operands are
// integers of scale 1. Where something else reads the sums, the operator stays for it.
//
//===----------------------------------------------------------------------===//
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/normalise-quantization/Formats.h"
#include "passes/normalise-quantization/Operators.h"

using namespace mlir;

namespace qcompile::normalise {

static bool isCastToFloat(Operation *op) {
  auto cast = dyn_cast<onnx::CastOp>(op);
  auto type = cast ? dyn_cast<RankedTensorType>(cast->getResult(0).getType()) : nullptr;
  return type && type.getElementType().isF32();
}

bool normaliseIntegerOperator(Operation *op, CodedValues &coded, bool &ok) {
  bool convolves = isa<onnx::ConvIntegerOp>(op);
  if (!convolves && !isa<onnx::MatMulIntegerOp>(op))
    return false;
  Value result = op->getResult(0);
  SmallVector<Operation *> casts;
  for (Operation *user : result.getUsers())
    if (isCastToFloat(user))
      casts.push_back(user);
  auto rank = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type ? type.getRank() : 0;
  };
  if (casts.size() < size_t(std::distance(result.user_begin(), result.user_end())))
    leave(op, Code::S008, "something else than a Cast to float reads its sums");
  if (casts.empty())
    return true;
  OperatorRewriter rewriter(op, coded, ok);
  OpBuilder builder(op);
  // A scale of as many numbers as the zero point has: files cannot have one of the one and several of the other.
  auto makeOne = [&](Value zeroPoint) {
    auto type = zeroPoint ? dyn_cast<RankedTensorType>(zeroPoint.getType()) : nullptr;
    if (!type || !type.hasStaticShape() || type.getNumElements() == 1)
      return makeConstant(builder, op->getLoc(), "one", runtime::Tensor::ScalarFloat(1));
    return makeConstant(builder, op->getLoc(), "ones",
                        runtime::Tensor::FromFloats({type.getShape().begin(), type.getShape().end()},
                                                    std::vector<float>(type.getNumElements(), 1.0f)));
  };
  SmallVector<Value> operands = getFormalOperands(op);
  operands.resize(4);
  int64_t rows = std::max<int64_t>(rank(operands[0]) - 2, 0);
  Port x{operands[0], makeOne(operands[2]), operands[2], convolves ? 1 : rows},
      w{operands[1], makeOne(operands[3]), operands[3], convolves ? 0 : std::max<int64_t>(rank(operands[1]) - 1, 0)};
  if (!rewriter.check(x) || !rewriter.check(w))
    return true;
  Value sum = rewriter.apply(convolves ? "Conv" : "MatMul", {rewriter.getReal(x), rewriter.getReal(w)},
                             takeAttributes(op, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}),
                             cast<RankedTensorType>(result.getType()));
  for (Operation *cast : casts) {
    cast->getResult(0).replaceAllUsesWith(sum);
    coded.finish(cast);
  }
  coded.finish(op);
  return true;
}

} // namespace qcompile::normalise
