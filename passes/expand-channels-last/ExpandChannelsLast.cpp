//===- ExpandChannelsLast.cpp - QONNX channels-last operators -------------===//
#include "passes/expand-channels-last/ExpandChannelsLast.h"

#include "mlir/IR/BuiltinTypes.h"
#include "passes/rewriting/OnnxSteps.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_EXPANDCHANNELSLAST
#include "passes/expand-channels-last/ExpandChannelsLast.h.inc"

namespace {

constexpr StringLiteral kPrefix = "onnx.channels_last.";

/// Dimension d of the result is dimension perm[d] of the operand: the last one goes to place 1, or back.
SmallVector<int64_t> getPermutation(int64_t rank, bool toFirst) {
  SmallVector<int64_t> perm = {0};
  if (toFirst)
    perm.push_back(rank - 1);
  for (int64_t d = toFirst ? 1 : 2; d < (toFirst ? rank - 1 : rank); ++d)
    perm.push_back(d);
  if (!toFirst)
    perm.push_back(1);
  return perm;
}

RankedTensorType toChannelsFirst(RankedTensorType type) {
  SmallVector<int64_t> shape;
  for (int64_t d : getPermutation(type.getRank(), /*toFirst=*/true))
    shape.push_back(type.getDimSize(d));
  return RankedTensorType::get(shape, type.getElementType());
}

void expand(Operation *op) {
  StringRef name = op->getName().getStringRef().drop_front(kPrefix.size());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!result || result.getRank() < 3)
    return;
  OnnxSteps steps(op);
  SmallVector<Value> operands(op->getOperands());
  for (size_t i = 0; i < (name == "Conv" ? 2 : 1); ++i) {
    auto type = cast<RankedTensorType>(operands[i].getType());
    operands[i] = steps.apply("Transpose", operands[i], steps.attribute("perm", getPermutation(type.getRank(), true)),
                              toChannelsFirst(type));
  }
  Value standard = steps.apply(name, operands, llvm::to_vector(op->getAttrs()), toChannelsFirst(result));
  steps.finish("Transpose", standard, steps.attribute("perm", getPermutation(result.getRank(), false)));
}

struct ExpandChannelsLastPass : impl::ExpandChannelsLastBase<ExpandChannelsLastPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (op->getName().getStringRef().starts_with(kPrefix))
        expand(op);
    });
  }
};

} // namespace
} // namespace qcompile
