//===- QnnFolders.cpp - Operations that change nothing, or less -----------===//
#include "dialects/qnn/QnnDialect.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

/// A reshape or transpose that changes nothing is its operand.
OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto producer = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(producer.getInput());
    return getResult();
  }
  return nullptr;
}

/// A transpose of a transpose permutes once.
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (auto producer = getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> composed;
    for (int64_t d : getPerm())
      composed.push_back(producer.getPerm()[d]);
    getInputMutable().assign(producer.getInput());
    setPerm(composed);
    return getResult();
  }
  bool identity = llvm::all_of(llvm::enumerate(getPerm()), [](auto it) { return int64_t(it.index()) == it.value(); });
  return identity ? OpFoldResult(getInput()) : nullptr;
}

static bool isZero(int64_t value) { return value == 0; }

/// A border of nothing is none.
OpFoldResult PadOp::fold(FoldAdaptor) {
  bool empty = llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero);
  return empty && getInput().getType() == getType() ? getInput() : Value();
}

/// The whole tensor is its slice; a slice of a slice is one slice of the source.
OpFoldResult SliceOp::fold(FoldAdaptor) {
  // With equal extents, elements inside of the operand can only be all of them.
  auto type = cast<RankedTensorType>(getType());
  if (type.hasStaticShape() && getInput().getType() == type)
    return getInput();
  auto producer = getInput().getDefiningOp<SliceOp>();
  if (!producer || producer == *this)
    return nullptr;
  SmallVector<int64_t> offsets(producer.getOffsets()), steps(producer.getSteps());
  for (size_t d = 0; d < offsets.size(); ++d) {
    int64_t moved;
    if (llvm::MulOverflow(getOffsets()[d], steps[d], moved) || llvm::AddOverflow(offsets[d], moved, offsets[d]) ||
        llvm::MulOverflow(steps[d], getSteps()[d], steps[d]))
      return nullptr;
  }
  getInputMutable().assign(producer.getInput());
  setOffsets(offsets);
  setSteps(steps);
  return getResult();
}

/// One tensor joined with nothing is that tensor.
OpFoldResult ConcatOp::fold(FoldAdaptor) {
  bool single = getInputs().size() == 1 && getInputs().front().getType() == getType();
  return single ? getInputs().front() : Value();
}
