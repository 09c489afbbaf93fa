//===- LayerPlan.cpp - qnn operations as layers ---------------------------===//
#include "backends/imc/LayerPlan.h"

#include "backends/imc/LayerPlanning.h"
#include "runtime/imc/program.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;
using qcompile::runtime::DataType;

namespace qcompile::imc {

llvm::Error toError(const absl::Status &status) {
  if (status.ok())
    return llvm::Error::success();
  return llvm::createStringError(StringRef(status.message().data(), status.message().size()));
}

SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

AxisExtents::AxisExtents(ArrayRef<int64_t> shape, int64_t axis) {
  for (auto [d, extent] : llvm::enumerate(shape))
    (int64_t(d) < axis ? outer : int64_t(d) == axis ? channels : inner) *= extent;
}

//===----------------------------------------------------------------------===//
// Finishes
//===----------------------------------------------------------------------===//

/// The dimension along which the results of a producer have channels, -1 for an operation whose
/// results do not come from accumulators.
static int64_t getChannelAxis(Operation *producer) {
  return llvm::TypeSwitch<Operation *, int64_t>(producer)
      .Case<qnn::ConvOp, qnn::MaxPoolOp, qnn::SumPoolOp>([](auto op) { return static_cast<int64_t>(op.getAxis()); })
      .Case<qnn::MatMulOp, qnn::AddOp, qnn::MulOp>(
          [](auto op) { return std::max<int64_t>(typeOf(op.getResult()).getRank() - 1, 0); })
      .Default([](Operation *) { return -1; });
}

/// The axis of a finish with a row per channel, -1 where one row serves all.
static std::optional<int64_t> getFinishAxis(Operation *op) {
  if (auto threshold = dyn_cast<qnn::ThresholdOp>(op))
    return threshold.getThresholds().getType().getDimSize(0) == 1 ? -1 : int64_t(threshold.getAxis());
  if (auto requantize = dyn_cast<qnn::RequantizeOp>(op))
    return requantize.getMultipliers().getType().getNumElements() == 1 &&
                   requantize.getOffsets().getType().getNumElements() == 1
               ? -1
               : int64_t(requantize.getAxis());
  return std::nullopt;
}

Operation *getFusedFinish(Operation *producer) {
  int64_t channels = getChannelAxis(producer);
  if (channels < 0 || !producer->getResult(0).hasOneUse())
    return nullptr;
  Operation *user = *producer->getResult(0).user_begin();
  std::optional<int64_t> axis = getFinishAxis(user);
  return axis && (*axis == -1 || *axis == channels) ? user : nullptr;
}

static rt::Finish toFinish(qnn::ThresholdOp op) {
  rt::ThresholdTable table;
  table.thresholds = op.getThresholds().getTensor();
  table.directions.assign(op.getDirections().begin(), op.getDirections().end());
  table.low = static_cast<int64_t>(op.getLow());
  table.step = static_cast<int64_t>(op.getStep());
  table.type = elementOf(op.getResult());
  return table;
}

static rt::Finish toFinish(qnn::RequantizeOp op) {
  rt::RequantizeTable table;
  table.multipliers = op.getMultipliers().getTensor().ToIntegers();
  table.offsets = op.getOffsets().getTensor().ToIntegers();
  table.shift = static_cast<int64_t>(op.getShift());
  StringRef mode = op.getRounding();
  // The verifier knows the modes.
  table.rounding = *runtime::ParseRoundingMode(absl::string_view(mode.data(), mode.size()));
  table.low = static_cast<int64_t>(op.getLow());
  table.high = static_cast<int64_t>(op.getHigh());
  table.type = elementOf(op.getResult());
  return table;
}

rt::Finish toFinish(Operation *finish) {
  if (auto threshold = dyn_cast<qnn::ThresholdOp>(finish))
    return toFinish(threshold);
  return toFinish(cast<qnn::RequantizeOp>(finish));
}

rt::Finish getFinish(Operation *producer) {
  if (Operation *finish = getFusedFinish(producer))
    return toFinish(finish);
  return elementOf(producer->getResult(0));
}

Value getFinished(Operation *producer) {
  Operation *finish = getFusedFinish(producer);
  return (finish ? finish : producer)->getResult(0);
}

bool needsNoPlan(Operation *op) {
  if (isa<qnn::ConstantOp, qnn::ReshapeOp>(op))
    return true;
  if (!isa<qnn::ThresholdOp, qnn::RequantizeOp>(op))
    return false;
  Operation *producer = op->getOperand(0).getDefiningOp();
  return producer && isa<qnn::QnnDialect>(producer->getDialect()) && getFusedFinish(producer) == op;
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

static llvm::Error checkShapes(Operation *op) {
  auto isStatic = [](Value value) { return data::getStorageSize(typeOf(value)).has_value(); };
  if (llvm::all_of(op->getOperands(), isStatic) && llvm::all_of(op->getResults(), isStatic))
    return llvm::Error::success();
  return llvm::createStringError("a shape is not static");
}

llvm::Expected<LayerPlan> planLayer(Operation *op, bool anyLayout) {
  using Plan = llvm::Expected<LayerPlan>;
  if (llvm::Error error = checkShapes(op))
    return std::move(error);
  return llvm::TypeSwitch<Operation *, Plan>(op)
      .Case([&](qnn::ConvOp conv) { return planConv(conv, anyLayout); })
      .Case<qnn::MaxPoolOp, qnn::SumPoolOp>([&](auto) { return planPool(op, anyLayout); })
      .Case([&](qnn::DepthToSpaceOp space) { return planDepthToSpace(space, anyLayout); })
      .Case([](qnn::MatMulOp matmul) { return planMatmul(matmul); })
      .Case([](qnn::AddOp add) { return planAdd(add); })
      .Case([](qnn::MulOp mul) { return planMul(mul); })
      .Case<qnn::ThresholdOp, qnn::RequantizeOp>([&](auto) { return planFinish(op); })
      .Case([](qnn::TableOp table) { return planTable(table); })
      .Case([](qnn::LookupOp lookup) { return planLookup(lookup); })
      .Case([](qnn::ArgMaxOp argMax) { return planArgMax(argMax); })
      .Case([](qnn::TopKOp topK) { return planTopK(topK); })
      .Case([](qnn::TransposeOp transpose) { return planTranspose(transpose); })
      .Case([](qnn::SliceOp slice) { return planSlice(slice); })
      .Case([](qnn::ConcatOp concat) { return planConcat(concat); })
      .Case([](qnn::GatherOp gather) { return planGather(gather); })
      .Case([](qnn::PadOp pad) { return planPad(pad); })
      .Default([](Operation *other) -> Plan {
        return llvm::createStringError("the macro has no instruction for '" + other->getName().getStringRef() + "'");
      });
}

llvm::Expected<int64_t> getActivationBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  std::optional<DataType> element = data::getDataType(tensor.getElementType());
  if (!element || !data::getStorageSize(tensor))
    return llvm::createStringError("a shape is not static");
  if (element->IsFloat())
    return llvm::createStringError("elements are " + element->ToString() + ", the activation buffer holds codes");
  return tensor.getNumElements() * rt::ElementBytes(*element);
}

int64_t getActivationBytes(const runtime::Tensor &tensor) { return tensor.size() * rt::ElementBytes(tensor.type()); }

} // namespace qcompile::imc
