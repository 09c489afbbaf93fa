//===- HlsVerifyStreams.cpp - Verifiers of streaming stages ---------------===//
//
// Each check carries the number of its constraint in HlsOps.td.
//
//===----------------------------------------------------------------------===//
#include "backends/hls/dialect/HlsVerify.h"

#include <numeric>

#include "dialects/data/ElementStorage.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::hls;

/// Whether every value of `from` is one of `to`.
static bool holds(Type to, Type from) {
  runtime::DataType type = *data::getDataType(to);
  if (to == from)
    return true;
  if (isa<qnn::BipolarType>(to))
    return false;
  qnn::Bounds bounds = qnn::getTypeBounds(from);
  return bounds.fit(type) && (isa<qnn::BipolarType>(from) || !from.isUnsignedInteger(64) || to.isUnsignedInteger(64));
}

static bool holdsPositions(Type type, int64_t length) {
  return isa<IntegerType>(type) && data::getDataType(type)->Contains(length - 1);
}

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

/// Operands and result of equal words and lanes, whose lanes divide the channels.
static LogicalResult verifyElementwise(Operation *op, int64_t channels) {
  auto result = cast<StreamType>(op->getResult(0).getType());
  bool equal = llvm::all_of(op->getOperandTypes(), [&](Type type) {
    auto stream = cast<StreamType>(type);
    return stream.getWords() == result.getWords() && stream.getLanes() == result.getLanes();
  });
  if (!equal)
    return op->emitOpError() << "expected operands of " << result.getWords() << " words of " << result.getLanes()
                             << " lanes, found " << op->getOperandTypes();
  if (result.getElements() % channels || channels % result.getLanes())
    return op->emitOpError() << "expected channels to divide the elements and lanes to divide the "
                                "channels, found "
                             << channels << " and " << result;
  return success();
}

static LogicalResult verifyIntegerResult(Operation *op) {
  Type element = cast<StreamType>(op->getResult(0).getType()).getElementType();
  if (!isa<IntegerType>(element))
    return op->emitOpError() << "expected a result of integer type, found " << element;
  return success();
}

LogicalResult ActivateOp::verify() {
  if (failed(verifyElementwise(*this, getChannels()))) // C1
    return failure();
  return verifyActivation(*this, getActivation(), getChannels(),
                          getResult().getType().getElementType()); // C2
}

LogicalResult AddOp::verify() {
  if (failed(verifyElementwise(*this, getChannels()))) // C1
    return failure();
  return verifyIntegerResult(*this); // C2
}

