//===- WriteQonnx.cpp - Quantizers as QONNX has them ----------------------===//
#include "passes/write-qonnx/WriteQonnx.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/write-qonnx/QonnxWriter.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_WRITEQONNX
#include "passes/write-qonnx/WriteQonnx.h.inc"

namespace {

struct WriteQonnxPass : impl::WriteQonnxBase<WriteQonnxPass> {
  using WriteQonnxBase::WriteQonnxBase;

  void runOnOperation() override {
    QonnxWriter writer(allowApproximate);
    SmallVector<Operation *> operations;
    getOperation().walk([&](Operation *op) { operations.push_back(op); });
    bool ok = true;
    for (Operation *op : operations) {
      std::string node = onnx::describe(op), reason, note;
      Location loc = op->getLoc();
      bool written = true;
      Code code = Code::X002;
      if (std::optional<Quantizer> quantizer = readQuantizer(op))
        written = writer.write(*quantizer, reason, note);
      else if (isa<onnx::DequantizeLinearOp>(op)) {
        written = writer.writeDequantize(op, reason, note);
        code = Code::X001;
      }
      if (!written) {
        emitError(loc, Code::X001) << "node '" << node << "': " << reason;
        ok = false;
      } else if (!note.empty()) {
        emitWarning(loc, code) << "node '" << node << "': " << note;
      }
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
    if (!ok)
      signalPassFailure();
  }
};

} // namespace
} // namespace qcompile
