//===- Costs.cpp - Costs of the stages of a design ------------------------===//
#include "backends/hls/Costs.h"

#include "backends/hls/Timing.h"
#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/TypeSwitch.h"

#include <numeric>

using namespace mlir;

namespace qcompile::hls {

Folding getFolding(MatrixVectorOp op) { return {int64_t(op.getPe()), int64_t(op.getSimd())}; }
Folding getFolding(VectorVectorOp op) { return {op.getResult().getType().getLanes(), 1}; }

/// What both kinds of weighted units have.
template <typename Unit> static MatrixVectorShape getUnitShape(Unit op) {
  StreamType input = op.getInput().getType();
  MatrixVectorShape shape;
  shape.inputs = op.getWeights().getType().getDimSize(0);
  shape.outputs = op.getWeights().getType().getDimSize(1);
  shape.vectors = op.getVectors();
  shape.inputBits = int(input.getElementBits());
  shape.inputSigned = !input.getElementType().isUnsignedInteger();
  shape.weightBits = data::getDataType(op.getWeights().getType().getElementType())->bits;
  shape.accumulatorBits = int(op.getAccumulator().getIntOrFloatBitWidth());
  shape.outputBits = int(op.getResult().getType().getElementBits());
  if (op.getActivation())
    if (auto thresholds = dyn_cast<ThresholdsAttr>(*op.getActivation()))
      shape.thresholds = thresholds.getCount();
  shape.multiplier = op.getMultiplier() == "dsp" ? Multiplier::Dsp : Multiplier::Lut;
  shape.memory = op.getMemory() == "block" ? WeightMemory::Block : WeightMemory::Distributed;
  return shape;
}

MatrixVectorShape getShape(MatrixVectorOp op) {
  MatrixVectorShape shape = getUnitShape(op);
  shape.groups = op.getGroups();
  // Words of a stage that keeps them whole are at most as wide as it can make them.
  Operation *producer = op.getInput().getDefiningOp();
  while (isa_and_nonnull<ConvertWidthOp, FifoOp>(producer))
    producer = producer->getOperand(0).getDefiningOp();
  if (auto reorder = dyn_cast_or_null<ReorderOp>(producer))
    shape.simdUnit = std::gcd(reorder.getLaneUnit(), shape.inputs);
  return shape;
}

MatrixVectorShape getShape(VectorVectorOp op) {
  MatrixVectorShape shape = getUnitShape(op);
  shape.perChannel = true;
  return shape;
}

/// Of an activation that `pe` channels use per clock, on inputs of `bits` bits.
static Resources getActivationResources(ActivationInterface activation, int64_t channels, int bits, int64_t resultBits,
                                        int64_t pe) {
  if (auto table = dyn_cast<TableAttr>(activation)) {
    Resources result = romResources(table.getCount() * table.getRows() / std::min(pe, table.getRows()), resultBits);
    result *= pe;
    return result;
  }
  Resources result = thresholdResources(channels, bits, pe);
  if (isa<MultiplyShiftAttr>(activation))
    result.lut += pe * multiplierLuts(2 * bits);
  return result;
}

static Resources getResources(Operation *stage) {
  auto type = [](Value stream) { return cast<StreamType>(stream.getType()); };
  return llvm::TypeSwitch<Operation *, Resources>(stage)
      .Case<MatrixVectorOp, VectorVectorOp>([](auto op) { return getShape(op).resources(getFolding(op)); })
      .Case([&](ActivateOp op) {
        StreamType input = op.getInput().getType();
        return getActivationResources(op.getActivation(), op.getChannels(), int(input.getElementBits()),
                                      type(op.getResult()).getElementBits(), input.getLanes());
      })
      .Case([&](PoolOp op) {
        StreamType result = type(op.getResult());
        return thresholdResources(op.getChannels(), int(result.getElementBits()), result.getLanes());
      })
      .Case([&](AddOp op) { return Resources{type(op.getResult()).getWordBits(), 0, 0}; })
      .Case<MulOp, DotOp>([&](Operation *op) {
        StreamType lhs = type(op->getOperand(0)), rhs = type(op->getOperand(1));
        const int64_t bits = lhs.getElementBits() + rhs.getElementBits();
        return Resources{lhs.getLanes() * (multiplierLuts(bits) + bits), 0, 0};
      })
      .Case([&](ArgMaxOp op) { return Resources{2 * type(op.getInput()).getElementBits(), 0, 0}; })
      .Case(
          [&](TopKOp op) { return Resources{2 * int64_t(op.getCount()) * type(op.getInput()).getElementBits(), 0, 0}; })
      .Case<ConstantOp>([&](ConstantOp op) {
        StreamType result = op.getResult().getType();
        return romResources(result.getWords(), result.getWordBits());
      })
      .Case([&](LookupOp op) {
        StreamType result = op.getResult().getType();
        const int64_t words = op.getTable().getType().getNumElements() / result.getLanes();
        return romResources(words, result.getWordBits());
      })
      .Case([&](ReorderOp op) { return reorderResources(getPlan(op).depth, type(op.getResult()).getWordBits()); })
      .Case([](ConvertWidthOp op) {
        StreamType input = op.getInput().getType(), result = op.getResult().getType();
        int64_t wide = std::max(input.getLanes(), result.getLanes());
        int64_t narrow = std::min(input.getLanes(), result.getLanes());
        return converterResources(wide * input.getElementBits(), wide / narrow);
      })
      .Case([](FifoOp op) { return fifoResources(int64_t(op.getDepth()), op.getInput().getType().getWordBits()); })
      .Default([](Operation *) { return Resources(); });
}

StageCost getCost(Operation *stage) { return {getStage(stage).steps(), getResources(stage)}; }

} // namespace qcompile::hls
