//===- CountProducts.cpp - Products per matrix product --------------------===//
#include "CountProducts.h"

#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace qcompile;

namespace example {

#define GEN_PASS_DEF_COUNTPRODUCTS
#include "CountProducts.h.inc"

namespace {
struct CountProductsPass : impl::CountProductsBase<CountProductsPass> {
  void runOnOperation() override {
    Builder builder(&getContext());
    getOperation().walk([&](qnn::MatMulOp op) {
      int64_t outputs = cast<RankedTensorType>(op.getType()).getNumElements();
      int64_t inner = cast<RankedTensorType>(op.getRhs().getType()).getDimSize(0);
      op->setAttr(kProductsAttr, builder.getI64IntegerAttr(outputs * inner));
    });
  }
};
} // namespace

} // namespace example
