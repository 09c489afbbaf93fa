//===- ExpandConvTranspose.cpp - Convolutions without zeros ---------------===//
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"

#include "dialects/data/StaticShape.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/expand-conv-transpose/Expansions.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_EXPANDCONVTRANSPOSE
#include "passes/expand-conv-transpose/ExpandConvTranspose.h.inc"

namespace {

/// More classes than any network has; a hostile stride must not take the memory.
constexpr int64_t kMaxClasses = 4096;

bool hasTooManyClasses(ArrayRef<int64_t> factors) {
  int64_t classes = 1;
  return llvm::any_of(
      factors, [&](int64_t factor) { return llvm::MulOverflow(classes, factor, classes) || classes > kMaxClasses; });
}

bool isStatic(Operation *op) { return data::hasStaticOperands(op) && data::hasStaticResults(op); }

struct ExpandConvTransposePass : impl::ExpandConvTransposeBase<ExpandConvTransposePass> {
  using ExpandConvTransposeBase::ExpandConvTransposeBase;

  void runOnOperation() override {
    getOperation().walk([](qnn::ConvTransposeOp op) {
      if (isStatic(op) && !refuse(op, op.getStrides())) {
        OpBuilder builder(op);
        replace(op, expandTransposedConv(builder, op), "transposed convolution");
      }
    });
    if (!dilated)
      return;
    getOperation().walk([](qnn::ConvOp op) {
      if (isStatic(op) && isDilated(op) && !refuse(op, op.getDilations())) {
        OpBuilder builder(op);
        replace(op, expandDilatedConv(builder, op), "dilated convolution");
      }
    });
  }

private:
  static bool refuse(Operation *op, ArrayRef<int64_t> factors) {
    if (!hasTooManyClasses(factors))
      return false;
    emitWarning(op->getLoc(), Code::P004)
        << "node '" << onnx::describe(op) << "' stays as it is: expected at most " << kMaxClasses << " parts";
    return true;
  }

  static void replace(Operation *op, const Expansion &expansion, StringRef what) {
    emitRemark(op->getLoc(), Code::P004) << "node '" << onnx::describe(op) << "': " << what << " as "
                                         << expansion.convolutions
                                         << (expansion.convolutions == 1 ? " dense convolution" : " dense convolutions")
                                         << " with " << expansion.after
                                         << " multiply-accumulates, with zeros inserted there would be "
                                         << expansion.before;
    op->getResult(0).replaceAllUsesWith(expansion.result);
    // Weights that are constant have been copied.
    SmallVector<Value> operands(op->getOperands());
    op->erase();
    for (Value operand : operands)
      if (Operation *producer = operand.getDefiningOp(); producer && isOpTriviallyDead(producer))
        producer->erase();
  }
};

} // namespace
} // namespace qcompile
