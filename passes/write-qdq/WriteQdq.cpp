//===- WriteQdq.cpp - Quantizers as pairs of linear operators -------------===//
#include "passes/write-qdq/WriteQdq.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/QonnxOperators.h"
#include "passes/write-qdq/QdqWriter.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_WRITEQDQ
#include "passes/write-qdq/WriteQdq.h.inc"

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
    reason = "operator " + op->getName().stripDialect().str() +
             " has no form of QuantizeLinear and DequantizeLinear";
    return false;
  }
};

} // namespace
} // namespace qcompile
