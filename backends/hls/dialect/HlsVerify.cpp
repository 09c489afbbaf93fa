//===- HlsVerify.cpp - Verifiers of designs and weighted units ------------===//
//
// Each check carries the number of its constraint in HlsOps.td.
//
//===----------------------------------------------------------------------===//
#include "backends/hls/dialect/HlsVerify.h"
#include "backends/hls/dialect/HlsDialect.h"
#include "dialects/data/ElementStorage.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::hls;

//===----------------------------------------------------------------------===//
// Design
//===----------------------------------------------------------------------===//

OutputOp DesignOp::getOutput() { return cast<OutputOp>(getBlock().getTerminator()); }

static LogicalResult verifyConsumer(DesignOp design, Value stream) {
  if (!isa<StreamType>(stream.getType())) // C1
    return design.emitOpError() << "expected a stream, found " << stream.getType();
  if (!stream.hasOneUse()) // C2
    return design.emitOpError() << "expected every stream to have one consumer, found "
                                << std::distance(stream.use_begin(), stream.use_end()) << " of " << stream;
  return success();
}

LogicalResult DesignOp::verifyRegions() {
  Block &block = getBlock();
  auto output = dyn_cast_or_null<OutputOp>(block.empty() ? nullptr : &block.back());
  if (!output) // C3
    return emitOpError() << "expected 'hls.output' at the end of its block";
  for (BlockArgument argument : block.getArguments())
    if (failed(verifyConsumer(*this, argument)))
      return failure();
  for (Operation &op : block)
    for (Value result : op.getResults())
      if (failed(verifyConsumer(*this, result)))
        return failure();
  for (Value stream : output.getOperands())
    if (isa<BlockArgument>(stream) || stream.getDefiningOp<FifoOp>()) // C5
      return emitOpError() << "expected a stage between a port or queue and 'hls.output'";
  for (BlockArgument argument : block.getArguments())
    if (isa<FifoOp>(*argument.getUsers().begin())) // C5
      return emitOpError() << "expected no queue behind an input port";
  auto function = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(*this, getImplementsAttr());
  if (!function || function.getNumArguments() != block.getNumArguments() ||
      function.getNumResults() != output.getNumOperands()) // C4
    return emitOpError() << "expected '" << getImplements() << "' to be a function with " << block.getNumArguments()
                         << " arguments and " << output.getNumOperands() << " results";
  return success();
}

//===----------------------------------------------------------------------===//
// Weighted units
//===----------------------------------------------------------------------===//

static bool isBipolar(Type element) { return isa<qnn::BipolarType>(element); }

bool MatrixVectorOp::isCount() {
  return isBipolar(getInput().getType().getElementType()) && isBipolar(getWeights().getType().getElementType());
}

bool VectorVectorOp::isCount() {
  return isBipolar(getInput().getType().getElementType()) && isBipolar(getWeights().getType().getElementType());
}

static LogicalResult verifyWeights(Operation *op, RankedTensorType weights) {
  if (weights.getRank() != 2 || weights.getNumElements() == 0 || !qnn::isCodeType(weights.getElementType()))
    return op->emitOpError() << "expected weights [inputs, outputs] of codes, found " << weights;
  if (int bits = data::getDataType(weights.getElementType())->bits; bits > 32)
    return op->emitOpError() << "expected weights of at most 32 bits, found " << bits;
  return success();
}

/// Of `terms` products; `counts` where they are counted.
static LogicalResult verifyAccumulator(Operation *op, Type type, bool counts, int64_t terms) {
  if (!isa<IntegerType>(type) || !qnn::isCodeType(type) || type.getIntOrFloatBitWidth() > kMaxNumberBits)
    return op->emitOpError() << "expected an accumulator of integer type with at most " << kMaxNumberBits
                             << " bits, found " << type;
  if (counts && !qnn::Bounds{0, terms}.fit(*data::getDataType(type)))
    return op->emitOpError() << "expected an accumulator that holds 0 to " << terms << ", found " << type;
  return success();
}

static LogicalResult verifyRawSum(Operation *op, Type result, Type accumulator, bool counts, int64_t terms) {
  bool holds = isa<IntegerType>(result);
  if (holds && counts)
    holds = qnn::Bounds{-terms, terms}.fit(*data::getDataType(result));
  else if (holds)
    holds = result.getIntOrFloatBitWidth() >= accumulator.getIntOrFloatBitWidth();
  if (!holds)
    return op->emitOpError() << "expected a result that holds the sum, found " << result;
  return success();
}

LogicalResult hls::verifyActivation(Operation *op, ActivationInterface activation, int64_t channels, Type resultType) {
  auto emitError = [op] { return op->emitOpError(); };
  if (failed(activation.verifyCodes(emitError, resultType)))
    return failure();
  int64_t rows = activation.getRows();
  if (rows != 1 && rows != channels)
    return op->emitOpError() << "expected an activation with 1 or " << channels << " rows, found " << rows;
  return success();
}

LogicalResult MatrixVectorOp::verify() {
  if (failed(verifyWeights(*this, getWeights().getType()))) // C1
    return failure();
  StreamType input = getInput().getType(), result = getResult().getType();
  if (getOutputs() % int64_t(getGroups())) // C1
    return emitOpError() << "expected groups to divide " << getOutputs() << " outputs, found " << getGroups();
  if (getInputs() % int64_t(getSimd()) || input.getLanes() != int64_t(getSimd())) // C2
    return emitOpError() << "expected simd to divide " << getInputs() << " inputs and to be the lanes of " << input
                         << ", found " << getSimd();
  if (getGroupOutputs() % int64_t(getPe()) || result.getLanes() != int64_t(getPe())) // C3
    return emitOpError() << "expected pe to divide " << getGroupOutputs() << " outputs and to be the lanes of "
                         << result << ", found " << getPe();
  if (input.getElements() % (getInputs() * int64_t(getGroups())) ||
      result.getElements() != getVectors() * getOutputs()) // C4
    return emitOpError() << "expected whole vectors of " << getInputs() << " inputs and " << getOutputs()
                         << " outputs, found " << input << " and " << result;
  Type element = result.getElementType();
  if (failed(verifyAccumulator(*this, getAccumulator(), isCount(), getInputs()))) // C5
    return failure();
  if (!getActivation()) // C7
    return verifyRawSum(*this, element, getAccumulator(), isCount(), getInputs());
  return verifyActivation(*this, *getActivation(), getOutputs(), element); // C6
}

LogicalResult VectorVectorOp::verify() {
  if (failed(verifyWeights(*this, getWeights().getType()))) // C1
    return failure();
  StreamType input = getInput().getType(), result = getResult().getType();
  if (input.getLanes() != result.getLanes() || getChannels() % result.getLanes()) // C2
    return emitOpError() << "expected equal lanes that divide " << getChannels() << " channels, found " << input
                         << " and " << result;
  if (input.getElements() % (getTaps() * getChannels()) ||
      result.getElements() * getTaps() != input.getElements()) // C3
    return emitOpError() << "expected " << getTaps() << " vectors of " << getChannels()
                         << " codes for each of the result, found " << input << " and " << result;
  Type element = result.getElementType();
  if (failed(verifyAccumulator(*this, getAccumulator(), isCount(), getTaps()))) // C4
    return failure();
  if (!getActivation()) // C6
    return verifyRawSum(*this, element, getAccumulator(), isCount(), getTaps());
  return verifyActivation(*this, *getActivation(), getChannels(), element); // C5
}
