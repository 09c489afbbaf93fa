//===- VerifyHelpers.cpp - Checks that verifiers share --------------------===//
#include "dialects/qnn/VerifyHelpers.h"

#include "dialects/data/ElementStorage.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

LogicalResult qnn::verifyResult(Operation *op, Value result, ArrayRef<int64_t> shape, Type elementType) {
  RankedTensorType found = tensorOf(result);
  if (found.getElementType() == elementType && found.getRank() == int64_t(shape.size()) &&
      llvm::all_of(llvm::zip(found.getShape(), shape),
                   [](auto pair) { return agree(std::get<0>(pair), std::get<1>(pair)); }))
    return success();
  return op->emitOpError() << "expected result " << RankedTensorType::get(shape, elementType) << ", found " << found;
}

LogicalResult qnn::verifyResultShape(Operation *op, Value result, ArrayRef<int64_t> shape) {
  return verifyResult(op, result, shape, tensorOf(result).getElementType());
}

LogicalResult qnn::verifyAxis(Operation *op, RankedTensorType type, int64_t axis) {
  if (axis < 0 || axis >= type.getRank())
    return op->emitOpError() << "expected axis to be a dimension of " << type << ", found " << axis;
  return success();
}

FailureOr<int64_t> qnn::getChannels(Operation *op, RankedTensorType type, int64_t axis) {
  if (type.getRank() == 0 && axis == 0)
    return 1;
  if (failed(verifyAxis(op, type, axis)))
    return failure();
  return type.getDimSize(axis);
}

LogicalResult qnn::verifyElementType(Operation *op, StringRef name, data::ConstantAttr constant, Type expected) {
  if (constant.getType().getElementType() != expected)
    return op->emitOpError() << "expected elements of " << name << " to be " << expected << ", found "
                             << constant.getType().getElementType();
  return success();
}

std::string qnn::extentToString(int64_t extent) { return ShapedType::isDynamic(extent) ? "?" : std::to_string(extent); }

LogicalResult qnn::verifyPerChannel(Operation *op, data::ConstantAttr constant, int64_t channels) {
  RankedTensorType type = constant.getType();
  if (type.getRank() == 1 && (type.getDimSize(0) == 1 || agree(type.getDimSize(0), channels)))
    return success();
  return op->emitOpError() << "expected 1 or " << extentToString(channels) << " elements, found constant '"
                           << constant.getName() << "' of type " << type;
}

LogicalResult qnn::verifyList(Operation *op, StringRef name, ArrayRef<int64_t> list, int64_t count, int64_t lowest) {
  if (int64_t(list.size()) == count && llvm::all_of(list, [&](int64_t v) { return v >= lowest; }))
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError() << "expected " << count << " entries of at least " << lowest
                                                    << " in " << name << ", found [";
  llvm::interleaveComma(list, diagnostic);
  return diagnostic << "]";
}

bool qnn::isValueOf(Type elementType, int64_t value) { return data::getDataType(elementType)->Contains(value); }

/// Unsigned codes of 64 bits are the only ones that bounds do not describe.
static bool isUnsigned64(Type type) { return type.isUnsignedInteger(64); }

bool qnn::holdsType(Type outer, Type inner) {
  if (isUnsigned64(inner) && !isUnsigned64(outer))
    return false;
  return getTypeBounds(inner).fit(*data::getDataType(outer));
}

/// Whether the verifier sees `producer` before `user`.
static bool standsBefore(Operation *producer, Operation *user) {
  if (Operation *ancestor = producer->getBlock()->findAncestorOpInBlock(*user))
    return producer != ancestor && producer->isBeforeInBlock(ancestor);
  for (Block *block = user->getBlock(); block; block = block->getPrevNode())
    if (block == producer->getBlock())
      return true;
  return false;
}

LogicalResult qnn::verifyOrder(Operation *op) {
  SmallVector<Operation *> users{op};
  SmallPtrSet<Operation *, 8> seen;
  while (!users.empty()) {
    Operation *user = users.pop_back_val();
    for (Value operand : user->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || !seen.insert(producer).second)
        continue;
      if (!standsBefore(producer, user))
        return op->emitOpError() << "expected operands that are computed before, found " << producer->getName()
                                 << " after its use";
      // Bounds pass through these (getValueBounds).
      if (producer->hasTrait<SelectsElements>() || isa<PadOp, LookupOp>(producer))
        users.push_back(producer);
    }
  }
  return success();
}

LogicalResult qnn::verifyAccumulator(Operation *op) {
  if (failed(verifyOrder(op)))
    return failure();
  Type type = tensorOf(op->getResult(0)).getElementType();
  auto bounds = cast<BoundsOpInterface>(op).getResultBounds();
  runtime::DataType code = *data::getDataType(type);
  bool unbounded = llvm::any_of(op->getOperandTypes(), [](Type t) { return isUnsigned64(getElementTypeOrSelf(t)); });
  if (bounds && !unbounded && code.kind != runtime::TypeKind::kBipolar &&
      llvm::all_of(*bounds, [&](Bounds b) { return b.fit(code); }))
    return success();
  return op->emitOpError() << "expected an accumulator type that holds every partial sum, found " << type;
}

std::optional<SmallVector<int64_t>> qnn::broadcast(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  size_t rank = std::max(a.size(), b.size());
  SmallVector<int64_t> shape(rank);
  auto extent = [&](ArrayRef<int64_t> of, size_t d) { return d < rank - of.size() ? 1 : of[d - (rank - of.size())]; };
  for (size_t d = 0; d < rank; ++d) {
    int64_t x = extent(a, d), y = extent(b, d);
    if (x == 1 || y == 1)
      shape[d] = x == 1 ? y : x;
    else if (agree(x, y))
      shape[d] = ShapedType::isDynamic(x) ? y : x;
    else
      return std::nullopt;
  }
  return shape;
}
