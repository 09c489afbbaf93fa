//===- Lowering.cpp - What the hls backend takes, and helpers -------------===//
#include "backends/hls/Lowering.h"

#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::hls {

//===----------------------------------------------------------------------===//
// Capability
//===----------------------------------------------------------------------===//

data::ConstantAttr getConstant(Value value) {
  auto constant = value.getDefiningOp<qnn::ConstantOp>();
  return constant ? constant.getValue() : nullptr;
}

bool isFreeRearrangement(Operation *op) {
  if (isa<qnn::ReshapeOp>(op))
    return true;
  auto transpose = dyn_cast<qnn::TransposeOp>(op);
  if (!transpose)
    return false;
  // Only dimensions of one element may pass others.
  auto type = cast<RankedTensorType>(transpose.getInput().getType());
  SmallVector<int64_t> moved;
  for (int64_t d : transpose.getPerm())
    if (type.getDimSize(d) != 1)
      moved.push_back(d);
  return llvm::is_sorted(moved);
}

static Capability checkMatMul(qnn::MatMulOp op) {
  auto weights = cast<RankedTensorType>(op.getRhs().getType());
  if (!op.getRhs().getDefiningOp<qnn::ConstantOp>())
    return Capability::no("expected constant weights: a matrix-vector unit keeps them in memory");
  int bits = data::getDataType(weights.getElementType())->bits;
  if (bits > 32)
    return Capability::no("expected weights of at most 32 bits, found " + std::to_string(bits));
  if (weights.getNumElements() == 0)
    return Capability::no("expected at least one weight");
  Type input = cast<RankedTensorType>(op.getLhs().getType()).getElementType();
  if (!getSumBounds(input, getConstant(op.getRhs())))
    return Capability::no("expected sums of at most 62 bits");
  return Capability::yes();
}

static bool isCode(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && qnn::isCodeType(tensor.getElementType());
}

Capability checkOperation(Operation *op) {
  bool integer = isa<qnn::QnnDialect>(op->getDialect()) &&
                 llvm::all_of(op->getOperandTypes(), isCode) &&
                 llvm::all_of(op->getResultTypes(), isCode);
  if (!integer)
    return {true, "runs on the host"};
  for (Type type : op->getResultTypes())
    if (auto tensor = cast<RankedTensorType>(type);
        !tensor.hasStaticShape() || tensor.getNumElements() == 0)
      return Capability::no("expected a static shape with at least one element");
  if (auto matmul = dyn_cast<qnn::MatMulOp>(op))
    return checkMatMul(matmul);
  if (isa<qnn::ConstantOp>(op))
    return Capability::yes();
  if (llvm::any_of(op->getOperands(), [](Value v) { return bool(getConstant(v)); }))
    return Capability::no("expected an operand that is computed, found a constant");
  if (isa<qnn::TransposeOp>(op) && !isFreeRearrangement(op))
    return Capability::no("expected a transpose that moves only dimensions of one element: streams "
                          "keep the order of elements");
  int bits =
      data::getDataType(cast<RankedTensorType>(op->getOperand(0).getType()).getElementType())->bits;
  if (isa<qnn::ThresholdOp>(op) && bits > 62)
    return Capability::no("expected codes of at most 62 bits, found " + std::to_string(bits));
  if (isa<qnn::ReshapeOp, qnn::TransposeOp, qnn::ThresholdOp>(op))
    return Capability::yes();
  return Capability::no("no stage computes '" + op->getName().getStringRef().str() + "'");
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

ActivationAttr selectRows(ActivationAttr activation, int64_t rows,
                          llvm::function_ref<int64_t(int64_t)> source) {
  if (rows == activation.getRows() &&
      llvm::all_of(llvm::seq<int64_t>(rows), [&](int64_t i) { return source(i) == i; }))
    return activation;
  runtime::Tensor old = activation.getThresholds().getTensor();
  int64_t count = activation.getCount();
  std::vector<int64_t> values, directions;
  for (int64_t row = 0; row < rows; ++row) {
    directions.push_back(activation.getDirections()[source(row)]);
    for (int64_t t = 0; t < count; ++t)
      values.push_back(old.IntegerAt(source(row) * count + t));
  }
  // Values of the old tensor are values of its type.
  runtime::Tensor tensor = *runtime::Tensor::FromIntegers(old.type(), {rows, count}, values);
  MLIRContext *context = activation.getContext();
  return ActivationAttr::get(
      context, data::ConstantAttr::get(context, activation.getThresholds().getName(), tensor),
      DenseI64ArrayAttr::get(context, directions), activation.getLow(), activation.getStep());
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

Folding getFolding(MatrixVectorOp op) { return {int64_t(op.getPe()), int64_t(op.getSimd())}; }

MatrixVectorShape getShape(MatrixVectorOp op) {
  StreamType input = op.getInput().getType();
  Type element = input.getElementType();
  MatrixVectorShape shape;
  shape.inputs = op.getInputs();
  shape.outputs = op.getOutputs();
  shape.vectors = op.getVectors();
  shape.inputBits = int(input.getElementBits());
  shape.inputSigned = !element.isUnsignedInteger();
  shape.weightBits = data::getDataType(op.getWeights().getType().getElementType())->bits;
  shape.accumulatorBits = int(op.getAccumulator().getIntOrFloatBitWidth());
  shape.outputBits = int(op.getResult().getType().getElementBits());
  shape.thresholds = op.getActivation() ? op.getActivation()->getCount() : 0;
  shape.multiplier = op.getMultiplier() == "dsp" ? Multiplier::Dsp : Multiplier::Lut;
  shape.memory = op.getMemory() == "block" ? WeightMemory::Block : WeightMemory::Distributed;
  return shape;
}

StageCost getCost(Operation *stage) {
  return llvm::TypeSwitch<Operation *, StageCost>(stage)
      .Case([](MatrixVectorOp op) {
        MatrixVectorShape shape = getShape(op);
        return StageCost{shape.cycles(getFolding(op)), shape.resources(getFolding(op))};
      })
      .Case([](ThresholdOp op) {
        StreamType input = op.getInput().getType();
        int64_t channels = op.getChannels(), pe = op.getPe();
        return StageCost{thresholdCycles(channels, input.getElements() / channels, pe),
                         thresholdResources(channels, int(input.getElementBits()), pe)};
      })
      .Case([](ConvertWidthOp op) {
        StreamType input = op.getInput().getType(), result = op.getResult().getType();
        int64_t wide = std::max(input.getLanes(), result.getLanes());
        int64_t narrow = std::min(input.getLanes(), result.getLanes());
        return StageCost{std::max(input.getWords(), result.getWords()),
                         converterResources(wide * input.getElementBits(), wide / narrow)};
      })
      .Case([](DuplicateOp op) { return StageCost{op.getInput().getType().getWords(), {}}; })
      .Case([](FifoOp op) {
        StreamType type = op.getInput().getType();
        return StageCost{0, fifoResources(int64_t(op.getDepth()), type.getWordBits())};
      })
      .Default([](Operation *) { return StageCost(); });
}

} // namespace qcompile::hls
