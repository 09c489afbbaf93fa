//===- KernelPlannerWindows.cpp - Convolutions and pools ------------------===//
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::cpu {

/// The value as dense containers with channels last.
FailureOr<unsigned> KernelPlanner::withChannelsLast(Operation *op, Value value, int64_t axis) {
  unsigned from = ensureContainers(value, op->getLoc());
  ArrayRef<int64_t> shape = getShape(value);
  if (axis + 1 == int64_t(shape.size()))
    return from;
  unsigned to = addWorkspace(storageSize(value, getContainers(value)));
  if (failed(addPermutation(op, from, to, shape, getChannelsLastOrder(shape.size(), axis),
                            getDataType(value).ContainerSize())))
    return failure();
  return to;
}

/// The value from what was computed in `from` with channels last.
LogicalResult KernelPlanner::moveChannelsBack(Operation *op, unsigned from, Value value, int64_t axis) {
  ArrayRef<int64_t> shape = getShape(value);
  SmallVector<int64_t> order = getChannelsLastOrder(shape.size(), axis);
  SmallVector<int64_t> computed;
  for (int64_t d : order)
    computed.push_back(shape[d]);
  return addPermutation(op, from, place(value, getContainers(value)), computed, getInverseOrder(order),
                        getDataType(value).ContainerSize());
}

/// Whether parameters of `channels` channels along `parameterAxis` are those of a convolution's
/// outputs.
static bool isPerOutput(int64_t channels, int64_t parameterAxis, int64_t axis) {
  return channels == 1 || parameterAxis == axis;
}

/// The only user of a convolution's sums, where the convolution's kernel can do its work too.
static Operation *findEpilogue(Value sums, int64_t axis) {
  if (!sums.hasOneUse())
    return nullptr;
  Operation *user = *sums.getUsers().begin();
  bool fits = llvm::TypeSwitch<Operation *, bool>(user)
                  .Case<qnn::ThresholdOp, qnn::RequantizeOp, qnn::DequantizeOp>(
                      [&](auto op) { return isPerOutput(getNumChannels(op), op.getAxis(), axis); })
                  .Default(false);
  return fits ? user : nullptr;
}

static int32_t getEpilogueKind(Operation *next) {
  if (!next)
    return QCRT_THEN_STORE;
  if (isa<qnn::ThresholdOp>(next))
    return QCRT_THEN_THRESHOLD;
  return isa<qnn::RequantizeOp>(next) ? QCRT_THEN_REQUANTIZE : QCRT_THEN_DEQUANTIZE;
}

FailureOr<runtime::ParameterBlock> KernelPlanner::packEpilogue(Operation *next, const runtime::ConvPlan &plan,
                                                               int64_t outputs, const qcrt_format &out) {
  if (!next)
    return runtime::ParameterBlock();
  int32_t in = plan.sums.layout;
  Block block = llvm::TypeSwitch<Operation *, Block>(next)
                    .Case([&](qnn::ThresholdOp op) {
                      return packThreshold(op, planChannels(outputs, getNumChannels(op)), in, out);
                    })
                    .Case([&](qnn::RequantizeOp op) {
                      return packRequantize(op, planChannels(outputs, getNumChannels(op)), in, out);
                    })
                    .Default([&](Operation *other) {
                      auto op = cast<qnn::DequantizeOp>(other);
                      return packDequantize(op, planChannels(outputs, getNumChannels(op)), in);
                    });
  if (!block.ok())
    return fail(next, toStringRef(block.status().message()));
  return std::move(*block);
}

LogicalResult KernelPlanner::addConvolution(Operation *op) {
  std::optional<Convolution> convolution = getConvolution(op);
  const runtime::ConvPlan &plan = convPlans[op];
  Value input = op->getOperand(0), result = op->getResult(0);
  int64_t axis = convolution->axis;
  bool isLast = axis + 1 == int64_t(getShape(input).size());

  Operation *next = findEpilogue(result, axis);
  if (next) {
    fused.insert(next);
    result = next->getResult(0);
  }
  // Rows of a position's channels, or what is transposed afterwards.
  Storage out = isLast && !getDataType(result).IsFloat() ? chooseStorage(result) : getContainers(result);
  if (!out.isDense() && out.n != convolution->outputs)
    out = getContainers(result);
  FailureOr<runtime::ParameterBlock> then = packEpilogue(next, plan, convolution->outputs, out.format);
  if (failed(then))
    return failure();
  runtime::ConvEpilogue epilogue{getEpilogueKind(next), *then, out.format};
  Block packed = runtime::PackConv(convolution->problem(), plan, epilogue);
  FailureOr<ParameterArgument> block = parameters(op, packed);
  if (failed(block))
    return failure();
  uint64_t scratchSize = reinterpret_cast<const qcrt_conv_block *>(packed->data())->scratch_size;

  unsigned from;
  if (isLast) {
    from = ensure(input, getRowStorage(plan.in, getRowLength(input)), op->getLoc());
  } else {
    FailureOr<unsigned> transposed = withChannelsLast(op, input, axis);
    if (failed(transposed))
      return failure();
    from = *transposed;
  }
  unsigned scratch = addWorkspace(scratchSize);
  unsigned to = isLast ? place(result, out) : addWorkspace(storageSize(result, out));
  addStep(op->getLoc(), "qcrt_conv", {*block, use(from), use(to), use(scratch)});
  return isLast ? success() : moveChannelsBack(op, to, result, axis);
}

LogicalResult KernelPlanner::add(qnn::ConvOp op) { return addConvolution(op); }

LogicalResult KernelPlanner::add(qnn::SumPoolOp op) { return addConvolution(op); }

LogicalResult KernelPlanner::add(qnn::MaxPoolOp op) {
  FailureOr<ParameterArgument> block = parameters(op, runtime::PackMaxPool(getWindow(op), getDataType(op.getInput())));
  FailureOr<unsigned> from = withChannelsLast(op, op.getInput(), op.getAxis());
  if (failed(block) || failed(from))
    return failure();
  Value result = op.getResult();
  Storage containers = getContainers(result);
  bool isLast = op.getAxis() + 1 == getShape(result).size();
  unsigned to = isLast ? place(result, containers) : addWorkspace(storageSize(result, containers));
  addStep(op.getLoc(), "qcrt_max_pool", {*block, use(*from), use(to)});
  return isLast ? success() : moveChannelsBack(op, to, result, op.getAxis());
}

} // namespace qcompile::cpu
