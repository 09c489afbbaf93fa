//===- QnnVerifySelection.cpp - Verifiers of operations that select -------===//
//
// Each check carries the number of its constraint in docs/Qnn.md.
//
//===----------------------------------------------------------------------===//
#include "dialects/qnn/VerifyHelpers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

/// The number of elements, which must be known; nothing where it does not fit 63 bits.
static std::optional<int64_t> countElements(ArrayRef<int64_t> shape) {
  if (llvm::is_contained(shape, 0))
    return 0;
  int64_t count = 1;
  for (int64_t extent : shape)
    if (llvm::MulOverflow(count, extent, count))
      return std::nullopt;
  return count;
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType from = tensorOf(getInput()), to = tensorOf(getResult());
  if (from.getElementType() != to.getElementType()) // C1
    return emitOpError() << "expected equal element types, found " << from << " and " << to;
  if (!from.hasStaticShape() || !to.hasStaticShape())
    return success();
  std::optional<int64_t> count = countElements(from.getShape());
  if (!count || count != countElements(to.getShape())) // C2
    return emitOpError() << "expected as many elements as " << from << ", found " << to;
  return success();
}

LogicalResult TransposeOp::verify() {
  RankedTensorType from = tensorOf(getInput());
  SmallVector<bool> seen(from.getRank());
  bool permutes = int64_t(getPerm().size()) == from.getRank();
  SmallVector<int64_t> shape;
  for (int64_t d : getPerm()) {
    permutes = permutes && d >= 0 && d < from.getRank() && !seen[d];
    if (!permutes) // C1
      break;
    seen[d] = true;
    shape.push_back(from.getDimSize(d));
  }
  if (!permutes) // C1
    return emitOpError() << "expected perm to be a permutation of " << from.getRank() << " dimensions";
  return verifyResult(*this, getResult(), shape, from.getElementType()); // C2
}

LogicalResult PadOp::verify() {
  RankedTensorType input = tensorOf(getInput()), result = tensorOf(getResult());
  int64_t rank = input.getRank(), axis = getAxis();
  if (failed(verifyList(*this, "low", getLow(), rank, 0)) || // C1
      failed(verifyList(*this, "high", getHigh(), rank, 0)))
    return failure();
  SmallVector<int64_t> shape(input.getShape());
  for (int64_t d = 0; d < rank; ++d)
    if (!input.isDynamicDim(d) && (llvm::AddOverflow(shape[d], getLow()[d], shape[d]) ||
                                   llvm::AddOverflow(shape[d], getHigh()[d], shape[d]))) // C1
      return emitOpError() << "expected extents of at most 63 bits, found a border of " << getLow()[d] << " and "
                           << getHigh()[d];
  if (failed(verifyResultShape(*this, getResult(), shape))) // C1
    return failure();
  FailureOr<int64_t> channels = getChannels(*this, input, axis);
  if (failed(channels) ||
      failed(verifyElementType(*this, "values", getValues(), // C2
                               IntegerType::get(getContext(), 64, IntegerType::Signed))) ||
      failed(verifyPerChannel(*this, getValues(), *channels)))
    return failure();
  if (getValues().size() != 1 && (getLow()[axis] != 0 || getHigh()[axis] != 0)) // C2
    return emitOpError() << "expected one pad value where dimension " << axis << " is padded, found "
                         << getValues().size();
  if (!holdsType(result.getElementType(), input.getElementType())) // C3
    return emitOpError() << "expected an element type that holds " << input.getElementType() << ", found "
                         << result.getElementType();
  runtime::Tensor values = getValues().getTensor();
  for (int64_t i = 0; i < values.size(); ++i)
    if (!isValueOf(result.getElementType(), values.IntegerAt(i))) // C3
      return emitOpError() << "expected pad values of " << result.getElementType() << ", found " << values.IntegerAt(i);
  return success();
}

