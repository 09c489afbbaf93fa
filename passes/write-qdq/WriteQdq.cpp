//===- WriteQdq.cpp - Quantizers as pairs of linear operators -------------===//
#include "passes/write-qdq/WriteQdq.h"

#include <cmath>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/LinearParameters.h"
#include "passes/rewriting/QonnxOperators.h"
#include "passes/write-qdq/QdqWriter.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

#define GEN_PASS_DEF_WRITEQDQ
#include "passes/write-qdq/WriteQdq.h.inc"

/// What makes the numbers of codes that `quantize` makes the same codes of again, as those are that a model gives as
/// they are; null for others. In float32, a step times a difference of two codes of 16 bits, below 2^17, is off by
/// 2^-24 of itself at most, and its quotient by the step by as much again: 2^-6 in all, and the rounding finds the
/// difference. Floats of fewer bits lose it, as codes of 32 bits do.
static Operation *findInverse(Operation *quantize) {
  auto dequantize = quantize->getOperand(0).getDefiningOp<onnx::DequantizeLinearOp>();
  if (!dequantize || dequantize->getOperand(0).getType() != quantize->getResult(0).getType())
    return nullptr;
  auto code = dyn_cast<IntegerType>(cast<RankedTensorType>(quantize->getResult(0).getType()).getElementType());
  if (!code || code.getWidth() > 16 || !haveSameParameters(quantize, dequantize) || !computesInFloat32(quantize) ||
      !computesInFloat32(dequantize))
    return nullptr;
  Tensor scale = getConstant(quantize->getOperand(1)).getTensor();
  for (int64_t i = 0; i < scale.size(); ++i)
    if (float step = scale.Floats()[i]; step == 0 || !std::isfinite(step * 0x1p17f))
      return nullptr;
  return dequantize;
}

/// The codes themselves in its place, called as it is.
static void dropInverse(Operation *quantize) {
  Operation *dequantize = findInverse(quantize);
  if (!dequantize)
    return;
  Value codes = dequantize->getOperand(0);
  quantize->getResult(0).replaceAllUsesWith(codes);
  if (codes.getDefiningOp() && !getConstant(codes))
    codes.getDefiningOp()->setLoc(quantize->getLoc());
  if (dequantize->hasOneUse())
    dequantize->setLoc(quantize->getLoc());
}

namespace {

struct WriteQdqPass : impl::WriteQdqBase<WriteQdqPass> {
  using WriteQdqBase::WriteQdqBase;

  void runOnOperation() override {
    QdqWriter writer({clip, smallTypes, opset}, allowApproximate);
    SmallVector<Operation *> quantizers, stored;
    getOperation().walk([&](Operation *op) {
      if (isQonnxOperator(op) || readQuantizer(op))
        quantizers.push_back(op);
      else if (isa<onnx::DequantizeLinearOp>(op))
        stored.push_back(op);
    });
    bool ok = true;
    for (Operation *op : quantizers) {
      std::string node = onnx::describe(op), reason, note;
      Location loc = op->getLoc();
      if (!write(writer, op, reason, note)) {
        emitError(loc, Code::X001) << "node '" << node << "': " << reason;
        ok = false;
      } else if (!note.empty()) {
        emitWarning(loc, Code::X002) << "node '" << node << "': " << note;
      }
    }
    for (Operation *op : stored)
      writer.writeStoredClip(op);
    getOperation().walk([](onnx::QuantizeLinearOp op) { dropInverse(op); });
    // Parameters that only quantizers had, and roundings that became theirs.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
    if (!ok)
      signalPassFailure();
  }

private:
  static bool write(const QdqWriter &writer, Operation *op, std::string &reason, std::string &note) {
    if (isa<onnx::FloatQuantOp>(op))
      return writer.writeFloat(op, reason);
    if (isa<onnx::TruncOp, onnx::Truncv1Op>(op))
      return writer.writeTrunc(op, reason);
    if (std::optional<Quantizer> quantizer = readQuantizer(op))
      return writer.write(*quantizer, reason, note);
    reason = "operator " + op->getName().stripDialect().str() + " has no form of QuantizeLinear and DequantizeLinear";
    return false;
  }
};

} // namespace
} // namespace qcompile
