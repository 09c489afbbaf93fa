//===- HeldConstant.cpp - Constants of the onnx dialect -------------------===//
#include "dialects/onnx/HeldConstant.h"

using namespace mlir;

namespace qcompile {

static constexpr llvm::StringLiteral kOperation = "onnx.Constant", kValue = "value";

bool isConstantOperation(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() || op->getName().getStringRef() == kOperation;
}

data::ConstantAttr getHeldConstant(Operation *op) {
  return op->getName().getStringRef() == kOperation ? op->getAttrOfType<data::ConstantAttr>(kValue) : nullptr;
}

Operation *makeHeldConstant(OpBuilder &builder, Location loc, data::ConstantAttr value) {
  OperationState state(loc, kOperation);
  state.addAttribute(kValue, value);
  state.addTypes(value.getType());
  return builder.create(state);
}

Value makeNamedConstant(OpBuilder &builder, StringRef name, const runtime::Tensor &tensor) {
  StringAttr text = builder.getStringAttr(name);
  Location loc = NameLoc::get(text, NameLoc::get(text, builder.getUnknownLoc()));
  return makeHeldConstant(builder, loc, data::ConstantAttr::get(builder.getContext(), name, tensor))->getResult(0);
}

} // namespace qcompile