LogicalResult SliceOp::verify() {
  RankedTensorType input = tensorOf(getInput()), result = tensorOf(getResult());
  int64_t rank = input.getRank();
  if (failed(verifyList(*this, "offsets", getOffsets(), rank, 0)) || // C1
      failed(verifyList(*this, "steps", getSteps(), rank, 1)))
    return failure();
  // Only the rank and the element type follow; the extents are chosen.
  if (failed(verifyResult(*this, getResult(), SmallVector<int64_t>(rank, ShapedType::kDynamic),
                          input.getElementType()))) // C1, C2
    return failure();
  for (int64_t d = 0; d < rank; ++d) {
    int64_t extent = input.getDimSize(d), count = result.getDimSize(d);
    if (count == 0 || input.isDynamicDim(d) || result.isDynamicDim(d))
      continue;
    __int128 last = getOffsets()[d] + __int128(count - 1) * getSteps()[d];
    if (last >= extent) // C1
      return emitOpError() << "expected " << count << " elements inside of dimension " << d << " of " << input
                           << ", found offset " << getOffsets()[d] << " and step " << getSteps()[d];
  }
  return success();
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty()) // C1
    return emitOpError() << "expected at least one operand, found none";
  RankedTensorType first = tensorOf(getInputs().front());
  int64_t axis = getAxis(), extent = 0;
  if (failed(verifyAxis(*this, first, axis))) // C1
    return failure();
  SmallVector<int64_t> shape(first.getShape());
  for (Value input : getInputs()) {
    RankedTensorType type = tensorOf(input);
    bool fits = type.getRank() == first.getRank();
    for (int64_t d = 0; fits && d < type.getRank(); ++d) {
      fits = d == axis || agree(shape[d], type.getDimSize(d));
      if (ShapedType::isDynamic(shape[d]))
        shape[d] = type.getDimSize(d);
    }
    if (!fits) // C1
      return emitOpError() << "expected operands that agree but along dimension " << axis << ", found " << first
                           << " and " << type;
    if (ShapedType::isDynamic(extent) || type.isDynamicDim(axis))
      extent = ShapedType::kDynamic;
    else if (llvm::AddOverflow(extent, type.getDimSize(axis), extent)) // C1
      return emitOpError() << "expected extents of at most 63 bits, found a larger sum";
  }
  shape[axis] = extent;
  if (failed(verifyResultShape(*this, getResult(), shape))) // C1
    return failure();
  Type element = tensorOf(getResult()).getElementType();
  for (Value input : getInputs())
    if (!holdsType(element, tensorOf(input).getElementType())) // C2
      return emitOpError() << "expected an element type that holds " << tensorOf(input).getElementType() << ", found "
                           << element;
  return success();
}

LogicalResult GatherOp::verify() {
  RankedTensorType input = tensorOf(getInput());
  int64_t axis = getAxis();
  if (failed(verifyAxis(*this, input, axis))) // C1
    return failure();
  int64_t extent = input.getDimSize(axis);
  for (int64_t index : getIndices())
    if (index < 0 || (!ShapedType::isDynamic(extent) && index >= extent)) // C1
      return emitOpError() << "expected indices inside of dimension " << axis << " of " << input << ", found " << index;
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = getIndices().size();
  return verifyResult(*this, getResult(), shape, input.getElementType()); // C1
}

LogicalResult LookupOp::verify() {
  RankedTensorType indices = tensorOf(getIndices()), table = tensorOf(getTable());
  Type type = indices.getElementType();
  if (!type.isSignedInteger(64) && !type.isSignedInteger(32)) // C1
    return emitOpError() << "expected indices of type si64 or si32, found " << type;
  if (table.getRank() < 1) // C1
    return emitOpError() << "expected a table of rank 1 or more, found " << table;
  SmallVector<int64_t> shape(indices.getShape());
  llvm::append_range(shape, table.getShape().drop_front());
  return verifyResult(*this, getResult(), shape, table.getElementType()); // C1, C2
}

LogicalResult ArgMaxOp::verify() {
  RankedTensorType input = tensorOf(getInput());
  int64_t axis = getAxis();
  if (failed(verifyAxis(*this, input, axis))) // C1
    return failure();
  if (input.getDimSize(axis) == 0) // C1
    return emitOpError() << "expected an element along dimension " << axis << ", found " << input;
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = 1;
  return verifyResult(*this, getResult(), shape, IntegerType::get(getContext(), 64, IntegerType::Signed)); // C1
}

LogicalResult TopKOp::verify() {
  RankedTensorType input = tensorOf(getInput()), values = tensorOf(getValues());
  int64_t axis = getAxis();
  if (failed(verifyAxis(*this, input, axis))) // C1
    return failure();
  SmallVector<int64_t> shape(input.getShape());
  shape[axis] = ShapedType::kDynamic;                                          // any number, below
  if (failed(verifyResult(*this, getValues(), shape, input.getElementType()))) // C1
    return failure();
  int64_t count = values.getDimSize(axis), extent = input.getDimSize(axis);
  if (!ShapedType::isDynamic(count) && !ShapedType::isDynamic(extent) && count > extent) // C1
    return emitOpError() << "expected at most " << extent << " elements along dimension " << axis << ", found "
                         << count;
  return verifyResult(*this, getIndices(), values.getShape(),
                      IntegerType::get(getContext(), 64, IntegerType::Signed)); // C1
}