LogicalResult MulOp::verify() {
  if (failed(verifyElementwise(*this, getChannels()))) // C1
    return failure();
  return verifyIntegerResult(*this); // C2
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

LogicalResult DotOp::verify() {
  StreamType lhs = getLhs().getType(), rhs = getRhs().getType(), result = getResult().getType();
  const int64_t length = getLength();
  if (lhs.getElements() % length || lhs.getElements() != rhs.getElements()) // C1
    return emitOpError() << "expected equally many vectors of " << length << " codes, found " << lhs << " and " << rhs;
  const int64_t simd = getSimd();
  if (lhs.getLanes() != simd || rhs.getLanes() != simd || length % simd) // C2
    return emitOpError() << "expected " << simd << " lanes that divide " << length << ", found " << lhs << " and "
                         << rhs;
  if (result.getLanes() != 1 || result.getElements() != lhs.getElements() / length) // C3
    return emitOpError() << "expected " << lhs.getElements() / length << " words of one lane, found " << result;
  return verifyIntegerResult(*this); // C3
}

LogicalResult PoolOp::verify() {
  StreamType input = getInput().getType(), result = getResult().getType();
  const int64_t channels = getChannels(), taps = getTaps();
  if (result.getElements() % channels || input.getElements() % taps ||
      input.getElements() / taps != result.getElements()) // C1
    return emitOpError() << "expected " << taps << " vectors of " << channels << " codes for each of the result, found "
                         << input << " and " << result;
  if (input.getLanes() != result.getLanes() || channels % result.getLanes()) // C2
    return emitOpError() << "expected equal lanes that divide " << channels << " channels, found " << input << " and "
                         << result;
  Type from = input.getElementType(), to = result.getElementType();
  if (getKind() == "max") { // C3
    if (from != to)
      return emitOpError() << "expected equal element types, found " << from << " and " << to;
    return success();
  }
  return verifyIntegerResult(*this); // C3
}

LogicalResult ArgMaxOp::verify() {
  StreamType input = getInput().getType(), result = getResult().getType();
  const int64_t length = getLength();
  if (input.getLanes() != 1 || result.getLanes() != 1 || input.getElements() % length ||
      input.getElements() / length != result.getElements()) // C1
    return emitOpError() << "expected one lane and vectors of " << length << " codes, found " << input << " and "
                         << result;
  if (!holdsPositions(result.getElementType(), length)) // C2
    return emitOpError() << "expected a result that holds positions up to " << length - 1 << ", found " << result;
  return success();
}

LogicalResult TopKOp::verify() {
  StreamType input = getInput().getType(), values = getValues().getType(), positions = getPositions().getType();
  const int64_t length = getLength(), count = getCount();
  bool one = input.getLanes() == 1 && values.getLanes() == 1 && positions.getLanes() == 1;
  if (!one || input.getElements() % length || values.getElements() != positions.getElements() ||
      input.getElements() / length * count != values.getElements()) // C1
    return emitOpError() << "expected one lane and " << count << " codes for each vector of " << length << ", found "
                         << input << ", " << values << " and " << positions;
  if (count > length) // C2
    return emitOpError() << "expected a count of at most " << length << ", found " << count;
  if (values.getElementType() != input.getElementType() || !holdsPositions(positions.getElementType(), length)) // C3
    return emitOpError() << "expected values of " << input.getElementType() << " and positions up to " << length - 1
                         << ", found " << values << " and " << positions;
  return success();
}

//===----------------------------------------------------------------------===//
// Memories
//===----------------------------------------------------------------------===//

int64_t hls::ConstantOp::getLaneUnit() {
  RankedTensorType type = getValue().getType();
  return type.getRank() ? std::max<int64_t>(1, type.getShape().back()) : 1;
}

LogicalResult hls::ConstantOp::verify() {
  RankedTensorType value = getValue().getType();
  StreamType result = getResult().getType();
  if (value.getNumElements() != result.getElements() || value.getElementType() != result.getElementType()) // C1
    return emitOpError() << "expected the elements of " << value << ", found " << result;
  return success();
}

int64_t hls::LookupOp::getLaneUnit() { return getTable().getType().getDimSize(1); }
int64_t hls::LookupOp::getOperandLanes(unsigned) { return 1; }

LogicalResult hls::LookupOp::verify() {
  RankedTensorType table = getTable().getType();
  if (table.getRank() != 2 || table.getNumElements() == 0 || !qnn::isCodeType(table.getElementType())) // C1
    return emitOpError() << "expected a table [rows, elements] of codes, found " << table;
  StreamType indices = getIndices().getType(), result = getResult().getType();
  const int64_t row = table.getDimSize(1);
  if (indices.getLanes() != 1 || result.getElements() != indices.getElements() * row || row % result.getLanes() ||
      result.getElementType() != table.getElementType()) // C2
    return emitOpError() << "expected positions of one lane and rows of " << row << " codes, found " << indices
                         << " and " << result;
  return success();
}

//===----------------------------------------------------------------------===//
// Plumbing
//===----------------------------------------------------------------------===//

int64_t DotOp::getLaneUnit() { return getLength(); }
int64_t DotOp::getOperandLanes(unsigned) { return getSimd(); }
void DotOp::setLanes(int64_t lanes) { setSimd(lanes); }

LoopNest ReorderOp::getNest() {
  LoopNest nest;
  nest.start = getStart();
  nest.extents.assign(getExtents().begin(), getExtents().end());
  nest.strides.assign(getStrides().begin(), getStrides().end());
  if (getListed())
    nest.listed = int(*getListed());
  if (getPositions())
    nest.positions.assign(getPositions()->begin(), getPositions()->end());
  return nest;
}

int64_t ReorderOp::getLaneUnit() { return getNest().laneUnit(getInput().getType().getElements()); }

LogicalResult ReorderOp::verify() {
  const int64_t loops = getExtents().size();
  auto positive = [](int64_t extent) { return extent > 0; };
  bool listed = getListed().has_value();
  if (loops == 0 || int64_t(getStrides().size()) != loops || !llvm::all_of(getExtents(), positive) ||
      listed != getPositions().has_value() ||
      (listed &&
       (*getListed() >= uint64_t(loops) || int64_t(getPositions()->size()) != getExtents()[*getListed()]))) // C1
    return emitOpError() << "expected loops of positive extents with a stride or position each";
  StreamType input = getInput().getType(), result = getResult().getType();
  int64_t elements = 1;
  for (int64_t extent : getExtents())
    if (llvm::MulOverflow(elements, extent, elements))
      return emitOpError() << "expected loops of reasonable size";
  if (elements != result.getElements() || input.getElementType() != result.getElementType()) // C2
    return emitOpError() << "expected " << elements << " elements of type " << input.getElementType() << ", found "
                         << result;
  LoopNest nest = getNest();
  if (!nest.fits(input.getElements())) // C3
    return emitOpError() << "expected positions inside of " << input;
  if (input.getLanes() != result.getLanes() || nest.laneUnit(input.getElements()) % result.getLanes()) // C4
    return emitOpError() << "expected equal lanes that divide " << nest.laneUnit(input.getElements()) << ", found "
                         << input << " and " << result;
  return success();
}

int64_t hls::PadOp::getLaneUnit() {
  int64_t unit = std::gcd(std::gcd(int64_t(getLow()), int64_t(getHigh())), int64_t(getBody()));
  return getValues().size() == 1 ? unit : std::gcd(unit, int64_t(getValues().size()));
}

LogicalResult hls::PadOp::verify() {
  StreamType input = getInput().getType(), result = getResult().getType();
  const int64_t low = getLow(), body = getBody(), high = getHigh();
  if (low < 0 || high < 0 || input.getElements() % body ||
      input.getElements() / body * (low + body + high) != result.getElements()) // C1
    return emitOpError() << "expected " << low << " + " << body << " + " << high << " elements for every " << body
                         << ", found " << input << " and " << result;
  const int64_t values = getValues().size();
  if (input.getLanes() != result.getLanes() || values == 0 || getLaneUnit() % result.getLanes() ||
      result.getElements() % values) // C2
    return emitOpError() << "expected equal lanes that divide border, body and values, found " << input << " and "
                         << result;
  Type element = result.getElementType();
  runtime::DataType type = *data::getDataType(element);
  auto fits = [&](int64_t value) { return type.Contains(value); };
  if (!holds(element, input.getElementType()) || !llvm::all_of(getValues(), fits)) // C3
    return emitOpError() << "expected a result that holds " << input.getElementType()
                         << " and the border's values, found " << element;
  return success();
}

int64_t hls::ConcatOp::getLaneUnit() { return std::gcd(int64_t(getFirst()), int64_t(getSecond())); }

LogicalResult hls::ConcatOp::verify() {
  StreamType lhs = getLhs().getType(), rhs = getRhs().getType(), result = getResult().getType();
  const int64_t first = getFirst(), second = getSecond();
  const int64_t times = lhs.getElements() / first;
  if (lhs.getElements() != times * first || rhs.getElements() != times * second ||
      result.getElements() != times * (first + second)) // C1
    return emitOpError() << "expected blocks of " << first << " and " << second << " elements in turn, found " << lhs
                         << ", " << rhs << " and " << result;
  const int64_t lanes = result.getLanes();
  if (lhs.getLanes() != lanes || rhs.getLanes() != lanes || getLaneUnit() % lanes) // C2
    return emitOpError() << "expected equal lanes that divide " << getLaneUnit() << ", found " << lhs << ", " << rhs
                         << " and " << result;
  for (StreamType type : {lhs, rhs})
    if (!holds(result.getElementType(), type.getElementType())) // C3
      return emitOpError() << "expected a result that holds " << type.getElementType() << ", found "
                           << result.getElementType();
  return success();
}

LogicalResult ConvertWidthOp::verify() {
  StreamType input = getInput().getType(), result = getResult().getType();
  if (input.getElementType() != result.getElementType() || input.getElements() != result.getElements()) // C1
    return emitOpError() << "expected the same elements, found " << input << " and " << result;
  if (input.getLanes() % result.getLanes() && result.getLanes() % input.getLanes()) // C2
    return emitOpError() << "expected one number of lanes to divide the other, found " << input << " and " << result;
  return success();
}
