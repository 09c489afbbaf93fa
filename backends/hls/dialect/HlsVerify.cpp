//===- HlsVerify.cpp - Verifiers of the hls dialect -----------------------===//
//
// Each check carries the number of its constraint in HlsOps.td.
//
//===----------------------------------------------------------------------===//
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
                                << std::distance(stream.use_begin(), stream.use_end()) << " of "
                                << stream;
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
    return emitOpError() << "expected '" << getImplements() << "' to be a function with "
                         << block.getNumArguments() << " arguments and " << output.getNumOperands()
                         << " results";
  return success();
}

//===----------------------------------------------------------------------===//
// Computing stages
//===----------------------------------------------------------------------===//

static LogicalResult verifyActivation(Operation *op, ActivationAttr activation, int64_t channels,
                                      Type resultType) {
  RankedTensorType type = activation.getThresholds().getType();
  if (type.getRank() != 2 || !qnn::isCodeType(type.getElementType()) || type.getDimSize(1) < 1 ||
      type.getDimSize(1) > 255)
    return op->emitOpError() << "expected integer thresholds [rows, 1 to 255], found " << type;
  int64_t rows = activation.getRows();
  if ((rows != 1 && rows != channels) || activation.getDirections().size() != rows)
    return op->emitOpError() << "expected thresholds and directions for 1 or " << channels
                             << " channels, found " << rows << " and "
                             << activation.getDirections().size();
  for (int64_t direction : activation.getDirections().asArrayRef())
    if (direction != 1 && direction != -1)
      return op->emitOpError() << "expected directions 1 or -1, found " << direction;
  runtime::DataType code = *data::getDataType(resultType);
  int64_t span, high;
  if (llvm::MulOverflow(activation.getStep(), activation.getCount(), span) ||
      llvm::AddOverflow(activation.getLow(), span, high) || !code.Contains(activation.getLow()) ||
      !code.Contains(high))
    return op->emitOpError() << "expected low and low + step * " << activation.getCount()
                             << " to be values of " << resultType << ", found low "
                             << activation.getLow() << " and step " << activation.getStep();
  return success();
}

bool MatrixVectorOp::isCount() {
  return isa<qnn::BipolarType>(getInput().getType().getElementType()) &&
         isa<qnn::BipolarType>(getWeights().getType().getElementType());
}

std::optional<qnn::Bounds> hls::getSumBounds(Type input, data::ConstantAttr weights) {
  auto columns = qnn::getDotProductBounds(qnn::getTypeBounds(input), weights.getTensor());
  if (!columns)
    return std::nullopt;
  qnn::Bounds all;
  for (qnn::Bounds column : *columns) {
    all.low = std::min(all.low, column.low);
    all.high = std::max(all.high, column.high);
  }
  return all;
}

static LogicalResult verifySums(MatrixVectorOp op) {
  std::optional<qnn::Bounds> sums =
      getSumBounds(op.getInput().getType().getElementType(), op.getWeights());
  if (!sums)
    return op.emitOpError() << "expected sums of at most 62 bits";
  qnn::Bounds kept = op.isCount() ? qnn::Bounds{0, op.getInputs()} : *sums;
  Type type = op.getAccumulator();
  if (!isa<IntegerType>(type) || !qnn::isCodeType(type) ||
      !kept.fit(*data::getDataType(type))) // C5
    return op.emitOpError() << "expected an accumulator that holds " << kept.low << " to "
                            << kept.high << ", found " << type;
  Type result = op.getResult().getType().getElementType();
  if (!op.getActivation() && !(isa<IntegerType>(result) && sums->fit(*data::getDataType(result))))
    return op.emitOpError() << "expected a result that holds " << sums->low << " to " << sums->high
                            << ", found " << result; // C7
  return success();
}

LogicalResult MatrixVectorOp::verify() {
  RankedTensorType weights = getWeights().getType();
  if (weights.getRank() != 2 || weights.getNumElements() == 0 ||
      !qnn::isCodeType(weights.getElementType())) // C1
    return emitOpError() << "expected weights [inputs, outputs] of codes, found " << weights;
  StreamType input = getInput().getType(), result = getResult().getType();
  if (getInputs() % getSimd() || input.getLanes() != int64_t(getSimd())) // C2
    return emitOpError() << "expected simd to divide " << getInputs()
                         << " inputs and to be the lanes of " << input << ", found " << getSimd();
  if (getOutputs() % getPe() || result.getLanes() != int64_t(getPe())) // C3
    return emitOpError() << "expected pe to divide " << getOutputs()
                         << " outputs and to be the lanes of " << result << ", found " << getPe();
  if (input.getElements() % getInputs() ||
      result.getElements() != getVectors() * getOutputs()) // C4
    return emitOpError() << "expected whole vectors of " << getInputs() << " inputs and "
                         << getOutputs() << " outputs, found " << input << " and " << result;
  if (failed(verifySums(*this)))
    return failure();
  return getActivation() ? verifyActivation(*this, *getActivation(), getOutputs(),
                                            result.getElementType()) // C6
                         : success();
}

LogicalResult ThresholdOp::verify() {
  StreamType input = getInput().getType(), result = getResult().getType();
  if (input.getElements() % getChannels() || getChannels() % getPe() ||
      input.getLanes() != int64_t(getPe()) || result.getLanes() != int64_t(getPe())) // C1
    return emitOpError()
           << "expected channels to divide the elements, and pe to divide the channels "
              "and to be the number of lanes, found "
           << input << " and " << result;
  if (input.getWords() != result.getWords()) // C3
    return emitOpError() << "expected " << input.getWords() << " words, found " << result;
  return verifyActivation(*this, getActivation(), getChannels(), result.getElementType()); // C2
}

LogicalResult ConvertWidthOp::verify() {
  StreamType input = getInput().getType(), result = getResult().getType();
  if (input.getElementType() != result.getElementType() ||
      input.getElements() != result.getElements()) // C1
    return emitOpError() << "expected the same elements, found " << input << " and " << result;
  if (input.getLanes() % result.getLanes() && result.getLanes() % input.getLanes()) // C2
    return emitOpError() << "expected one number of lanes to divide the other, found " << input
                         << " and " << result;
  return success();
}
