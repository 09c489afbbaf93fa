//===- Structures.cpp - Structures of weights that are moved --------------===//
#include "passes/rewriting/Structures.h"

#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/rewriting/ElementTypes.h"

using namespace mlir;

namespace qcompile {

encoding::EncodingAttr followStructure(encoding::EncodingAttr structure, Operation *op) {
  if (onnx::isQuantizer(op) || isa<onnx::IdentityOp>(op))
    return structure;
  RankedTensorType from = tensorOf(op->getOperand(0)), to = tensorOf(op->getResult(0));
  if (isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp>(op))
    return encoding::reshapeEncoding(structure, from.getShape(), to.getShape());
  if (!isa<onnx::TransposeOp>(op))
    return nullptr;
  SmallVector<int64_t> perm;
  if (auto list = op->getAttrOfType<DenseI64ArrayAttr>("perm"))
    llvm::append_range(perm, list.asArrayRef());
  else
    for (int64_t d = from.getRank(); d-- > 0;)
      perm.push_back(d);
  return encoding::permuteEncoding(structure, perm);
}

encoding::EncodingAttr findStructure(Value weights, std::string &lost) {
  SmallVector<Operation *> path;
  Operation *op = weights.getDefiningOp();
  for (; op && !isa<onnx::ConstantOp>(op); op = op->getOperand(0).getDefiningOp()) {
    if (op->getNumOperands() == 0)
      return nullptr;
    path.push_back(op);
  }
  encoding::EncodingAttr structure = op ? encoding::getStructure(op) : nullptr;
  if (!structure)
    return nullptr;
  lost = structure.getEncodingName().str();
  for (Operation *step : llvm::reverse(path))
    structure = structure ? followStructure(structure, step) : structure;
  return structure;
}

} // namespace qcompile
